package io.broadside.testkit;

import io.broadside.embedded.BrokerSettings;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.testcontainers.kafka.KafkaContainer;

/** The official image of Apache Kafka in a container, with the settings the embedded broker has. */
final class DockerBroker implements TestBroker {

    static final String IMAGE = "apache/kafka";
    static final String TAG = "4.3.1";

    /** Testcontainers has limits for its steps and retries them; this is for all together. */
    private static final Duration START_LIMIT = Duration.ofSeconds(90);

    private final KafkaContainer container;

    private DockerBroker(KafkaContainer container) {
        this.container = container;
    }

    static DockerBroker start() {
        var starting = new FutureTask<>(() -> {
            // Ended by close, and by Testcontainers' own reaper should this JVM be killed.
            @SuppressWarnings("resource")
            var container = new KafkaContainer(IMAGE + ":" + TAG);
            container.withEnv(environment(BrokerSettings.visibleToClients())).start();
            return container;
        });
        var thread = Thread.ofPlatform().daemon().name("start-kafka-container").start(starting);
        try {
            return new DockerBroker(starting.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            throw new IllegalStateException(String.valueOf(e.getCause()), e.getCause());
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new IllegalStateException("not up within " + START_LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the container started", e);
        }
    }

    /** The image reads a setting {@code a.b} from the variable {@code KAFKA_A_B}. */
    static Map<String, String> environment(Map<String, String> settings) {
        return settings.entrySet().stream()
                .collect(Collectors.toMap(
                        entry -> "KAFKA_"
                                + entry.getKey().toUpperCase(Locale.ROOT).replace('.', '_'),
                        Map.Entry::getValue));
    }

    @Override
    public String bootstrapServers() {
        return container.getBootstrapServers();
    }

    /** A container that is started again has another port, and its clients would wait for it in vain. */
    @Override
    public boolean canRestart() {
        return false;
    }

    @Override
    public void restart() {
        throw new UnsupportedOperationException("Kafka in Docker cannot restart on the same port");
    }

    @Override
    public void close() {
        container.stop();
    }
}
