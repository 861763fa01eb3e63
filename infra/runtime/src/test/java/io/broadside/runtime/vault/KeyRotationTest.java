package io.broadside.runtime.vault;

import static io.broadside.runtime.vault.KeysetName.ACCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys come and go while a service that holds them is running. */
@SuppressWarnings("NullAway.Init")
class KeyRotationTest {

    private static final Secret TOKEN = Secret.of("EAAB-token");
    private static final String CONNECTION = "connection-1";

    @TempDir
    Path directory;

    private final AtomicLong nanoTime = new AtomicLong();
    private Path file;
    private KeyRotation rotation;
    private Vault vault;

    @BeforeEach
    void aServiceIsRunning() {
        file = directory.resolve("access.json");
        vault = Vault.open(
                new VaultConfig(Optional.of(file), Optional.empty(), true, Duration.ofSeconds(10)), nanoTime::get);
        rotation = new KeyRotation(ACCESS, file);
    }

    @Test
    void anAddedKeySealsNothingUntilItIsPromoted() {
        // Given
        var first = rotation.keys().getFirst().id();
        // When
        var added = rotation.add();
        intervalPasses();
        // Then
        assertThat(added.isPrimary()).isFalse();
        assertThat(sealingKey()).isEqualTo(first);
        assertThat(rotation.promote()).isEqualTo(new KeyRotation.Key(added.id(), true));
        intervalPasses();
        assertThat(sealingKey()).isEqualTo(added.id());
    }

    @Test
    void whatWasSealedBeforeStaysReadableAfterwards() {
        // Given
        var before = vault.seal(ACCESS, TOKEN, CONNECTION);
        // When
        rotate();
        intervalPasses();
        // Then
        assertThat(vault.unseal(ACCESS, before, CONNECTION)).isEqualTo(TOKEN);
        assertThat(Vault.keyOf(ByteBuffer.wrap(before))).isNotEqualTo(Optional.of(sealingKey()));
    }

    @Test
    void aServiceThatMeetsAKeyItDoesNotHaveReadsTheFileAtOnce() {
        // Given: another service was quicker
        rotate();
        var sealedElsewhere = Vault.open(new VaultConfig(Optional.of(file), Optional.empty(), false))
                .seal(ACCESS, TOKEN, CONNECTION);
        // When
        nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
        // Then
        assertThat(vault.unseal(ACCESS, sealedElsewhere, CONNECTION)).isEqualTo(TOKEN);
    }

    @Test
    void aFileThatBecameUnreadableChangesNothing() throws IOException {
        // Given
        var sealed = vault.seal(ACCESS, TOKEN, CONNECTION);
        // When
        Files.writeString(file, "{");
        intervalPasses();
        // Then
        assertThat(vault.unseal(ACCESS, sealed, CONNECTION)).isEqualTo(TOKEN);
        Files.delete(file);
        intervalPasses();
        assertThat(vault.unseal(ACCESS, vault.seal(ACCESS, TOKEN, CONNECTION), CONNECTION))
                .isEqualTo(TOKEN);
    }

    @Test
    void aRetiredKeyOpensNothingAnyMore() {
        // Given
        var first = rotation.keys().getFirst().id();
        var sealed = vault.seal(ACCESS, TOKEN, CONNECTION);
        rotate();
        // When
        rotation.retire(first);
        intervalPasses();
        // Then
        assertThatThrownBy(() -> vault.unseal(ACCESS, sealed, CONNECTION))
                .isInstanceOf(VaultException.class)
                .hasMessageEndingWith("its key " + first + " is not in the keyset.");
    }

    @Test
    void stepsThatAreNotDueAreRefused() {
        // Given
        var first = rotation.keys().getFirst().id();
        // Then
        assertThatThrownBy(() -> rotation.promote()).hasMessageContaining("add one first");
        assertThatThrownBy(() -> rotation.retire(first)).hasMessageContaining("seals what is new");
        assertThatThrownBy(() -> rotation.retire("1")).hasMessageContaining("There is no key 1");
        rotation.add();
        assertThatThrownBy(() -> rotation.add()).hasMessageContaining("waits to be promoted");
    }

    @Test
    void theFileStaysItsOwnersAloneAndNoDraftIsLeft() throws IOException {
        // When
        rotate();
        // Then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aLinkToTheFileStaysALink() throws IOException {
        // Given
        var link = Files.createSymbolicLink(directory.resolve("link.json"), file);
        // When
        new KeyRotation(ACCESS, link).add();
        // Then
        assertThat(link).isSymbolicLink();
        assertThat(rotation.keys()).hasSize(2);
    }

    private void rotate() {
        rotation.add();
        rotation.promote();
    }

    private void intervalPasses() {
        nanoTime.addAndGet(Duration.ofSeconds(10).toNanos());
    }

    private String sealingKey() {
        return Vault.keyOf(ByteBuffer.wrap(vault.seal(ACCESS, TOKEN, CONNECTION)))
                .orElseThrow();
    }
}
