package io.broadside.runtime.vault;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/**
 * Seals secrets and opens them again (Tink AEAD, AES-256-GCM).
 *
 * <ol>
 *   <li>What was sealed for a connection opens for that connection alone: the associated data are exactly the UTF-8 bytes
 *       of the connection id.
 *   <li>What one keyset sealed, the other does not open.
 *   <li>New secrets are sealed with the primary key of a keyset; older ones open as long as their key is in it. So keys are
 *       rotated by adding a key everywhere, then making it the primary, and removing the old one when nothing needs it.
 *   <li>A keyset file that is changed is read again: within the configured interval, and at once where a key is missing.
 *   <li>Safe for use by several threads.
 * </ol>
 */
public final class Vault {

    /** Tink's prefix of what a key sealed: a version byte and the key's id. */
    private static final byte TINK_PREFIX = 1;

    private static final int PREFIX_BYTES = 5;

    private final Map<KeysetName, LiveKeyset> keysets;

    private Vault(Map<KeysetName, LiveKeyset> keysets) {
        this.keysets = Collections.unmodifiableMap(keysets);
    }

    /**
     * Reads the configured keysets.
     *
     * @throws VaultException if a file is missing, or does not hold a keyset that seals
     */
    public static Vault open(VaultConfig config) {
        return open(config, System::nanoTime);
    }

    static Vault open(VaultConfig config, LongSupplier nanoTime) {
        var keysets = new EnumMap<KeysetName, LiveKeyset>(KeysetName.class);
        for (var name : KeysetName.values()) {
            config.fileOf(name).ifPresent(path -> {
                var file = new KeysetFile(VaultConfig.settingOf(name), path);
                if (config.createsMissing()) {
                    file.createIfMissing();
                }
                file.warnIfAnybodyReads();
                keysets.put(name, new LiveKeyset(file, config.reloadInterval(), nanoTime));
            });
        }
        return new Vault(keysets);
    }

    /** Whether this service has the keyset. */
    public boolean holds(KeysetName keyset) {
        return keysets.containsKey(keyset);
    }

    /** Seals a secret for a connection. */
    public byte[] seal(KeysetName keyset, Secret secret, String connectionId) {
        try {
            return keyset(keyset).keys().aead().encrypt(secret.reveal().getBytes(UTF_8), connectionId.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new VaultException("The " + keyset + " keyset could not seal a secret.", e);
        }
    }

    /**
     * Opens what was sealed for this connection.
     *
     * @throws VaultException if this service does not have the keyset or the key, or it was sealed for another connection or
     *     changed since
     */
    public Secret unseal(KeysetName keyset, byte[] sealed, String connectionId) {
        var live = keyset(keyset);
        var keys = keyIdOf(sealed).isPresent() ? live.keysWith(keyIdOf(sealed).getAsInt()) : live.keys();
        try {
            return Secret.of(new String(keys.aead().decrypt(sealed, connectionId.getBytes(UTF_8)), UTF_8));
        } catch (GeneralSecurityException _) {
            throw new VaultException("The " + keyset + " keyset does not open this: " + why(keys, sealed));
        }
    }

    /** The same for a buffer, which is left as it was. */
    public Secret unseal(KeysetName keyset, ByteBuffer sealed, String connectionId) {
        var bytes = new byte[sealed.remaining()];
        sealed.get(sealed.position(), bytes);
        return unseal(keyset, bytes, connectionId);
    }

    /** Which key sealed this, as its id stands in front; empty if no keyset sealed it. Needs no key. */
    public static Optional<String> keyOf(ByteBuffer sealed) {
        var start = new byte[Math.min(sealed.remaining(), PREFIX_BYTES)];
        sealed.get(sealed.position(), start);
        var id = keyIdOf(start);
        return id.isPresent() ? Optional.of(Integer.toUnsignedString(id.getAsInt())) : Optional.empty();
    }

    private static OptionalInt keyIdOf(byte[] sealed) {
        return sealed.length < PREFIX_BYTES || sealed[0] != TINK_PREFIX
                ? OptionalInt.empty()
                : OptionalInt.of(ByteBuffer.wrap(sealed).getInt(1));
    }

    private static String why(LiveKeyset.Keys keys, byte[] sealed) {
        var keyId = keyIdOf(sealed);
        if (keyId.isEmpty()) {
            return "it is not something a keyset sealed.";
        }
        return keys.ids().contains(keyId.getAsInt())
                ? "it was sealed for another connection, or changed since."
                : "its key " + Integer.toUnsignedString(keyId.getAsInt()) + " is not in the keyset.";
    }

    private LiveKeyset keyset(KeysetName name) {
        var keyset = keysets.get(name);
        if (keyset == null) {
            throw new VaultException(
                    "This service has no " + name + " keyset: " + VaultConfig.settingOf(name) + " is not set.");
        }
        return keyset;
    }
}
