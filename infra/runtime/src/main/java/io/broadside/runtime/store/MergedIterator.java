package io.broadside.runtime.store;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksIterator;

/** Entries in the order of their keys: those on disk, with what was changed since laid over them. */
final class MergedIterator implements KeyValueIterator<Bytes, byte[]> {

    private final Iterator<Map.Entry<Bytes, Optional<byte[]>>> changes;
    private final RocksIterator disk;
    private final Predicate<byte[]> isWithin;
    private Map.@Nullable Entry<Bytes, Optional<byte[]>> change;
    private @Nullable KeyValue<Bytes, byte[]> next;

    MergedIterator(
            NavigableMap<Bytes, Optional<byte[]>> changes,
            RocksIterator disk,
            @Nullable Bytes from,
            @Nullable Bytes to) {
        this(changes, disk, from, key -> to == null || Arrays.compareUnsigned(key, to.get()) <= 0);
    }

    /** @param isWithin true for keys from the first on, false for all behind the last */
    MergedIterator(
            NavigableMap<Bytes, Optional<byte[]>> changes,
            RocksIterator disk,
            @Nullable Bytes from,
            Predicate<byte[]> isWithin) {
        this.changes = changes.entrySet().iterator();
        this.disk = disk;
        this.isWithin = isWithin;
        if (from == null) {
            disk.seekToFirst();
        } else {
            disk.seek(from.get());
        }
        advanceChanges();
        advance();
    }

    private void advanceChanges() {
        change = changes.hasNext() ? changes.next() : null;
        if (change != null && !isWithin.test(change.getKey().get())) {
            change = null;
        }
    }

    private void advance() {
        next = null;
        while (next == null) {
            var changed = change;
            var onDisk = disk.isValid() ? disk.key() : null;
            if (onDisk != null && !isWithin.test(onDisk)) {
                onDisk = null;
            }
            if (changed == null && onDisk == null) {
                return;
            }
            var order = changed == null
                    ? 1
                    : onDisk == null
                            ? -1
                            : Arrays.compareUnsigned(changed.getKey().get(), onDisk);
            if (changed != null && order <= 0) {
                next = changed.getValue()
                        .map(value -> KeyValue.pair(changed.getKey(), value))
                        .orElse(null);
                advanceChanges();
            } else if (onDisk != null) {
                next = KeyValue.pair(Bytes.wrap(onDisk), disk.value());
            }
            if (order >= 0) {
                disk.next();
            }
        }
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public KeyValue<Bytes, byte[]> next() {
        var found = next;
        if (found == null) {
            throw new NoSuchElementException();
        }
        advance();
        return found;
    }

    @Override
    public Bytes peekNextKey() {
        var found = next;
        if (found == null) {
            throw new NoSuchElementException();
        }
        return found.key;
    }

    @Override
    public void close() {
        disk.close();
    }
}
