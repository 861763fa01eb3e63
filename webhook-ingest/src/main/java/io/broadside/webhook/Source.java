package io.broadside.webhook;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody who calls, by address, and what of ours they may take.
 *
 * <ol>
 *   <li>Only what was refused counts against a source: a platform whose deliveries are genuine meets none of these limits but
 *       that of memory and connections, however many it sends.
 *   <li>A source that has had too much refused gets its further refusals late, and nothing else: a genuine delivery from the
 *       same address is taken as fast as ever. It cannot try more often than it has connections, each once in a second.
 *   <li>What one source has put aside in the quarantine cannot push out what others have, however long it goes on.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class Source {

    /** At 64 KiB a second, less is set aside for one source in two days than one partition of the quarantine may hold twelvefold. */
    private static final int QUARANTINE_BYTES_PER_SECOND = 64 << 10;

    private static final int QUARANTINE_BYTES_AT_ONCE = 16 << 20;
    private static final int AROUND_A_BODY = 1 << 10;

    private final int maxConnections;
    private final int maxBytes;
    private final TokenBucket refusals;
    private final TokenBucket quarantine;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger bytes = new AtomicInteger();
    private volatile long usedAt;

    Source(Limits limits, long nanoTime) {
        this.maxConnections = limits.connectionsPerSource();
        this.maxBytes = Math.max(limits.bodyLimit(), limits.maxBytesInFlight() / 2);
        this.refusals = new TokenBucket(limits.refusalsPerSource(), limits.refusalsPerSource(), nanoTime);
        this.quarantine = new TokenBucket(QUARANTINE_BYTES_AT_ONCE, QUARANTINE_BYTES_PER_SECOND, nanoTime);
        this.usedAt = nanoTime;
    }

    /** A connection from there; false if there are too many. */
    boolean connect(long nanoTime) {
        usedAt = nanoTime;
        if (connections.incrementAndGet() > maxConnections) {
            connections.decrementAndGet();
            return false;
        }
        return true;
    }

    void disconnect() {
        connections.decrementAndGet();
    }

    /** Memory for a body from there; false if it has as much as one may have. */
    boolean takeBytes(int more) {
        if (bytes.addAndGet(more) > maxBytes) {
            bytes.addAndGet(-more);
            return false;
        }
        return true;
    }

    void giveBytes(int less) {
        bytes.addAndGet(-less);
    }

    /** Whether a refusal is to be held back before it is sent. */
    boolean isRefusedTooOften(long nanoTime) {
        usedAt = nanoTime;
        return !refusals.take(1, nanoTime);
    }

    /** Whether a refused body of this length may be set aside. */
    boolean mayQuarantine(int length, long nanoTime) {
        return quarantine.take(length + AROUND_A_BODY, nanoTime);
    }

    /** Whether nothing of it would be missed: it has nothing of ours, and has not called for so long. */
    boolean isForgettable(long nanoTime, long afterNanos) {
        return connections.get() == 0 && bytes.get() == 0 && nanoTime - usedAt > afterNanos;
    }
}
