package io.broadside.webhook;

import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Somebody who calls, by address, and what of ours they may take.
 *
 * <ol>
 *   <li>Only what was refused counts against a source: a platform whose deliveries are genuine meets none of these limits but
 *       that of memory and connections, however many it sends.
 *   <li>A source that has had too much refused gets further refusals late, and nothing else: a genuine delivery from the same
 *       address is taken as fast as ever. Not many are late at once, of one source and of all: each keeps a connection, which
 *       others may need. Those beyond are not late.
 *   <li>What one source has put aside in the quarantine cannot push out what others have, however long it goes on; nor can all
 *       of them together push out what is younger than two days, where an instance has twelve partitions.
 * </ol>
 *
 * Safe for use by many threads.
 */
final class Source {

    /** Less than 1.4 GiB of one source in two days, where twelve partitions of the quarantine hold twelve. */
    private static final int QUARANTINE_BYTES_PER_SECOND = 8 << 10;

    private static final int QUARANTINE_BYTES_AT_ONCE = 4 << 20;
    private static final int AROUND_A_BODY = 1 << 10;

    /** A source has no more of the memory than this part. */
    private static final int PARTS_OF_THE_MEMORY = 4;

    private final int maxConnections;
    private final int maxBytes;
    private final TokenBucket refusals;
    private final TokenBucket quarantine;
    private final Semaphore late;
    private final Everybody everybody;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger bytes = new AtomicInteger();
    private final ConcurrentNavigableMap<Long, Room.Share> unfinished = new ConcurrentSkipListMap<>();
    private volatile long usedAt;

    /** What all sources have together. */
    static final class Everybody {

        /** Ten and a half GiB in two days. */
        private static final int QUARANTINE_BYTES_PER_SECOND = 64 << 10;

        private static final int QUARANTINE_BYTES_AT_ONCE = 64 << 20;

        private final TokenBucket quarantine;
        private final Semaphore late;

        Everybody(Limits limits, long nanoTime) {
            this.quarantine = new TokenBucket(QUARANTINE_BYTES_AT_ONCE, QUARANTINE_BYTES_PER_SECOND, nanoTime);
            this.late = new Semaphore(tenthOfTheConnections(limits));
        }
    }

    Source(Limits limits, Everybody everybody, long nanoTime) {
        // Of a proxy that we trust they are everybody's connections, and how many it opens is its own business.
        this.maxConnections = limits.trustedProxies() > 0 ? Integer.MAX_VALUE : limits.connectionsPerSource();
        this.maxBytes = Math.max(limits.bodyLimit(), limits.maxBytesInFlight() / PARTS_OF_THE_MEMORY);
        this.refusals = new TokenBucket(limits.refusalsPerSource(), limits.refusalsPerSource(), nanoTime);
        this.quarantine = new TokenBucket(QUARANTINE_BYTES_AT_ONCE, QUARANTINE_BYTES_PER_SECOND, nanoTime);
        this.late = new Semaphore(Math.min(limits.refusalsPerSource(), tenthOfTheConnections(limits)));
        this.everybody = everybody;
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

    /** Its bodies that have memory and are not whole yet, in the order in which they began; kept by {@link Room}. */
    ConcurrentNavigableMap<Long, Room.Share> unfinished() {
        return unfinished;
    }

    /** Counts a refusal. True if it is to be held back before it is sent, and then {@link #sentLate} has to be called. */
    boolean isToBeLate(long nanoTime) {
        usedAt = nanoTime;
        if (refusals.take(1, nanoTime) || !late.tryAcquire()) {
            return false;
        }
        if (!everybody.late.tryAcquire()) {
            late.release();
            return false;
        }
        return true;
    }

    /** A refusal that was held back has been sent. */
    void sentLate() {
        late.release();
        everybody.late.release();
    }

    /** Whether a refused body may be set aside, with so much of it. */
    boolean mayQuarantine(int length, long nanoTime) {
        return quarantine.take(length + AROUND_A_BODY, nanoTime)
                && everybody.quarantine.take(length + AROUND_A_BODY, nanoTime);
    }

    /** Whether nothing of it would be missed: it has nothing of ours, and has not called for so long. */
    boolean isForgettable(long nanoTime, long afterNanos) {
        return connections.get() == 0 && bytes.get() == 0 && nanoTime - usedAt > afterNanos;
    }

    private static int tenthOfTheConnections(Limits limits) {
        return Math.max(1, limits.connectionsPerSource() / 10);
    }
}
