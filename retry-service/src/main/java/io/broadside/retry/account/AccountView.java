package io.broadside.retry.account;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.kafka.streams.processor.TaskId;

/** The account of the partitions of this instance, as metrics. Partitions report from their threads; readers may be any thread. */
public final class AccountView {

    private static final long NONE = Long.MAX_VALUE;

    /**
     * What one partition has.
     *
     * @param oldest by platform: from when on the age of its oldest open target counts
     * @param overdue how many targets were to be heard of, and were not
     * @param lost by platform: how many targets are open although their command is nowhere
     * @param unanswered when the oldest request came that nothing was heard of
     */
    record Sheet(
            Map<String, Tally> tallies,
            Map<String, Long> oldest,
            long overdue,
            Map<String, Long> lost,
            long unanswered) {
        Sheet {
            tallies = Map.copyOf(tallies);
            oldest = Map.copyOf(oldest);
            lost = Map.copyOf(lost);
        }
    }

    private final Clock clock;
    private final Map<TaskId, Sheet> sheets = new ConcurrentHashMap<>();

    public AccountView(MeterRegistry meters, List<String> platforms, Clock clock) {
        this.clock = clock;
        for (var platform : platforms) {
            ofPlatform(meters, platform, "accepted", Tally::accepted);
            ofPlatform(meters, platform, "published", Tally::published);
            ofPlatform(meters, platform, "failed", Tally::failed);
            ofPlatform(meters, platform, "cancelled", Tally::cancelled);
            ofPlatform(meters, platform, "unconfirmed", Tally::unconfirmed);
            ofPlatform(meters, platform, "waiting", Tally::open);
            Gauge.builder("broadside.account.difference", this, view -> view.difference(platform))
                    .tag("platform", platform)
                    .description("Targets that have neither ended nor are anywhere: must be 0")
                    .register(meters);
            Gauge.builder("broadside.account.oldest", this, view -> view.oldestSeconds(platform))
                    .tag("platform", platform)
                    .description("Age of the oldest target that has not ended, from its scheduled time on")
                    .baseUnit("seconds")
                    .register(meters);
        }
        gauge(
                meters,
                "broadside.account.second.ends",
                "Ends of targets that had ended already: must be 0",
                view -> view.sum(Tally::secondEnds));
        gauge(
                meters,
                "broadside.account.overdue",
                "Targets of which nothing was heard at their due time",
                view -> view.sheets.values().stream().mapToLong(Sheet::overdue).sum());
        Gauge.builder("broadside.account.unanswered", this, AccountView::unansweredSeconds)
                .description("Age of the oldest request of which nothing was heard")
                .baseUnit("seconds")
                .register(meters);
    }

    void show(TaskId task, Sheet sheet) {
        sheets.put(task, sheet);
    }

    void remove(TaskId task) {
        sheets.remove(task);
    }

    private double difference(String platform) {
        return sheets.values().stream()
                .mapToLong(sheet ->
                        sheet.tallies().getOrDefault(platform, Tally.NONE).difference()
                                + sheet.lost().getOrDefault(platform, 0L))
                .sum();
    }

    double oldestSeconds(String platform) {
        return age(sheets.values().stream()
                .mapToLong(sheet -> sheet.oldest().getOrDefault(platform, NONE))
                .min()
                .orElse(NONE));
    }

    double unansweredSeconds() {
        return age(sheets.values().stream().mapToLong(Sheet::unanswered).min().orElse(NONE));
    }

    private double age(long since) {
        var now = clock.millis();
        return since >= now ? 0 : (now - since) / 1000.0;
    }

    private long sum(ToLongFunction<Tally> number) {
        return sheets.values().stream()
                .flatMap(sheet -> sheet.tallies().values().stream())
                .mapToLong(number)
                .sum();
    }

    private void ofPlatform(MeterRegistry meters, String platform, String count, ToLongFunction<Tally> number) {
        Gauge.builder(
                        "broadside.account.targets",
                        this,
                        view -> view.sheets.values().stream()
                                .map(sheet -> sheet.tallies().getOrDefault(platform, Tally.NONE))
                                .mapToLong(number)
                                .sum())
                .tag("platform", platform)
                .tag("state", count)
                .description("Targets since the beginning of the account, and how they stand")
                .register(meters);
    }

    private void gauge(MeterRegistry meters, String name, String description, ToDoubleFunction<AccountView> value) {
        Gauge.builder(name, this, value).description(description).register(meters);
    }
}
