package io.broadside.runtime.tracing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {

    private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN_ID = "00f067aa0ba902b7";
    private static final String TRACEPARENT = "00-" + TRACE_ID + "-" + SPAN_ID + "-01";

    @Test
    void readsTheTraceOfARecord() {
        // Given
        var headers = new RecordHeaders().add("traceparent", TRACEPARENT.getBytes(US_ASCII));

        // When
        var trace = Trace.from(headers);

        // Then
        assertThat(trace).isEqualTo(new Trace(TRACE_ID, SPAN_ID, true));
        assertThat(trace.traceparent()).isEqualTo(TRACEPARENT);
    }

    @Test
    void keepsThatATraceIsNotSampled() {
        // When
        var trace = Trace.parse("00-" + TRACE_ID + "-" + SPAN_ID + "-00");

        // Then
        assertThat(trace).contains(new Trace(TRACE_ID, SPAN_ID, false));
        assertThat(trace.orElseThrow().traceparent()).endsWith("-00");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more"
            })
    void beginsANewTraceWhereTheHeaderCannotBeRead(String header) {
        // Given
        var headers = new RecordHeaders().add("traceparent", header.getBytes(US_ASCII));

        // When
        var trace = Trace.from(headers);

        // Then
        assertThat(Trace.parse(header)).isEmpty();
        assertThat(trace.traceId()).isNotEqualTo(TRACE_ID);
        assertThat(trace.isSampled()).isTrue();
    }

    @Test
    void beginsANewTraceWhereThereIsNone() {
        // Given
        var valueless = new RecordHeaders().add("traceparent", null);

        // Then
        assertThat(Trace.from(new RecordHeaders())).isNotEqualTo(Trace.from(new RecordHeaders()));
        assertThat(Trace.from(valueless).traceId()).hasSize(32);
    }

    @Test
    void theNextStepIsOfTheSameTrace() {
        // Given
        var trace = new Trace(TRACE_ID, SPAN_ID, false);

        // When
        var child = trace.child();

        // Then
        assertThat(child.traceId()).isEqualTo(TRACE_ID);
        assertThat(child.spanId()).isNotEqualTo(SPAN_ID);
        assertThat(child.isSampled()).isFalse();
    }

    @Test
    void takesThePlaceOfTheTraceInTheHeaders() {
        // Given
        var headers = new RecordHeaders()
                .add("traceparent", TRACEPARENT.getBytes(US_ASCII))
                .add("traceparent", TRACEPARENT.getBytes(US_ASCII))
                .add("other", new byte[] {1});
        var trace = Trace.root();

        // When
        trace.writeTo(headers);

        // Then
        assertThat(headers.headers("traceparent")).hasSize(1);
        assertThat(headers.headers("other")).hasSize(1);
        assertThat(Trace.from(headers)).isEqualTo(trace);
    }

    @Test
    void refusesIdsThatAreNone() {
        assertThatThrownBy(() -> new Trace("nonsense", SPAN_ID, true)).hasMessageStartingWith("traceId:");
        assertThatThrownBy(() -> new Trace(TRACE_ID, "nonsense", true)).hasMessageStartingWith("spanId:");
    }
}
