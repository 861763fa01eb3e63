package io.broadside.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Everything that {@link PipelineBench} needs, each part in a process of its own: simulator, broker with registry, publisher-service,
 * retry-service, the bare client and the relay. {@code -Dpipeline.jvm.publisher=...} and so on give a process further options, and
 * {@code -Dpipeline.set.NAME=...} gives the services another setting.
 */
final class PipelineStage implements AutoCloseable {

    private static final String SET = "pipeline.set.";

    private final Path directory;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, OwnProcess> processes = new LinkedHashMap<>();
    private final SimulatorProcess simulator;
    private final URI bare;
    private final PublishLoad load;
    private final KafkaProducer<byte[], byte[]> relay;

    private PipelineStage(Path directory, int accounts, int connections, int partitions)
            throws IOException, InterruptedException, ExecutionException {
        this.directory = directory;
        try {
            simulator = opened(SimulatorProcess.start(directory, accounts));
            var broker = start("broker", BrokerProcess.class.getName(), List.of(path("kafka")), Map.of());
            var addresses = Starting.awaitLine(log("broker")).split(" ", -1);
            var environment = environment(addresses, simulator.uri(), connections, partitions);
            Seeds.sow(environment, accounts);
            processes.put("publisher", service("publisher", environment, "PUBLISHER_PORT"));
            processes.put("retry", service("retry", environment, "RETRY_PORT"));
            processes.put("broker", broker);
            processes.put("simulator", simulator.process());
            var port = Integer.toString(simulator.port());
            processes.put(
                    "bare client",
                    start(
                            "bare",
                            BareClient.class.getName(),
                            List.of(port, Integer.toString(accounts), Integer.toString(connections)),
                            Map.of()));
            bare = URI.create("http://127.0.0.1:" + Starting.awaitLine(log("bare")));
            start(
                    "relay",
                    BareRelay.class.getName(),
                    List.of(addresses[0], port, Integer.toString(connections)),
                    Map.of());
            Starting.awaitLine(log("relay"));
            load = opened(new PublishLoad(addresses[0], addresses[1], simulator.uri(), accounts));
            relay = opened(new KafkaProducer<>(
                    Map.of("bootstrap.servers", addresses[0], "linger.ms", "0"),
                    new ByteArraySerializer(),
                    new ByteArraySerializer()));
        } catch (IOException | InterruptedException | ExecutionException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts all of it.
     *
     * @param accounts of each platform
     * @param connections to the simulator, of publisher-service and of the bare client
     */
    static PipelineStage start(Path directory, int accounts, int connections, int partitions)
            throws IOException, InterruptedException, ExecutionException {
        return new PipelineStage(directory, accounts, connections, partitions);
    }

    SimulatorProcess simulator() {
        return simulator;
    }

    /** Where the bare client is told to work. */
    URI bare() {
        return bare;
    }

    PublishLoad load() {
        return load;
    }

    /** Writes to the relay. */
    KafkaProducer<byte[], byte[]> relay() {
        return relay;
    }

    /** Processor time of each process so far, in microseconds. */
    Map<String, Double> processorMicros() {
        var micros = new LinkedHashMap<String, Double>();
        processes.forEach(
                (name, process) -> micros.put(name, process.processorTime().toNanos() / 1e3));
        return micros;
    }

    private OwnProcess service(String name, Map<String, String> environment, String port)
            throws IOException, InterruptedException {
        var process = start(name, "io.broadside." + name + ".Main", List.of(), environment);
        var health = URI.create("http://127.0.0.1:" + environment.get(port) + "/health/ready");
        Starting.awaitHealthy(health, log(name));
        return process;
    }

    private OwnProcess start(String name, String main, List<String> arguments, Map<String, String> environment)
            throws IOException {
        var options = new ArrayList<>(List.of("-Xmx1g"));
        var extra = System.getProperty("pipeline.jvm." + name, "");
        if (!extra.isBlank()) {
            options.addAll(List.of(extra.split(" ", -1)));
        }
        var own = new HashMap<>(environment);
        own.put("STATE_DIR", path("state-" + name));
        return opened(OwnProcess.start(main, options, arguments, own, log(name)));
    }

    private Map<String, String> environment(String[] addresses, URI simulator, int connections, int partitions)
            throws IOException {
        var settings = new HashMap<String, String>();
        settings.put("KAFKA_BOOTSTRAP_SERVERS", addresses[0]);
        settings.put("SCHEMA_REGISTRY_URL", addresses[1]);
        settings.put("KAFKA_TOPIC_PARTITIONS", Integer.toString(partitions));
        settings.put("INSTANCE_ID", "bench");
        settings.put("VAULT_ACCESS_KEYSET_FILE", path("access.json"));
        settings.put("VAULT_CREATE_MISSING", "true");
        settings.put("FACEBOOK_API_URI", simulator + "/facebook");
        settings.put("INSTAGRAM_API_URI", simulator + "/instagram");
        settings.put("LINKEDIN_API_URI", simulator + "/linkedin");
        settings.put("TIKTOK_API_URI", simulator + "/tiktok");
        settings.put("X_API_URI", simulator + "/x");
        settings.put("HTTP_MAX_CONNECTIONS_PER_HOST", Integer.toString(connections));
        settings.put("PUBLISHER_MEDIA_ALLOW_PRIVATE", "true");
        settings.put("PUBLISHER_PORT", Integer.toString(Starting.freePort()));
        settings.put("RETRY_PORT", Integer.toString(Starting.freePort()));
        // Instances that publish need not serve the posts API.
        settings.put("PUBLISHER_API", "false");
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith(SET))
                .forEach(name -> settings.put(name.substring(SET.length()), System.getProperty(name, "")));
        return settings;
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.push(part);
        return part;
    }

    private Path log(String name) {
        return directory.resolve(name + ".log");
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                System.out.println("Not closed: " + e);
            }
        }
    }
}
