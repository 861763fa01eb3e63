package io.broadside.simulator.http;

import io.broadside.simulator.account.Platform;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The calls that ended: all of them as numbers, the latest ones one by one. */
public final class CallLog {
    /** How many calls can be looked at one by one. */
    public static final int CAPACITY = 10_000;

    private final Deque<Call> latest = new ArrayDeque<>();
    private final Map<Counted, LongAdder> counts = new ConcurrentHashMap<>();
    private long sequence;

    void add(
            Platform platform,
            String endpoint,
            Optional<String> account,
            int status,
            Instant at,
            Optional<String> failure) {
        counts.computeIfAbsent(new Counted(platform, endpoint, status), _ -> new LongAdder())
                .increment();
        synchronized (this) {
            latest.addLast(new Call(++sequence, platform, endpoint, account, status, at, failure));
            if (latest.size() > CAPACITY) {
                latest.removeFirst();
            }
        }
    }

    /** The calls after the one with this sequence number, as far as they are still known. */
    public synchronized List<Call> since(long after) {
        return latest.stream().filter(call -> call.sequence() > after).toList();
    }

    /** Calls by endpoint and status; status 0 is a call that got no answer. */
    public Map<String, Map<Integer, Long>> counts(Platform platform) {
        Map<String, Map<Integer, Long>> byEndpoint = new TreeMap<>();
        counts.forEach((counted, number) -> {
            if (counted.platform.equals(platform)) {
                byEndpoint
                        .computeIfAbsent(counted.endpoint, _ -> new TreeMap<>())
                        .put(counted.status, number.sum());
            }
        });
        return byEndpoint;
    }

    /**
     * A call.
     *
     * @param status 0 when it got no answer
     * @param at when it arrived
     * @param failure kind of the failure that was injected into it
     */
    public record Call(
            long sequence,
            Platform platform,
            String endpoint,
            Optional<String> account,
            int status,
            Instant at,
            Optional<String> failure) {}

    private record Counted(Platform platform, String endpoint, int status) {}
}
