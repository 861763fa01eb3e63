package io.broadside.runtime.dispatch;

import io.broadside.events.RecordPosition;
import io.broadside.runtime.tracing.Trace;
import java.time.Instant;
import org.apache.avro.specific.SpecificRecord;

/**
 * One record to work on.
 *
 * @param key the record's key
 * @param value its value
 * @param position where it stands
 * @param writtenAt when the record was written: no call for it can have been made before
 * @param trace the trace it belongs to
 * @param lease permission to call the outside world, limited in time
 */
public record Work<V extends SpecificRecord>(
        String key, V value, RecordPosition position, Instant writtenAt, Trace trace, Lease lease) {

    Work<V> with(Lease granted) {
        return new Work<>(key, value, position, writtenAt, trace, granted);
    }
}
