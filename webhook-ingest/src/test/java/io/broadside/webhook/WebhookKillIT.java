package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** webhook-ingest in a process of its own, killed as kill -9 does while deliveries come, and started again, several times. */
@ExtendWith(KafkaExtension.class)
@SuppressWarnings("NullAway.Init")
class WebhookKillIT {

    private static final String SECRET = "the-secret";
    /** A second copy of an event may come later than the first of the last one. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int KILLS = 3;
    private static final int SENDERS = 16;
    private static final int ACKNOWLEDGED_BEFORE_EACH_KILL = 500;

    private final KafkaForTest kafka;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
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
        var address = URI.create("http://localhost:" + port + "/webhooks/x/killed");
        Set<String> acknowledged;
        try (var senders = new Senders(address, SECRET, _ -> {})) {
            senders.start(SENDERS);
            acknowledged = senders.acknowledged();
            // When
            for (var kill = 1; kill <= KILLS; kill++) {
                awaitMore(acknowledged);
                process.destroyForcibly().waitFor();
                start();
            }
            awaitMore(acknowledged);
        }
        // Then
        var told = new HashMap<String, Integer>();
        await().atMost(LONG).during(QUIET).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            told.clear();
            told.putAll(Senders.told(kafka.bootstrapServers(), kafka.registryUrl(), "killed"));
            assertThat(told.keySet()).containsAll(acknowledged);
        });
        assertThat(acknowledged).hasSizeGreaterThan((KILLS + 1) * ACKNOWLEDGED_BEFORE_EACH_KILL);
        assertThat(told.values()).as("how often each was told").containsOnly(1);
    }

    private static void awaitMore(Set<String> acknowledged) {
        var enough = acknowledged.size() + ACKNOWLEDGED_BEFORE_EACH_KILL;
        await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> acknowledged.size() >= enough);
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
