package io.broadside.runtime.vault;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.aead.AeadConfig2026;
import io.broadside.runtime.config.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Seals secrets and opens them again (Tink AEAD, AES-256-GCM).
 *
 * <ol>
 *   <li>What was sealed for a connection opens for that connection alone: the associated data are exactly the UTF-8 bytes
 *       of the connection id.
 *   <li>What one keyset sealed, the other does not open.
 *   <li>New secrets are sealed with the primary key of a keyset; older ones open as long as their key is in it. So keys are
 *       rotated by adding a key everywhere, then making it the primary, and removing the old one when nothing needs it.
 *   <li>Safe for use by several threads.
 * </ol>
 */
public final class Vault {

    /** Tink's prefix of what a key sealed: a version byte and the key's id. */
    private static final byte TINK_PREFIX = 1;

    private static final int PREFIX_BYTES = 5;

    private final Map<KeysetName, Keyset> keysets;

    private Vault(Map<KeysetName, Keyset> keysets) {
        this.keysets = Collections.unmodifiableMap(keysets);
    }

    /**
     * Reads the configured keysets.
     *
     * @throws VaultException if a file is missing, or does not hold a keyset that seals
     */
    public static Vault open(VaultConfig config) {
        var keysets = new EnumMap<KeysetName, Keyset>(KeysetName.class);
        for (var name : KeysetName.values()) {
            config.fileOf(name).ifPresent(path -> {
                var file = new KeysetFile(VaultConfig.settingOf(name), path);
                if (config.createsMissing()) {
                    file.createIfMissing();
                }
                keysets.put(name, Keyset.of(file.setting(), file.read()));
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
            return keyset(keyset).aead().encrypt(secret.reveal().getBytes(UTF_8), connectionId.getBytes(UTF_8));
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
        var keys = keyset(keyset);
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

    private static String why(Keyset keys, byte[] sealed) {
        if (sealed.length < PREFIX_BYTES || sealed[0] != TINK_PREFIX) {
            return "it is not something a keyset sealed.";
        }
        var keyId = ByteBuffer.wrap(sealed).getInt(1);
        return keys.ids().contains(keyId)
                ? "it was sealed for another connection, or changed since."
                : "its key " + Integer.toUnsignedString(keyId) + " is not in the keyset.";
    }

    private Keyset keyset(KeysetName name) {
        var keyset = keysets.get(name);
        if (keyset == null) {
            throw new VaultException(
                    "This service has no " + name + " keyset: " + VaultConfig.settingOf(name) + " is not set.");
        }
        return keyset;
    }

    /** The keys of one keyset, ready for use, and their ids. */
    private record Keyset(Aead aead, Set<Integer> ids) {

        static Keyset of(String setting, KeysetHandle handle) {
            var ids = new HashSet<Integer>();
            for (var i = 0; i < handle.size(); i++) {
                ids.add(handle.getAt(i).getId());
            }
            try {
                return new Keyset(handle.getPrimitive(AeadConfig2026.get(), Aead.class), Set.copyOf(ids));
            } catch (GeneralSecurityException e) {
                throw new VaultException(setting + ": the keyset is not one for AEAD, such as AES256_GCM", e);
            }
        }
    }
}
