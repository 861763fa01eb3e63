package io.broadside.retry;

import io.broadside.events.DelayCause;
import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;

/** What retry-service counts. Names of platforms are those it was told of, and {@code other}. For any thread. */
final class RetryMetrics {

    private final MeterRegistry meters;
    private final List<String> platforms;
    private final Timer lateness;
    private final Counter collapsed;

    RetryMetrics(MeterRegistry meters, List<String> platforms, Flows flows, Ticks ticks) {
        this.meters = meters;
        this.platforms = platforms;
        this.lateness = Timer.builder("broadside.retry.lateness")
                .description("How long after its due time a command was sent back, before the commit that shows it")
                .publishPercentileHistogram()
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofMinutes(1))
                .serviceLevelObjectives(Duration.ofMillis(250))
                .register(meters);
        this.collapsed = Counter.builder("broadside.retry.collapsed")
                .description("Commands left out because their round had been here already")
                .register(meters);
        Gauge.builder("broadside.retry.waiting", ticks, Ticks::waiting)
                .description("Commands waiting in this instance, roughly")
                .register(meters);
        Gauge.builder("broadside.retry.held.back", ticks, Ticks::heldBack)
                .description(
                        "Commands that are due and wait for their turn, because their platform gets less than is due")
                .register(meters);
        Gauge.builder("broadside.retry.overdue", ticks, Ticks::overdueSeconds)
                .description("For how long the oldest command has been due that is still here")
                .baseUnit("seconds")
                .register(meters);
        for (var platform : platforms) {
            Gauge.builder("broadside.retry.throttled", flows, all -> all.isThrottled(platform) ? 1 : 0)
                    .tag("platform", platform)
                    .description("1 while a platform gets less than is due for it, because it fails")
                    .register(meters);
        }
    }

    void taken(String platform, DelayCause cause) {
        meters.counter("broadside.retry.taken", "platform", known(platform), "cause", cause.name())
                .increment();
    }

    void released(String platform, DelayCause cause, Duration late) {
        meters.counter("broadside.retry.released", "platform", known(platform), "cause", cause.name())
                .increment();
        lateness.record(late);
    }

    void ended(PostResult result) {
        meters.counter(
                        "broadside.retry.ended",
                        "platform",
                        known(result.getPlatform().orElse("")),
                        "status",
                        result.getStatus().name(),
                        "code",
                        result.getError().map(PostError::getCode).orElse("none"))
                .increment();
    }

    void deadLetter(String code) {
        meters.counter("broadside.retry.dead.letters", "code", code).increment();
    }

    void collapsed() {
        collapsed.increment();
    }

    private String known(String platform) {
        return platforms.contains(platform) ? platform : "other";
    }
}
