package io.broadside.retry;

import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.delayed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.DelayCause;
import io.broadside.events.PublishCommand;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes killed, started again and joined by others while commands wait and leave: each comes out once, and all of them in
 * bounded time. How many wait is {@code -Dretry.kill.waiting=100000}; without it, as in every build, some thousand.
 */
@ExtendWith(KafkaExtension.class)
class RetryKillIT {

    private static final int WAITING = Integer.getInteger("retry.kill.waiting", 4000);

    /** The others come when a second process is there to take them over. */
    private static final int EARLY = WAITING * 3 / 4;

    /** What a machine that has other things to do needs, and no more. */
    private static final Duration LIMIT = Duration.ofMinutes(5).plusMillis(2L * WAITING);

    private static final int PARTITIONS = 4;
    private static final Topic<PublishCommand> COMMANDS = Topics.commands("facebook");
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
        var early = RetryProcess.start(kafka, directory.resolve("first"), PARTITIONS);
        var span = Duration.ofSeconds(12).plusMillis(WAITING / 5);

        // When: killed while they come in, killed while they leave, joined by a second, which takes over from it and is
        // killed in turn
        send(0, EARLY, span, early::kill);
        var first = RetryProcess.start(kafka, directory.resolve("first"), PARTITIONS);
        var again = first.said();
        try (var leaving = new Leaving()) {
            leaving.awaitAtLeast(1);
            first.kill();
            first = RetryProcess.start(kafka, directory.resolve("first"), PARTITIONS);
            try (var second = RetryProcess.start(kafka, directory.resolve("second"), PARTITIONS)) {
                send(EARLY, WAITING, span, first::kill);
                await().atMost(LIMIT).pollInterval(ofMillis(20)).until(() -> second.released() > 0);
                second.kill();
                first = RetryProcess.start(kafka, directory.resolve("first"), PARTITIONS);
                leaving.awaitAtLeast(WAITING);
                leaving.readToTheEnd();
            } finally {
                first.close();
            }

            // Then
            assertThat(leaving.timesByRequest)
                    .hasSize(WAITING)
                    .allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
        }
        // And what a killed process had on disk was used
        assertThat(again).doesNotContain("TaskCorruptedException");
    }

    /**
     * Sends commands that are due one after another, in the second half of the span.
     *
     * @param halfway what is done when half of them are sent
     */
    private void send(int from, int to, Duration span, Executable halfway) throws Exception {
        try (var serdes = new EventSerdes(URI.create(kafka.registryUrl()), true);
                var producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all", "linger.ms", "5"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            var start = CLOCK.instant();
            for (var i = from; i < to; i++) {
                if (i == (from + to) / 2) {
                    halfway.run();
                }
                var connection = run + "-connection-" + i % 97;
                var due = start.plus(span.dividedBy(2))
                        .plus(span.multipliedBy(i - from).dividedBy(2L * (to - from)));
                var value = delayed(
                                DelayCause.SCHEDULED,
                                aCommand(run + "-" + i, connection).setAcceptedAt(start))
                        .setNotBefore(due)
                        .setSince(start)
                        .build();
                var _ = producer.send(new ProducerRecord<>(
                        Topics.WAITING.name(), connection.getBytes(UTF_8), serdes.write(Topics.WAITING, value)));
            }
            producer.flush();
        }
    }

    private interface Executable {
        void run() throws Exception;
    }

    /** Requests of this test whose commands have left, and how often, as a reader of what is committed sees them. */
    private final class Leaving implements AutoCloseable {

        final Map<String, Integer> timesByRequest = new HashMap<>();
        private final EventSerdes serdes = new EventSerdes(URI.create(kafka.registryUrl()), true);
        private final KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());

        Leaving() {
            consumer.assign(IntStream.range(0, PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(COMMANDS.name(), partition))
                    .toList());
            consumer.seekToBeginning(consumer.assignment());
        }

        void awaitAtLeast(int count) {
            await().atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(ofMillis(10))
                    .until(() -> {
                        poll();
                        return timesByRequest.size() >= count;
                    });
        }

        /** Whatever came out a second time came before this end. */
        void readToTheEnd() {
            var ends = consumer.endOffsets(consumer.assignment());
            await().atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(ofMillis(10))
                    .until(() -> {
                        poll();
                        return ends.entrySet().stream()
                                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
                    });
        }

        private void poll() {
            for (var record : consumer.poll(ofMillis(200))) {
                if (new String(record.key(), UTF_8).startsWith(run + "-")) {
                    timesByRequest.merge(serdes.read(COMMANDS, record.value()).getRequestId(), 1, Integer::sum);
                }
            }
        }

        @Override
        public void close() {
            consumer.close();
            serdes.close();
        }
    }
}
