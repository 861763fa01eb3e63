package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Ledger.State;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** One unfinished record, from its fetch to its end. For the dispatcher's thread alone. */
final class Slot<V extends SpecificRecord> {

    final PartitionWork<V> partition;
    final long offset;
    final String key;

    /** Counts the unfinished records of the partition in the order of their offsets. */
    final long number;

    /** When the record was written, in milliseconds since 1970. */
    final long timestamp;

    /** What the ledger says of it, or will say once the cycle at hand has committed. */
    State state;

    /** True for a record whose call may have been made and whose outcome is not known: it is looked for, never run. */
    boolean isInDoubt;

    /** Neighbours among the unfinished records of the partition. */
    @Nullable
    Slot<V> before;

    @Nullable
    Slot<V> after;

    private final ConsumerRecord<byte[], byte[]> record;

    Slot(PartitionWork<V> partition, ConsumerRecord<byte[], byte[]> record, String key, long number, State state) {
        this.partition = partition;
        this.offset = record.offset();
        this.key = key;
        this.number = number;
        this.timestamp = record.timestamp();
        this.state = state;
        this.isInDoubt = state == State.ATTEMPTED;
        this.record = record;
    }

    ConsumerRecord<byte[], byte[]> record() {
        return record;
    }

    /** Bytes of key and value. */
    int bytes() {
        return Math.max(0, record.serializedKeySize()) + Math.max(0, record.serializedValueSize());
    }
}
