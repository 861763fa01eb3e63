package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** webhook-ingest whose broker is killed as kill -9 does while deliveries come, and comes back, several times. */
class WebhookBrokerIT {

    private static final String SECRET = "the-secret";
    /** A second copy of an event may come later than the first of the last one. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int KILLS = 3;
    private static final int SENDERS = 16;
    private static final int ACKNOWLEDGED_BEFORE_EACH_KILL = 300;
    private static final int TURNED_AWAY_BEFORE_EACH_RETURN = 20;

    private final AtomicInteger turnedAway = new AtomicInteger();
    private final Set<Integer> unexpected = ConcurrentHashMap.newKeySet();
    private final AtomicInteger withoutRetryAfter = new AtomicInteger();

    @Test
    void whatWasAcknowledgedIsToldOnceAndWhatComesMeanwhileIsToBeRepeatedWhileTheBrokerIsAway(@TempDir Path directory)
            throws Exception {
        try (var registry = SchemaRegistry.start(RegistryConfig.inMemory());
                var broker = new BrokerInItsOwnProcess(directory)) {
            // Given
            broker.start();
            try (var service = WebhookService.start(config(broker, registry, directory), Clock.systemUTC())) {
                // The broker goes away while it serves, and not while topics are made and partitions dealt.
                await().atMost(LONG).until(() -> readiness(service).statusCode() == 200);
                var address = URI.create("http://localhost:" + service.port() + "/webhooks/x/broker");
                Set<String> acknowledged;
                try (var senders = new Senders(address, SECRET, this::note)) {
                    senders.start(SENDERS);
                    acknowledged = senders.acknowledged();
                    // When
                    for (var kill = 1; kill <= KILLS; kill++) {
                        awaitMore(acknowledged);
                        broker.kill();
                        var enough = turnedAway.get() + TURNED_AWAY_BEFORE_EACH_RETURN;
                        await().atMost(LONG).until(() -> turnedAway.get() >= enough);
                        broker.start();
                    }
                    awaitMore(acknowledged);
                }
                // Then
                var told = new HashMap<String, Integer>();
                await().atMost(LONG)
                        .during(QUIET)
                        .pollInterval(Duration.ofSeconds(1))
                        .untilAsserted(() -> {
                            told.clear();
                            told.putAll(Senders.told(
                                    broker.bootstrapServers(), registry.uri().toString(), "broker"));
                            assertThat(told.keySet())
                                    .as(() -> "what was acknowledged; "
                                            + readiness(service).body())
                                    .containsAll(acknowledged);
                        });
                assertThat(told.values()).as("how often each was told").containsOnly(1);
                assertThat(unexpected).as("answers other than 200 and 503").isEmpty();
                assertThat(withoutRetryAfter).hasValue(0);
            }
        }
    }

    private static HttpResponse<String> readiness(WebhookService service) {
        var address = URI.create("http://localhost:" + service.managementPort() + "/health/ready");
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void note(HttpResponse<Void> answer) {
        switch (answer.statusCode()) {
            case 200 -> {}
            case 503 -> {
                turnedAway.incrementAndGet();
                if (answer.headers().firstValue("retry-after").isEmpty()) {
                    withoutRetryAfter.incrementAndGet();
                }
            }
            default -> unexpected.add(answer.statusCode());
        }
    }

    private static void awaitMore(Set<String> acknowledged) {
        var enough = acknowledged.size() + ACKNOWLEDGED_BEFORE_EACH_KILL;
        await().atMost(LONG).pollInterval(Duration.ofMillis(10)).until(() -> acknowledged.size() >= enough);
    }

    private static WebhookConfig config(BrokerInItsOwnProcess broker, SchemaRegistry registry, Path directory) {
        return WebhookConfig.from(Map.ofEntries(
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers()),
                Map.entry("SCHEMA_REGISTRY_URL", registry.uri().toString()),
                Map.entry("KAFKA_TOPIC_PARTITIONS", "3"),
                Map.entry("STATE_DIR", directory.resolve("state").toString()),
                Map.entry("WEBHOOK_PORT", "0"),
                Map.entry("WEBHOOK_MANAGEMENT_PORT", "0"),
                Map.entry("WEBHOOK_DURABLE_WITHIN", "1s"),
                Map.entry("WEBHOOK_APPS", "x/broker"),
                Map.entry("WEBHOOK_X_BROKER_SECRETS", SECRET)));
    }
}
