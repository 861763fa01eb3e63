package io.broadside.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.runtime.config.Settings;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KafkaExtension.class)
class KafkaCheckIT {

    private final KafkaForTest kafka;

    KafkaCheckIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @Test
    void isWellWhileABrokerAnswers() {
        try (var clients = clients(kafka.bootstrapServers());
                var check = new KafkaCheck(clients)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> check.check().isOk());
        }
    }

    @Test
    void failsWhereNobodyListens() throws IOException {
        // Given
        int closed;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try (var clients = clients("127.0.0.1:" + closed);
                var check = new KafkaCheck(clients)) {
            // Then
            assertThat(check.check().isOk()).isFalse();
        }
    }

    @Test
    void failsWhereABrokerTakesConnectionsAndDoesNotAnswer() throws IOException {
        // Given: one that stands still, as a process that is stopped does
        try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var clients = clients("127.0.0.1:" + silent.getLocalPort());
                var check = new KafkaCheck(clients)) {
            // When
            var found = check.check();
            // Then
            assertThat(found.isOk()).isFalse();
            assertThat(found.detail()).contains("No broker answered");
        }
    }

    private KafkaClients clients(String bootstrap) {
        return new KafkaClients(
                KafkaConfig.from(Settings.from(
                        Map.of("KAFKA_BOOTSTRAP_SERVERS", bootstrap, "SCHEMA_REGISTRY_URL", kafka.registryUrl()))),
                "test");
    }
}
