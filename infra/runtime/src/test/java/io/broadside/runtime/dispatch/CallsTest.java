package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.dispatch.Calls.Ended;
import io.broadside.runtime.dispatch.Cycle.Starting;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallsTest {

    private static final EventSerdes NO_REGISTRY = new EventSerdes(URI.create("http://localhost:1"), false);
    private static final DispatchConfig CONFIG = DispatcherCase.CONFIG;

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final AtomicLong begun = new AtomicLong();
    private final CompletableFuture<Void> release = new CompletableFuture<>();
    private final RecordingHandler handler = new RecordingHandler(
                    DispatcherCase.topic("outcomes", RefreshRequest.class), NO_REGISTRY)
            .holding("key-0", release);
    private final Calls<PublishCommand> calls = new Calls<>(
            "test",
            handler,
            new Endings<>(handler, NO_REGISTRY, Clock.systemUTC()),
            CONFIG,
            new DispatchMetrics(
                    new SimpleMeterRegistry(),
                    "test",
                    () -> Assignment.Figures.NONE,
                    () -> 0,
                    () -> Duration.ZERO,
                    Clock.systemUTC()),
            begun::incrementAndGet,
            () -> {},
            nanos::get);

    @Test
    void oneThatDoesNotReturnIsSaidToBeUnderWay() {
        // Given
        calls.start(starting(), nanos.get());
        await().until(() -> handler.ran().size() == 1);
        // When
        pass(CONFIG.longestCalls().plus(Calls.PATIENCE));
        // Then
        assertThat(calls.complaint()).isEmpty();
        // When
        pass(Duration.ofSeconds(1));
        // Then
        assertThat(calls.oldest()).isEqualTo(Duration.ofSeconds(66));
        assertThat(calls.complaint())
                .hasValueSatisfying(
                        text -> assertThat(text).contains("offset 7 of partition commands-0", "66 s", "5 s"));
        // When
        release.complete(null);
        await().until(calls::hasEnded);
        // Then
        assertThat(calls.oldest()).isZero();
        assertThat(calls.complaint()).isEmpty();
    }

    @Test
    void oneWhoseIntentIsTooOldIsNotMade() {
        // Given
        var intent = nanos.get();
        pass(CONFIG.intentMaxAge());
        // When
        calls.start(starting(), intent);
        await().until(calls::hasEnded);
        // Then
        assertThat(calls.nextEnded()).containsInstanceOf(Ended.TooLate.class);
        assertThat(handler.ran()).isEmpty();
        assertThat(begun).hasValue(0);
    }

    private static Starting<PublishCommand> starting() {
        var work = new Work<>(
                "key-0",
                DispatcherCase.command(0),
                new RecordPosition("commands", 0, 7L),
                Instant.EPOCH,
                Trace.root(),
                Lease.none());
        return new Starting<>(Slots.of(7, "key"), work, false, Outputs.none());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
