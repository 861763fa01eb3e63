package io.broadside.schemas;

import java.time.Duration;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/**
 * One topic of the pipeline: its name, who declares it, what is in it and how long it is kept. Keys are UTF-8 strings.
 *
 * @param name the topic's name; its subject in the schema registry is this name followed by {@code -value}
 * @param owner the service that creates it
 * @param type the class of its values
 * @param keyMeaning what the key is, for people: {@code requestId}, {@code connectionId}
 * @param retention how long a record is kept; for a compacted topic, how long a tombstone is
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
        /** Dropped when they are older than the retention, or when the partition is larger than 1 GiB. */
        DELETE_BOUNDED
    }

    private static final long BOUND_BYTES = 1L << 30;

    /** The topic's subject in the schema registry (TopicNameStrategy). */
    public String subject() {
        return name + "-value";
    }

    /** The broker's settings for this topic, by Kafka's names. */
    public Map<String, String> brokerConfig() {
        var retentionMs = Long.toString(retention.toMillis());
        return switch (cleanup) {
            case DELETE -> Map.of("cleanup.policy", "delete", "retention.ms", retentionMs);
            case DELETE_BOUNDED ->
                Map.of(
                        "cleanup.policy",
                        "delete",
                        "retention.ms",
                        retentionMs,
                        "retention.bytes",
                        Long.toString(BOUND_BYTES));
            case COMPACT ->
                Map.of(
                        "cleanup.policy", "compact",
                        "delete.retention.ms", retentionMs,
                        "min.cleanable.dirty.ratio", "0.1");
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
