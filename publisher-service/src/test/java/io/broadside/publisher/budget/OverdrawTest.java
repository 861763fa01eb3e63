package io.broadside.publisher.budget;

import static io.broadside.publisher.budget.Bench.NOW;
import static io.broadside.publisher.budget.Bench.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.budget.Budgets.Permission;
import io.broadside.publisher.platform.Quotas.Documented;
import io.broadside.publisher.platform.Quotas.Holder;
import io.broadside.publisher.platform.Quotas.Window;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever callers do at the same time, a platform never gets more calls of a window than it allows, nor ordinary ones beyond the reserve. */
class OverdrawTest {

    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final int CALLERS = 24;
    private static final int CALLS_EACH = 40;

    static IntStream seeds() {
        return IntStream.range(0, 100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aBudgetIsNeverOverdrawnByConcurrentCallers(int seed) throws Exception {
        // Given
        var random = new Random(seed);
        var limit = 1 + random.nextInt(40);
        var isTelling = random.nextInt(4) > 0;
        var documented =
                new Documented(Holder.APP, FixedQuotas.GROUP, FixedQuotas.SPAN, limit, new Window.Rolling(WINDOW));
        var bench = new Bench(new FixedQuotas("fake", List.of(documented), 1));
        var platform = new CountingPlatform(limit, isTelling);
        var passed = new AtomicInteger();
        // When
        var callers = new ArrayList<Callable<Boolean>>();
        for (var caller = 0; caller < CALLERS; caller++) {
            var own = new Random(seed * 1000L + caller);
            var connection = "connection-" + caller;
            callers.add(() -> {
                for (var i = 0; i < CALLS_EACH; i++) {
                    bench.clock.advance(Duration.ofMillis(own.nextInt(4000)));
                    call(bench, platform, connection, own, passed);
                }
                return true;
            });
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var ended : threads.invokeAll(callers)) {
                ended.get();
            }
        }
        // Then
        assertThat(platform.overdrawn()).isEmpty();
        assertThat(passed).as("and it is not that nobody ever called").hasPositiveValue();
    }

    private static void call(
            Bench bench, CountingPlatform platform, String connection, Random random, AtomicInteger passed) {
        var command = aCommand("fake").setConnectionId(connection);
        var isScheduled = random.nextInt(5) == 0;
        var asking = isScheduled ? command.setPublishAt(NOW.plusSeconds(1)).build() : command.build();
        if (bench.budgets.take(asking) instanceof Permission.Granted(var ticket)) {
            try (ticket) {
                // Long enough for others to come in between.
                LockSupport.parkNanos(random.nextInt(100_000));
                var reply = platform.take(bench.clock.instant());
                LockSupport.parkNanos(random.nextInt(100_000));
                bench.ended(asking, "post", random.nextInt(20) == 0 ? new NoAnswer(ErrorCode.TIMED_OUT, true) : reply);
                passed.incrementAndGet();
            }
        }
    }

    /** Counts in windows that begin at whole multiples of their length, and says how it stands, if it is one that says so. */
    private static final class CountingPlatform {

        private final int limit;
        private final boolean isTelling;
        private final Map<Long, Integer> calls = new HashMap<>();

        CountingPlatform(int limit, boolean isTelling) {
            this.limit = limit;
            this.isTelling = isTelling;
        }

        synchronized Reply take(Instant now) {
            var window = now.toEpochMilli() / WINDOW.toMillis();
            var used = calls.merge(window, 1, Integer::sum);
            return new Answer(
                    200,
                    isTelling
                            ? Map.of(
                                    "limit", Integer.toString(limit),
                                    "left", Integer.toString(Math.max(0, limit - used)),
                                    "reset", Long.toString((window + 1) * WINDOW.toMillis()))
                            : Map.of(),
                    "");
        }

        synchronized List<String> overdrawn() {
            return calls.entrySet().stream()
                    .filter(window -> window.getValue() > limit)
                    .map(window -> window.getValue() + " calls of " + limit)
                    .toList();
        }
    }
}
