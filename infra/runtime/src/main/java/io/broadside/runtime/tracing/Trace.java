package io.broadside.runtime.tracing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.trace.IdGenerator;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;

/**
 * The trace that a record belongs to, and the step in it that wrote the record: W3C Trace Context.
 *
 * @param traceId 32 lower-case hex digits, not all zero
 * @param spanId 16 lower-case hex digits, not all zero
 * @param isSampled whether whoever began the trace keeps it
 */
public record Trace(String traceId, String spanId, boolean isSampled) {

    private static final String HEADER = "traceparent";

    private static final TextMapGetter<String> ONLY_TRACEPARENT =
            (traceparent, key) -> key.equals(HEADER) ? traceparent : null;

    public Trace {
        if (!TraceId.isValid(traceId)) {
            throw new IllegalArgumentException("traceId: 32 lower-case hex digits needed, not all zero");
        }
        if (!SpanId.isValid(spanId)) {
            throw new IllegalArgumentException("spanId: 16 lower-case hex digits needed, not all zero");
        }
    }

    /** The trace named in the headers of a record; a new one where there is none, or none that can be read. */
    public static Trace from(Headers headers) {
        return Optional.ofNullable(headers.lastHeader(HEADER))
                .flatMap(header -> Optional.ofNullable(header.value()))
                .flatMap(value -> parse(new String(value, US_ASCII)))
                .orElseGet(Trace::root);
    }

    /** A new trace, sampled. */
    public static Trace root() {
        var ids = IdGenerator.random();
        return new Trace(ids.generateTraceId(), ids.generateSpanId(), true);
    }

    /** The trace of a {@code traceparent}; empty where it is not one. */
    public static Optional<Trace> parse(String traceparent) {
        var context =
                W3CTraceContextPropagator.getInstance().extract(Context.root(), traceparent.strip(), ONLY_TRACEPARENT);
        return Optional.of(Span.fromContext(context).getSpanContext())
                .filter(span -> span.isValid())
                .map(span -> new Trace(span.getTraceId(), span.getSpanId(), span.isSampled()));
    }

    /** The next step of the same trace. */
    public Trace child() {
        return new Trace(traceId, IdGenerator.random().generateSpanId(), isSampled);
    }

    /** This step as W3C writes it. */
    public String traceparent() {
        return "00-" + traceId + "-" + spanId + (isSampled ? "-01" : "-00");
    }

    /** Puts this step into the headers of a record, in the place of any other. */
    public void writeTo(Headers headers) {
        headers.remove(HEADER);
        headers.add(HEADER, traceparent().getBytes(US_ASCII));
    }
}
