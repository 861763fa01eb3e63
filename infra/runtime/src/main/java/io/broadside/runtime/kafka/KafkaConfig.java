package io.broadside.runtime.kafka;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * How a service reaches Kafka and the schema registry.
 *
 * @param instanceId unique among the instances of one service; kept across restarts it shortens the time in which
 *     transactions of a killed process hold others up
 * @param keepsId whether the instance comes back under its id after a restart; then it gets its partitions back at once
 * @param partitions partitions of topics that are created
 * @param replication replicas of topics that are created; -1 for the broker's default
 * @param stateDirectory where Kafka Streams keeps its stores
 * @param groupProtocol classic or consumer
 * @param commitInterval how often Kafka Streams commits; a lower bound of the time a record takes through a topology
 * @param transactionTimeout how long the transaction of a process that died may hold others up
 * @param extra further settings of all clients by Kafka's own names: security, mostly
 */
public record KafkaConfig(
        String bootstrapServers,
        URI registry,
        boolean registersSchemas,
        String instanceId,
        boolean keepsId,
        int partitions,
        short replication,
        Path stateDirectory,
        String groupProtocol,
        Duration commitInterval,
        Duration transactionTimeout,
        Duration sessionTimeout,
        Map<String, String> extra) {

    private static final Setting BOOTSTRAP_SERVERS =
            Setting.of("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092", "Kafka brokers, host:port, comma separated.");
    private static final Setting REGISTRY = Setting.of(
            "SCHEMA_REGISTRY_URL", "http://localhost:8081", "Schema registry that speaks Confluent's REST API.");
    private static final Setting REGISTERS_SCHEMAS = Setting.of(
            "SCHEMA_REGISTRY_AUTO_REGISTER",
            "true",
            "Register schemas the registry does not have; false if somebody else does.");
    private static final Setting INSTANCE_ID = Setting.optional(
            "INSTANCE_ID",
            "Name of this instance, unique among those of the service, best the same after a restart (a pod's name). Made up at each start if not given.");
    private static final Setting PARTITIONS = Setting.of(
            "KAFKA_TOPIC_PARTITIONS", "12", "Partitions of topics that are created; the same for all services.");
    private static final Setting REPLICATION = Setting.of(
            "KAFKA_TOPIC_REPLICATION",
            "-1",
            "Replicas of topics that are created; -1: the broker's default. With 3 or more, topics that are created get min.insync.replicas=2, so that what is acknowledged is in two places. With one replica it is lost with one disk; a start warns of that, unless 1 is set here.");
    private static final Setting STATE_DIRECTORY = Setting.of(
            "STATE_DIR",
            "state",
            "Directory of local state; a cache of what is in Kafka, but best kept across restarts.");
    private static final Setting GROUP_PROTOCOL = Setting.of(
            "KAFKA_GROUP_PROTOCOL",
            "classic",
            "Rebalance protocol of the dispatchers: classic, or consumer, whose client can overflow its stack (docs/adr/0017-classic-groups.md).");
    private static final Setting COMMIT_INTERVAL = Setting.of(
            "KAFKA_STREAMS_COMMIT_INTERVAL",
            "20ms",
            "How often topologies commit: latency against load on the broker.");
    private static final Setting TRANSACTION_TIMEOUT = Setting.of(
            "KAFKA_TRANSACTION_TIMEOUT", "10s", "How long an open transaction of a killed process may hold others up.");
    private static final Setting SESSION_TIMEOUT = Setting.of(
            "KAFKA_SESSION_TIMEOUT",
            "10s",
            "After this long without a heartbeat an instance has lost its partitions; not for dispatchers with the protocol consumer.");
    private static final Setting CLIENT_PROPERTIES = Setting.optional(
            "KAFKA_CLIENT_PROPERTIES_FILE",
            "Properties file with further settings of all Kafka clients, by Kafka's names: security, mostly.");

    /** Kafka's own, and its default. */
    private static final String MAX_POLL_INTERVAL = "max.poll.interval.ms";

    private static final String USUAL_MAX_POLL_INTERVAL = "300000";

    public static final List<Setting> SETTINGS = List.of(
            BOOTSTRAP_SERVERS,
            REGISTRY,
            REGISTERS_SCHEMAS,
            INSTANCE_ID,
            PARTITIONS,
            REPLICATION,
            STATE_DIRECTORY,
            GROUP_PROTOCOL,
            COMMIT_INTERVAL,
            TRANSACTION_TIMEOUT,
            SESSION_TIMEOUT,
            CLIENT_PROPERTIES);

    public KafkaConfig {
        if (!groupProtocol.equals("consumer") && !groupProtocol.equals("classic")) {
            throw new ConfigException("KAFKA_GROUP_PROTOCOL: consumer or classic needed, was " + groupProtocol);
        }
        extra = Map.copyOf(extra);
    }

    public static KafkaConfig from(Settings settings) {
        return new KafkaConfig(
                settings.text(BOOTSTRAP_SERVERS),
                settings.uri(REGISTRY),
                settings.flag(REGISTERS_SCHEMAS),
                settings.optionalText(INSTANCE_ID)
                        .orElseGet(() -> UUID.randomUUID().toString()),
                settings.optionalText(INSTANCE_ID).isPresent(),
                settings.integer(PARTITIONS, 1, 10_000),
                (short) settings.integer(REPLICATION, -1, 100),
                settings.path(STATE_DIRECTORY),
                settings.text(GROUP_PROTOCOL),
                settings.duration(COMMIT_INTERVAL),
                settings.duration(TRANSACTION_TIMEOUT),
                settings.duration(SESSION_TIMEOUT),
                extra(settings.optionalPath(CLIENT_PROPERTIES)));
    }

    private static Map<String, String> extra(Optional<Path> file) {
        return file.map(KafkaConfig::read).orElse(Map.of());
    }

    private static Map<String, String> read(Path file) {
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException("KAFKA_CLIENT_PROPERTIES_FILE: a readable properties file needed, was " + file);
        }
        return properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
    }

    /** Within which a consumer has to answer a rebalance; after it the group goes on without it. */
    public Duration maxPollInterval() {
        var value = extra.getOrDefault(MAX_POLL_INTERVAL, USUAL_MAX_POLL_INTERVAL);
        try {
            return Duration.ofMillis(Long.parseLong(value.strip()));
        } catch (NumberFormatException e) {
            throw new ConfigException(
                    CLIENT_PROPERTIES.name() + ": milliseconds needed for " + MAX_POLL_INTERVAL + ", was " + value, e);
        }
    }

    /** The same with one more setting of all clients, unless it is set already. */
    public KafkaConfig withExtra(String name, String value) {
        var more = new HashMap<>(extra);
        more.putIfAbsent(name, value);
        return new KafkaConfig(
                bootstrapServers,
                registry,
                registersSchemas,
                instanceId,
                keepsId,
                partitions,
                replication,
                stateDirectory,
                groupProtocol,
                commitInterval,
                transactionTimeout,
                sessionTimeout,
                more);
    }

    /** Without the further settings, which may hold passwords. */
    @Override
    public String toString() {
        return "KafkaConfig[" + bootstrapServers + ", registry " + registry + ", instance " + instanceId + "]";
    }
}
