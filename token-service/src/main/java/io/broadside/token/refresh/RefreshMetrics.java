package io.broadside.token.refresh;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

/**
 * How refreshes end: the counter {@code broadside.token.refreshes} by platform and outcome. What a look for tokens that are due
 * takes: the timer {@code broadside.token.look}.
 */
public final class RefreshMetrics {

    private final MeterRegistry meters;

    public RefreshMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    void looked(Duration took) {
        meters.timer("broadside.token.look").record(took);
    }

    void renewed(String platform) {
        count(platform, "renewed");
    }

    /** No call was needed. */
    void served(String platform) {
        count(platform, "served");
    }

    void needsPerson(String platform) {
        count(platform, "needs-person");
    }

    void later(String platform) {
        count(platform, "later");
    }

    private void count(String platform, String outcome) {
        meters.counter("broadside.token.refreshes", "platform", platform, "outcome", outcome)
                .increment();
    }
}
