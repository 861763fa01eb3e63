package io.broadside.runtime.vault;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.aead.AeadConfig2026;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A keyset as its file has it.
 *
 * <ol>
 *   <li>The file is read again by whoever asks for the keys once the interval is over: there is no thread that could end.
 *   <li>It is read at once where a key is missing, but no more often than every second.
 *   <li>What cannot be read, or is no keyset, changes nothing: the keys that are known go on.
 * </ol>
 *
 * Safe for use by several threads.
 */
final class LiveKeyset {

    private static final Logger LOGGER = LoggerFactory.getLogger(LiveKeyset.class);
    private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();

    private final KeysetFile file;
    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile Keys keys;
    private volatile long lookedAt;
    private byte[] digest;

    /** The keys of the file, ready for use. */
    record Keys(Aead aead, int primary, Set<Integer> ids) {

        static Keys of(String setting, KeysetHandle handle) {
            var ids = new HashSet<Integer>();
            for (var i = 0; i < handle.size(); i++) {
                ids.add(handle.getAt(i).getId());
            }
            try {
                var aead = handle.getPrimitive(AeadConfig2026.get(), Aead.class);
                return new Keys(aead, handle.getPrimary().getId(), Set.copyOf(ids));
            } catch (GeneralSecurityException e) {
                throw new VaultException(setting + ": the keyset is not one for AEAD, such as AES256_GCM", e);
            }
        }
    }

    /**
     * Reads the file for the first time.
     *
     * @throws VaultException if it is missing, or does not hold a keyset that seals
     */
    LiveKeyset(KeysetFile file, Duration interval, LongSupplier nanoTime) {
        this.file = file;
        this.intervalNanos = interval.toNanos();
        this.nanoTime = nanoTime;
        var text = file.text();
        this.keys = Keys.of(file.setting(), file.parse(text));
        this.digest = digestOf(text);
        this.lookedAt = nanoTime.getAsLong();
    }

    /** The keys, as old as the interval at most. */
    Keys keys() {
        if (nanoTime.getAsLong() - lookedAt >= intervalNanos && turn.tryLock()) {
            try {
                look();
            } finally {
                turn.unlock();
            }
        }
        return keys;
    }

    /** The keys, of which one with this id is wanted. */
    Keys keysWith(int id) {
        var known = keys();
        if (known.ids().contains(id)) {
            return known;
        }
        turn.lock();
        try {
            if (!keys.ids().contains(id) && nanoTime.getAsLong() - lookedAt >= LEAST_NANOS) {
                look();
            }
            return keys;
        } finally {
            turn.unlock();
        }
    }

    private void look() {
        lookedAt = nanoTime.getAsLong();
        try {
            var text = file.text();
            var found = digestOf(text);
            if (!Arrays.equals(found, digest)) {
                keys = Keys.of(file.setting(), file.parse(text));
                digest = found;
                LOGGER.atInfo()
                        .addKeyValue("setting", file.setting())
                        .addKeyValue("keys", keys.ids().size())
                        .addKeyValue("primary", Integer.toUnsignedString(keys.primary()))
                        .log("keyset read anew");
            }
        } catch (VaultException e) {
            LOGGER.atError()
                    .addKeyValue("setting", file.setting())
                    .addKeyValue("cause", e.getMessage())
                    .log("keyset cannot be read anew; the keys known so far go on");
        }
    }

    /** Instead of the text, which is all the keys. */
    private static byte[] digestOf(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
