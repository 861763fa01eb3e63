package io.broadside.runtime.vault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A keyset in a file, in Tink's JSON format.
 *
 * @param setting name of the setting that names the file, for error messages
 */
record KeysetFile(String setting, Path path) {

    private static final Logger LOGGER = LoggerFactory.getLogger(KeysetFile.class);
    private static final String OWNER_ONLY = "rw-------";

    /** Reads the keyset. */
    KeysetHandle read() {
        var text = text();
        warnIfAnybodyReads();
        return parse(text);
    }

    /** What stands in the file: keys in clear. */
    String text() {
        try {
            return Files.readString(path, UTF_8);
        } catch (NoSuchFileException e) {
            throw new VaultException(setting + ": there is no file " + path, e);
        } catch (IOException e) {
            throw new VaultException(setting + ": the file cannot be read: " + path, e);
        }
    }

    KeysetHandle parse(String json) {
        try {
            return TinkJsonProtoKeysetFormat.parseKeyset(json, AeadConfig2026.get(), InsecureSecretKeyAccess.get());
        } catch (GeneralSecurityException | RuntimeException _) {
            // Without the cause: a parser's message may quote what it stumbled over, and that may be a key.
            throw new VaultException(setting + ": the file is not a Tink keyset in JSON: " + path);
        }
    }

    /**
     * Creates the file with one new key where there is none.
     *
     * <p>The file appears whole, readable by its owner alone, and on disk. Of several processes that do this at once one
     * succeeds, and the others leave its file as it is.
     */
    void createIfMissing() {
        if (Files.exists(path)) {
            return;
        }
        var target = path.toAbsolutePath();
        var draft = target.resolveSibling(path.getFileName() + "." + UUID.randomUUID() + ".draft");
        try {
            Files.createDirectories(target.resolveSibling("."));
            try {
                write(draft, newKeyset());
                // A link, because a move would replace the file that another process made in the meantime.
                Files.createLink(target, draft);
                LOGGER.atInfo().addKeyValue("file", path).log("keyset created");
            } catch (FileAlreadyExistsException _) {
                // Another process was first: its keyset is the one.
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new VaultException(setting + ": the keyset file cannot be created: " + path, e);
        }
    }

    /** Replaces the file by another keyset: whole, on disk, for the same owner alone. */
    void replace(KeysetHandle keyset) {
        try {
            // What a link names is replaced, and the link stays.
            var target = path.toRealPath();
            var draft = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".draft");
            try {
                write(draft, jsonOf(keyset));
                var owner = Files.getOwner(target);
                if (!owner.equals(Files.getOwner(draft))) {
                    Files.setOwner(draft, owner);
                }
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (GeneralSecurityException | IOException | UnsupportedOperationException e) {
            throw new VaultException(setting + ": the keyset file cannot be replaced: " + path, e);
        }
    }

    private static void write(Path draft, String json) throws IOException {
        var isPosix = Files.getFileStore(draft.resolveSibling(".")).supportsFileAttributeView("posix");
        var attributes = isPosix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
                }
                : new FileAttribute<?>[0];
        try (var channel = FileChannel.open(draft, Set.of(CREATE_NEW, WRITE), attributes)) {
            var bytes = ByteBuffer.wrap(json.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static String newKeyset() {
        try {
            var handle = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, AeadConfig2026.get());
            return jsonOf(handle);
        } catch (GeneralSecurityException e) {
            throw new VaultException("A new keyset could not be made.", e);
        }
    }

    private static String jsonOf(KeysetHandle keyset) throws GeneralSecurityException {
        return TinkJsonProtoKeysetFormat.serializeKeyset(keyset, AeadConfig2026.get(), InsecureSecretKeyAccess.get());
    }

    void warnIfAnybodyReads() {
        try {
            if (Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ)) {
                LOGGER.atWarn()
                        .addKeyValue("setting", setting)
                        .addKeyValue("file", path)
                        .log("keyset file is readable by every user of this machine");
            }
        } catch (IOException | UnsupportedOperationException _) {
            // A file system without these permissions has nothing to warn about.
        }
    }
}
