package io.broadside.token.health;

import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where the newest record of each key stands, for very many keys: 16 bytes for each, in an open-addressed table of hashes. Two keys
 * of one hash (64 bits) share a place: whoever reads the record looks whether it is the one that was meant. Safe for use by many
 * threads.
 */
final class PositionIndex {

    private static final long FREE = -1;
    private static final int OFFSET_BITS = 48;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;

    private long[] hashes = new long[1 << 10];
    private long[] positions = emptied(1 << 10);
    private int used;

    /** A partition and an offset in it. */
    record Position(int partition, long offset) {}

    synchronized void put(byte[] key, int partition, long offset) {
        if (used * 4L >= positions.length * 3L) {
            grow();
        }
        set(hash(key), ((long) partition << OFFSET_BITS) | offset);
    }

    synchronized Optional<Position> get(byte[] key) {
        var found = positions[slot(hash(key))];
        return found == FREE
                ? Optional.empty()
                : Optional.of(new Position((int) (found >>> OFFSET_BITS), found & OFFSET_MASK));
    }

    private void set(long hash, long position) {
        var slot = slot(hash);
        if (positions[slot] == FREE) {
            used++;
        }
        hashes[slot] = hash;
        positions[slot] = position;
    }

    /** The slot of this hash, or the free one where it belongs. */
    private int slot(long hash) {
        var mask = positions.length - 1;
        var slot = (int) (hash ^ (hash >>> 32)) & mask;
        while (positions[slot] != FREE && hashes[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        var oldHashes = hashes;
        var oldPositions = positions;
        hashes = new long[oldHashes.length * 2];
        positions = emptied(oldPositions.length * 2);
        used = 0;
        for (int i = 0; i < oldPositions.length; i++) {
            if (oldPositions[i] != FREE) {
                set(oldHashes[i], oldPositions[i]);
            }
        }
    }

    private static long[] emptied(int length) {
        var table = new long[length];
        Arrays.fill(table, FREE);
        return table;
    }

    /** Two halves that know nothing of each other: a checksum, and a polynomial. */
    private static long hash(byte[] key) {
        var checksum = new CRC32C();
        checksum.update(key);
        return (checksum.getValue() << 32) | (Arrays.hashCode(key) & 0xFFFF_FFFFL);
    }
}
