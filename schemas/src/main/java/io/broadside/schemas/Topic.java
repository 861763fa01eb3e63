package io.broadside.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * One topic of the pipeline: its name, who declares it, what is in it and how long it is kept. Keys are UTF-8 strings.
 *
 * @param name the topic's name; its subject in the schema registry is this name followed by {@code -value}
 * @param owner the service that creates it
 * @param type the class of its values
 * @param keyMeaning what the key is, for people: {@code requestId}, {@code connectionId}
 * @param retention how long a record is kept; for a compacted topic, how long a tombstone is; where it is gone by then
 *     ({@link Cleanup#isExact}) it may go {@link #GONE_EARLIER_BY} earlier
 */
public record Topic<V extends SpecificRecord>(
        String name, Owner owner, Class<V> type, String keyMeaning, Cleanup cleanup, Duration retention) {

    /** The service that declares a topic and may change it. */
    public enum Owner {
        PUBLISHER_SERVICE,
        TOKEN_SERVICE,
        RETRY_SERVICE,
        WEBHOOK_INGEST
    }

    /** What happens to old records. */
    public enum Cleanup {
        /** Dropped when they are older than the retention. */
        DELETE,
        /** The last record of every key is kept for ever. */
        COMPACT,
        /**
         * Gone by the time they are as old as the retention. Kafka drops segments, not records, and a segment only when its youngest
         * record is old enough: so segments are short, and dropped earlier by their length.
         */
        GONE_BY_THEN,
        /** The same; and dropped before when the partition is larger than 1 GiB. */
        GONE_BY_THEN_BOUNDED;

        /** Whether no record may be older than the retention. */
        public boolean isExact() {
            return this == GONE_BY_THEN || this == GONE_BY_THEN_BOUNDED;
        }
    }

    /** How long a segment collects records. */
    private static final Duration SEGMENT = Duration.ofHours(3);

    /** By how much the oldest records of a topic that is exact may go before their time: one segment, and what the broker takes. */
    public static final Duration GONE_EARLIER_BY = SEGMENT.plus(Duration.ofHours(1));

    /** How long at most a record that was replaced or deleted stays in a compacted topic, however little is written to it. */
    private static final Duration LONGEST_REPLACED = Duration.ofDays(1);

    private static final long BOUND_BYTES = 1L << 30;

    /** Larger than the longest delivery anybody may configure. */
    private static final long SEGMENT_BYTES = 128L << 20;

    /** The topic's subject in the schema registry (TopicNameStrategy). */
    public String subject() {
        return name + "-value";
    }

    /** The broker's settings for this topic, by Kafka's names. */
    public Map<String, String> brokerConfig() {
        var retentionMs = Long.toString(retention.toMillis());
        return switch (cleanup) {
            case DELETE -> Map.of("cleanup.policy", "delete", "retention.ms", retentionMs);
            case GONE_BY_THEN -> exact();
            case GONE_BY_THEN_BOUNDED -> {
                var bounded = new HashMap<>(exact());
                bounded.put("retention.bytes", Long.toString(BOUND_BYTES));
                yield Map.copyOf(bounded);
            }
            case COMPACT ->
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "delete.retention.ms",
                        retentionMs,
                        "min.cleanable.dirty.ratio",
                        "0.1",
                        "max.compaction.lag.ms",
                        Long.toString(LONGEST_REPLACED.toMillis()));
        };
    }

    private Map<String, String> exact() {
        return Map.of(
                "cleanup.policy", "delete",
                "retention.ms", Long.toString(retention.minus(GONE_EARLIER_BY).toMillis()),
                "segment.ms", Long.toString(SEGMENT.toMillis()),
                "segment.bytes", Long.toString(SEGMENT_BYTES));
    }

    @Override
    public String toString() {
        return name;
    }
}
