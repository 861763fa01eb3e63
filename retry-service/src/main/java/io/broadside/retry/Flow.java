package io.broadside.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * How much one platform gets. Without limits as long as it is well; while it fails, little more than a probe now and then; and
 * when it is back, twice as much with every second in which calls come to an end. So what fell due during an outage leaves at a
 * rate that grows, and what is still here can be changed and taken back meanwhile.
 *
 * <p>Calls that fail come back to the instance that let them go; of their ends another one may hear. So that what was let go and
 * did not come back for a while is good news too, only slower. And good for little: also of what nobody takes to the platform
 * nothing comes back.
 *
 * <p>Not safe for use by several threads: {@link Flows} sees to that.
 */
final class Flow {

    /** Fewer failures than this in a second, or of fewer accounts, say nothing of the platform as a whole. */
    private static final int ENOUGH_FAILURES = 5;

    private static final int ENOUGH_ACCOUNTS = 3;

    /** For how long an end that came says that the platform is well. */
    private static final Duration EVIDENCE = Duration.ofSeconds(10);

    /** What fails has failed by then: a call has its limit, and waits a little before and behind it. */
    private static final Duration FAILED_BY_THEN = Duration.ofSeconds(30);

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final double FIRST = 2;
    private static final double LEAST = 0.1;

    /** To so many per second the rate grows without an end that is heard of; beyond, only ends let it grow. */
    private static final double MOST_IN_SILENCE = 16;

    private static final double SHRINKING = 0.7;

    private final double most;
    private final double rampEnd;
    private boolean isThrottled;
    private double rate;
    private double tokens;
    private Instant refilled = Instant.EPOCH;
    private Instant windowStart = Instant.EPOCH;
    private Instant lastCompleted = Instant.EPOCH;
    private boolean isRecovering;
    private Instant firstLetGo = Instant.EPOCH;
    private int letGo;
    private final Set<String> failing = new HashSet<>();
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
        if (!isLimited(now)) {
            return true;
        }
        var allowed = allowed();
        var passed = Math.max(0, Duration.between(refilled, now).toMillis()) / 1000.0;
        // What was not used is not saved up for longer than a second: a quiet hour is no reason for a burst.
        tokens = Math.min(Math.max(1, allowed), tokens + passed * allowed);
        refilled = now;
        if (tokens < 1) {
            return false;
        }
        tokens--;
        if (isThrottled) {
            firstLetGo = letGo == 0 ? now : firstLetGo;
            letGo++;
        }
        return true;
    }

    /** One that was let go did not. */
    void giveBack() {
        tokens++;
        letGo = Math.max(0, letGo - 1);
    }

    /** Whether there is any limit now. */
    boolean isLimited(Instant now) {
        look(now);
        return allowed() < Double.POSITIVE_INFINITY;
    }

    /** How many may go per second, as far as it is known; infinity for any number. */
    double allowed() {
        return Math.min(most, isThrottled ? rate : Double.POSITIVE_INFINITY);
    }

    /**
     * There is something that was held back before this instance knew of the platform: unless posts have come to an end here just
     * now, it may be down still.
     */
    void resume(Instant now) {
        look(now);
        if (!isThrottled && Duration.between(lastCompleted, now).compareTo(EVIDENCE) > 0) {
            throttle(FIRST, now);
        }
    }

    /**
     * A call failed by a fault of the platform. What fails again and again for one account counts once: that may be the account's
     * fault.
     */
    void failed(String connectionId, Instant now) {
        look(now);
        failed++;
        failing.add(connectionId);
        letGo = 0;
    }

    /** A post has come to its end: the platform answers. */
    void completed(Instant now) {
        look(now);
        completed++;
        lastCompleted = now;
    }

    boolean isThrottled() {
        return isThrottled;
    }

    private void throttle(double perSecond, Instant now) {
        isThrottled = true;
        isRecovering = false;
        letGo = 0;
        rate = perSecond;
        tokens = 0;
        refilled = now;
    }

    private void look(Instant now) {
        var age = Duration.between(windowStart, now);
        // A window that begins in the future is one of before the clock was set back.
        if (!age.isNegative() && age.compareTo(WINDOW) < 0) {
            return;
        }
        if (age.isNegative()) {
            letGo = 0;
        }
        var isDown = failing.size() > completed;
        if (!isThrottled) {
            if (failed >= ENOUGH_FAILURES && failing.size() >= ENOUGH_ACCOUNTS && isDown) {
                throttle(Math.max(FIRST, completed), now);
            }
        } else if (isDown) {
            isRecovering = false;
            rate = Math.max(LEAST, rate / 2);
        } else if (completed > 0) {
            isRecovering = true;
            letGo = 0;
            rate = doubled();
            isThrottled = rate < rampEnd;
        } else if (hasNothingFailed(now)) {
            isRecovering = true;
            letGo = 0;
            rate = Math.max(rate, Math.min(doubled(), MOST_IN_SILENCE));
        } else if (!isRecovering) {
            rate = Math.max(LEAST, rate * SHRINKING);
        }
        failing.clear();
        failed = 0;
        completed = 0;
        windowStart = now;
    }

    private double doubled() {
        return Math.max(FIRST, rate) * 2;
    }

    /** Whether something was let go long enough ago, and nothing failed since. */
    private boolean hasNothingFailed(Instant now) {
        return letGo > 0 && Duration.between(firstLetGo, now).compareTo(FAILED_BY_THEN) >= 0;
    }
}
