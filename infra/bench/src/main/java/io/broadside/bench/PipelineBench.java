package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Posts on their whole way, over five platforms at once (all but Bluesky): from the request on Kafka over the calls at the simulator to the last
 * word on Kafka. Beside it, in the same run and taking turns, what cannot be done with less: a bare Vert.x client that makes the same
 * calls with as many posts under way, and for the latency a relay of plain clients with the same hops.
 *
 * <p>Simulator, broker with registry, publisher-service, retry-service, bare client and relay have a process each, and all of them
 * are up all the time. A post is a text on Facebook, LinkedIn and X, a picture on Instagram and a tiny video on TikTok. The last two
 * are processed by the platform, here in no time: publisher-service waits all the same before it looks (and retry-service for it),
 * the bare client does not. A post that waits so is not counted as under way.
 *
 * <p>Arguments: rounds (3), posts under way at once (1000), seconds of each measurement (10). Exits with 1 if a post was lost.
 */
final class PipelineBench {

    private static final int ACCOUNTS = 1_500;
    private static final int CONNECTIONS = 256;
    private static final int PARTITIONS = 12;
    /**
     * Seven JVMs compile their code at once on the cores that are measured. What is measured is what a service does for weeks and not
     * what it does in its first minute, so it is warmed up until a stretch brings no more than the best before it; but not for ever.
     */
    private static final int STRETCHES = 12;

    private static final double STILL_RISING = 1.03;
    private static final int RISES_AWAITED = 2;

    /** Longer than a post of Instagram or TikTok takes with its waits: before, calls are made for posts whose last word comes later. */
    private static final Duration RAMP_UP = Duration.ofSeconds(10);

    private static final double SHARE_FOR_LATENCY = 0.2;
    private static final int LATENCY_SECONDS = 6;

    private static final double RATE_GOAL = 0.5;
    private static final double LATENCY_GOAL = 3;

    private final PipelineStage stage;
    private final int rounds;
    private final int atOnce;
    private final int seconds;
    private final HttpClient http = HttpClient.newHttpClient();

    private PipelineBench(PipelineStage stage, int rounds, int atOnce, int seconds) {
        this.stage = stage;
        this.rounds = rounds;
        this.atOnce = atOnce;
        this.seconds = seconds;
    }

