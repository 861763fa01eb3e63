package io.broadside.webhook;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.webhook.platform.Vectors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The HTTP side alone, of the app x/demo unless told otherwise, on a broker that acknowledges when it is told to. */
final class ServerOnMockBroker implements AutoCloseable {

    private final SchemaRegistry registry = SchemaRegistry.start(RegistryConfig.inMemory());
    private final EventSerdes serdes = new EventSerdes(registry.uri(), true);
    private final MockProducer<byte[], byte[]> broker =
            new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Vertx vertx = Vertx.vertx();
    private @Nullable Keyring keyring;
    private @Nullable Room room;
    private String deployment = "";

    /** Starts it with these settings, and answers the port it listens on. */
    int start(String... namesAndValues) {
        var environment = new HashMap<>(Map.of("WEBHOOK_PORT", "0", "WEBHOOK_APPS", "x/demo"));
        for (var i = 0; i < namesAndValues.length; i += 2) {
            environment.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        if (!environment.containsKey("WEBHOOK_X_DEMO_SECRETS_FILE")) {
            environment.putIfAbsent("WEBHOOK_X_DEMO_SECRETS", Vectors.X_SECRET);
        }
        var config = WebhookConfig.from(environment);
        var metrics = new WebhookMetrics(meters);
        var deliveries =
                new Deliveries(serdes, broker, config.limits().maxInFlight(), config.quarantineBodyLimit(), metrics);
        keyring = new Keyring(config.apps(), app -> app.readAgain(environment));
        room = new Room(config.limits().maxBytesInFlight());
        var shared = new WebhookServer.Shared(
                keyring,
                deliveries,
                room,
                new Sources(config.limits(), System::nanoTime),
                Map.of(),
                new Precedence(new Rests(), deliveries::underWay, () -> false, System::nanoTime),
                config.publicUri().map(uri -> new DataDeletion(uri, config.deletionKey(), Clock.systemUTC())),
                metrics);
        var server = new WebhookServer(config, shared, Clock.systemUTC());
        deployment = vertx.deployVerticle(server).await();
        return server.port();
    }

    Future<Void> undeploy() {
        return vertx.undeploy(deployment);
    }

    MockProducer<byte[], byte[]> broker() {
        return broker;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }

    Keyring keyring() {
        return Objects.requireNonNull(keyring, "Not started yet");
    }

    Room room() {
        return Objects.requireNonNull(room, "Not started yet");
    }

    /** How many records were sent to a topic, acknowledged or not. */
    long sentTo(Topic<?> topic) {
        return List.copyOf(broker.history()).stream()
                .filter(record -> record.topic().equals(topic.name()))
                .count();
    }

    /** Acknowledges everything that was sent. */
    void acknowledge() {
        while (broker.completeNext()) {
            // Everything that was there.
        }
    }

    @Override
    public void close() {
        vertx.close().await();
        serdes.close();
        registry.close();
    }
}
