package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.bench.Departures.Range;
import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PublishCommand;
import io.broadside.schemas.CommandId;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * retry-service in a process of its own, with very many commands waiting: how late they leave, how many per second, how much
 * memory it takes, and how long a restart takes after a clean stop and after kill -9. Ends with 1 if one of them is lost or comes
 * twice, or if anything takes longer than it may.
 *
 * <p>Settings, as system properties: {@code waiting} (1000000), {@code partitions} (4), {@code spread} (20000, over 20 s while
 * the others wait), {@code dueIn} (seconds from the start until all are due at once; 240). That must be enough for all that is
 * measured before, or they leave meanwhile.
 */
final class RetryBench {

    private static final String PLATFORM = "facebook";
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration SPREAD_OVER = Duration.ofSeconds(20);

    private final int waiting = Integer.getInteger("waiting", 1_000_000);
    private final int partitions = Integer.getInteger("partitions", 4);
    private final int spread = Integer.getInteger("spread", 20_000);
    private final Duration dueIn = Duration.ofSeconds(Integer.getInteger("dueIn", 240));

    private final Path directory;
    private final EmbeddedBroker broker;
    private final SchemaRegistry registry;
    private final HttpClient http = HttpClient.newHttpClient();
    private final PrintStream out = System.out;
    private @Nullable Process running;

    private RetryBench(Path directory, EmbeddedBroker broker, SchemaRegistry registry) {
        this.directory = directory;
        this.broker = broker;
        this.registry = registry;
    }

