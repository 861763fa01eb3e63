package io.broadside.runtime.dispatch;

import io.broadside.runtime.health.Check;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Whether a session gets on, as others see it. Written by the dispatcher's thread, read by any. */
final class Progress {

    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);

    private final String name;
    private final LongSupplier nanoClock;
    private volatile long lastTurn;
    private volatile long failingSince;
    private volatile boolean isFailing;

    /**
     * @param name of the dispatcher
     * @param nanoClock a monotonic clock in nanoseconds
     */
    Progress(String name, LongSupplier nanoClock) {
        this.name = name;
        this.nanoClock = nanoClock;
        this.lastTurn = nanoClock.getAsLong();
    }

    void turn() {
        lastTurn = nanoClock.getAsLong();
    }

    /** A commit failed, or is not known to have been made. */
    void failing() {
        if (!isFailing) {
            failingSince = nanoClock.getAsLong();
            isFailing = true;
        }
    }

    /** A commit was made, or there is nothing to commit. */
    void well() {
        isFailing = false;
    }

    boolean isFailing() {
        return isFailing;
    }

    /**
     * Whether commits and turns are made.
     *
     * @param lastFault why the last commit failed
     * @param atWork what it does, for a person, if all is well
     */
    Check check(String lastFault, String atWork) {
        if (isFailing) {
            var stuck = since(failingSince);
            if (stuck.compareTo(STALLED_AFTER) > 0) {
                return Check.failing(name, "could not commit for " + stuck.toSeconds() + " s: " + lastFault);
            }
        }
        var idle = since(lastTurn);
        return idle.compareTo(STALLED_AFTER) > 0
                ? Check.failing(name, "no progress for " + idle.toSeconds() + " s; is the broker reachable?")
                : Check.ok(name, atWork);
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(nanoClock.getAsLong() - nanos);
    }
}
