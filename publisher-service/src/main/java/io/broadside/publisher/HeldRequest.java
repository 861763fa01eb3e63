package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.tracing.Trace;
import java.nio.ByteBuffer;
import java.time.Instant;

/** A request that waits a moment for a connection, as it is stored: when it came, its trace, and the record's value. */
final class HeldRequest {

    private final Instant since;
    private final Trace trace;
    private final byte[] value;

    private HeldRequest(Instant since, Trace trace, byte[] value) {
        this.since = since;
        this.trace = trace;
        this.value = value;
    }

    static byte[] encoded(Instant since, Trace trace, byte[] value) {
        var traceparent = trace.traceparent().getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + traceparent.length + value.length)
                .putLong(since.toEpochMilli())
                .putInt(traceparent.length)
                .put(traceparent)
                .put(value)
                .array();
    }

    static HeldRequest decoded(byte[] bytes) {
        var buffer = ByteBuffer.wrap(bytes);
        var since = Instant.ofEpochMilli(buffer.getLong());
        var traceparent = new byte[buffer.getInt()];
        buffer.get(traceparent);
        var value = new byte[buffer.remaining()];
        buffer.get(value);
        return new HeldRequest(
                since, Trace.parse(new String(traceparent, UTF_8)).orElseGet(Trace::root), value);
    }

    Instant since() {
        return since;
    }

    Trace trace() {
        return trace;
    }

    byte[] value() {
        return value;
    }
}
