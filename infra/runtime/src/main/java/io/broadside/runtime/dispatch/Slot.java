package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Ledger.State;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** One record between its fetch and its end. For the dispatcher's thread alone. */
final class Slot<V extends SpecificRecord> {

    final PartitionWork<V> partition;
    final long offset;
    final String key;

    /** When the record was written, in milliseconds since 1970. */
    final long timestamp;

    /** What the ledger says of it, or will say once the cycle at hand has committed. */
    State state;

    /** True for a record found ATTEMPTED at takeover: it is looked for, never run. */
    final boolean isInDoubt;

    /** The record, as long as there is something left to do with it. */
    private @Nullable ConsumerRecord<byte[], byte[]> record;

    Slot(PartitionWork<V> partition, ConsumerRecord<byte[], byte[]> record, String key, State state) {
        this.partition = partition;
        this.offset = record.offset();
        this.key = key;
        this.timestamp = record.timestamp();
        this.state = state;
        this.isInDoubt = state == State.ATTEMPTED;
        this.record = record;
    }

    ConsumerRecord<byte[], byte[]> record() {
        if (record == null) {
            throw new IllegalStateException("The record at offset " + offset + " is done");
        }
        return record;
    }

    void release() {
        record = null;
    }
}
