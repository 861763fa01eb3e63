package io.broadside.runtime.vault;

import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.aead.AeadConfig2026;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Changes the keys of a keyset file while services use it.
 *
 * <ol>
 *   <li>A new key comes in two steps, {@link #add} and {@link #promote}: between them every service has read the file, so that
 *       none meets what a key sealed that it does not have.
 *   <li>A key is retired only when it seals nothing new. Whether anything is still sealed with it, {@link Vault#keyOf} tells.
 *   <li>The file is replaced in one step, for its owner alone: whoever reads it finds the old keyset or the new one.
 * </ol>
 *
 * For one person at a time.
 */
public final class KeyRotation {

    private final KeysetFile file;

    /**
     * A key of the keyset.
     *
     * @param id as it stands in front of what the key sealed, unsigned
     * @param isPrimary whether new secrets are sealed with it
     */
    public record Key(String id, boolean isPrimary) {}

    public KeyRotation(KeysetName name, Path path) {
        this.file = new KeysetFile(VaultConfig.settingOf(name), path);
    }

    /** The keys, the oldest first. */
    public List<Key> keys() {
        return keysOf(file.read());
    }

    /**
     * Adds a new key, which opens from now on and seals nothing yet.
     *
     * @throws VaultException if one was added before and waits to be promoted
     */
    public Key add() {
        var handle = file.read();
        var last = keysOf(handle).getLast();
        if (!last.isPrimary()) {
            throw new VaultException("Key " + last.id() + " was added before and waits to be promoted: " + file.path());
        }
        return replaced(builder -> {
            var added = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM, AeadConfig2026.get());
            builder.addEntry(KeysetHandle.importKey(added.getPrimary().getKey()));
        });
    }

    /**
     * Makes the key that was added last the one that seals.
     *
     * @throws VaultException if it is already
     */
    public Key promote() {
        var last = keys().getLast();
        if (last.isPrimary()) {
            throw new VaultException(
                    "No key waits to be promoted, " + last.id() + " is the newest: add one first: " + file.path());
        }
        return replaced(builder -> builder.getAt(builder.size() - 1).makePrimary());
    }

    /**
     * Removes a key: what it sealed cannot be opened any more.
     *
     * @throws VaultException if there is no such key, or new secrets are sealed with it
     */
    public void retire(String id) {
        var keys = keys();
        var index = IntStream.range(0, keys.size())
                .filter(i -> keys.get(i).id().equals(id))
                .findFirst()
                .orElseThrow(() -> new VaultException("There is no key " + id + " in " + file.path()));
        if (keys.get(index).isPrimary()) {
            throw new VaultException("Key " + id + " seals what is new, and is needed: " + file.path());
        }
        replaced(builder -> builder.deleteAt(index));
    }

    @FunctionalInterface
    private interface Change {
        void make(KeysetHandle.Builder builder) throws GeneralSecurityException;
    }

    /** Makes a change to the file; returns the newest key after it. */
    private Key replaced(Change change) {
        try {
            var builder = KeysetHandle.newBuilder(file.read());
            change.make(builder);
            var next = builder.build();
            // Before it replaces what works: whether it seals at all.
            LiveKeyset.Keys.of(file.setting(), next);
            file.replace(next);
            return keysOf(next).getLast();
        } catch (GeneralSecurityException e) {
            throw new VaultException("The keyset could not be changed: " + file.path(), e);
        }
    }

    private static List<Key> keysOf(KeysetHandle handle) {
        return IntStream.range(0, handle.size())
                .mapToObj(handle::getAt)
                .map(entry -> new Key(Integer.toUnsignedString(entry.getId()), entry.isPrimary()))
                .toList();
    }
}
