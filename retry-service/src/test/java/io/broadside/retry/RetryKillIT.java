package io.broadside.retry;

import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.delayed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.DelayCause;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes killed, started again and joined by others while commands wait and leave: each comes out once. How many is {@code
 * -Dretry.kill.waiting=100000}; the build takes fewer.
 */
@ExtendWith(KafkaExtension.class)
class RetryKillIT {

    private static final int WAITING = Integer.getInteger("retry.kill.waiting", 4000);
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int PARTITIONS = 4;
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    Path directory;

    private final KafkaForTest kafka;
    private final String run;

    RetryKillIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.run = kafka.uniqueName("kill");
    }

    @Test
    void eachComesOutOnceAlthoughProcessesAreKilledAndOthersComeWhileTheyLeave() throws Exception {
        // Given
        var platforms = List.of("facebook", "x");
        var config = RetryConfig.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                "KAFKA_TOPIC_PARTITIONS", Integer.toString(PARTITIONS)));
        try (var clients = new KafkaClients(config.kafka(), "retry-kill-it")) {
            TopicSetup.ensure(clients, RetryTopology.topics(platforms));
        }
        var first = RetryProcess.start(kafka, directory.resolve("first"), PARTITIONS);
        var span = Duration.ofSeconds(12).plusMillis(WAITING / 5);
        send(span);

        // When: killed while they come in, killed while they leave, joined by a second, which is killed in turn
        first.kill();
        first = RetryProcess.start(kafka, directory.resolve("first"), PARTITIONS);
        var again = first.said();
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(100)).until(() -> !left().isEmpty());
        first.kill();
        first = RetryProcess.start(kafka, directory.resolve("first"), PARTITIONS);
        try (var second = RetryProcess.start(kafka, directory.resolve("second"), PARTITIONS)) {
            second.kill();
            await().atMost(LIMIT)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> left().size() >= WAITING);
        } finally {
            first.close();
        }

        // Then
        assertThat(left().stream().collect(groupingBy(id -> id, counting())))
                .hasSize(WAITING)
                .allSatisfy((_, count) -> assertThat(count).isEqualTo(1));
        // And what a killed process had on disk was used
        assertThat(again).doesNotContain("TaskCorruptedException");
    }

    private void send(Duration span) throws Exception {
        try (var serdes = new EventSerdes(URI.create(kafka.registryUrl()), true);
                var producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all", "linger.ms", "5"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            var start = CLOCK.instant();
            for (var i = 0; i < WAITING; i++) {
                var connection = run + "-connection-" + i % 97;
                var due = start.plus(span.dividedBy(2)).plus(span.multipliedBy(i).dividedBy(2L * WAITING));
                var value = delayed(
                                DelayCause.SCHEDULED,
                                aCommand(run + "-" + i, connection).setAcceptedAt(start))
                        .setNotBefore(due)
                        .setSince(start)
                        .build();
                producer.send(new ProducerRecord<>(
                        Topics.WAITING.name(), connection.getBytes(UTF_8), serdes.write(Topics.WAITING, value)));
            }
            producer.flush();
        }
    }

    /** Requests of this test whose commands have left, as a reader of what is committed sees them. */
    private List<String> left() {
        try (var serdes = new EventSerdes(URI.create(kafka.registryUrl()), true)) {
            return kafka.readAll(Topics.commands("facebook").name()).stream()
                    .filter(record -> new String(record.key(), UTF_8).startsWith(run + "-"))
                    .map(record -> serdes.read(Topics.commands("facebook"), record.value())
                            .getRequestId())
                    .toList();
        }
    }
}
