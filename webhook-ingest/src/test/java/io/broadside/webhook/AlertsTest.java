package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.QuarantineReason;
import io.broadside.runtime.health.Meters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An alert on a metric there is not never rings. */
class AlertsTest {

    private static final Path RULES = Path.of("../infra/deploy/alerts/webhooks.yaml");
    private static final Pattern METRIC = Pattern.compile("broadside_[a-z_]+");
    private static final Pattern END = Pattern.compile("[{,]end=~?\"(?<names>[^\"]*)\"");

    @Test
    void everyMetricOfTheRulesIsOneOfTheService() throws IOException {
        // Given
        var rules = Files.readString(RULES);
        var meters = Meters.forService("webhook-ingest");
        var metrics = new WebhookMetrics(meters);
        metrics.expect("x/demo");
        metrics.quarantined("x", QuarantineReason.MALFORMED);
        metrics.arrears(() -> 0);
        metrics.silence("x/demo", () -> 0, () -> 0);
        var scraped = meters.scrape();
        meters.close();
        // When
        var named = new TreeSet<String>();
        METRIC.matcher(rules).results().forEach(found -> named.add(found.group()));
        // Then
        assertThat(named)
                .hasSizeGreaterThan(4)
                .allSatisfy(metric -> assertThat(scraped).contains("\n" + metric + "{"));
    }

    @Test
    void everyEndOfTheRulesIsOneThatRequestsHave() throws IOException {
        // Given
        var rules = Files.readString(RULES);
        // When
        var named = new TreeSet<String>();
        END.matcher(rules)
                .results()
                .forEach(found ->
                        named.addAll(Stream.of(found.group(1).split("\\|", -1)).toList()));
        // Then
        var ends = Stream.of(WebhookMetrics.End.values())
                .map(end -> end.name().toLowerCase(Locale.ROOT))
                .toList();
        assertThat(named).hasSizeGreaterThan(6).isSubsetOf(ends);
    }
}
