package io.broadside.retry;

import java.time.Duration;
import java.time.Instant;

/**
 * How much one platform gets. Without limits as long as it is well; while it fails, little more than a probe now and then; and
 * when it is back, twice as much with every second in which calls come to an end. So what fell due during an outage leaves at a
 * rate that grows, and what is still here can be changed and taken back meanwhile.
 *
 * <p>Not safe for use by several threads: {@link Flows} sees to that.
 */
final class Flow {

    /** Fewer failures than this in a second say nothing of the platform as a whole. */
    private static final int ENOUGH_FAILURES = 5;

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final double FIRST = 2;
    private static final double LEAST = 0.1;
    private static final double SHRINKING = 0.7;

    private final double most;
    private final double rampEnd;
    private boolean isThrottled;
    private double rate;
    private double tokens;
    private Instant refilled = Instant.EPOCH;
    private Instant windowStart = Instant.EPOCH;
    private int failed;
    private int completed;

    /**
     * @param most per second, always; infinity for no limit
     * @param rampEnd per second: whoever has grown to this is without limits again
     */
    Flow(double most, double rampEnd) {
        this.most = most;
        this.rampEnd = rampEnd;
    }

    /** Whether one more may go now. */
    boolean lets(Instant now) {
        look(now);
        var allowed = Math.min(most, isThrottled ? rate : Double.POSITIVE_INFINITY);
        if (allowed == Double.POSITIVE_INFINITY) {
            return true;
        }
        var passed = Math.max(0, Duration.between(refilled, now).toMillis()) / 1000.0;
        // What was not used is not saved up for longer than a second: a quiet hour is no reason for a burst.
        tokens = Math.min(Math.max(1, allowed), tokens + passed * allowed);
        refilled = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    /** A call failed by a fault of the platform. */
    void failed(Instant now) {
        look(now);
        failed++;
    }

    /** A post has come to its end: the platform answers. */
    void completed(Instant now) {
        look(now);
        completed++;
    }

    boolean isThrottled() {
        return isThrottled;
    }

    private void look(Instant now) {
        if (Duration.between(windowStart, now).compareTo(WINDOW) < 0) {
            return;
        }
        var isDown = failed > completed;
        if (!isThrottled) {
            if (failed >= ENOUGH_FAILURES && isDown) {
                isThrottled = true;
                rate = Math.max(FIRST, completed);
                tokens = 0;
                refilled = now;
            }
        } else if (isDown) {
            rate = Math.max(LEAST, rate / 2);
        } else if (completed > 0) {
            rate = Math.max(FIRST, rate) * 2;
            isThrottled = rate < rampEnd;
        } else {
            rate = Math.max(LEAST, rate * SHRINKING);
        }
        failed = 0;
        completed = 0;
        windowStart = now;
    }
}
