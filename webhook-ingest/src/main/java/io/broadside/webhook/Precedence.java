package io.broadside.webhook;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Deliveries come before events: a platform waits for the answer to a delivery, and gives an address up that answers late; nobody
 * waits for an event like that, and what is on inbound.raw is safe.
 *
 * <ol>
 *   <li>While many deliveries are under way and the event loops have more to do than they get the processor for, the topology
 *       rests.
 *   <li>It goes on when few have been under way for a fifth of a second: acknowledgements come in batches, and right after one there are
 *       few for a moment in the middle of a burst, too. That the event loops are in time again is no reason: they are because it rests.
 *   <li>It never rests for longer than five seconds at a time, and then works for a quarter of one at least, however pressed the
 *       event loops are: it falls behind in a burst, and does not starve.
 *   <li>It does not rest at all while it is too far behind: an acknowledged delivery is lost if nothing was made of it by the
 *       time inbound.raw drops it.
 *   <li>A slow broker is no reason: event loops that wait are not late. Nor is a machine on which others are busy, as long as few
 *       deliveries come.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class Precedence {

    private static final int MANY = 32;
    private static final long LATE_NANOS = Duration.ofMillis(2).toNanos();
    private static final long CALM_NANOS = Duration.ofMillis(200).toNanos();
    private static final long LONGEST_REST_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long SHORTEST_WORK_NANOS = Duration.ofMillis(250).toNanos();

    /** What may rest. Neither call blocks. */
    interface Work {

        void rest();

        void goOn();
    }

    private final Work work;
    private final IntSupplier underWay;
    private final BooleanSupplier isFarBehind;
    private final LongSupplier nanoTime;
    private boolean isResting;
    private long since;
    private long lastMany;

    /**
     * @param underWay how many deliveries wait for the broker
     * @param isFarBehind whether the work is too far behind to rest
     */
    Precedence(Work work, IntSupplier underWay, BooleanSupplier isFarBehind, LongSupplier nanoTime) {
        this.work = work;
        this.underWay = underWay;
        this.isFarBehind = isFarBehind;
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
        this.lastMany = since;
    }

    /** An event loop came to something so long after its time; to be told by each of them, several times in a tenth of a second. */
    synchronized void looked(long nanosLate) {
        var now = nanoTime.getAsLong();
        var areMany = underWay.getAsInt() >= MANY;
        if (areMany) {
            lastMany = now;
        }
        if (isResting && (now - lastMany >= CALM_NANOS || now - since >= LONGEST_REST_NANOS)) {
            isResting = false;
            since = now;
            work.goOn();
        } else if (!isResting
                && areMany
                && nanosLate >= LATE_NANOS
                && now - since >= SHORTEST_WORK_NANOS
                && !isFarBehind.getAsBoolean()) {
            isResting = true;
            since = now;
            work.rest();
        }
    }
}
