package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.InboundEvent;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.broadside.webhook.platform.HmacSha256;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** webhook-ingest in a process of its own, killed as kill -9 does while deliveries come, and started again, several times. */
@ExtendWith(KafkaExtension.class)
@SuppressWarnings("NullAway.Init")
class WebhookKillIT {

    private static final String SECRET = "the-secret";
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final int KILLS = 3;
    private static final int SENDERS = 16;
    private static final int ACKNOWLEDGED_BEFORE_EACH_KILL = 500;

    private final KafkaForTest kafka;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final int port = freePort();
    private final int managementPort = freePort();

    @TempDir
    private Path directory;

    private Process process;

    WebhookKillIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @AfterEach
    void kill() {
        process.destroyForcibly();
        http.close();
    }

    @Test
    void everyDeliveryThatWasAcknowledgedIsToldAndNoneTwiceAlthoughTheProcessIsKilledUnderLoad() throws Exception {
        // Given
        start();
        var isOver = new AtomicBoolean();
        try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < SENDERS; i++) {
                var _ = senders.submit(() -> {
                    while (!isOver.get()) {
                        deliver("event-" + count.incrementAndGet(), isOver);
                    }
                });
            }
            // When
            for (var kill = 1; kill <= KILLS; kill++) {
                var enough = acknowledged.size() + ACKNOWLEDGED_BEFORE_EACH_KILL;
                await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> acknowledged.size() >= enough);
                process.destroyForcibly().waitFor();
                start();
            }
            var enough = acknowledged.size() + ACKNOWLEDGED_BEFORE_EACH_KILL;
            await().atMost(LONG).until(() -> acknowledged.size() >= enough);
            isOver.set(true);
        }
        // Then
        var told = new HashMap<String, Integer>();
        await().atMost(LONG).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            told.clear();
            told.putAll(told());
            assertThat(told.keySet()).containsAll(acknowledged);
        });
        assertThat(acknowledged).hasSizeGreaterThan((KILLS + 1) * ACKNOWLEDGED_BEFORE_EACH_KILL);
        assertThat(told.entrySet().stream()
                        .filter(event -> event.getValue() > 1)
                        .collect(Collectors.toSet()))
                .as("told twice")
                .isEmpty();
    }

    /** As a platform does: the same delivery again until it is acknowledged. */
    private void deliver(String event, AtomicBoolean isOver) {
        var body = "{\"data\":{\"event_uuid\":\"" + event + "\",\"filter\":{\"user_id\":\"" + event.hashCode() % 50
                + "\"},\"event_type\":\"post.create\",\"payload\":{\"id\":\"" + event + "\"}}}";
        var signature = "sha256="
                + Base64.getEncoder().encodeToString(HmacSha256.sign(Secret.of(SECRET), body.getBytes(UTF_8)));
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/webhooks/x/killed"))
                .timeout(Duration.ofSeconds(10))
                .header("x-twitter-webhooks-signature", signature)
                .POST(BodyPublishers.ofString(body))
                .build();
        while (!isOver.get()) {
            try {
                if (http.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                    acknowledged.add(event);
                    return;
                }
            } catch (IOException _) {
                // Killed, or not there yet: the platform tries again.
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** How often each event stands on inbound.events. */
    private Map<String, Integer> told() {
        var told = new HashMap<String, Integer>();
        try (var serdes = new EventSerdes(URI.create(kafka.registryUrl()), false)) {
            kafka.readAll(Topics.INBOUND_EVENTS.name()).stream()
                    .map(record -> serdes.read(Topics.INBOUND_EVENTS, record.value()))
                    .filter(event -> event.getApp().equals("killed"))
                    .map(InboundEvent::getObjectId)
                    .forEach(id -> told.merge(id.orElseThrow(), 1, Integer::sum));
        }
        return told;
    }

    private void start() throws IOException {
        var said = directory.resolve("webhook-ingest.log");
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.broadside.webhook.Main")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                        "KAFKA_TOPIC_PARTITIONS", "3",
                        "INSTANCE_ID", "killed",
                        "STATE_DIR", directory.resolve("state").toString(),
                        "WEBHOOK_PORT", Integer.toString(port),
                        "WEBHOOK_MANAGEMENT_PORT", Integer.toString(managementPort),
                        "WEBHOOK_APPS", "x/killed",
                        "WEBHOOK_X_KILLED_SECRETS", SECRET));
        process = builder.start();
        await().atMost(LONG).pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
            return isListening();
        });
    }

    private boolean isListening() throws InterruptedException {
        try {
            var live = HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort + "/health/live"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return http.send(live, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("There is always a free port", e);
        }
    }
}
