package io.broadside.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Connection;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.FreshToken;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * token-service in a process of its own, with very many connections: how long it takes to start, how much of its heap is in use then,
 * what a look for tokens that are due costs, and how many tokens it renews a second.
 *
 * <p>The simulator is a process of its own, too; the broker is in this one. So that it can be told what the limit is, the processor time
 * of each is shown beside the rate.
 *
 * <p>Settings, as system properties: {@code connections} (1000000), {@code renewals} (10000, of X, whose refresh tokens work once),
 * {@code heap} (512m), {@code partitions} (12).
 */
final class TokenBench {

    private static final int MOST_ROUNDS = 10;
    private static final int LEVEL_ROUNDS = 2;
    private static final double STILL_RISING = 1.03;
    private static final Clock CLOCK = Clock.systemUTC();
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final String PLATFORM = "x";
    private static final int CONNECTIONS_OF_A_PROFILE = 4;

    private final int connections = Integer.getInteger("connections", 1_000_000);
    private final int renewals = Integer.getInteger("renewals", 10_000);
    private final String heap = System.getProperty("heap", "512m");
    private final String partitions = System.getProperty("partitions", "12");

    private final Path directory;
    private final Map<String, String> environment;
    private final SimulatorProcess simulator;
    private final HttpClient http = HttpClient.newHttpClient();
    private final PrintStream out = System.out;
    private final int managementPort;

