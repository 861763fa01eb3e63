package io.broadside.retry.account;

import io.broadside.events.DelayCause;
import io.broadside.events.ResultStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The account of a cluster at one time.
 *
 * @param platforms by their id
 * @param unanswered targets that were asked for and of which nothing was heard; right after a request there may be some
 * @param overdueCount targets of which nothing was heard for too long after their due time
 * @param overdue the oldest of those
 * @param lateness how long after its due time something was next heard of what waited
 */
public record AccountReport(
        Instant at,
        Map<String, PlatformReport> platforms,
        long unanswered,
        long overdueCount,
        List<Open> overdue,
        List<Lateness> lateness) {

    private static final String ROW = "  %-12s %9s %9s %9s %9s %11s %9s %11s  %s";

    /**
     * What became of what was accepted for one platform.
     *
     * @param waiting what has not ended and is somewhere: waits in retry-service or is on its way to the platform
     * @param secondEnds final results of targets that had one already: there must be none
     * @param oldest age of the oldest that has not ended, from its scheduled time on
     */
    public record PlatformReport(
            long accepted,
            long published,
            long failed,
            long cancelled,
            long unconfirmed,
            long waiting,
            long secondEnds,
            Duration oldest) {

        /** What has neither ended nor is anywhere: there must be nothing. */
        public long difference() {
            return accepted - published - failed - cancelled - unconfirmed - waiting;
        }

        private PlatformReport plus(PlatformReport other) {
            return new PlatformReport(
                    accepted + other.accepted,
                    published + other.published,
                    failed + other.failed,
                    cancelled + other.cancelled,
                    unconfirmed + other.unconfirmed,
                    waiting + other.waiting,
                    secondEnds + other.secondEnds,
                    oldest.compareTo(other.oldest) > 0 ? oldest : other.oldest);
        }
    }

    /** A target that has not ended. */
    public record Open(
            String requestId,
            int targetIndex,
            String platform,
            ResultStatus status,
            Optional<DelayCause> waitingFor,
            Instant due) {}

    /** So many were heard of within this time after they were due, and not within the one before. */
    public record Lateness(Duration within, long count) {}

    public AccountReport {
        platforms = Map.copyOf(platforms);
        overdue = List.copyOf(overdue);
        lateness = List.copyOf(lateness);
    }

    /** All platforms together. */
    public PlatformReport total() {
        return platforms.values().stream()
                .reduce(new PlatformReport(0, 0, 0, 0, 0, 0, 0, Duration.ZERO), PlatformReport::plus);
    }

    /** What is missing: targets that are nowhere, and such that were asked for and not answered. */
    public long difference() {
        return total().difference() + unanswered;
    }

    /** Whether nothing is missing, nothing has ended twice and nothing is overdue. */
    public boolean holds() {
        return difference() == 0 && total().secondEnds() == 0 && overdueCount == 0;
    }

    /** The account as a person reads it. */
    public List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(ROW.formatted(
                "PLATFORM",
                "ACCEPTED",
                "PUBLISHED",
                "FAILED",
                "CANCELLED",
                "UNCONFIRMED",
                "WAITING",
                "DIFFERENCE",
                "OLDEST"));
        new TreeMap<>(platforms).forEach((platform, row) -> lines.add(row(platform, row)));
        lines.add(row("all", total()));
        var total = total();
        lines.add("accepted %d = published %d + failed %d + cancelled %d + unconfirmed %d + waiting %d%s"
                .formatted(
                        total.accepted(),
                        total.published(),
                        total.failed(),
                        total.cancelled(),
                        total.unconfirmed(),
                        total.waiting(),
                        total.difference() == 0 ? "" : " + MISSING " + total.difference()));
        if (unanswered > 0) {
            lines.add("asked for and not answered yet: " + unanswered);
        }
        if (total.secondEnds() > 0) {
            lines.add("ended more than once: " + total.secondEnds());
        }
        lines.add(latenessLine());
        if (overdueCount > 0) {
            lines.add("overdue: " + overdueCount + ", the oldest of them:");
            overdue.forEach(open -> lines.add("  %s target %d on %s, %s%s since %s"
                    .formatted(
                            open.requestId(),
                            open.targetIndex(),
                            open.platform(),
                            open.status(),
                            open.waitingFor().map(cause -> " for " + cause).orElse(""),
                            open.due())));
        }
        lines.add(holds() ? "The account holds." : "The account does NOT hold.");
        return lines;
    }

    private static String row(String name, PlatformReport row) {
        return String.format(
                Locale.ROOT,
                ROW,
                name,
                row.accepted(),
                row.published(),
                row.failed(),
                row.cancelled(),
                row.unconfirmed(),
                row.waiting(),
                row.difference(),
                row.waiting() == 0 ? "-" : text(row.oldest()));
    }

    private String latenessLine() {
        var line = new StringBuilder("heard of after the due time:");
        for (var bucket : lateness) {
            if (bucket.count() > 0) {
                line.append(bucket.within().toMillis() == Long.MAX_VALUE ? "  later" : "  <= " + text(bucket.within()))
                        .append(": ")
                        .append(bucket.count());
            }
        }
        return lateness.stream().allMatch(bucket -> bucket.count() == 0)
                ? line + " nothing waited yet"
                : line.toString();
    }

    private static String text(Duration duration) {
        if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
            return duration.toMillis() + " ms";
        }
        if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
            return duration.toSeconds() + " s";
        }
        return duration.compareTo(Duration.ofHours(3)) < 0 ? duration.toMinutes() + " min" : duration.toHours() + " h";
    }
}
