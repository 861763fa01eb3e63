package io.broadside.runtime.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.mac.MacConfig2026;
import com.google.crypto.tink.mac.PredefinedMacParameters;
import io.broadside.runtime.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class KeysetFileTest {

    private static final String SETTING = "VAULT_ACCESS_KEYSET_FILE";

    private final Logger logger = (Logger) LoggerFactory.getLogger(KeysetFile.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @TempDir
    Path directory;

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
    }

    @Test
    void aMissingFileIsNamedWithItsSetting() {
        assertThatThrownBy(() -> new KeysetFile(SETTING, Path.of("/nowhere/access.json")).read())
                .isInstanceOf(VaultException.class)
                .hasMessage("VAULT_ACCESS_KEYSET_FILE: there is no file /nowhere/access.json");
    }

    @Test
    void aFileThatIsNoKeysetIsNamedAndNotQuoted() throws IOException {
        // Given
        var file = Files.writeString(directory.resolve("access.json"), "{\"key\":[{\"keyData\":\"hunter2\"}]}");

        // Then
        assertThatThrownBy(() -> new KeysetFile(SETTING, file).read())
                .isInstanceOf(VaultException.class)
                .hasMessage("VAULT_ACCESS_KEYSET_FILE: the file is not a Tink keyset in JSON: " + file)
                .hasNoCause();
    }

    @Test
    void aKeysetThatDoesNotSealIsRefused() throws Exception {
        // Given
        var mac = KeysetHandle.generateNew(PredefinedMacParameters.HMAC_SHA256_128BITTAG, MacConfig2026.get());
        var json = TinkJsonProtoKeysetFormat.serializeKeyset(mac, MacConfig2026.get(), InsecureSecretKeyAccess.get());
        var file = Files.writeString(directory.resolve("access.json"), json);

        // Then
        assertThatThrownBy(() -> Vault.open(new VaultConfig(Optional.of(file), Optional.empty(), false)))
                .isInstanceOf(VaultException.class)
                .hasMessageStartingWith("VAULT_ACCESS_KEYSET_FILE: the ");
    }

    @Test
    void createsAMissingFileForItsOwnerAlone() throws IOException {
        // Given
        var file = directory.resolve("deeper/access.json");

        // When
        new KeysetFile(SETTING, file).createIfMissing();

        // Then
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory.resolve("deeper"))) {
            assertThat(files).as("no draft is left").containsExactly(file);
        }
    }

    @Test
    void leavesAFileThatIsThereAsItIs() throws IOException {
        // Given
        var file = Files.writeString(directory.resolve("access.json"), "mine");

        // When
        new KeysetFile(SETTING, file).createIfMissing();

        // Then
        assertThat(file).hasContent("mine");
    }

    @Test
    void allWhoCreateAtOnceEndUpWithTheSameKeyset() throws Exception {
        // Given
        var file = directory.resolve("access.json");
        var config = new VaultConfig(Optional.of(file), Optional.empty(), true);
        var start = new CyclicBarrier(8);

        // When
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var vaults = IntStream.range(0, 8)
                    .mapToObj(_ -> threads.submit(() -> {
                        start.await();
                        return Vault.open(config);
                    }))
                    .toList();

            // Then
            var sealed = vaults.getFirst().get().seal(KeysetName.ACCESS, Secret.of("token"), "c");
            for (var vault : vaults) {
                assertThat(vault.get().unseal(KeysetName.ACCESS, sealed, "c").reveal())
                        .isEqualTo("token");
            }
        }
        assertThat(lines.list).extracting(ILoggingEvent::getMessage).containsOnlyOnce("keyset created");
    }

    @Test
    void warnsWhenEverybodyCanReadTheFile() throws IOException {
        // Given
        var file = directory.resolve("access.json");
        var keyset = new KeysetFile(SETTING, file);
        keyset.createIfMissing();
        lines.list.clear();

        // When
        keyset.read();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        keyset.read();

        // Then
        assertThat(lines.list)
                .extracting(ILoggingEvent::getMessage)
                .containsExactly("keyset file is readable by every user of this machine");
    }
}
