package io.broadside.token.health.notice;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one channel has told: {@code broadside.notices} by channel and outcome, {@code broadside.notices.pending} and
 * {@code broadside.notices.oldest.seconds} of what it has not told yet.
 */
final class NoticeMetrics {

    private final MeterRegistry meters;
    private final String channel;
    private final AtomicLong pending = new AtomicLong();
    private final AtomicLong oldestSeconds = new AtomicLong();

    NoticeMetrics(MeterRegistry meters, String channel) {
        this.meters = meters;
        this.channel = channel;
        gauge("broadside.notices.pending", pending, "Notices that could not be delivered yet.");
        gauge("broadside.notices.oldest.seconds", oldestSeconds, "Age of the oldest of them, in seconds.");
    }

    void delivered() {
        count("delivered");
    }

    void failed() {
        count("failed");
    }

    void givenUp() {
        count("given-up");
    }

    void waiting(long count, long oldest) {
        pending.set(count);
        oldestSeconds.set(oldest);
    }

    private void count(String outcome) {
        meters.counter("broadside.notices", "channel", channel, "outcome", outcome)
                .increment();
    }

    private void gauge(String name, AtomicLong value, String description) {
        Gauge.builder(name, value, AtomicLong::get)
                .tag("channel", channel)
                .description(description)
                .register(meters);
    }
}
