package io.broadside.token.health;

import io.broadside.events.ConnectionStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How connections fare, as metrics: {@code broadside.connections.health} by platform and status as of the last look,
 * {@code broadside.connection.warnings} given by platform and days (0: of a renewal that fails), {@code broadside.inspections} by platform and outcome.
 */
public final class HealthMetrics {

    private final MeterRegistry meters;
    private final Map<Fare, AtomicLong> counts = new ConcurrentHashMap<>();

    /** What connections are counted by. */
    record Fare(String platform, ConnectionStatus status) {}

    public HealthMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    /** What a look at all connections has found. */
    void seen(Map<Fare, Long> found) {
        counts.forEach((fare, count) -> count.set(found.getOrDefault(fare, 0L)));
        found.forEach((fare, count) -> counts.computeIfAbsent(fare, this::gauge).set(count));
    }

    void warned(String platform, int days) {
        meters.counter("broadside.connection.warnings", "platform", platform, "days", Integer.toString(days))
                .increment();
    }

    void inspected(String platform, String outcome) {
        meters.counter("broadside.inspections", "platform", platform, "outcome", outcome)
                .increment();
    }

    private AtomicLong gauge(Fare fare) {
        var count = new AtomicLong();
        Gauge.builder("broadside.connections.health", count, AtomicLong::get)
                .description("Connections there are, by how they fare now.")
                .tag("platform", fare.platform())
                .tag("status", fare.status().name())
                .register(meters);
        return count;
    }
}