    static void main(String[] args) throws Exception {
        var rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        var atOnce = args.length > 1 ? Integer.parseInt(args[1]) : 1_000;
        var seconds = args.length > 2 ? Integer.parseInt(args[2]) : 10;
        var directory = Files.createTempDirectory("pipeline-bench-");
        var lost = 0;
        try {
            lost = run(directory, rounds, atOnce, seconds);
        } finally {
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
        System.exit(lost == 0 ? 0 : 1);
    }

    private static int run(Path directory, int rounds, int atOnce, int seconds) throws Exception {
        try (var stage = PipelineStage.start(directory, ACCOUNTS, CONNECTIONS, PARTITIONS)) {
            return new PipelineBench(stage, rounds, atOnce, seconds).run();
        }
    }

    private int run() throws IOException, InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "Five platforms, %d accounts each, %d partitions, %d posts under way at once; warming up, then %d rounds, taking"
                        + " turns.%n",
                ACCOUNTS,
                PARTITIONS,
                atOnce,
                rounds);
        bare(seconds);
        warmUp();
        var bares = new ArrayList<Rate>();
        var rates = new ArrayList<Rate>();
        for (int round = 0; round < rounds; round++) {
            bares.add(bare((seconds + 1) / 2));
            rates.add(broadside(seconds));
            System.out.printf(
                    Locale.ROOT,
                    "  bare client %8.0f posts/s    broadside %8.0f posts/s%n",
                    bares.getLast().perSecond(),
                    rates.getLast().perSecond());
        }
        tellRates(bares, rates);
        latencies(median(rates, Rate::perSecond) * SHARE_FOR_LATENCY);
        var lost = stage.load().missing();
        System.out.printf(
                Locale.ROOT,
                "%nOf Broadside's posts %d had their last word, %d were lost, %d wait for a later time, %d were not published.%n",
                stage.load().ended(),
                lost,
                stage.load().waiting(),
                stage.load().unpublished());
        var refused = stage.simulator().calls().get(false);
        if (refused != null && !refused.isEmpty()) {
            System.out.println("Calls the simulator did not answer 2xx, of both: " + refused);
        }
        return lost;
    }

    private void warmUp() throws IOException, InterruptedException {
        var best = 0.0;
        var level = 0;
        for (int stretch = 0; stretch < STRETCHES && level < RISES_AWAITED; stretch++) {
            var rate = broadside(2 * seconds).perSecond();
            System.out.printf(Locale.ROOT, "  warming up %34.0f posts/s%n", rate);
            level = rate > best * STILL_RISING ? 0 : level + 1;
            best = Math.max(best, rate);
        }
    }

    /** How fast it went, and what each post took: processor time of each process, and calls at the simulator. */
    private record Rate(double perSecond, Map<String, Double> micros, double calls) {

        static Rate of(long posts, double seconds, Map<String, Double> before, Map<String, Double> after, long calls) {
            var each = new LinkedHashMap<String, Double>();
            after.forEach((name, micros) -> each.put(name, (micros - before.getOrDefault(name, 0.0)) / posts));
            return new Rate(posts / seconds, each, (double) calls / posts);
        }
    }

    private Rate bare(int time) throws IOException, InterruptedException {
        var before = stage.processorMicros();
        var callsBefore = good();
        var request = HttpRequest.newBuilder(stage.bare().resolve("/run?seconds=" + time + "&atOnce=" + atOnce))
                .build();
        var answer = new JsonObject(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
        var after = stage.processorMicros();
        if (answer.getLong("failed") > 0) {
            System.out.println("The bare client failed with " + answer);
        }
        return Rate.of(answer.getLong("posts"), time, before, after, good() - callsBefore);
    }

    private Rate broadside(int time) throws IOException, InterruptedException {
        var load = stage.load();
        load.keepUnderWay(atOnce, RAMP_UP);
        var before = stage.processorMicros();
        var callsBefore = good();
        var endedBefore = load.ended();
        var begun = System.nanoTime();
        load.keepUnderWay(atOnce, Duration.ofSeconds(time));
        var ended = load.ended() - endedBefore;
        var took = (System.nanoTime() - begun) / 1e9;
        var rate = Rate.of(ended, took, before, stage.processorMicros(), good() - callsBefore);
        load.drain();
        return rate;
    }

    private long good() throws IOException, InterruptedException {
        return stage.simulator().calls().getOrDefault(true, Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private static void tellRates(List<Rate> bares, List<Rate> rates) {
        var rate = median(rates, Rate::perSecond);
        var bare = median(bares, Rate::perSecond);
        System.out.printf(
                Locale.ROOT,
                "%nposts/s, request to last word: %.0f; bare Vert.x client: %.0f; ratio %.2f (goal %.1f)%n",
                rate,
                bare,
                rate / bare,
                RATE_GOAL);
        System.out.printf(
                Locale.ROOT,
                "HTTP calls per post: %.2f; bare %.2f%n",
                median(rates, Rate::calls),
                median(bares, Rate::calls));
        System.out.println("Processor time per post in us:  " + tell(rates));
        System.out.println("                     bare turn:  " + tell(bares));
    }

    private static String tell(List<Rate> rates) {
        return rates.getFirst().micros().keySet().stream()
                .map(name -> String.format(
                        Locale.ROOT,
                        "%s %.0f",
                        name,
                        median(rates, rate -> rate.micros().getOrDefault(name, 0.0))))
                .collect(Collectors.joining(", "));
    }

    private void latencies(double perSecond) throws IOException, InterruptedException {
        var posts = (int) Math.min(perSecond * LATENCY_SECONDS, ACCOUNTS * BenchAccount.PLATFORMS.size());
        var firstCalls = new FirstCalls(stage.simulator());
        var ours = new ArrayList<FirstCalls.Latency>();
        var relays = new ArrayList<FirstCalls.Latency>();
        var firstWords = new ArrayList<FirstCalls.Latency>();
        for (int round = 0; round <= rounds; round++) {
            var name = "Relay " + round + " of " + System.currentTimeMillis() + " for ";
            var relay = firstCalls.measure(posts, perSecond, account -> relay(account, name));
            stage.load().forgetFirstWords();
            var own = firstCalls.measure(posts, perSecond, stage.load()::send);
            stage.load().drain();
            // The first round warms up.
            if (round > 0) {
                relays.add(relay);
                ours.add(own);
                firstWords.add(stage.load().firstWords());
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%nFrom request to first call at the platform, at %.0f posts/s (%.0f %% of the above), %d posts a round:%n",
                perSecond,
                SHARE_FOR_LATENCY * 100,
                posts);
        tellLatency("p50", ours, relays, FirstCalls.Latency::p50Ms);
        tellLatency("p99", ours, relays, FirstCalls.Latency::p99Ms);
        System.out.printf(
                Locale.ROOT,
                "  of it until the request was divided: p50 %.2f ms, p99 %.2f ms%n",
                median(firstWords, FirstCalls.Latency::p50Ms),
                median(firstWords, FirstCalls.Latency::p99Ms));
        var missing = ours.stream().mapToInt(FirstCalls.Latency::missing).sum()
                + relays.stream().mapToInt(FirstCalls.Latency::missing).sum();
        if (missing > 0) {
            System.out.println("  calls that were not seen: " + missing);
        }
    }

    private void relay(BenchAccount account, String name) {
        var _ = stage.relay()
                .send(new ProducerRecord<>(
                        BareRelay.REQUESTS,
                        account.connectionId().getBytes(UTF_8),
                        BareRelay.record(account, name + account.connectionId())));
    }

    private static void tellLatency(
            String what,
            List<FirstCalls.Latency> ours,
            List<FirstCalls.Latency> relays,
            ToDoubleFunction<FirstCalls.Latency> value) {
        var own = median(ours, value);
        var relay = median(relays, value);
        System.out.printf(
                Locale.ROOT,
                "  %s  broadside %7.2f ms   bare relay %7.2f ms   ratio %.1f (goal %.0f)%n",
                what,
                own,
                relay,
                own / relay,
                LATENCY_GOAL);
    }

    private static <T> double median(List<T> values, ToDoubleFunction<T> value) {
        var sorted = values.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
