package io.broadside.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.schemas.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Webhooks a second, verified and durable, beside a bare Vert.x server that answers 200: same machine, same load, taking turns in
 * one run. webhook-ingest, its broker and the bare server each have a process; the load is wrk's, of deliveries of X that are all
 * different, from run to run too, and all signed. They share the processors.
 *
 * <p>webhook-ingest is measured as it ships: its topology is in the same process and makes events of what comes while more comes.
 * What it has not come to when the load ends is told, and worked off before the bare server has its turn. Rates are of answers with
 * 200 alone. In the end there must be a record on inbound.raw for every 200; records of deliveries that were answered otherwise, or
 * not before wrk ended, are counted there too, so that this finds a loss only beyond so many, and they are told.
 *
 * <p>Arguments: seconds of each run (10), rounds (5), connections (256).
 */
final class WebhookBench {

    private static final String SECRET = "the-secret-of-the-bench";

    /** More than webhook-ingest takes in one run; the bare server gets them several times over, and so does the warming up. */
    private static final int DELIVERIES_PER_SECOND = 65_000;

    private static final String PATH = "/webhooks/x/bench";
    private static final int WARM_UP_SECONDS = 20;
    private static final int BARE_WARM_UP_SECONDS = 10;
    private static final int STRETCHES = 8;

    /** By how much a stretch has to be faster than the best before it, if the compiler is to count as still at work. */
    private static final double STILL_RISING = 1.03;

    private static final int LEVEL_STRETCHES = 2;
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private WebhookBench() {}

