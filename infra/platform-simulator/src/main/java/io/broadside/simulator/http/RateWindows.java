package io.broadside.simulator.http;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;

/** Counts calls in fixed windows, one counter for each account and endpoint. */
public final class RateWindows {
    private final long seconds;
    private final ConcurrentHashMap<Key, Window> windows = new ConcurrentHashMap<>();

    /** Windows start at whole multiples of their length, so that all accounts start anew together. */
    public RateWindows(Duration length) {
        this.seconds = length.toSeconds();
    }

    /** Takes one call out of the window of this instant, if there is one left. */
    public Taken take(String account, String endpoint, int limit, Instant now) {
        long start = Math.floorDiv(now.getEpochSecond(), seconds) * seconds;
        var window = windows.compute(
                new Key(account, endpoint),
                (_, current) -> current == null || current.start != start
                        ? new Window(start, 1)
                        : new Window(start, current.calls + 1));
        return new Taken(
                window.calls <= limit,
                limit,
                (int) Math.max(0, limit - window.calls),
                Instant.ofEpochSecond(start + seconds));
    }

    /**
     * What the network says about a window after a call.
     *
     * @param allowed whether there was a call left
     */
    public record Taken(boolean allowed, int limit, int remaining, Instant reset) {}

    private record Key(String account, String endpoint) {}

    private record Window(long start, long calls) {}
}
