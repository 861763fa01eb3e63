package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.kafka.KafkaConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What needs Kafka alone works on any. */
class ClusterOptionsTest {

    @TempDir
    Path directory;

    @Test
    void theEnvironmentNamesTheClusterWithItsRegistryAndItsSecurity() throws IOException {
        // Given
        var security = Files.writeString(directory.resolve("client.properties"), "security.protocol=SASL_SSL\n");

        // When
        var kafka = kafka(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                "kafka.example:9094",
                "SCHEMA_REGISTRY_URL",
                "https://registry.example",
                "KAFKA_CLIENT_PROPERTIES_FILE",
                security.toString()));

        // Then
        assertThat(kafka.bootstrapServers()).isEqualTo("kafka.example:9094");
        assertThat(kafka.registry()).isEqualTo(URI.create("https://registry.example"));
        assertThat(kafka.extra()).containsEntry("security.protocol", "SASL_SSL");
    }

    @Test
    void aPropertiesFileOfSettingsDoesAsWell() throws IOException {
        // Given
        var file = Files.writeString(directory.resolve("broadside.properties"), "KAFKA_BOOTSTRAP_SERVERS=k:1\n");

        // Then
        assertThat(kafka(Map.of("BROADSIDE_CONFIG", file.toString())).bootstrapServers())
                .isEqualTo("k:1");
    }

    @Test
    void withoutItTheStackOfThisMachineIsMeantAndSoItIsIfItsOffsetIsGiven() throws IOException {
        assertThat(kafka(Map.of()).bootstrapServers()).isEqualTo("127.0.0.1:9092");
        assertThat(kafka(Map.of("KAFKA_BOOTSTRAP_SERVERS", "k:1"), "--port-offset", "100"))
                .satisfies(kafka -> {
                    assertThat(kafka.bootstrapServers()).isEqualTo("127.0.0.1:9192");
                    assertThat(kafka.registry()).isEqualTo(URI.create("http://127.0.0.1:8181"));
                });
    }

    @Test
    void whatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> kafka(Map.of("KAFKA_BOOTSTRAP_SERVERS", "k:1", "SCHEMA_REGISTRY_URL", "registry")))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("SCHEMA_REGISTRY_URL: ");
        assertThatThrownBy(() -> kafka(Map.of(), "--port-offset", "-1")).hasMessageStartingWith("--port-offset: ");
    }

    @Test
    void theCommandsThatNeedKafkaAloneSayInTheirHelpHowToNameOne() {
        for (var command : List.of(
                new AccountCommand(),
                new DeadLettersCommand.ListCommand(),
                new DeadLettersCommand.ExplainCommand(),
                new DeadLettersCommand.RedriveCommand())) {
            assertThat(new CommandLine(command).getUsageMessage()).contains("KAFKA_BOOTSTRAP_SERVERS");
        }
    }

    private static KafkaConfig kafka(Map<String, String> environment, String... arguments) throws IOException {
        var options = new ClusterOptions(environment);
        new CommandLine(options).parseArgs(arguments);
        return options.kafka();
    }
}