    static void main(String[] args) throws Exception {
        var seconds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        var rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        var connections = args.length > 2 ? Integer.parseInt(args[2]) : 256;
        if (!Wrk.isThere()) {
            System.out.println("wrk is needed and was not found: apt-get install wrk. Nothing was measured.");
            System.exit(2);
        }
        var directory = Files.createTempDirectory("webhook-bench-");
        try {
            run(directory, seconds, rounds, connections);
        } finally {
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
        System.exit(0);
    }

    private static void run(Path directory, int seconds, int rounds, int connections) throws Exception {
        var deliveries = new Deliveries(directory, DELIVERIES_PER_SECOND * seconds);
        var wrk = new Wrk(connections, deliveries.script());
        var brokerOutput = directory.resolve("broker.log");
        var bareOutput = directory.resolve("bare.log");
        var barePort = freePort();
        try (var brokerProcess = OwnProcess.start(
                        BrokerProcess.class.getName(),
                        List.of("-Xmx1g"),
                        List.of(directory.resolve("kafka").toString()),
                        Map.of(),
                        brokerOutput);
                var bareProcess = OwnProcess.start(
                        BareServer.class.getName(),
                        List.of("-Xmx512m"),
                        List.of(Integer.toString(barePort)),
                        Map.of(),
                        bareOutput)) {
            var broker = awaitReady(brokerOutput).split(" ", -1);
            awaitReady(bareOutput);
            var port = freePort();
            var managementPort = freePort();
            try (var process = OwnProcess.start(
                    "io.broadside.webhook.Main",
                    jvmOptions(),
                    List.of(),
                    Map.of(
                            "KAFKA_BOOTSTRAP_SERVERS",
                            broker[0],
                            "SCHEMA_REGISTRY_URL",
                            broker[1],
                            "STATE_DIR",
                            directory.resolve("state").toString(),
                            "WEBHOOK_PORT",
                            Integer.toString(port),
                            "WEBHOOK_MANAGEMENT_PORT",
                            Integer.toString(managementPort),
                            "WEBHOOK_APPS",
                            "x/bench",
                            "WEBHOOK_X_BENCH_SECRETS",
                            SECRET),
                    directory.resolve("webhook.log"))) {
                awaitHealthy(managementPort, directory.resolve("webhook.log"));
                var bare = new Target(wrk, "http://127.0.0.1:" + barePort + PATH, bareProcess, brokerProcess);
                var webhooks = new Target(wrk, "http://127.0.0.1:" + port + PATH, process, brokerProcess);
                var backlog = new Backlog(managementPort);
                var acknowledged = measure(bare, webhooks, deliveries, backlog, seconds, rounds);
                var onTopic = records(broker[0]);
                System.out.printf(
                        "answered 200: %d; records on inbound.raw: %d, of which %d were not answered 200%n",
                        acknowledged, onTopic, Math.max(0, onTopic - acknowledged));
                if (onTopic < acknowledged) {
                    throw new IllegalStateException("A delivery was acknowledged that is not on inbound.raw");
                }
            }
        }
    }

    private static long records(String bootstrapServers) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(Topics.INBOUND_RAW.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            return consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private static List<String> jvmOptions() {
        var extra = System.getProperty("webhook.jvm", "");
        var options = new ArrayList<>(List.of("-Xmx1g"));
        if (!extra.isBlank()) {
            options.addAll(List.of(extra.split(" ", -1)));
        }
        return options;
    }

    /** What is measured: an address, the process that serves it, and the broker it may need. */
    private record Target(Wrk wrk, String uri, OwnProcess server, OwnProcess broker) {

        Measure run(int seconds, String deliveries) throws IOException, InterruptedException {
            var serverBefore = server.processorTime();
            var brokerBefore = broker.processorTime();
            var run = wrk.run(uri, seconds, deliveries);
            return new Measure(
                    run,
                    micros(server.processorTime().minus(serverBefore)) / run.requests(),
                    micros(broker.processorTime().minus(brokerBefore)) / run.requests());
        }

        private static double micros(Duration time) {
            return time.toNanos() / 1e3;
        }
    }

    /** One run, and the processor time each request took of the server and of the broker; wrk's own is not in it. */
    private record Measure(Wrk.Run run, double serverMicros, double brokerMicros) {

        void print(String who) {
            System.out.printf(
                    Locale.ROOT,
                    "%s  %8.0f/s  p50 %6.2f ms  p99 %6.2f ms  processor each: server %5.1f us, broker %5.1f us  not 200: %d  socket errors: %s%n",
                    who,
                    acknowledgedPerSecond(),
                    run.p50Ms(),
                    run.p99Ms(),
                    serverMicros,
                    brokerMicros,
                    run.notOk(),
                    run.socketErrors());
        }

        long acknowledged() {
            return run.requests() - run.notOk();
        }

        /** Answers with 200 a second, and no others. */
        double acknowledgedPerSecond() {
            return run.perSecond() * acknowledged() / run.requests();
        }
    }

    /** Answers how many deliveries were acknowledged. */
    private static long measure(
            Target bare, Target webhooks, Deliveries deliveries, Backlog backlog, int seconds, int rounds)
            throws Exception {
        System.out.printf(Locale.ROOT, "Warming up, then %d rounds of %d s each way, taking turns.%n", rounds, seconds);
        var acknowledged = warmUp(webhooks, deliveries, backlog);
        bare.run(BARE_WARM_UP_SECONDS, deliveries.last().toString());
        var bareRuns = new ArrayList<Measure>();
        var runs = new ArrayList<Measure>();
        for (var round = 1; round <= rounds; round++) {
            var fresh = deliveries.next().toString();
            bareRuns.add(bare.run(seconds, fresh));
            runs.add(webhooks.run(seconds, fresh));
            acknowledged += runs.getLast().acknowledged();
            bareRuns.getLast().print("bare Vert.x   ");
            runs.getLast().print("webhook-ingest");
            var left = backlog.workedOff();
            System.out.printf(
                    Locale.ROOT,
                    "                of these %d were not events yet; worked off in %.1f s%n",
                    left.deliveries(),
                    left.took().toMillis() / 1e3);
        }
        var rate = median(runs, Measure::acknowledgedPerSecond);
        var bareRate = median(bareRuns, Measure::acknowledgedPerSecond);
        System.out.printf(
                Locale.ROOT,
                "webhooks/s verified and durable: %.0f; bare Vert.x server: %.0f; ratio %.2f (goal 0.50); p99 %.1f ms, bare %.1f ms%n",
                rate,
                bareRate,
                rate / bareRate,
                median(runs, measure -> measure.run().p99Ms()),
                median(bareRuns, measure -> measure.run().p99Ms()));
        System.out.printf(
                Locale.ROOT,
                "processor time each: webhook-ingest %.1f us, its broker %.1f us; bare %.1f us%n",
                median(runs, Measure::serverMicros),
                median(runs, Measure::brokerMicros),
                median(bareRuns, Measure::serverMicros));
        return acknowledged;
    }

    /** Until it gets no faster: for a minute and more the compiler has half a processor, and not what is measured. */
    private static long warmUp(Target webhooks, Deliveries deliveries, Backlog backlog) throws Exception {
        var acknowledged = 0L;
        var best = 0.0;
        var level = 0;
        for (var stretch = 0; stretch < STRETCHES && level < LEVEL_STRETCHES; stretch++) {
            var warm = webhooks.run(WARM_UP_SECONDS, deliveries.next().toString());
            backlog.workedOff();
            acknowledged += warm.acknowledged();
            var rate = warm.acknowledgedPerSecond();
            System.out.printf(Locale.ROOT, "  warming up     %8.0f/s%n", rate);
            level = rate > best * STILL_RISING ? 0 : level + 1;
            best = Math.max(best, rate);
        }
        return acknowledged;
    }

    private static double median(List<Measure> measures, ToDoubleFunction<Measure> value) {
        var sorted = measures.stream().mapToDouble(value).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** Signed deliveries in files, no two alike in all of them. */
    private static final class Deliveries {

        private final Path directory;
        private final int perFile;
        private int files;

        Deliveries(Path directory, int perFile) {
            this.directory = directory;
            this.perFile = perFile;
        }

        /** Requests are made once, before the load begins: what wrk spends on each of them is the same for both servers. */
        Path script() throws IOException {
            return Files.writeString(directory.resolve("deliveries.lua"), """
                    local requests = {}
                    local at = 0
                    function init(args)
                      for line in io.lines(args[1]) do
                        local space = line:find(" ", 1, true)
                        requests[#requests + 1] = wrk.format("POST", nil, {
                          ["content-type"] = "application/json",
                          ["x-twitter-webhooks-signature"] = "sha256=" .. line:sub(1, space - 1)
                        }, line:sub(space + 1))
                      end
                    end
                    function request()
                      at = at % #requests + 1
                      return requests[at]
                    end
                    """);
        }

        Path next() throws IOException, GeneralSecurityException {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
            if (files > 0) {
                Files.delete(last());
            }
            files++;
            try (var lines = Files.newBufferedWriter(last(), US_ASCII)) {
                for (var i = 0; i < perFile; i++) {
                    var id = 2_080_761_390_344_937_796L + (long) files * perFile + i;
                    var body = "{\"data\":{\"event_uuid\":\"" + id + "\",\"filter\":{\"user_id\":\""
                            + (1_000_000 + i % 1_000)
                            + "\"},\"event_type\":\"post.create\",\"tag\":\"acct-42\",\"payload\":{\"id\":\"2080761390344937001\","
                            + "\"author_id\":\"1111111111111111111\",\"created_at\":\"2026-11-20T10:15:30.000Z\",\"text\":\"hello\"}}}";
                    lines.write(
                            Base64.getEncoder().encodeToString(mac.doFinal(body.getBytes(UTF_8))) + " " + body + "\n");
                }
            }
            return last();
        }

        /** The file that {@link #next} wrote last. */
        Path last() {
            return directory.resolve("deliveries-" + files + ".txt");
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static String awaitReady(Path output) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            var said = Files.exists(output) ? Files.readString(output) : "";
            for (var line : said.split("\n", -1)) {
                if (line.startsWith(OwnProcess.READY) && said.contains("\n")) {
                    return line.substring(OwnProcess.READY.length());
                }
            }
            Thread.sleep(100);
        }
        throw new IOException("Not ready in time; it said:\n" + Files.readString(output));
    }

    private static void awaitHealthy(int port, Path output) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + START_LIMIT.toNanos();
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            while (System.nanoTime() < deadline) {
                try {
                    if (http.send(request, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200) {
                        return;
                    }
                } catch (IOException _) {
                    // Not listening yet.
                }
                Thread.sleep(200);
            }
        }
        throw new IOException("webhook-ingest was not ready in time; it said:\n" + Files.readString(output));
    }
}
