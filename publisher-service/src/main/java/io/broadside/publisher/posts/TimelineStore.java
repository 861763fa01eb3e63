package io.broadside.publisher.posts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.TtlDB;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index of timelines on disk: a cache of what is on the topics, that can be thrown away at any time.
 *
 * <ol>
 *   <li>Entries and the positions up to which topics were read are written together: neither survives a crash without the
 *       other, so that nothing is missed. An entry that is written again is the same entry.
 *   <li>An entry is dropped some time after it has been kept for as long as it should. Those that say where an open target
 *       stands stay until they are {@link Batch#close closed}.
 *   <li>Memory is bounded, whatever is in it.
 * </ol>
 *
 * <p>Writing is for one thread, reading for any.
 */
final class TimelineStore implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(TimelineStore.class);

    private static final byte[] FORMAT_KEY = "format".getBytes(UTF_8);
    private static final byte[] FORMAT = {1};
    private static final long CACHE_BYTES = 32L << 20;
    private static final long WRITE_BUFFER_BYTES = 16L << 20;
    private static final byte END_OF_ID = 0;
    private static final Duration COMPACTED_EVERY = Duration.ofHours(12);

    /** What an entry is. */
    enum Kind {
        REQUEST('q'),
        RESULT('r'),
        CALL('c');

        private final byte code;

        Kind(char code) {
            this.code = (byte) code;
        }
    }

    private final TtlDB db;
    private final List<AutoCloseable> parts;
    private final ColumnFamilyHandle positions;
    private final ColumnFamilyHandle recent;
    private final ColumnFamilyHandle open;
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);

    /** Native code that is used after it was closed ends the process: whoever uses it holds the one, whoever closes it the other. */
    private final ReadWriteLock inUse = new ReentrantReadWriteLock();

    private boolean isClosed;

    private TimelineStore(TtlDB db, List<ColumnFamilyHandle> families, List<AutoCloseable> parts) {
        this.db = db;
        this.positions = families.get(0);
        this.recent = families.get(1);
        this.open = families.get(2);
        this.parts = parts;
    }

    /** @throws UncheckedIOException if the directory cannot be used */
    static TimelineStore open(Path directory, Duration kept) {
        RocksDB.loadLibrary();
        try {
            Files.createDirectories(directory);
            var store = opened(directory, kept);
            if (store.isOfThisFormat()) {
                return store;
            }
            store.close();
            delete(directory);
            Files.createDirectories(directory);
            var fresh = opened(directory, kept);
            fresh.db.put(fresh.positions, fresh.unlogged, FORMAT_KEY, FORMAT);
            return fresh;
        } catch (RocksDBException | IOException e) {
            throw new UncheckedIOException(new IOException(
                    "The index of posts in " + directory + " cannot be opened: " + e.getMessage()
                            + ". It can be deleted; it is read anew from Kafka then.",
                    e));
        }
    }

    private static TimelineStore opened(Path directory, Duration kept) throws RocksDBException, IOException {
        try {
            return opened(directory.toString(), kept);
        } catch (RocksDBException e) {
            if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Corruption) {
                throw e;
            }
            LOGGER.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("cause", e.getMessage())
                    .log("index of posts is damaged, it is read anew from Kafka");
            delete(directory);
            Files.createDirectories(directory);
            return opened(directory.toString(), kept);
        }
    }

    private static TimelineStore opened(String directory, Duration kept) throws RocksDBException {
        var cache = new LRUCache(CACHE_BYTES);
        var filter = new BloomFilter(10);
        var family = new ColumnFamilyOptions()
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setPeriodicCompactionSeconds(COMPACTED_EVERY.toSeconds())
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        .setCacheIndexAndFilterBlocks(true));
        var options = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setAtomicFlush(true)
                .setKeepLogFileNum(2);
        var parts = List.<AutoCloseable>of(options, family, filter, cache);
        var handles = new ArrayList<ColumnFamilyHandle>();
        var descriptors = List.of(
                new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family),
                new ColumnFamilyDescriptor("recent".getBytes(UTF_8), family),
                new ColumnFamilyDescriptor("open".getBytes(UTF_8), family));
        try {
            var ttl = Math.toIntExact(kept.toSeconds());
            var db = TtlDB.open(options, directory, descriptors, handles, List.of(0, ttl, 0), false);
            return new TimelineStore(db, handles, parts);
        } catch (RocksDBException e) {
            closeAll(parts);
            throw e;
        }
    }

    private boolean isOfThisFormat() throws RocksDBException {
        return Arrays.equals(db.get(positions, FORMAT_KEY), FORMAT);
    }

    /** What came first of a request under this id. */
    Optional<byte[]> request(String requestId) {
        return reading(() -> {
            try (var found = db.newIterator(recent)) {
                var prefix = prefix(requestId, Kind.REQUEST);
                found.seek(prefix);
                return found.isValid() && startsWith(found.key(), prefix)
                        ? Optional.of(found.value())
                        : Optional.<byte[]>empty();
            }
        });
    }

    /** Hears of the results of a request in their order on the topic, and then once more where its open targets stand. */
    void results(String requestId, Consumer<byte[]> hearing) {
        var _ = reading(() -> {
            var prefix = prefix(requestId, Kind.RESULT);
            for (var family : List.of(recent, open)) {
                try (var found = db.newIterator(family)) {
                    for (found.seek(prefix); found.isValid() && startsWith(found.key(), prefix); found.next()) {
                        hearing.accept(found.value());
                    }
                }
            }
            return true;
        });
    }

    /** Hears of the newest calls made for a request, so many of each partition, the newest of it first. */
    void calls(String requestId, int mostOfPartition, Consumer<byte[]> hearing) {
        var _ = reading(() -> {
            var prefix = prefix(requestId, Kind.CALL);
            try (var found = db.newIterator(recent)) {
                found.seekForPrev(key(requestId, Kind.CALL, Integer.MAX_VALUE, Long.MAX_VALUE));
                while (found.isValid() && startsWith(found.key(), prefix)) {
                    var partition = ByteBuffer.wrap(found.key()).getInt(prefix.length);
                    var first = key(requestId, Kind.CALL, partition, 0);
                    for (var i = 0; i < mostOfPartition && isFrom(first, found); i++) {
                        hearing.accept(found.value());
                        found.prev();
                    }
                    if (isFrom(first, found)) {
                        found.seekForPrev(first);
                    }
                    if (isFrom(first, found)) {
                        found.prev();
                    }
                }
            }
            return true;
        });
    }

    private static boolean isFrom(byte[] first, RocksIterator found) {
        return found.isValid() && Arrays.compareUnsigned(found.key(), first) >= 0;
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private <T> T reading(Supplier<T> work) {
        inUse.readLock().lock();
        try {
            if (isClosed) {
                throw new IllegalStateException("The index of posts is closed");
            }
            return work.get();
        } finally {
            inUse.readLock().unlock();
        }
    }

    /** Up to where a partition has been read, if it has. */
    OptionalLong position(TopicPartition partition) {
        try {
            var value = db.get(positions, positionKey(partition));
            return value == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(ByteBuffer.wrap(value).getLong());
        } catch (RocksDBException e) {
            throw broken(e);
        }
    }

    Batch batch() {
        return new Batch();
    }

    /** Drops what is too old now; in time that happens by itself. */
    void compact() {
        try (var wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait, List.of(positions, recent, open));
            for (var family : List.of(positions, recent, open)) {
                db.compactRange(family);
            }
        } catch (RocksDBException e) {
            throw broken(e);
        }
    }

    /** Closes; what was written is on the disk then. Only after the last write. */
    @Override
    public void close() {
        inUse.writeLock().lock();
        try {
            if (!isClosed) {
                isClosed = true;
                closeNow();
            }
        } finally {
            inUse.writeLock().unlock();
        }
    }

    private void closeNow() {
        try (var wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait, List.of(positions, recent, open));
        } catch (RocksDBException e) {
            LOGGER.atWarn()
                    .addKeyValue("cause", e.getMessage())
                    .log("index of posts not saved, its last part is read again");
        }
        var all = new ArrayList<AutoCloseable>(List.of(positions, recent, open, db, unlogged));
        all.addAll(parts);
        closeAll(all);
    }

    /** What is written together. */
    final class Batch implements AutoCloseable {

        private final WriteBatch writes = new WriteBatch();
        private final Map<TopicPartition, Long> read = new HashMap<>();

        /** Adds an entry, by where its record stood. */
        void put(String requestId, Kind kind, int partition, long offset, byte[] value) {
            put(recent, key(requestId, kind, partition, offset), value);
        }

        /** Keeps where a target stands for as long as it is open. */
        void keep(String requestId, int targetIndex, byte[] result) {
            put(open, key(requestId, Kind.RESULT, targetIndex, 0), result);
        }

        /** Says that a target is through. */
        void close(String requestId, int targetIndex) {
            try {
                writes.delete(open, key(requestId, Kind.RESULT, targetIndex, 0));
            } catch (RocksDBException e) {
                throw broken(e);
            }
        }

        void readUpTo(TopicPartition partition, long offset) {
            read.put(partition, offset);
        }

        void write() {
            read.forEach((partition, offset) -> put(
                    positions,
                    positionKey(partition),
                    ByteBuffer.allocate(Long.BYTES).putLong(offset).array()));
            try {
                db.write(unlogged, writes);
            } catch (RocksDBException e) {
                throw broken(e);
            }
        }

        @Override
        public void close() {
            writes.close();
        }

        private void put(ColumnFamilyHandle family, byte[] key, byte[] value) {
            try {
                writes.put(family, key, value);
            } catch (RocksDBException e) {
                throw broken(e);
            }
        }
    }

    private static byte[] prefix(String requestId, Kind kind) {
        var id = requestId.getBytes(UTF_8);
        return ByteBuffer.allocate(id.length + 2)
                .put(id)
                .put(END_OF_ID)
                .put(kind.code)
                .array();
    }

    private static byte[] key(String requestId, Kind kind, int partition, long offset) {
        var prefix = prefix(requestId, kind);
        return ByteBuffer.allocate(prefix.length + Integer.BYTES + Long.BYTES)
                .put(prefix)
                .putInt(partition)
                .putLong(offset)
                .array();
    }

    private static byte[] positionKey(TopicPartition partition) {
        return ("position " + partition).getBytes(UTF_8);
    }

    private static IllegalStateException broken(RocksDBException cause) {
        return new IllegalStateException("The index of posts cannot be used: " + cause.getMessage(), cause);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void closeAll(List<AutoCloseable> parts) {
        parts.forEach(part -> {
            try {
                part.close();
            } catch (Exception e) {
                LOGGER.atWarn().setCause(e).log("part of the index of posts did not close");
            }
        });
    }
}
