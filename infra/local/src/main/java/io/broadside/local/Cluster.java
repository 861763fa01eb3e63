package io.broadside.local;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.publisher.PublisherConfig;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.schemas.Topics;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.control.Report;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;

/**
 * Broker, one or several instances of token-service, and several of publisher-service and retry-service, each a process of its own. The platforms
 * and the registry are in this process: what they know is what is counted in the end.
 */
final class Cluster {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String PARTITIONS = "6";
    private static final String TOKEN_SERVICE = "token-service";

    private final PlatformSimulator simulator;
    private final Instance broker;
    private final List<Instance> tokens;
    private final List<Instance> publishers;
    private final List<Instance> retries;

    private Cluster(
            PlatformSimulator simulator,
            Instance broker,
            List<Instance> tokens,
            List<Instance> publishers,
            List<Instance> retries) {
        this.simulator = simulator;
        this.broker = broker;
        this.tokens = List.copyOf(tokens);
        this.publishers = List.copyOf(publishers);
        this.retries = List.copyOf(retries);
    }

    /**
     * Starts everything but the instances; accounts can be connected when this returns.
     *
     * @param parts gets what is started, also if this fails
     * @throws IOException if it does not come up
     */
    static Cluster start(Chaos.Plan plan, Ports ports, Path data, Consumer<String> tell, Closing parts)
            throws IOException, InterruptedException {
        var logs = Files.createDirectories(data.resolve("logs"));
        var simulator = parts.add(PlatformSimulator.start(SimulatorConfig.onPort(ports.simulator())));
        parts.add(SchemaRegistry.start(RegistryConfig.inMemory().withPort(ports.registry())));
        var environment = LocalStack.environment(ports, data, simulator);
        var broker = parts.add(Instance.of(
                "broker",
                List.of(),
                List.of(
                        BrokerProcess.class.getName(),
                        data.resolve("kafka").toString(),
                        Integer.toString(ports.kafka()),
                        Integer.toString(ports.controller())),
                "1g",
                Map.of(),
                logs));
        broker.start();
        var setup = new HashMap<>(environment.of("setup"));
        setup.put("KAFKA_TOPIC_PARTITIONS", PARTITIONS);
        awaitTopics(setup);
        tell.accept("  broker is up");

        var tokens = new ArrayList<Instance>();
        for (int i = 1; i <= plan.tokenInstances(); i++) {
            // The first has the port on which accounts are connected.
            var name = i == 1 ? TOKEN_SERVICE : TOKEN_SERVICE + "-" + i;
            tokens.add(parts.add(service(name, "io.broadside.token.Main", environment, List.of(), logs)));
        }
        tokens.getFirst().start();
        awaitReady(ports.at(ports.tokenManagement()));
        var before = plan.isWeakened() ? List.of(Weakening.forgetIntents(data.resolve("weakened"))) : List.<Path>of();
        var publishers = new ArrayList<Instance>();
        var retries = new ArrayList<Instance>();
        for (int i = 1; i <= plan.instances(); i++) {
            publishers.add(
                    parts.add(service("publisher-" + i, "io.broadside.publisher.Main", environment, before, logs)));
            retries.add(parts.add(service("retry-" + i, "io.broadside.retry.Main", environment, List.of(), logs)));
        }
        tell.accept("  token-service is up");
        return new Cluster(simulator, broker, tokens, publishers, retries);
    }

    private static Instance service(
            String name, String main, LocalStack.Environment environment, List<Path> before, Path logs) {
        var own = new HashMap<>(environment.of(name));
        own.put("INSTANCE_ID", name);
        own.put("KAFKA_TOPIC_PARTITIONS", PARTITIONS);
        if (!name.equals(TOKEN_SERVICE)) {
            // Nobody asks them, and several of them cannot have the same port.
            own.put("TOKEN_PORT", "0");
            own.put("TOKEN_MANAGEMENT_PORT", "0");
            own.put("PUBLISHER_PORT", "0");
            own.put("PUBLISHER_API_PORT", "0");
            own.put("RETRY_PORT", "0");
            own.put("RETRY_API_PORT", "0");
        }
        return Instance.of(name, before, List.of(main), "400m", own, logs);
    }

    private static void awaitTopics(Map<String, String> environment) throws IOException, InterruptedException {
        var until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (var clients =
                    new KafkaClients(PublisherConfig.from(environment).kafka(), "setup")) {
                TopicSetup.ensure(clients, Topics.all(LocalStack.PLATFORMS));
                return;
            } catch (KafkaException e) {
                if (System.nanoTime() - until > 0) {
                    throw new IOException("The broker did not come up: " + e.getMessage(), e);
                }
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        }
    }

    private static void awaitReady(URI management) throws IOException, InterruptedException {
        var until = System.nanoTime() + PATIENCE.toNanos();
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(management.resolve("/health/ready"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            while (true) {
                try {
                    if (http.send(request, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200) {
                        return;
                    }
                } catch (IOException _) {
                    // It does not listen yet.
                }
                if (System.nanoTime() - until > 0) {
                    throw new IOException("token-service did not come up within " + PATIENCE.toMinutes() + " min.");
                }
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        }
    }

    void startInstances() {
        tokens.forEach(Instance::start);
        instances().forEach(Instance::start);
    }

    PlatformSimulator simulator() {
        return simulator;
    }

    /** How many posts the platforms have. */
    long published() {
        return simulator.control().report().platforms().values().stream()
                .mapToLong(Report.Numbers::published)
                .sum();
    }

    /** Whether a platform has two posts with one text. */
    boolean hasPostedTwice() {
        var seen = new HashSet<String>();
        return simulator.control().posts().stream().anyMatch(post -> !seen.add(post.text()));
    }

    Instance broker() {
        return broker;
    }

    List<Instance> tokens() {
        return tokens;
    }

    List<Instance> publishers() {
        return publishers;
    }

    List<Instance> retries() {
        return retries;
    }

    /** Publishers and retriers. */
    List<Instance> instances() {
        return Stream.concat(publishers.stream(), retries.stream()).toList();
    }

    /** For a person: how many of each are up. */
    String upAndDown() {
        return "publisher " + up(publishers) + ", retry " + up(retries) + (broker.isUp() ? "" : ", no broker");
    }

    private static String up(List<Instance> instances) {
        return instances.stream().filter(one -> one.isUp() && !one.isFrozen()).count() + "/" + instances.size();
    }
}
