package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records to be written, in this order. Immutable; the records are serialized when they are added, so that a value that
 * cannot be written is the fault of who made it and not of the transaction it would have been in.
 */
public final class Outputs {

    /** A broker takes records of 1 MiB unless told otherwise; a larger one would fail its transaction again and again. */
    static final int MOST_BYTES = 1_000_000;

    private static final Outputs NONE = new Outputs(List.of());

    private final List<ProducerRecord<byte[], byte[]>> records;

    private Outputs(List<ProducerRecord<byte[], byte[]>> records) {
        this.records = records;
    }

    public static Outputs none() {
        return NONE;
    }

    /** Starts a list of records that belong to one trace. */
    public static Builder to(EventSerdes serdes, Trace trace) {
        return new Builder(serdes, trace);
    }

    public List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    boolean writesToOneOf(Set<String> topics) {
        return records.stream().anyMatch(record -> topics.contains(record.topic()));
    }

    /** Collects records. For use by one thread. */
    public static final class Builder {
        private final EventSerdes serdes;
        private final Trace trace;
        private final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(3);

        private Builder(EventSerdes serdes, Trace trace) {
            this.serdes = serdes;
            this.trace = trace;
        }

        public <V extends SpecificRecord> Builder add(Topic<V> topic, String key, V value) {
            return add(topic, key.getBytes(UTF_8), serdes.write(topic, value));
        }

        /** Adds a tombstone for this key. */
        public Builder remove(Topic<?> topic, String key) {
            return add(topic, key.getBytes(UTF_8), null);
        }

        public Outputs build() {
            return new Outputs(List.copyOf(records));
        }

        private Builder add(Topic<?> topic, byte[] key, byte @Nullable [] value) {
            if (value != null && value.length > MOST_BYTES) {
                throw new IllegalArgumentException("A record for " + topic + " has " + value.length + " bytes; at most "
                        + MOST_BYTES + " can be written");
            }
            var record = new ProducerRecord<>(topic.name(), key, value);
            trace.writeTo(record.headers());
            records.add(record);
            return this;
        }
    }
}
