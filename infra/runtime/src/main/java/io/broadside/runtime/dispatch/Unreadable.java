package io.broadside.runtime.dispatch;

import io.broadside.events.RecordPosition;
import io.broadside.runtime.tracing.Trace;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record that is not what its topic holds.
 *
 * @param record the record as it stands on the topic
 * @param cause why it could not be read
 */
public record Unreadable(ConsumerRecord<byte[], byte[]> record, RuntimeException cause) {

    public RecordPosition position() {
        return new RecordPosition(record.topic(), record.partition(), record.offset());
    }

    public Trace trace() {
        return Trace.from(record.headers());
    }
}
