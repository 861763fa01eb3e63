package io.broadside.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.events.FreshToken;
import io.broadside.runtime.config.Settings;
import io.broadside.schemas.Topic;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KafkaExtension.class)
@SuppressWarnings("NullAway.Init")
class CompactedTableIT {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final KafkaForTest kafka;
    private KafkaClients clients;
    private Topic<FreshToken> tokens;
    private CompactedTable<FreshToken, Long> table;

    CompactedTableIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @BeforeEach
    void makeTable() {
        clients = new KafkaClients(
                KafkaConfig.from(Settings.from(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                        "KAFKA_TOPIC_PARTITIONS", "3"))),
                "test");
        tokens = new Topic<>(
                kafka.uniqueName("tokens"),
                Topic.Owner.TOKEN_SERVICE,
                FreshToken.class,
                "connectionId",
                Topic.Cleanup.COMPACT,
                Duration.ofDays(1));
        TopicSetup.ensure(clients, List.of(tokens));
        table = new CompactedTable<>(tokens, clients, FreshToken::getVersion);
    }

    @AfterEach
    void close() {
        table.close();
        clients.close();
    }

    @Test
    void hasEverythingThatWasWrittenBeforeItWasAsked() throws Exception {
        try (var producer = clients.producer("writer")) {
            // Given
            table.start();
            for (int version = 1; version <= 50; version++) {
                write(producer, "connection-" + version % 5, version);
            }
            // When
            table.awaitCurrent(LONG);
            // Then
            assertThat(table.entries()).hasSize(5).containsEntry("connection-0", 50L);
        }
    }

    @Test
    void doesNotShowWhatIsNotCommittedAndWaitsForItsEnd() throws Exception {
        try (var producer = clients.transactionalProducer("writer")) {
            // Given
            table.start();
            producer.initTransactions();
            producer.beginTransaction();
            write(producer, "connection-1", 7);
            // When
            assertThatThrownBy(() -> table.awaitCurrent(Duration.ofSeconds(1))).isInstanceOf(TimeoutException.class);
            assertThat(table.get("connection-1")).isEmpty();
            producer.commitTransaction();
            table.awaitCurrent(LONG);
            // Then
            assertThat(table.get("connection-1")).contains(7L);
        }
    }

    @Test
    void forgetsWhatWasRemovedAndGoesOnAfterWhatItCannotRead() throws Exception {
        try (var producer = clients.producer("writer")) {
            // Given
            table.start();
            write(producer, "connection-1", 1);
            write(producer, "connection-2", 1);
            // When
            send(producer, "connection-1", null);
            send(producer, "connection-2", "garbage".getBytes(UTF_8));
            write(producer, "connection-3", 1);
            table.awaitCurrent(LONG);
            // Then
            assertThat(table.entries()).containsOnlyKeys("connection-2", "connection-3");
            assertThat(table.check().isOk()).isTrue();
        }
    }

    @Test
    void topicsOfDifferentSizesAreRefused() {
        // Given
        var other = new Topic<>(
                kafka.uniqueName("other"),
                Topic.Owner.TOKEN_SERVICE,
                FreshToken.class,
                "connectionId",
                Topic.Cleanup.DELETE,
                Duration.ofDays(1));
        kafka.createTopics(5, other.name());
        // Then
        assertThatThrownBy(() -> TopicSetup.ensure(clients, List.of(tokens, other)))
                .hasMessageContaining("partitions")
                .hasMessageContaining("All need the same number");
    }

    private void write(Producer<byte[], byte[]> producer, String connectionId, long version) throws Exception {
        var token = FreshToken.newBuilder()
                .setConnectionId(connectionId)
                .setPlatform("x")
                .setVersion(version)
                .setSealedAccessToken(ByteBuffer.wrap(new byte[] {1}))
                .setIssuedAt(Instant.EPOCH)
                .build();
        send(producer, connectionId, clients.serdes().write(tokens, token));
    }

    private void send(Producer<byte[], byte[]> producer, String key, byte @Nullable [] value) throws Exception {
        producer.send(new ProducerRecord<>(tokens.name(), key.getBytes(UTF_8), value))
                .get(1, TimeUnit.MINUTES);
    }
}
