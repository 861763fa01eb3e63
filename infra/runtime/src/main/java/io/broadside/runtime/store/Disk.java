package io.broadside.runtime.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * A directory of RocksDB: entries, and beside them the offsets they stand for. Batches survive the death of the process, in
 * their order and each as a whole; after the death of the machine the last of them may be missing.
 */
final class Disk implements AutoCloseable {

    private static final byte[] OFFSETS = "offsets".getBytes(UTF_8);
    private static final byte[] WRITTEN_AT = "written-at".getBytes(UTF_8);

    private static final Duration CLOCK_SKEW = Duration.ofHours(1);

    private final RocksDB database;
    private final ColumnFamilyHandle entries;
    private final ColumnFamilyHandle offsets;
    private final WriteOptions writing = new WriteOptions();
    private final List<AutoCloseable> options;

    private Disk(
            RocksDB database, ColumnFamilyHandle entries, ColumnFamilyHandle offsets, List<AutoCloseable> options) {
        this.database = database;
        this.entries = entries;
        this.offsets = offsets;
        this.options = options;
    }

    static Disk open(File directory, StoreMemory memory) throws RocksDBException {
        var parent = directory.getParentFile();
        if (!parent.isDirectory() && !parent.mkdirs()) {
            throw new RocksDBException("The directory " + parent + " cannot be made");
        }
        var ofEntries = memory.entries();
        var ofOffsets = new ColumnFamilyOptions().setWriteBufferSize(1 << 20);
        var ofDatabase = memory.database();
        var handles = new ArrayList<ColumnFamilyHandle>();
        try {
            var database = RocksDB.open(
                    ofDatabase,
                    directory.getAbsolutePath(),
                    List.of(
                            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, ofEntries),
                            new ColumnFamilyDescriptor(OFFSETS, ofOffsets)),
                    handles);
            return new Disk(database, handles.getFirst(), handles.getLast(), List.of(ofEntries, ofOffsets, ofDatabase));
        } catch (RocksDBException e) {
            ofEntries.close();
            ofOffsets.close();
            ofDatabase.close();
            throw e;
        }
    }

    /**
     * Whether what it holds stood for the changelog within the time before now. What was read from the changelog and never got to its
     * end has no such time, nor has a time that lies ahead a meaning: that clock was wrong.
     */
    boolean isYoungerThan(Duration age, Instant now) throws RocksDBException {
        var written = database.get(offsets, WRITTEN_AT);
        if (written == null) {
            return isEmpty();
        }
        var at = Instant.ofEpochMilli(ByteBuffer.wrap(written).getLong());
        return !at.plus(age).isBefore(now) && !at.isAfter(now.plus(CLOCK_SKEW));
    }

    private boolean isEmpty() {
        try (var all = iterator()) {
            all.seekToFirst();
            return !all.isValid();
        }
    }

    byte @Nullable [] get(byte[] key) throws RocksDBException {
        return database.get(entries, key);
    }

    /** Whoever asks closes it. */
    RocksIterator iterator() {
        return database.newIterator(entries);
    }

    void put(WriteBatch batch, byte[] key, byte @Nullable [] value) throws RocksDBException {
        if (value == null) {
            batch.delete(entries, key);
        } else {
            batch.put(entries, key, value);
        }
    }

    /** What is written up to this offset is there from now on: the disk is as old as its newest offset. */
    void putOffset(WriteBatch batch, TopicPartition partition, long offset, Instant now) throws RocksDBException {
        batch.put(offsets, key(partition), number(offset));
        batch.put(offsets, WRITTEN_AT, number(now.toEpochMilli()));
    }

    void forgetOffset(WriteBatch batch, TopicPartition partition) throws RocksDBException {
        batch.delete(offsets, key(partition));
    }

    @Nullable
    Long offset(TopicPartition partition) throws RocksDBException {
        var found = database.get(offsets, key(partition));
        return found == null ? null : ByteBuffer.wrap(found).getLong();
    }

    void write(WriteBatch batch) throws RocksDBException {
        database.write(writing, batch);
    }

    long approximateSize() {
        try {
            return database.getLongProperty(entries, "rocksdb.estimate-num-keys");
        } catch (RocksDBException _) {
            return 0;
        }
    }

    @Override
    public void close() {
        entries.close();
        offsets.close();
        database.close();
        writing.close();
        for (var option : options) {
            try {
                option.close();
            } catch (Exception e) {
                throw new IllegalStateException("Options of RocksDB cannot fail to close", e);
            }
        }
    }

    private static byte[] key(TopicPartition partition) {
        return partition.toString().getBytes(UTF_8);
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }
}
