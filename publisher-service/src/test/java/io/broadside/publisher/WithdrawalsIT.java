package io.broadside.publisher;

import static io.broadside.publisher.Fixtures.aCommand;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import io.broadside.events.Withdrawal;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is taken back while its command stands on the topic of its platform. */
@ExtendWith(KafkaExtension.class)
@SuppressWarnings("NullAway.Init")
class WithdrawalsIT {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final KafkaForTest kafka;
    private final String first;
    private final String second;
    private PublisherConfig config;
    private KafkaClients clients;

    WithdrawalsIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.first = kafka.uniqueName("command");
        this.second = kafka.uniqueName("command");
    }

    @BeforeEach
    void makeTopics(@TempDir Path directory) {
        config = PublisherConfig.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "SCHEMA_REGISTRY_URL",
                kafka.registryUrl(),
                "KAFKA_TOPIC_PARTITIONS",
                "3",
                "STATE_DIR",
                directory.toString(),
                "VAULT_ACCESS_KEYSET_FILE",
                directory.resolve("access.json").toString(),
                "VAULT_CREATE_MISSING",
                "true",
                "PUBLISHER_API",
                "false",
                "PUBLISHER_PORT",
                "0"));
        clients = new KafkaClients(config.kafka(), "test");
        TopicSetup.ensure(clients, List.of(Topics.WITHDRAWALS, Topics.RESULTS, Topics.commands("x")));
    }

    @AfterEach
    void closeClients() {
        clients.close();
    }

    @Test
    void everyWithdrawalOfAConnectionCounts() throws Exception {
        try (var withdrawals = new Withdrawals(clients)) {
            // Given
            withdrawals.start();
            // When
            write(Topics.WITHDRAWALS, withdrawalOf(first));
            write(Topics.WITHDRAWALS, withdrawalOf(second));
            withdrawals.awaitCurrent(LONG);
            // Then
            assertThat(withdrawals.isWithdrawn(first)).isTrue();
            assertThat(withdrawals.isWithdrawn(second)).isTrue();
            assertThat(withdrawals.isWithdrawn(kafka.uniqueName("command"))).isFalse();
        }
    }

    @Test
    void whatWasTakenBackWhileItStoodOnItsTopicIsCancelledOnce() throws Exception {
        // Given
        write(
                Topics.commands("x"),
                aCommand().setCommandId(first).setPlatform("x").build());
        write(Topics.WITHDRAWALS, withdrawalOf(first));
        // When
        var service = PublisherService.start(config, Clock.systemUTC());
        try {
            // Then
            await().atMost(LONG).until(() -> !resultsOf(first).isEmpty());
        } finally {
            service.close();
        }
        assertThat(resultsOf(first)).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.CANCELLED);
            assertThat(result.getIsFinal()).isTrue();
        });
    }

    private List<PostResult> resultsOf(String commandId) {
        return kafka.readAll(Topics.RESULTS.name()).stream()
                .map(record -> clients.serdes().read(Topics.RESULTS, record.value()))
                .filter(result ->
                        result.getCommandId().filter(commandId::equals).isPresent())
                .toList();
    }

    private static Withdrawal withdrawalOf(String commandId) {
        return Withdrawal.newBuilder()
                .setCommandId(commandId)
                .setRequestId("request-1")
                .setConnectionId("connection-1")
                .setRequestedAt(Fixtures.NOW)
                .build();
    }

    private <V extends SpecificRecord> void write(Topic<V> topic, V value) throws Exception {
        try (var producer = clients.producer("writer")) {
            producer.send(new ProducerRecord<>(
                            topic.name(),
                            "connection-1".getBytes(UTF_8),
                            clients.serdes().write(topic, value)))
                    .get(1, TimeUnit.MINUTES);
        }
    }
}
