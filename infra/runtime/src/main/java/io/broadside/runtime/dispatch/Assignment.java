package io.broadside.runtime.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * The partitions this instance owns, and how much of them may be under way. For the dispatcher's thread alone, except
 * {@link #figures}.
 */
final class Assignment<V extends SpecificRecord> {

    private final DispatchConfig config;
    private final Clock clock;
    private final Map<TopicPartition, PartitionWork<V>> partitions = new LinkedHashMap<>();
    private final Map<String, Integer> underWayByTopic = new HashMap<>();

    /** Partitions that are ours and whose ledgers have not been read yet. */
    private final Set<TopicPartition> expected = new HashSet<>();

    private int underWay;
    private int firstInTurn;
    private volatile Figures figures = new Figures(0, 0, 0, Long.MAX_VALUE);

    /** What metrics show; {@code oldestMillis} is the time of the oldest record that is not done, if there is one. */
    record Figures(int partitions, int underWay, int held, long oldestMillis) {}

    Assignment(DispatchConfig config, Clock clock) {
        this.config = config;
        this.clock = clock;
    }

    void expect(Collection<TopicPartition> assigned) {
        expected.addAll(assigned);
    }

    /** Reads the ledgers of new partitions, if there are any; those that cannot be read in time stay paused. */
    void takeUp(Consumer<byte[], byte[]> consumer, Duration wait) {
        if (expected.isEmpty()) {
            return;
        }
        try {
            var committed = consumer.committed(Set.copyOf(expected), wait);
            for (var partition : List.copyOf(expected)) {
                partitions.put(partition, restored(consumer, partition, committed.get(partition), wait));
                expected.remove(partition);
                consumer.resume(Set.of(partition));
            }
        } catch (RetriableException | WakeupException | UnknownMemberIdException | StaleMemberEpochException _) {
            // An open transaction of the former owner holds the offsets back, the broker is away, or the group has gone
            // on
            // without us, which the next poll finds out: next turn.
        }
    }

    private PartitionWork<V> restored(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            @Nullable OffsetAndMetadata committed,
            Duration wait) {
        if (committed == null) {
            return new PartitionWork<>(partition, consumer.position(partition, wait), Ledger.empty(), Instant.EPOCH);
        }
        var ledger = Ledger.decoded(committed.metadata());
        var now = clock.instant();
        var lastIntent = ledger.lastIntent().isAfter(now) ? now : ledger.lastIntent();
        return new PartitionWork<>(partition, committed.offset(), ledger, lastIntent.plus(config.timeToSettle()));
    }

    void add(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            partition(new TopicPartition(record.topic(), record.partition())).add(record);
        }
        records.nextOffsets().forEach((partition, next) -> partition(partition).readUpTo(next.offset()));
    }

    private PartitionWork<V> partition(TopicPartition partition) {
        return Objects.requireNonNull(partitions.get(partition), () -> "No records were asked for of " + partition);
    }

    /** The partitions, beginning with another one each time. */
    List<PartitionWork<V>> inTurn() {
        var turn = new ArrayList<>(partitions.values());
        if (!turn.isEmpty()) {
            firstInTurn = (firstInTurn + 1) % turn.size();
            Collections.rotate(turn, -firstInTurn);
        }
        return turn;
    }

    Set<TopicPartition> partitions() {
        return Set.copyOf(partitions.keySet());
    }

    Collection<PartitionWork<V>> all() {
        return partitions.values();
    }

    List<PartitionWork<V>> of(Collection<TopicPartition> wanted) {
        return partitions.values().stream()
                .filter(partition -> wanted.contains(partition.partition))
                .toList();
    }

    void drop(Collection<TopicPartition> lost) {
        for (var partition : lost) {
            expected.remove(partition);
            var work = partitions.remove(partition);
            if (work != null) {
                work.isOwned = false;
                work.mayStart = false;
            }
        }
    }

    boolean hasRoom(String topic) {
        return underWay < config.maxInFlight() && underWayByTopic.getOrDefault(topic, 0) < config.maxInFlightPerTopic();
    }

    /** Counts a call of this topic that is chosen to start, or that has ended. */
    void countUnderWay(String topic, int change) {
        underWay += change;
        underWayByTopic.merge(topic, change, Integer::sum);
    }

    /** Pauses partitions of which enough is held, and resumes those of which half of it has been worked off. */
    void adjustFlow(Consumer<byte[], byte[]> consumer) {
        var oldest = Long.MAX_VALUE;
        var held = 0;
        for (var partition : partitions.values()) {
            var unfinished = partition.unfinished();
            held += unfinished;
            oldest = Math.min(oldest, partition.oldestMillis());
            if (!partition.isPaused && unfinished >= config.buffer()) {
                consumer.pause(Set.of(partition.partition));
                partition.isPaused = true;
            } else if (partition.isPaused && unfinished <= config.buffer() / 2) {
                consumer.resume(Set.of(partition.partition));
                partition.isPaused = false;
            }
        }
        figures = new Figures(partitions.size(), underWay, held, oldest);
    }

    /** As they were at the end of the last turn. For any thread. */
    Figures figures() {
        return figures;
    }
}
