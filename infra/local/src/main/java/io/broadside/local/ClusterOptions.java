package io.broadside.local;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaConfig;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which Kafka a command works on that needs nothing else: the one the environment names, by the settings of every service, or
 * that of the stack on this machine.
 */
final class ClusterOptions {

    private static final Setting BOOTSTRAP_SERVERS =
            Setting.optional("KAFKA_BOOTSTRAP_SERVERS", "Kafka brokers, host:port, comma separated.");

    private final Map<String, String> environment;

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            description =
                    "The offset the stack on this machine was started with. Without it, KAFKA_BOOTSTRAP_SERVERS says"
                            + " which Kafka is meant if it is set, with SCHEMA_REGISTRY_URL, KAFKA_CLIENT_PROPERTIES_FILE and the"
                            + " other settings of services (docs/configuration.md); if it is not, the stack of offset 0.")
    private @Nullable Integer portOffset;

    ClusterOptions() {
        this(System.getenv());
    }

    ClusterOptions(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /**
     * How to reach it.
     *
     * @throws io.broadside.runtime.config.ConfigException if a setting breaks its rule
     */
    KafkaConfig kafka() throws IOException {
        var settings = Settings.from(environment);
        if (portOffset == null && settings.optionalText(BOOTSTRAP_SERVERS).isPresent()) {
            return KafkaConfig.from(settings);
        }
        return StackClient.kafka(PortOptions.ports(portOffset == null ? 0 : portOffset));
    }
}
