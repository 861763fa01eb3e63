package io.broadside.token;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Who is to be left alone because an answer said so. An answer is about one call: its time may be meant for one account, or be an odd
 * one, and it must not stop everybody of a platform for long. Safe for use by many threads.
 *
 * <ol>
 *   <li>A platform that named a time is left alone until then, for {@link #LONGEST} at most.
 *   <li>Then it is tried with single calls, {@link #BETWEEN_TRIES} apart, until one is answered as it should be.
 *   <li>The connection that was told waits for longer, up to {@link #LONGEST_OF_ITS_OWN}: others are to be tried before it.
 *   <li>A clock that was set back holds nobody up.
 * </ol>
 */
public final class Quiet {

    /** The windows of platforms' limits are no longer, and the shortest tokens live for eight times that. */
    public static final Duration LONGEST = Duration.ofMinutes(15);

    /** A connection that is asked for once an hour is no burden, and a token of two hours gets its chance. */
    static final Duration LONGEST_OF_ITS_OWN = Duration.ofHours(1);

    static final Duration BETWEEN_TRIES = Duration.ofSeconds(10);

    /** Beyond these, connections wait with their platform only. */
    private static final int MOST = 10_000;

    private final Map<String, Pause> platforms = new HashMap<>();
    private final Map<String, Pause> connections = new HashMap<>();

    /**
     * A time to be left alone.
     *
     * @param nextTry before that nobody is let through
     */
    private record Pause(Instant since, Instant until, Instant nextTry) {

        static Pause of(Duration length, Instant now) {
            var until = now.plus(length);
            return new Pause(now, until, until);
        }

        boolean isOver(Instant now) {
            return !now.isBefore(until) || wasSetBack(now);
        }

        /** By more than threads are apart that have asked the clock one after the other. */
        boolean wasSetBack(Instant now) {
            return now.isBefore(since.minus(BETWEEN_TRIES));
        }
    }

    /** An answer to a call for this connection said so. */
    public synchronized void wanted(String platform, String connectionId, Duration wait, Instant now) {
        wanted(platform, wait, now);
        if (connections.size() >= MOST) {
            connections.values().removeIf(pause -> pause.isOver(now));
        }
        if (connections.size() < MOST) {
            connections.put(connectionId, Pause.of(shorter(wait, LONGEST_OF_ITS_OWN), now));
        }
    }

    /** The platform as a whole is better left alone. */
    public synchronized void wanted(String platform, Duration wait, Instant now) {
        var asked = Pause.of(shorter(wait, LONGEST), now);
        platforms.merge(
                platform,
                asked,
                (known, _) -> !known.isOver(now) && known.until().isAfter(asked.until()) ? known : asked);
    }

    /** Whether no call is to be made for this connection now. Whoever is told that one may be made, makes it. */
    public synchronized boolean isFor(String platform, String connectionId, Instant now) {
        var own = connections.get(connectionId);
        if (own != null && !own.isOver(now)) {
            return true;
        }
        if (own != null) {
            connections.remove(connectionId);
        }
        return isFor(platform, now);
    }

    /** The same of a platform as a whole. */
    public synchronized boolean isFor(String platform, Instant now) {
        var pause = platforms.get(platform);
        if (pause == null) {
            return false;
        }
        if (pause.wasSetBack(now)) {
            platforms.remove(platform);
            return false;
        }
        if (now.isBefore(pause.nextTry())) {
            return true;
        }
        platforms.put(platform, new Pause(pause.since(), pause.until(), now.plus(BETWEEN_TRIES)));
        return false;
    }

    /** A call was answered as it should be. While a platform's time is not over that says nothing: it was made before. */
    public synchronized void answered(String platform, Instant now) {
        platforms.computeIfPresent(platform, (_, pause) -> pause.isOver(now) ? null : pause);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
