package io.broadside.bench;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How long it takes from the sending of a post to its first call at a platform. Each account gets one post at most, so that the first
 * call to an account is that of its post.
 */
final class FirstCalls {

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SimulatorProcess simulator;

    FirstCalls(SimulatorProcess simulator) {
        this.simulator = simulator;
    }

    /**
     * What was measured.
     *
     * @param missing posts whose call never came
     */
    record Latency(double p50Ms, double p99Ms, int missing) {

        static Latency of(Collection<Duration> times, int missing) {
            var millis = times.stream()
                    .mapToDouble(time -> time.toNanos() / 1e6)
                    .sorted()
                    .toArray();
            var count = millis.length;
            return count == 0
                    ? new Latency(Double.NaN, Double.NaN, missing)
                    : new Latency(millis[count / 2], millis[Math.min(count - 1, count * 99 / 100)], missing);
        }
    }

    /** Sends so many posts at an even rate, and looks when their calls came. */
    Latency measure(int posts, double perSecond, Consumer<BenchAccount> send) throws IOException, InterruptedException {
        var calls = new ArrayList<SimulatorProcess.Call>();
        var seen = simulator.lastCall();
        var sent = new ConcurrentHashMap<String, Instant>();
        // Looking takes its time: nothing is to be sent late because of it.
        var sender = Thread.ofPlatform().name("even rate").start(() -> sendAll(posts, perSecond, send, sent));
        var until = System.nanoTime() + (long) (posts / perSecond * 1e9) + PATIENCE.toNanos();
        var firsts = Map.<String, Instant>of();
        while (firsts.size() < posts && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS.toMillis());
            seen = simulator.callsSince(seen, calls);
            firsts = firsts(calls, sent);
        }
        sender.join();
        return latency(sent, firsts);
    }

    private static void sendAll(int posts, double perSecond, Consumer<BenchAccount> send, Map<String, Instant> sent) {
        var begun = System.nanoTime();
        try {
            for (int number = 0; number < posts; number++) {
                var account = BenchAccount.ofPost(number, posts);
                var due = begun + (long) (number / perSecond * 1e9);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                sent.put(account.platform() + "/" + account.id(), Instant.now());
                send.accept(account);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, Instant> firsts(List<SimulatorProcess.Call> calls, Map<String, Instant> sent) {
        var firsts = new HashMap<String, Instant>();
        for (var call : calls) {
            var key = call.platform() + "/" + call.account();
            if (sent.containsKey(key)) {
                firsts.merge(key, call.at(), (one, other) -> one.isBefore(other) ? one : other);
            }
        }
        return firsts;
    }

    private static Latency latency(Map<String, Instant> sent, Map<String, Instant> firsts) {
        var times = firsts.entrySet().stream()
                .map(first -> Duration.between(sent.get(first.getKey()), first.getValue()))
                .toList();
        return Latency.of(times, sent.size() - times.size());
    }
}
