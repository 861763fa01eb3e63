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
import java.util.Optional;
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
    private final LedgerSpace space;
    private final Map<TopicPartition, PartitionWork<V>> partitions = new LinkedHashMap<>();

    /** Partitions that are ours and whose ledgers have not been read yet. */
    private final Set<TopicPartition> expected = new HashSet<>();

    private int firstInTurn;
    private boolean hasChanged;
    private volatile Figures figures = Figures.NONE;

    /**
     * What metrics show.
     *
     * @param held records that are fetched and not done
     * @param widest offsets that the ledger of one partition describes, of the one that describes most
     * @param oldestMillis when the oldest record that is not done was written; {@link Long#MAX_VALUE} if there is none
     */
    record Figures(int partitions, int held, long heldBytes, long widest, long oldestMillis) {
        static final Figures NONE = new Figures(0, 0, 0, 0, Long.MAX_VALUE);
    }

    Assignment(DispatchConfig config, LedgerSpace space, Clock clock) {
        this.config = config;
        this.space = space;
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
                hasChanged = true;
                consumer.resume(Set.of(partition));
            }
        } catch (RetriableException | WakeupException | UnknownMemberIdException | StaleMemberEpochException _) {
            // An open transaction of the former owner holds the offsets back, the broker is away, or the group has gone
            // on without us, which the next poll finds out: next turn.
        }
    }

    private PartitionWork<V> restored(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            @Nullable OffsetAndMetadata committed,
            Duration wait) {
        if (committed == null) {
            var begin = consumer.position(partition, wait);
            return new PartitionWork<>(partition, space, begin, Ledger.empty(), Instant.EPOCH);
        }
        space.require(partition, committed.metadata());
        var ledger = Ledger.decoded(committed.metadata());
        // What the consumer found committed a moment ago may be older than this.
        consumer.seek(partition, committed.offset());
        var now = clock.instant();
        var lastIntent = ledger.lastIntent().isAfter(now) ? now : ledger.lastIntent();
        var settledAt = lastIntent.plus(config.timeToSettle());
        return new PartitionWork<>(partition, space, committed.offset(), ledger, settledAt);
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
                hasChanged = true;
                work.isOwned = false;
                work.mayStart = false;
            }
        }
    }

    /** How many partitions of each topic are owned, if that has changed since it was last asked for. */
    Optional<Map<String, Integer>> changedShares() {
        if (!hasChanged) {
            return Optional.empty();
        }
        hasChanged = false;
        var shares = new HashMap<String, Integer>();
        partitions.keySet().forEach(partition -> shares.merge(partition.topic(), 1, Integer::sum));
        return Optional.of(shares);
    }

    /** Pauses partitions of which enough is held, and resumes those of which half of it has been worked off. */
    void adjustFlow(Consumer<byte[], byte[]> consumer) {
        var oldest = Long.MAX_VALUE;
        var held = 0;
        var heldBytes = 0L;
        var widest = 0L;
        var mostBytes = config.bufferBytes() / Math.max(1, partitions.size());
        for (var partition : partitions.values()) {
            var unfinished = partition.unfinished();
            var bytes = partition.heldBytes();
            held += unfinished;
            heldBytes += bytes;
            widest = Math.max(widest, partition.span());
            oldest = Math.min(oldest, partition.oldestMillis());
            if (!partition.isPaused && (unfinished >= config.buffer() || bytes >= mostBytes)) {
                consumer.pause(Set.of(partition.partition));
                partition.isPaused = true;
            } else if (partition.isPaused && unfinished <= config.buffer() / 2 && bytes <= mostBytes / 2) {
                consumer.resume(Set.of(partition.partition));
                partition.isPaused = false;
            }
        }
        figures = new Figures(partitions.size(), held, heldBytes, widest, oldest);
    }

    /** As they were at the end of the last turn. For any thread. */
    Figures figures() {
        return figures;
    }
}
