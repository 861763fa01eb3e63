package io.broadside.runtime.store;

import io.broadside.runtime.kafka.TopologyClients;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Makes stores of which the disk survives a crash under exactly-once, and tells each of them what has committed. A topology
 * with such stores must get its Kafka clients from here: its producers are where a commit is known first.
 */
public final class CommittedStores extends TopologyClients {

    /**
     * Entries are deleted soon, so that much of the log is garbage: clean it while it is small. Tombstones are kept for twice
     * as long as a disk may be old, so that no disk misses one.
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            "segment.bytes",
            "67108864",
            "min.cleanable.dirty.ratio",
            "0.2",
            "delete.retention.ms",
            Long.toString(2 * CommittedStore.MOST_AGE.toMillis()));

    private final Clock clock;
    private final StoreMemory memory = new StoreMemory();
    private final Map<TopicPartition, CommittedStore> open = new ConcurrentHashMap<>();

    public CommittedStores(Clock clock) {
        this.clock = clock;
    }

    /** A store of this name, for {@code Topology.addStateStore}. */
    public StoreBuilder<KeyValueStore<Bytes, byte[]>> builder(String name) {
        return Stores.keyValueStoreBuilder(
                        new KeyValueBytesStoreSupplier() {
                            @Override
                            public String name() {
                                return name;
                            }

                            @Override
                            public KeyValueStore<Bytes, byte[]> get() {
                                return new CommittedStore(name, CommittedStores.this);
                            }

                            @Override
                            public String metricsScope() {
                                return "committed";
                            }
                        },
                        Serdes.Bytes(),
                        Serdes.ByteArray())
                .withLoggingEnabled(CHANGELOG);
    }

    StoreMemory memory() {
        return memory;
    }

    Instant now() {
        return clock.instant();
    }

    void opened(TopicPartition changelog, CommittedStore store) {
        open.put(changelog, store);
    }

    void closed(TopicPartition changelog, CommittedStore store) {
        open.remove(changelog, store);
    }

    /** Whether a partition is the changelog of one of our stores, open here. */
    boolean isChangelog(TopicPartition partition) {
        return open.containsKey(partition);
    }

    /** On the thread of the stores' tasks, when a transaction has committed that holds all they have written. */
    void committed(Map<TopicPartition, Long> offsets) {
        offsets.forEach((partition, offset) -> {
            var store = open.get(partition);
            if (store != null) {
                store.committed(offset);
            }
        });
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new NotingProducer(config, this);
    }
}
