package io.broadside.runtime.vault;

import static io.broadside.runtime.vault.KeysetName.ACCESS;
import static io.broadside.runtime.vault.KeysetName.REFRESH;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultTest {

    private static final Secret TOKEN = Secret.of("EAAB-tökén");
    private static final String CONNECTION = "facebook:page:1";

    @TempDir
    Path directory;

    @Test
    void opensWhatItSealedForTheSameConnection() {
        // Given
        var vault = localVault();

        // When
        var sealed = vault.seal(ACCESS, TOKEN, CONNECTION);

        // Then
        assertThat(vault.unseal(ACCESS, sealed, CONNECTION)).isEqualTo(TOKEN);
        assertThat(new String(sealed, UTF_8)).doesNotContain("EAAB");
        assertThat(vault.seal(ACCESS, TOKEN, CONNECTION))
                .as("never twice the same")
                .isNotEqualTo(sealed);
    }

    @Test
    void leavesABufferAsItWas() {
        // Given
        var vault = localVault();
        var sealed = vault.seal(REFRESH, TOKEN, CONNECTION);
        var buffer = ByteBuffer.allocateDirect(sealed.length + 5);
        buffer.position(3).put(sealed).flip().position(3);

        // When
        var secret = vault.unseal(REFRESH, buffer.asReadOnlyBuffer(), CONNECTION);
        var again = vault.unseal(REFRESH, buffer, CONNECTION);

        // Then
        assertThat(secret).isEqualTo(TOKEN);
        assertThat(again).isEqualTo(TOKEN);
        assertThat(buffer.position()).isEqualTo(3);
        assertThat(buffer.remaining()).isEqualTo(sealed.length);
    }

    @Test
    void refusesAnotherConnection() {
        // Given
        var vault = localVault();
        var sealed = vault.seal(ACCESS, TOKEN, CONNECTION);

        // Then
        assertThatThrownBy(() -> vault.unseal(ACCESS, sealed, "facebook:page:2"))
                .isInstanceOf(VaultException.class)
                .hasMessage(
                        "The ACCESS keyset does not open this: it was sealed for another connection, or changed since.")
                .hasNoCause();
    }

    @Test
    void refusesWhatWasChanged() {
        // Given
        var vault = localVault();
        var sealed = vault.seal(ACCESS, TOKEN, CONNECTION);
        sealed[sealed.length - 1] ^= 1;

        // Then
        assertThatThrownBy(() -> vault.unseal(ACCESS, sealed, CONNECTION))
                .isInstanceOf(VaultException.class)
                .hasMessageEndingWith("it was sealed for another connection, or changed since.");
    }

    @Test
    void refusesWhatTheOtherKeysetSealed() {
        // Given
        var vault = localVault();
        var sealed = vault.seal(REFRESH, TOKEN, CONNECTION);

        // Then
        assertThatThrownBy(() -> vault.unseal(ACCESS, sealed, CONNECTION))
                .isInstanceOf(VaultException.class)
                .hasMessageMatching("The ACCESS keyset does not open this: its key \\d+ is not in the keyset.");
    }

    @Test
    void refusesWhatNoKeysetSealed() {
        // Given
        var vault = localVault();

        // Then
        assertThatThrownBy(() -> vault.unseal(ACCESS, "EAAB".getBytes(UTF_8), CONNECTION))
                .isInstanceOf(VaultException.class)
                .hasMessage("The ACCESS keyset does not open this: it is not something a keyset sealed.");
    }

    @Test
    void opensWhatAnOlderKeySealedAndSealsWithTheNewOne() throws Exception {
        // Given
        var file = directory.resolve("access.json");
        var old = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, AeadConfig2026.get());
        write(old, file);
        var sealedByOld = vaultOf(file).seal(ACCESS, TOKEN, CONNECTION);

        // When
        var added = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, AeadConfig2026.get());
        var rotated = KeysetHandle.newBuilder(old)
                .addEntry(KeysetHandle.importKey(added.getPrimary().getKey()).makePrimary())
                .build();
        write(rotated, file);

        // Then
        var vault = vaultOf(file);
        var sealedByNew = vault.seal(ACCESS, TOKEN, CONNECTION);
        assertThat(vault.unseal(ACCESS, sealedByOld, CONNECTION)).isEqualTo(TOKEN);
        assertThat(vault.unseal(ACCESS, sealedByNew, CONNECTION)).isEqualTo(TOKEN);
        write(old, file);
        var behind = vaultOf(file);
        assertThatThrownBy(() -> behind.unseal(ACCESS, sealedByNew, CONNECTION)).isInstanceOf(VaultException.class);
    }

    @Test
    void bindsASecretToExactlyTheBytesOfTheConnectionId() throws Exception {
        // Given
        var file = directory.resolve("access.json");
        var handle = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, AeadConfig2026.get());
        write(handle, file);

        // When
        var sealed = vaultOf(file).seal(ACCESS, TOKEN, "verbindung:ö");

        // Then
        var aead = handle.getPrimitive(AeadConfig2026.get(), Aead.class);
        assertThat(aead.decrypt(sealed, "verbindung:ö".getBytes(UTF_8)))
                .isEqualTo(TOKEN.reveal().getBytes(UTF_8));
    }

    @Test
    void saysWhichKeysetItDoesNotHave() {
        // Given
        var vault = Vault.open(new VaultConfig(Optional.of(directory.resolve("access.json")), Optional.empty(), true));

        // Then
        assertThat(vault.holds(ACCESS)).isTrue();
        assertThat(vault.holds(REFRESH)).isFalse();
        assertThatThrownBy(() -> vault.seal(REFRESH, TOKEN, CONNECTION))
                .isInstanceOf(VaultException.class)
                .hasMessage("This service has no REFRESH keyset: VAULT_REFRESH_KEYSET_FILE is not set.");
    }

    @Test
    void refusesOneFileForBothKeysets() {
        assertThatThrownBy(() -> VaultConfig.from(Settings.from(
                        Map.of("VAULT_ACCESS_KEYSET_FILE", "/run/keys", "VAULT_REFRESH_KEYSET_FILE", "/run/keys"))))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("VAULT_REFRESH_KEYSET_FILE: another file than");
    }

    private Vault localVault() {
        return Vault.open(new VaultConfig(
                Optional.of(directory.resolve("access.json")), Optional.of(directory.resolve("refresh.json")), true));
    }

    private static Vault vaultOf(Path file) {
        return Vault.open(new VaultConfig(Optional.of(file), Optional.empty(), false));
    }

    private static void write(KeysetHandle handle, Path file) throws IOException, GeneralSecurityException {
        Files.writeString(
                file,
                TinkJsonProtoKeysetFormat.serializeKeyset(handle, AeadConfig2026.get(), InsecureSecretKeyAccess.get()));
    }
}