    static void main() throws Exception {
        var directory = Files.createTempDirectory("broadside-retry-bench");
        var isWell = false;
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory.resolve("kafka")));
                var registry = SchemaRegistry.start(RegistryConfig.inMemory())) {
            isWell = new RetryBench(directory, broker, registry).measure();
        } catch (Exception e) {
            System.out.println("given up: " + e);
        }
        if (isWell) {
            delete(directory);
        }
        // Threads of the broker may take their time.
        System.exit(isWell ? 0 : 1);
    }

    /** Whether each command left once. */
    private boolean measure() throws Exception {
        try {
            return run();
        } finally {
            http.close();
            if (running != null) {
                running.destroyForcibly();
            }
        }
    }

    private boolean run() throws Exception {
        say(
                "%,d commands of about 600 bytes wait, %d partitions, %d processors; load average of the machine %.1f",
                waiting, partitions, Runtime.getRuntime().availableProcessors(), load());
        var process = start();
        say("start on nothing: %d ms", awaitReady(process));
        var start = CLOCK.instant();
        var allDue = start.plus(dueIn);
        var sent = produce(0, waiting, _ -> allDue, _ -> {});
        say("written to publish.waiting: %,.0f/s", waiting / seconds(sent));
        await(process, "broadside_retry_waiting", waiting);
        say(
                "all of them held %,.0f ms after the first was written: %,.0f/s",
                seconds(Duration.between(start, CLOCK.instant())) * 1000,
                waiting / seconds(Duration.between(start, CLOCK.instant())));
        say("memory: %d MiB resident", residentMebibytes(process));

        try (var leaving = new Departures(
                broker.bootstrapServers(), registry.uri(), PLATFORM, partitions, waiting + spread, CLOCK)) {
            var first = CLOCK.instant().plusSeconds(4);
            var each = SPREAD_OVER.dividedBy(spread);
            // Each comes two seconds before it is due: all at once they would be measured on their way in.
            var coming = CompletableFuture.runAsync(() -> produce(
                    waiting,
                    spread,
                    i -> first.plus(each.multipliedBy(i - waiting)),
                    due -> parkUntil(due.minusSeconds(2))));
            var spreadOut = new Range(waiting, spread);
            leaving.read(spreadOut, first.plus(SPREAD_OVER));
            coming.join();
            say(
                    "spread, %,d/s while %,d wait: %s",
                    spread / SPREAD_OVER.toSeconds(), waiting, leaving.lateness(spreadOut));

            say("clean stop: %d ms", stop(process));
            process = start();
            say("restart after a clean stop: ready in %d ms", awaitReady(process));
            await(process, "broadside_retry_waiting", waiting);
            process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            process = start();
            say("restart after kill -9: ready in %d ms", awaitReady(process));
            await(process, "broadside_retry_waiting", waiting);
            say("memory after the restart: %d MiB resident", residentMebibytes(process));

            var atOnce = new Range(0, waiting);
            leaving.read(atOnce, allDue);
            say(
                    "all due at once: %,.0f/s; %s",
                    waiting / seconds(Duration.between(allDue, leaving.lastSeen())), leaving.lateness(atOnce));
            say("memory at the end: %d MiB resident; load average %.1f", residentMebibytes(process), load());
            stop(process);
            leaving.readToTheEnd();
            var lost = leaving.missing(new Range(0, waiting + spread));
            say("lost: %,d; left twice: %,d", lost, leaving.twice());
            return lost == 0 && leaving.twice() == 0;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private interface DueTimes {
        Instant of(int number);
    }

    private Duration produce(int from, int count, DueTimes dues, Consumer<Instant> pace) {
        var start = CLOCK.instant();
        try (var serdes = new EventSerdes(registry.uri(), true);
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "linger.ms",
                                5,
                                "batch.size",
                                128 << 10,
                                "buffer.memory",
                                64L << 20,
                                "compression.type",
                                "lz4"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (var i = from; i < from + count; i++) {
                var due = dues.of(i);
                pace.accept(due);
                var delayed = delayed(i, due, start);
                var _ = producer.send(new ProducerRecord<>(
                        Topics.WAITING.name(),
                        delayed.getCommand().getConnectionId().getBytes(UTF_8),
                        serdes.write(Topics.WAITING, delayed)));
            }
            producer.flush();
        }
        return Duration.between(start, CLOCK.instant());
    }

    private static void parkUntil(Instant time) {
        for (var left = Duration.between(CLOCK.instant(), time);
                left.isPositive();
                left = Duration.between(CLOCK.instant(), time)) {
            LockSupport.parkNanos(left.toNanos());
        }
    }

    private static DelayedCommand delayed(int number, Instant due, Instant now) {
        var request = Departures.REQUEST + number;
        var connection = "connection-" + number % 10_000;
        return DelayedCommand.newBuilder()
                .setCommand(PublishCommand.newBuilder()
                        .setCommandId(CommandId.of(request, connection))
                        .setRequestId(request)
                        .setTargetIndex(0)
                        .setConnectionId(connection)
                        .setPlatform(PLATFORM)
                        .setProfileId("profile-" + number % 10_000)
                        .setAccountId("account")
                        .setContent(Content.newBuilder()
                                .setText("A text as long as posts are. ".repeat(15))
                                .build())
                        .setAcceptedAt(now)
                        .setPublishAt(due)
                        .build())
                .setCause(DelayCause.SCHEDULED)
                .setNotBefore(due)
                .setSince(now)
                .build();
    }

    private Process start() throws IOException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.broadside.retry.Main")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("retry-service.log").toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS",
                        broker.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL",
                        registry.uri().toString(),
                        "KAFKA_TOPIC_PARTITIONS",
                        Integer.toString(partitions),
                        "BROADSIDE_PLATFORMS",
                        PLATFORM,
                        "STATE_DIR",
                        directory.resolve("state").toString(),
                        "INSTANCE_ID",
                        "bench",
                        "RETRY_PORT",
                        "18984",
                        "RETRY_API_PORT",
                        "18985"));
        running = builder.start();
        return running;
    }

    private static long stop(Process process) throws InterruptedException {
        var start = System.nanoTime();
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("retry-service does not stop");
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private long awaitReady(Process process) throws InterruptedException {
        var start = System.nanoTime();
        until(process, Duration.ofMillis(20), () -> get("/health/ready") != null);
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    private void await(Process process, String gauge, long least) throws InterruptedException {
        // All of Kafka Streams' metrics are in the answer: to ask more often is work that is measured along.
        until(process, Duration.ofMillis(500), () -> {
            var metrics = get("/metrics");
            return metrics != null
                    && metrics.lines()
                                    .filter(line -> line.startsWith(gauge))
                                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                                    .sum()
                            >= least;
        });
    }

    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private void until(Process process, Duration every, Condition condition) throws InterruptedException {
        var end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IllegalStateException(
                        "retry-service does not do what it should; see " + directory.resolve("retry-service.log"));
            }
            LockSupport.parkNanos(every.toNanos());
        }
    }

    private @Nullable String get(String path) throws InterruptedException {
        try {
            var answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:18984" + path))
                            .timeout(Duration.ofSeconds(5))
                            .build(),
                    BodyHandlers.ofString());
            return answer.statusCode() == 200 ? answer.body() : null;
        } catch (IOException _) {
            return null;
        }
    }

    private static long residentMebibytes(Process process) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElse(-1);
        }
    }

    /** What else goes on on the machine shows in every figure. */
    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency.
    private void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }
}
