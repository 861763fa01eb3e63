package io.broadside.webhook;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often an app usually has deliveries, and whether it has fallen silent: a subscription that the platform dropped, an address
 * that nobody reaches, look like nothing at all otherwise.
 *
 * <ol>
 *   <li>It is a gap when an app is silent for three times its longest usual pause, and no sooner than a time that is set.
 *   <li>Usual is what was seen since the start, long ago counting less: a pause is forgotten by half within a week.
 *   <li>An app that has had fewer than twenty deliveries has no rhythm, and no gap. Nor has one that a start found silent: what
 *       came before is not known.
 *   <li>A gap is said once, as a warning, and its end once.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class Rhythm {

    private static final int ENOUGH = 20;
    private static final int TIMES_THE_USUAL = 3;
    private static final double HALF_LIFE_SECONDS = Duration.ofDays(7).toSeconds();

    private static final Logger LOGGER = LoggerFactory.getLogger(Rhythm.class);

    private final String app;
    private final Duration least;
    private final Clock clock;
    private final Instant start;
    private @Nullable Instant last;
    private long count;
    private double longestPauseSeconds;
    private boolean isGap;

    /** @param least no silence shorter than this is a gap */
    Rhythm(String app, Duration least, Clock clock) {
        this.app = app;
        this.least = least;
        this.clock = clock;
        this.start = clock.instant();
    }

    /** A genuine delivery has come. */
    synchronized void delivery() {
        var now = clock.instant();
        var before = last;
        if (before != null) {
            var pause = Math.max(0, Duration.between(before, now).toMillis() / 1e3);
            longestPauseSeconds = Math.max(pause, longestPauseSeconds * Math.pow(0.5, pause / HALF_LIFE_SECONDS));
        }
        last = now;
        count++;
        if (isGap) {
            isGap = false;
            LOGGER.atInfo().addKeyValue("app", app).log("deliveries come again");
        }
    }

    /** Looks whether it has fallen silent; to be called now and then. */
    synchronized void look() {
        var silence = silence();
        if (!isGap && count >= ENOUGH && silence.compareTo(unusual()) > 0) {
            isGap = true;
            LOGGER.atWarn()
                    .addKeyValue("app", app)
                    .addKeyValue("silentForSeconds", silence.toSeconds())
                    .addKeyValue("longestUsualPauseSeconds", (long) longestPauseSeconds)
                    .log("no deliveries for an app that usually has them; look at its subscription at the platform");
        }
    }

    synchronized boolean isGap() {
        return isGap;
    }

    /** How long ago the last delivery was; if there was none, the start. */
    synchronized Duration silence() {
        return Duration.between(last == null ? start : last, clock.instant());
    }

    private Duration unusual() {
        var unusual = Duration.ofMillis((long) (longestPauseSeconds * 1e3 * TIMES_THE_USUAL));
        return unusual.compareTo(least) > 0 ? unusual : least;
    }
}
