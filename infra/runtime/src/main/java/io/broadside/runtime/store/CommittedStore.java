package io.broadside.runtime.store;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.BatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store of which the disk holds what is committed, and nothing else.
 *
 * <ol>
 *   <li>What is written is kept in memory until its transaction has committed; then it goes to the disk in one atom with the
 *       offset of the changelog it stands for. So whenever the process dies, what is on disk is a state that was, and only
 *       what the changelog has beyond its offset is read again.
 *   <li>A task that Kafka Streams closes because of a fault, and whose directory it then deletes, finds its disk again: it was
 *       moved aside before. Once: if the fault comes back before anything was committed, the disk may be the fault.
 *   <li>A disk that has not been written for longer than the changelog is sure to keep its tombstones is not used: what was
 *       deleted meanwhile would come back to life.
 * </ol>
 *
 * <p>Kafka Streams' own stores hold what is not committed too, and are therefore thrown away after a crash under exactly-once.
 */
final class CommittedStore implements KeyValueStore<Bytes, byte[]> {

    /** Half of what the changelog keeps its tombstones for, see {@link CommittedStores}. */
    static final Duration MOST_AGE = Duration.ofDays(1);

    private static final Logger LOGGER = LoggerFactory.getLogger(CommittedStore.class);

    /** What Kafka Streams says in place of an offset that it does not have. */
    private static final long NO_OFFSET = -4L;

    private final String name;
    private final CommittedStores owner;

    /** What was written and is not committed; empty for what was deleted. */
    private final ConcurrentNavigableMap<Bytes, Optional<byte[]>> uncommitted = new ConcurrentSkipListMap<>();

    private @Nullable Disk disk;
    private @Nullable TopicPartition changelog;
    private @Nullable File live;
    private @Nullable File aside;
    private boolean isSecondChance;
    private boolean isClosedWell;

    CommittedStore(String name, CommittedStores owner) {
        this.name = name;
        this.owner = owner;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        var directory = new File(new File(context.stateDir(), "committed"), name);
        var kept = new File(context.stateDir().getParentFile(), "aside-" + context.taskId() + "-" + name);
        live = directory;
        aside = kept;
        changelog = new TopicPartition(
                context.applicationId() + "-" + name + "-changelog",
                context.taskId().partition());
        isClosedWell = false;
        isSecondChance = takeBack(kept, directory);
        disk = open(directory);
        owner.opened(changelog, this);
        context.register(root, new Restoring());
    }

    /** Whether a disk was aside and is back in its place. */
    private boolean takeBack(File from, File to) {
        if (!from.exists()) {
            return false;
        }
        if (to.exists()) {
            // The task has been here again since; what it has is newer.
            delete(from);
            return false;
        }
        var parent = to.getParentFile();
        return (parent.isDirectory() || parent.mkdirs()) && from.renameTo(to);
    }

    private Disk open(File directory) {
        try {
            var opened = Disk.open(directory, owner.memory());
            if (!opened.isYoungerThan(MOST_AGE, owner.now())) {
                opened.close();
                LOGGER.atInfo().addKeyValue("store", name).log("store is too old and is read anew");
                delete(directory);
                return Disk.open(directory, owner.memory());
            }
            return opened;
        } catch (RocksDBException e) {
            LOGGER.atWarn()
                    .addKeyValue("store", name)
                    .addKeyValue("cause", e.getMessage())
                    .log("store cannot be opened and is read anew");
            delete(directory);
            try {
                return Disk.open(directory, owner.memory());
            } catch (RocksDBException again) {
                throw new ProcessorStateException("The store " + name + " cannot be opened in " + directory, again);
            }
        }
    }

    /** What was written is now part of a transaction that has committed, and this is the last offset of the changelog in it. */
    void committed(long offset) {
        var open = disk;
        var partition = changelog;
        if (open != null && partition != null) {
            write(open, Map.of(partition, offset));
            isSecondChance = false;
        }
    }

    /** Called by Kafka Streams after a commit or a restoration, not for every commit. */
    @Override
    public void commit(Map<TopicPartition, Long> offsets) {
        write(disk(), offsets);
        isClosedWell = true;
    }

