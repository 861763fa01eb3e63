package io.broadside.publisher.platform.media;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bytes that all media under way may hold at once. Who cannot have them at once waits, in the order of asking, but not for
 * ever. Nobody holds some and waits for more of the same budget, so those who have theirs always finish.
 */
final class MemoryBudget {

    /** Counted in units of this, since a semaphore counts in int. */
    private static final int UNIT = 1024;

    private final Semaphore units;

    MemoryBudget(long bytes) {
        this.units = new Semaphore(Math.toIntExact(bytes / UNIT), true);
    }

    /**
     * Takes bytes, waiting for them until a time of {@link System#nanoTime}. What was taken is given back with {@link #give}.
     *
     * @return whether they were to be had
     */
    boolean take(long bytes, long until) throws InterruptedException {
        return units.tryAcquire(inUnits(bytes), Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    void give(long bytes) {
        units.release(inUnits(bytes));
    }

    /** Bytes that could be taken now. */
    long left() {
        return (long) units.availablePermits() * UNIT;
    }

    private static int inUnits(long bytes) {
        return Math.toIntExact((bytes + UNIT - 1) / UNIT);
    }
}
