package io.broadside.bench;

import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The dispatcher alone, beside parallel-consumer in key order and a plain consumer loop: the same records, in one run, taking turns.
 * Each writes an outcome for every record. Only the dispatcher notes its intents durably before it calls; only it and
 * parallel-consumer with transactions write outcomes and what is done as one atom. What it costs to promise so much more is what this
 * is to show.
 *
 * <p>Arguments: rounds (3), records for the handler that answers at once (300000), calls under way at once (1000).
 */
final class DispatcherBench {

    private static final int PARTITIONS = 12;
    private static final int KEYS = 20_000;
    private static final Duration SLOW = Duration.ofMillis(50);
    private static final int RECORDS_FOR_SLOW = 40_000;
    private static final int RECORDS_FOR_LOOP = 200;
    private static final int RATE = 500;
    private static final int LATENCY_SECONDS = 10;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final String broker;
    private final Contenders contenders;
    private final Topic<RefreshRequest> outcomes;
    private final EventSerdes serdes;

    private DispatcherBench(String broker, String registry, int atOnce) {
        this.broker = broker;
        this.serdes = new EventSerdes(URI.create(registry), true);
        this.outcomes = topic("bench.outcomes");
        this.contenders = new Contenders(broker, registry, outcomes, serdes, atOnce);
    }

    static void main(String[] args) throws Exception {
        var rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        var records = args.length > 1 ? Integer.parseInt(args[1]) : 300_000;
        var atOnce = args.length > 2 ? Integer.parseInt(args[2]) : 1_000;
        var directory = Files.createTempDirectory("dispatcher-bench-");
        var output = directory.resolve("broker.log");
        try (var _ = OwnProcess.start(
                BrokerProcess.class.getName(),
                List.of("-Xmx1g"),
                List.of(directory.resolve("kafka").toString()),
                Map.of(),
                output)) {
            var addresses = awaitReady(output).split(" ", -1);
            new DispatcherBench(addresses[0], addresses[1], atOnce).run(rounds, records, atOnce);
        } finally {
            delete(directory);
        }
        System.exit(0);
    }

    private void run(int rounds, int records, int atOnce) throws Exception {
        createTopics("bench.outcomes", "bench.warm", "bench.instant", "bench.slow");
        fill("bench.warm", records / 2);
        fill("bench.instant", records);
        fill("bench.slow", RECORDS_FOR_SLOW);
        System.out.printf(
                Locale.ROOT,
                "%d partitions, %d keys, %d calls at once; median of %d rounds.%n",
                PARTITIONS,
                KEYS,
                atOnce,
                rounds);
        for (var contender : contenders.all()) {
            throughput(contender, "bench.warm", records / 2, _ -> {});
        }
        var instant = new LinkedHashMap<String, List<Double>>();
        var slow = new LinkedHashMap<String, List<Double>>();
        var latencies = new LinkedHashMap<String, List<Latency>>();
        for (int round = 0; round < rounds; round++) {
            for (var contender : contenders.all()) {
                note(instant, contender, throughput(contender, "bench.instant", records, _ -> {}));
                var isLoop = contender.name().equals("plain loop");
                note(
                        slow,
                        contender,
                        throughput(
                                contender,
                                "bench.slow",
                                isLoop ? RECORDS_FOR_LOOP : RECORDS_FOR_SLOW,
                                DispatcherBench::takeTime));
                note(latencies, contender, latency(contender));
            }
        }
        tell("Records a second, handler answers at once", instant);
        tell("Records a second, handler takes 50 ms", slow);
        tellLatencies(latencies);
    }

