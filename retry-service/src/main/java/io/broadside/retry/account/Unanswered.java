package io.broadside.retry.account;

import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Since when requests have waited for an answer, to the second. They are kept in the store by their ids, and to look for the oldest of
 * them there would mean to look at all. For the thread of one task.
 */
final class Unanswered {

    /** What there is if nothing waits. */
    static final long NONE = Long.MAX_VALUE;

    private final TreeMap<Long, Integer> bySecond = new TreeMap<>();

    /** @param time in milliseconds of the epoch */
    void asked(long time) {
        bySecond.merge(second(time), 1, Integer::sum);
    }

    /** @param time when it was asked */
    void answered(long time) {
        bySecond.computeIfPresent(second(time), (_, count) -> count == 1 ? null : count - 1);
    }

    /** The second in which the oldest was asked, in milliseconds of the epoch; {@link #NONE} if nothing waits. */
    long oldest() {
        return bySecond.isEmpty() ? NONE : TimeUnit.SECONDS.toMillis(bySecond.firstKey());
    }

    private static long second(long time) {
        return TimeUnit.MILLISECONDS.toSeconds(time);
    }
}
