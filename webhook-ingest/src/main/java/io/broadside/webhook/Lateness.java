package io.broadside.webhook;

/**
 * How late a timer of a fixed rate comes. When it was set is not known exactly; so the earliest it ever came, as it goes round, is
 * taken for in time. For one thread.
 */
final class Lateness {

    private final long everyNanos;
    private boolean hasBegun;
    private long dueAt;

    Lateness(long everyNanos) {
        this.everyNanos = everyNanos;
    }

    /** The timer has come; by how many nanoseconds too late. */
    long cameAt(long nanoTime) {
        if (!hasBegun || nanoTime - dueAt < 0) {
            hasBegun = true;
            dueAt = nanoTime;
        }
        var late = nanoTime - dueAt;
        dueAt += everyNanos;
        return late;
    }
}
