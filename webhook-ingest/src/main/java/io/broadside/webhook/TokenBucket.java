package io.broadside.webhook;

/** So much at once, and so much a second in the long run. Full at first. Safe for use by many threads. */
final class TokenBucket {

    private final double capacity;
    private final double perSecond;
    private double tokens;
    private long filledAt;

    TokenBucket(double capacity, double perSecond, long nanoTime) {
        this.capacity = capacity;
        this.perSecond = perSecond;
        this.tokens = capacity;
        this.filledAt = nanoTime;
    }

    /** Takes tokens; false, and nothing taken, if there are not so many. */
    synchronized boolean take(double wanted, long nanoTime) {
        tokens = Math.min(capacity, tokens + perSecond * Math.max(0, nanoTime - filledAt) / 1e9);
        filledAt = nanoTime;
        if (tokens < wanted) {
            return false;
        }
        tokens -= wanted;
        return true;
    }
}
