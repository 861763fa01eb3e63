package io.broadside.runtime.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.StaleMemberEpochException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions that are ours and whose ledgers have not been read yet. While a transaction is open that holds the offsets of one of them, the
 * consumer gives none of those it is asked for with it: after a question without an answer each partition is asked for alone, so that the
 * others go on. A partition that is awaited for long is complained of: a transaction that never ends holds it back for ever.
 *
 * <p>For the dispatcher's thread alone, except {@link #complaint}.
 */
final class Awaited {

    private static final Logger LOGGER = LoggerFactory.getLogger(Awaited.class);

    /**
     * Between two questions for the same partitions. The consumer (Kafka 4.3.1, CommitRequestManager) hangs a second question on a first
     * one that is still under way; if that one fails, it asks itself again and again until the stack is full.
     */
    static final Duration ASK_PAUSE = Duration.ofSeconds(2);

    /** After a question without an answer, which has cost the dispatcher's thread its time; longer than an answer is waited for. */
    private static final Duration MISS_PAUSE = Duration.ofMillis(500);

    /** A transaction of a process that died is ended by the broker before this, as long as its limit is the default. */
    static final Duration COMPLAIN_AFTER = Duration.ofSeconds(30);

    private static final int NAMED = 5;

    private final LongSupplier nanoClock;
    private final Map<TopicPartition, Awaiting> partitions = new LinkedHashMap<>();

    /** Nothing is asked for before this, by the monotonic clock. */
    private long opensAt;

    private boolean isOneByOne;
    private volatile Map<TopicPartition, Long> since = Map.of();

    /**
     * @param since when it was assigned
     * @param askAgain not before
     */
    private record Awaiting(long since, long askAgain, boolean isComplainedOf) {

        Awaiting until(long askNext) {
            return new Awaiting(since, askNext, isComplainedOf);
        }
    }

    /** @param nanoClock the monotonic clock */
    Awaited(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.opensAt = nanoClock.getAsLong();
    }

    void add(Collection<TopicPartition> assigned) {
        var now = nanoClock.getAsLong();
        assigned.forEach(partition -> partitions.putIfAbsent(partition, new Awaiting(now, now, false)));
        changed();
    }

    void remove(TopicPartition partition) {
        partitions.remove(partition);
        isOneByOne &= !partitions.isEmpty();
        changed();
    }

    /** Something that was asked for these was not told: from now on each is asked for alone, until none is awaited. */
    void missed(Collection<TopicPartition> asked) {
        var now = nanoClock.getAsLong();
        opensAt = now + MISS_PAUSE.toNanos();
        isOneByOne = true;
        if (asked.size() == 1) {
            var askNext = now + ASK_PAUSE.toNanos();
            asked.forEach(
                    partition -> partitions.computeIfPresent(partition, (_, awaiting) -> awaiting.until(askNext)));
        }
    }

    /**
     * What is committed for as many of them as can be told now. They are awaited until they are {@linkplain #remove removed}.
     *
     * @param wait how long a question may take; one without an answer is the last one for now
     * @return empty for a partition of which nothing was ever committed
     */
    Map<TopicPartition, Optional<OffsetAndMetadata>> read(Consumer<byte[], byte[]> consumer, Duration wait) {
        var now = nanoClock.getAsLong();
        if (partitions.isEmpty() || now - opensAt < 0) {
            return Map.of();
        }
        complainOf(now);
        var read = new HashMap<TopicPartition, Optional<OffsetAndMetadata>>();
        for (var asked : questions(now)) {
            try {
                var committed = consumer.committed(asked, wait);
                asked.forEach(partition -> read.put(partition, Optional.ofNullable(committed.get(partition))));
            } catch (WakeupException _) {
                // The question may have been sent all the same.
                opensAt = nanoClock.getAsLong() + MISS_PAUSE.toNanos();
                return read;
            } catch (RetriableException | UnknownMemberIdException | StaleMemberEpochException _) {
                // An open transaction of the former owner holds the offsets back, the broker is away, or the group
                // has gone on without us, which the next poll finds out.
                missed(asked);
                return read;
            }
        }
        return read;
    }

    /** What is wrong, for a person, if something is. For any thread. */
    Optional<String> complaint() {
        var now = nanoClock.getAsLong();
        var late = since.entrySet().stream()
                .filter(entry -> now - entry.getValue() > COMPLAIN_AFTER.toNanos())
                .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                .toList();
        if (late.isEmpty()) {
            return Optional.empty();
        }
        var longest =
                late.stream().mapToLong(entry -> now - entry.getValue()).max().orElseThrow();
        var names = late.stream()
                .limit(NAMED)
                .map(entry -> entry.getKey().toString())
                .collect(Collectors.joining(", "));
        var others = late.size() > NAMED ? " and of " + (late.size() - NAMED) + " other partitions" : "";
        return Optional.of(
                ("The offsets of %s%s cannot be read for %d s, and nothing of them is started: the broker is away, or a"
                                + " transaction that holds them never ends; see 'A transaction that never ends' in docs/operations.md.")
                        .formatted(names, others, Duration.ofNanos(longest).toSeconds()));
    }

    /** All in one, or those whose turn it is one by one, the one first that was asked for longest ago. */
    private List<Set<TopicPartition>> questions(long now) {
        if (!isOneByOne) {
            return List.of(Set.copyOf(partitions.keySet()));
        }
        return partitions.entrySet().stream()
                .filter(entry -> now - entry.getValue().askAgain() >= 0)
                .sorted(Comparator.comparingLong(entry -> entry.getValue().askAgain() - now))
                .map(entry -> Set.of(entry.getKey()))
                .toList();
    }

    private void complainOf(long now) {
        var late = new ArrayList<TopicPartition>();
        partitions.replaceAll((partition, awaiting) -> {
            if (awaiting.isComplainedOf() || now - awaiting.since() <= COMPLAIN_AFTER.toNanos()) {
                return awaiting;
            }
            late.add(partition);
            return new Awaiting(awaiting.since(), awaiting.askAgain(), true);
        });
        if (!late.isEmpty()) {
            LOGGER.atWarn()
                    .addKeyValue("partitions", late)
                    .log("offsets cannot be read: the broker is away, or a transaction that holds them never ends");
        }
    }

    private void changed() {
        since = partitions.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().since()));
    }
}