    private void write(Disk open, Map<TopicPartition, Long> offsets) {
        try (var batch = new WriteBatch()) {
            for (var entry : uncommitted.entrySet()) {
                open.put(batch, entry.getKey().get(), entry.getValue().orElse(null));
            }
            for (var entry : offsets.entrySet()) {
                if (entry.getValue() == NO_OFFSET) {
                    open.forgetOffset(batch, entry.getKey());
                } else {
                    open.putOffset(batch, entry.getKey(), entry.getValue(), owner.now());
                }
            }
            open.write(batch);
            uncommitted.clear();
        } catch (RocksDBException e) {
            throw new ProcessorStateException("The store " + name + " cannot be written", e);
        }
    }

    /** Deprecated only because every store is to do so one day. */
    @Override
    @SuppressWarnings("deprecation")
    public boolean managesOffsets() {
        return true;
    }

    /**
     * Without an offset the changelog is read from its beginning. Null would say that the disk cannot be trusted, but whatever
     * is there was in the changelog, and is there again when that has been read.
     */
    @Override
    public Long committedOffset(TopicPartition partition) {
        try {
            var offset = disk().offset(partition);
            return offset == null ? NO_OFFSET : offset;
        } catch (RocksDBException e) {
            throw new ProcessorStateException("The store " + name + " cannot be read", e);
        }
    }

    @Override
    public void close() {
        var open = disk;
        var partition = changelog;
        if (open == null || partition == null) {
            return;
        }
        owner.closed(partition, this);
        disk = null;
        open.close();
        var isSound = isClosedWell && uncommitted.isEmpty();
        uncommitted.clear();
        var from = live;
        var to = aside;
        if (!isSound && !isSecondChance && from != null && to != null && from.exists()) {
            delete(to);
            if (!from.renameTo(to)) {
                LOGGER.atInfo().addKeyValue("store", name).log("store could not be put aside and will be read anew");
            }
        }
    }

    @Override
    public boolean persistent() {
        return true;
    }

    @Override
    public boolean isOpen() {
        return disk != null;
    }

    /** Nobody asks these stores from outside, so nothing is noted of how far they have got. */
    @Override
    public Position getPosition() {
        return Position.emptyPosition();
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
        isClosedWell = false;
        uncommitted.put(key, Optional.ofNullable(value));
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams' contract: null where there was nothing.
    public byte[] putIfAbsent(Bytes key, byte[] value) {
        var before = get(key);
        if (before == null) {
            put(key, value);
        }
        return before;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
        entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams' contract: null where there was nothing.
    public byte[] delete(Bytes key) {
        var before = get(key);
        put(key, null);
        return before;
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka Streams' contract: null where there is nothing.
    public byte[] get(Bytes key) {
        var change = uncommitted.get(key);
        if (change != null) {
            return change.orElse(null);
        }
        try {
            return disk().get(key.get());
        } catch (RocksDBException e) {
            throw new ProcessorStateException("The store " + name + " cannot be read", e);
        }
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
        var changes = uncommitted;
        if (from != null) {
            changes = changes.tailMap(from, true);
        }
        if (to != null) {
            changes = changes.headMap(to, true);
        }
        return new MergedIterator(changes, disk().iterator(), from, to);
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
        return range(null, null);
    }

    @Override
    public <S extends Serializer<P>, P> KeyValueIterator<Bytes, byte[]> prefixScan(P prefix, S serializer) {
        var from = Bytes.wrap(serializer.serialize(null, prefix));
        return new MergedIterator(
                uncommitted.tailMap(from, true),
                disk().iterator(),
                from,
                key -> key.length >= from.get().length && startsWith(key, from.get()));
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public long approximateNumEntries() {
        return disk().approximateSize() + uncommitted.size();
    }

    private Disk disk() {
        var open = disk;
        if (open == null) {
            throw new InvalidStateStoreException("The store " + name + " is closed.");
        }
        return open;
    }

    private static void delete(File directory) {
        try {
            Utils.delete(directory);
        } catch (IOException e) {
            throw new ProcessorStateException("The directory " + directory + " cannot be deleted", e);
        }
    }

    /** What comes from the changelog is committed: straight to the disk. Read twice, it does no harm. */
    private final class Restoring implements BatchingStateRestoreCallback {
        @Override
        public void restoreAll(Collection<KeyValue<byte[], byte[]>> records) {
            var open = disk();
            try (var batch = new WriteBatch()) {
                for (var record : records) {
                    open.put(batch, record.key, record.value);
                }
                open.write(batch);
            } catch (RocksDBException e) {
                throw new ProcessorStateException("The store " + name + " cannot be written", e);
            }
        }
    }
}