    private static void takeTime(RefreshRequest request) {
        try {
            TimeUnit.MILLISECONDS.sleep(SLOW.toMillis());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Records a second, from the first call to the end of the last. */
    private static double throughput(Contender contender, String topic, int records, Consumer<RefreshRequest> call)
            throws Exception {
        var first = new AtomicLong();
        var done = new LongAdder();
        var until = System.nanoTime() + LIMIT.toNanos();
        try (var _ = contender.start(topic, group(), request -> {
            first.compareAndSet(0, System.nanoTime());
            call.accept(request);
            done.increment();
        })) {
            while (done.sum() < records && System.nanoTime() - until < 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            requireAll(contender, done.sum(), records);
            return done.sum() / ((System.nanoTime() - first.get()) / 1e9);
        }
    }

    /** From the send of a record to its call, in milliseconds. */
    private record Latency(double median, double p99) {}

    private Latency latency(Contender contender) throws Exception {
        var topic = "bench.latency-" + UUID.randomUUID();
        createTopics(topic);
        var count = RATE * LATENCY_SECONDS;
        var nanos = new long[count];
        var called = new LongAdder();
        try (var _ = contender.start(topic, group(), request -> {
                    var number = request.getAttempt();
                    if (number >= 0) {
                        nanos[number] = System.nanoTime() - request.getTokenVersion();
                    }
                    called.increment();
                });
                var producer = producer()) {
            // The first records find out when it is ready.
            for (int i = 0; i < PARTITIONS * 20; i++) {
                producer.send(record(topic, "key-" + i, -1)).get();
            }
            await(called, PARTITIONS * 20L);
            var begun = System.nanoTime();
            for (int number = 0; number < count; number++) {
                var due = begun + TimeUnit.SECONDS.toNanos(1) / RATE * number;
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                var _ = producer.send(record(topic, "key-" + number % KEYS, number));
            }
            await(called, PARTITIONS * 20L + count);
            requireAll(contender, called.sum(), PARTITIONS * 20L + count);
        }
        Arrays.sort(nanos);
        return new Latency(nanos[count / 2] / 1e6, nanos[count * 99 / 100] / 1e6);
    }

    private static void requireAll(Contender contender, long calls, long records) {
        if (calls < records) {
            throw new IllegalStateException(contender.name() + " made " + calls + " of " + records + " calls within "
                    + LIMIT.toMinutes() + " min: nothing to compare.");
        }
    }

    private static void await(LongAdder counter, long count) throws InterruptedException {
        var until = System.nanoTime() + LIMIT.toNanos();
        while (counter.sum() < count && System.nanoTime() - until < 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private void fill(String topic, int records) {
        try (var producer = producer()) {
            for (int number = 0; number < records; number++) {
                var _ = producer.send(record(topic, "key-" + number % KEYS, number));
            }
        }
    }

    private ProducerRecord<byte[], byte[]> record(String topic, String key, int number) {
        var request = RefreshRequest.newBuilder()
                .setConnectionId(key)
                .setPlatform("x")
                .setTokenVersion(System.nanoTime())
                .setReason(RefreshReason.MANUAL)
                .setRequestedAt(Instant.EPOCH)
                .setAttempt(number)
                .build();
        return new ProducerRecord<>(topic, Contenders.key(key), serdes.write(outcomes, request));
    }

    private KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private void createTopics(String... names) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            admin.createTopics(Arrays.stream(names)
                            .map(name -> new NewTopic(name, PARTITIONS, (short) 1))
                            .toList())
                    .all()
                    .get();
        }
    }

    private static Topic<RefreshRequest> topic(String name) {
        return new Topic<>(
                name,
                Topic.Owner.PUBLISHER_SERVICE,
                RefreshRequest.class,
                "connectionId",
                Topic.Cleanup.DELETE,
                Duration.ofDays(1));
    }

    private static String group() {
        return "bench-" + UUID.randomUUID();
    }

    private static <T> void note(Map<String, List<T>> results, Contender contender, T result) {
        results.computeIfAbsent(contender.name(), _ -> new ArrayList<>()).add(result);
    }

    private static void tell(String title, Map<String, List<Double>> results) {
        System.out.printf(Locale.ROOT, "%n%s%n", title);
        var ours = median(results.getOrDefault("dispatcher", List.of()));
        results.forEach((name, rates) -> System.out.printf(
                Locale.ROOT, "  %-32s %10.0f   dispatcher / this: %.2f%n", name, median(rates), ours / median(rates)));
    }

    private static void tellLatencies(Map<String, List<Latency>> results) {
        System.out.printf(Locale.ROOT, "%nFrom record to call at %d records a second, handler answers at once%n", RATE);
        results.forEach((name, latencies) -> System.out.printf(
                Locale.ROOT,
                "  %-32s p50 %7.2f ms   p99 %7.2f ms%n",
                name,
                median(latencies.stream().map(Latency::median).toList()),
                median(latencies.stream().map(Latency::p99).toList())));
    }

    private static double median(List<Double> values) {
        var sorted = values.stream().sorted().toList();
        return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
    }

    private static String awaitReady(Path output) throws IOException, InterruptedException {
        var until = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() - until < 0) {
            for (var line : Files.exists(output) ? Files.readAllLines(output) : List.<String>of()) {
                if (line.startsWith(OwnProcess.READY)) {
                    return line.substring(OwnProcess.READY.length());
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new IOException("The broker did not start: " + Files.readString(output));
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
