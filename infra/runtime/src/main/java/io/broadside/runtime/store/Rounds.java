package io.broadside.runtime.store;

import java.time.Duration;

/**
 * When to go over a store again, to forget what is old. Entries are kept for days, so a round need not begin right after the last one
 * has ended: over a small store that would be many rounds a minute, all for nothing. For the thread of one task.
 */
public final class Rounds {

    private static final Duration EVERY = Duration.ofMinutes(10);

    private long begun = Long.MIN_VALUE / 2;

    /**
     * Whether another round may begin now; if so, it has begun.
     *
     * @param now in milliseconds of the epoch
     */
    public boolean mayBegin(long now) {
        if (now - begun < EVERY.toMillis()) {
            return false;
        }
        begun = now;
        return true;
    }
}
