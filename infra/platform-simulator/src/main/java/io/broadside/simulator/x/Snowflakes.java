package io.broadside.simulator.x;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids that grow with time, as those of X: https://docs.x.com/fundamentals/x-ids. Never the same twice, also when the clock stands
 * still or goes back, and across restarts as long as every id of before was {@link #observe observed}.
 */
final class Snowflakes {
    private static final long EPOCH_MILLIS = 1_288_834_974_657L;
    private static final int SEQUENCE_BITS = 22;

    private final AtomicLong last = new AtomicLong();

    String next(Instant now) {
        long earliest = (now.toEpochMilli() - EPOCH_MILLIS) << SEQUENCE_BITS;
        return Long.toString(last.updateAndGet(previous -> Math.max(previous + 1, earliest)));
    }

    void observe(String id) {
        last.accumulateAndGet(Long.parseLong(id), Math::max);
    }
}
