package io.broadside.runtime.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions this instance owns, and how much of them may be under way. For the dispatcher's thread alone, except
 * {@link #figures} and {@link #complaint}.
 */
final class Assignment<V extends SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(Assignment.class);

    private final DispatchConfig config;
    private final Clock clock;
    private final LedgerSpace space;
    private final Map<TopicPartition, PartitionWork<V>> partitions = new LinkedHashMap<>();

    private final Awaited awaited = new Awaited(System::nanoTime);

    /** Partitions that are ours and of which nothing may be started, with the reason. */
    private final Map<TopicPartition, String> barred = new LinkedHashMap<>();

    private int firstInTurn;
    private boolean hasChanged;
    private volatile String complaint = "";
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
        awaited.add(assigned);
    }

    /** Reads the ledgers of new partitions, if there are any; those that cannot be read in time stay paused. */
    void takeUp(Consumer<byte[], byte[]> consumer, Duration wait) {
        var committed = awaited.read(consumer, wait);
        try {
            var begins = begins(consumer, committed, wait);
            committed.forEach((partition, offset) -> takeUp(consumer, partition, offset, begins));
        } catch (RetriableException | WakeupException _) {
            awaited.missed(committed.keySet());
        }
    }

    /** Of those of which nothing was ever committed. */
    private static Map<TopicPartition, Long> begins(
            Consumer<byte[], byte[]> consumer,
            Map<TopicPartition, Optional<OffsetAndMetadata>> committed,
            Duration wait) {
        var untouched = committed.entrySet().stream()
                .filter(entry -> entry.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        return untouched.isEmpty() ? Map.of() : consumer.beginningOffsets(untouched, wait);
    }

    private void takeUp(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            Optional<OffsetAndMetadata> committed,
            Map<TopicPartition, Long> begins) {
        try {
            var from = committed
                    .map(OffsetAndMetadata::offset)
                    .orElseGet(() -> Objects.requireNonNull(begins.get(partition)));
            var work = committed
                    .map(known -> restored(partition, known))
                    .orElseGet(() -> new PartitionWork<>(partition, space, from, Ledger.empty(), Instant.EPOCH));
            // The position it was given when it was assigned means nothing.
            consumer.seek(partition, from);
            consumer.resume(Set.of(partition));
            partitions.put(partition, work);
            hasChanged = true;
        } catch (LedgerException e) {
            bar(partition, e);
        }
        awaited.remove(partition);
    }

    private PartitionWork<V> restored(TopicPartition partition, OffsetAndMetadata committed) {
        var ledger = Ledger.decoded(committed.metadata());
        space.require(ledger);
        var now = clock.instant();
        var lastIntent = ledger.lastIntent().isAfter(now) ? now : ledger.lastIntent();
        var settledAt = lastIntent.plus(config.timeToSettle());
        return new PartitionWork<>(partition, space, committed.offset(), ledger, settledAt);
    }

    /**
     * Takes records up.
     *
     * @return whether a partition was lost by that: its records are not what they were
     */
    boolean add(Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records) {
        var isOneLost = false;
        for (var partition : records.partitions()) {
            var work = Objects.requireNonNull(
                    partitions.get(partition), () -> "No records were asked for of " + partition);
            try {
                records.records(partition).forEach(work::add);
                Optional.ofNullable(records.nextOffsets().get(partition))
                        .ifPresent(next -> work.readUpTo(next.offset()));
            } catch (LedgerException e) {
                consumer.pause(Set.of(partition));
                drop(Set.of(partition));
                bar(partition, e);
                isOneLost = true;
            }
        }
        return isOneLost;
    }

    /** The partition stays paused until somebody else has it, or this starts anew; all others go on. */
    private void bar(TopicPartition partition, LedgerException reason) {
        LOGGER.atError()
                .addKeyValue("partition", partition)
                .setCause(reason)
                .log("nothing of this partition is started");
        barred.put(partition, "partition " + partition + " waits: " + reason.getMessage());
        complaint = String.join(" ", barred.values());
    }

    /** What is wrong, for a person, if something is. For any thread. */
    Optional<String> complaint() {
        return Stream.concat(Stream.of(complaint), awaited.complaint().stream())
                .filter(text -> !text.isEmpty())
                .reduce((one, other) -> one + " " + other);
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
            awaited.remove(partition);
            barred.remove(partition);
            var work = partitions.remove(partition);
            if (work != null) {
                hasChanged = true;
                work.isOwned = false;
                work.mayStart = false;
            }
        }
        complaint = String.join(" ", barred.values());
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