    private TokenBench(
            Path directory, EmbeddedBroker broker, SchemaRegistry registry, SimulatorProcess simulator, int port) {
        this.directory = directory;
        this.simulator = simulator;
        this.managementPort = port;
        this.environment = Map.ofEntries(
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers()),
                Map.entry("SCHEMA_REGISTRY_URL", registry.uri().toString()),
                Map.entry("KAFKA_TOPIC_PARTITIONS", partitions),
                Map.entry("INSTANCE_ID", "bench"),
                Map.entry(
                        "VAULT_ACCESS_KEYSET_FILE",
                        directory.resolve("access.json").toString()),
                Map.entry(
                        "VAULT_REFRESH_KEYSET_FILE",
                        directory.resolve("refresh.json").toString()),
                Map.entry("VAULT_CREATE_MISSING", "true"),
                Map.entry("TOKEN_PORT", "0"),
                Map.entry("TOKEN_REFRESH_SCAN_INTERVAL", "1s"),
                Map.entry("TOKEN_MANAGEMENT_PORT", Integer.toString(port)),
                Map.entry("X_API_URI", simulator.uri().resolve("/x").toString()),
                Map.entry("X_CLIENT_ID", "sim-x-client-id"),
                Map.entry("X_CLIENT_SECRET", "sim-x-client-secret"));
    }

    static void main() throws Exception {
        var directory = Files.createTempDirectory("broadside-token-bench");
        var renewals = Integer.getInteger("renewals", 10_000);
        try (var broker = EmbeddedBroker.start(BrokerConfig.in(directory.resolve("kafka")));
                var registry = SchemaRegistry.start(RegistryConfig.inMemory());
                var simulator = SimulatorProcess.start(directory, renewals)) {
            new TokenBench(directory, broker, registry, simulator, Starting.freePort()).run();
        }
        // Threads of the broker may take their time.
        System.exit(0);
    }

    private void run() throws Exception {
        say(
                "%,d connections, %s partitions, -Xmx%s, %d processors; load average of the machine %.1f",
                connections, partitions, heap, Runtime.getRuntime().availableProcessors(), load());
        var settings = Settings.from(environment);
        var vault = Vault.open(VaultConfig.from(settings));
        try (var clients = new KafkaClients(KafkaConfig.from(settings), "bench");
                var producer = clients.producer("seeds")) {
            TopicSetup.ensure(clients, Topics.all(List.of(PLATFORM)));
            var begun = System.nanoTime();
            sow(clients, producer, vault);
            say("written to the topics: %,.0f connections/s", connections / seconds(begun));

            var log = directory.resolve("token-service.log");
            begun = System.nanoTime();
            try (var service = OwnProcess.start(
                    "io.broadside.token.Main",
                    List.of("-Xmx" + heap, "-XX:+ExitOnOutOfMemoryError", "-XX:+UseG1GC"),
                    List.of(),
                    environment,
                    log)) {
                Starting.awaitHealthy(at("/health/ready"), log);
                say("start to ready: %.1f s; processor time %.1f s", seconds(begun), cpu(service));
                until(() -> metric("broadside_token_look_seconds_count") >= 5);
                say(
                        "a look for what is due: %.0f ms on average, %.0f ms at most",
                        1000
                                * metric("broadside_token_look_seconds_sum")
                                / metric("broadside_token_look_seconds_count"),
                        1000 * metric("broadside_token_look_seconds_max"));
                sayHeap(service, "after the start");
                renewUntilLevel(clients, service);
                sayHeap(service, "at the end");
            }
        }
        say("load average %.1f", load());
    }

    /** Until it gets no faster: in the first rounds the compiler has much of the processors. */
    private void renewUntilLevel(KafkaClients clients, OwnProcess service) throws Exception {
        var best = 0.0;
        var level = 0;
        for (var round = 1; round <= MOST_ROUNDS && level < LEVEL_ROUNDS; round++) {
            var rate = renew(clients, service, round, "round " + round);
            level = rate > best * STILL_RISING ? 0 : level + 1;
            best = Math.max(best, rate);
        }
        say("renewals a second in the best of them: %,.0f", best);
    }

    /** All of one version at once; measured from the first demand to the last renewed token that is durable. */
    private double renew(KafkaClients clients, OwnProcess service, long version, String what) throws Exception {
        try (var producer = clients.producer("demands");
                var events = clients.tableConsumer("events")) {
            var all = IntStream.range(0, Integer.parseInt(partitions))
                    .mapToObj(number -> new TopicPartition(Topics.CONNECTION_EVENTS.name(), number))
                    .toList();
            events.assign(all);
            events.seekToEnd(all);
            all.forEach(events::position);
            var cpuBefore = new double[] {cpu(service), cpu(simulator.process()), cpuOfThisProcess()};
            var begun = System.nanoTime();
            for (int i = 0; i < renewals; i++) {
                var id = idOf(i);
                var request = RefreshRequest.newBuilder()
                        .setConnectionId(id)
                        .setPlatform(PLATFORM)
                        .setTokenVersion(version)
                        .setReason(RefreshReason.REFUSED)
                        .setRequestedAt(CLOCK.instant())
                        .build();
                send(clients, producer, Topics.REFRESH_REQUESTS, id, request);
            }
            awaitRenewed(clients, events);
            var took = seconds(begun);
            say(
                    "%s: %,.0f renewals/s; cores in use: token-service %.2f, simulator %.2f, broker and bench %.2f",
                    what,
                    renewals / took,
                    (cpu(service) - cpuBefore[0]) / took,
                    (cpu(simulator.process()) - cpuBefore[1]) / took,
                    (cpuOfThisProcess() - cpuBefore[2]) / took);
            return renewals / took;
        }
    }

    private void awaitRenewed(KafkaClients clients, Consumer<byte[], byte[]> events) throws IOException {
        var until = System.nanoTime() + LIMIT.toNanos();
        for (int renewed = 0; renewed < renewals; ) {
            if (System.nanoTime() - until > 0) {
                throw new IOException("Only " + renewed + " were renewed; see " + directory);
            }
            for (var record : events.poll(Duration.ofMillis(100))) {
                var event = clients.serdes().read(Topics.CONNECTION_EVENTS, record.value());
                if (event.getKind() != ConnectionEventKind.REFRESHED) {
                    throw new IOException("Not renewed: " + event);
                }
                renewed++;
            }
        }
    }

    private void sow(KafkaClients clients, Producer<byte[], byte[]> producer, Vault vault) {
        var now = CLOCK.instant();
        for (int i = 0; i < connections; i++) {
            var id = idOf(i);
            var account = new BenchAccount(PLATFORM, i);
            send(clients, producer, Topics.CREDENTIALS, id, credential(id, account, vault, now));
            send(clients, producer, Topics.FRESH_TOKENS, id, token(id, account, vault, now));
            send(clients, producer, Topics.CONNECTIONS, id, connection(id, i, account, now));
        }
        producer.flush();
    }

    private static <V extends SpecificRecord> void send(
            KafkaClients clients, Producer<byte[], byte[]> producer, Topic<V> topic, String id, V value) {
        var _ = producer.send(new ProducerRecord<>(
                topic.name(), id.getBytes(UTF_8), clients.serdes().write(topic, value)));
    }

    private static String idOf(int number) {
        return UUID.nameUUIDFromBytes(("bench " + number).getBytes(UTF_8)).toString();
    }

    private static Credential credential(String id, BenchAccount account, Vault vault, Instant now) {
        var token = Secret.of("sim-bench-x-" + account.number() + "-refresh");
        return Credential.newBuilder()
                .setConnectionId(id)
                .setPlatform(PLATFORM)
                .setVersion(1)
                .setSealedRefreshToken(ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, token, id)))
                .setStoredAt(now)
                .build();
    }

    private static FreshToken token(String id, BenchAccount account, Vault vault, Instant now) {
        return FreshToken.newBuilder()
                .setConnectionId(id)
                .setPlatform(PLATFORM)
                .setVersion(1)
                .setSealedAccessToken(ByteBuffer.wrap(vault.seal(KeysetName.ACCESS, Secret.of(account.token()), id)))
                .setIssuedAt(now)
                .setExpiresAt(now.plus(Duration.ofHours(2)))
                .setScopes(SCOPES)
                .build();
    }

    private static final List<String> SCOPES =
            List.of("tweet.read", "tweet.write", "users.read", "media.write", "offline.access");

    private static Connection connection(String id, int number, BenchAccount account, Instant now) {
        return Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId("customer-" + number / CONNECTIONS_OF_A_PROFILE)
                .setPlatform(PLATFORM)
                .setAccountId(account.id())
                .setAccountName("bench_account_" + number)
                .setAccountKind(account.kind())
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(1)
                .setAccessExpiresAt(now.plus(Duration.ofHours(2)))
                .setScopes(SCOPES)
                .setIsRenewable(true)
                .setConnectedAt(now)
                .setRefreshedAt(now)
                .setUpdatedAt(now)
                .build();
    }

    /** What is live, not what has not been collected yet: asks for a collection first. */
    private void sayHeap(OwnProcess service, String when) throws IOException, InterruptedException {
        var collected = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(service.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        collected.waitFor();
        var resident = Files.readAllLines(Path.of("/proc/" + service.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElse(-1);
        say(
                "heap in use %s: %,.0f MiB; resident %,d MiB",
                when, metric("jvm_memory_used_bytes{area=\"heap\"") / (1 << 20), resident);
    }

    private double metric(String start) throws InterruptedException {
        var metrics = get("/metrics");
        return metrics == null
                ? 0
                : metrics.lines()
                        .filter(line -> line.startsWith(start))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                        .sum();
    }

    private @Nullable String get(String path) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(at(path)).timeout(Duration.ofSeconds(5));
            var answer = http.send(request.build(), BodyHandlers.ofString());
            return answer.statusCode() == 200 ? answer.body() : null;
        } catch (IOException _) {
            return null;
        }
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + managementPort + path);
    }

    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private static void until(Condition condition) throws InterruptedException, IOException {
        var end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("token-service does not do what it should");
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    private static double cpu(OwnProcess process) {
        return process.processorTime().toMillis() / 1000.0;
    }

    private static double cpuOfThisProcess() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1000.0;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private void say(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
    }
}
