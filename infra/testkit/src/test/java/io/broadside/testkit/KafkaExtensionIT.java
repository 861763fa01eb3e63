package io.broadside.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KafkaExtension.class)
class KafkaExtensionIT {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final KafkaForTest kafka;

    KafkaExtensionIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @Test
    void everyoneGetsTheSameKafka(KafkaForTest asParameter) {
        assertThat(asParameter).isSameAs(kafka);
    }

    @Nested
    class AnotherClass {
        @Test
        void getsItToo(KafkaForTest there) {
            assertThat(there).isSameAs(kafka);
        }
    }

    @Test
    void namesAreUnique() {
        assertThat(kafka.uniqueName("posts")).startsWith("posts-").isNotEqualTo(kafka.uniqueName("posts"));
    }

    @Test
    void readsEverythingInTheTopic() throws Exception {
        // Given
        var topic = topic(3);
        send(topic, "a", "b", "c", "d", "e");
        // When
        var records = kafka.readAll(topic);
        // Then
        assertThat(values(records)).containsExactlyInAnyOrder("a", "b", "c", "d", "e");
    }

    @Test
    void readsNothingFromAnEmptyTopic() {
        assertThat(kafka.readAll(topic(2))).isEmpty();
    }

    @Test
    void readsOnlyWhatWasCommitted() throws Exception {
        // Given
        var topic = topic(1);
        try (var producer = producer(Map.of("transactional.id", kafka.uniqueName("test")))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(record(topic, "aborted")).get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(record(topic, "committed")).get();
            producer.commitTransaction();
            producer.beginTransaction();
            producer.send(record(topic, "still open")).get();
            // When
            var records = kafka.readAll(topic);
            // Then
            assertThat(values(records)).containsExactly("committed");
            producer.abortTransaction();
        }
    }

    @Test
    void waitsForRecords() throws Exception {
        // Given
        var topic = topic(1);
        // When
        var sender = Thread.startVirtualThread(() -> send(topic, "late"));
        var records = kafka.awaitRecords(topic, 1, LIMIT);
        // Then
        assertThat(values(records)).containsExactly("late");
        sender.join();
    }

    @Test
    void saysHowManyRecordsThereWere() {
        // Given
        var topic = topic(1);
        send(topic, "only one");
        // When / Then
        assertThatThrownBy(() -> kafka.awaitRecords(topic, 2, Duration.ofMillis(500)))
                .isInstanceOf(AssertionError.class)
                .hasMessage(topic + ": 2 records expected within PT0.5S, there were 1");
    }

    @Test
    void createsTopicsWithSettings() throws Exception {
        // Given
        var topic = kafka.uniqueName("compacted");
        // When
        kafka.createTopics(1, Map.of("cleanup.policy", "compact"), topic);
        // Then
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        var settings = kafka.admin().describeConfigs(List.of(resource)).values().get(resource);
        assertThat(settings).isNotNull();
        assertThat(settings.get().get("cleanup.policy").value()).isEqualTo("compact");
    }

    @Test
    void aTopicNobodyCreatedIsNotThere() {
        assertThatThrownBy(() -> kafka.readAll(kafka.uniqueName("unknown")))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("there is no topic unknown-");
    }

    @Test
    void waitsForATopicThatIsCreatedLater() throws Exception {
        // Given
        var topic = kafka.uniqueName("later");
        // When
        var sender = Thread.startVirtualThread(() -> {
            kafka.createTopics(1, topic);
            send(topic, "late");
        });
        var records = kafka.awaitRecords(topic, 1, LIMIT);
        // Then
        assertThat(values(records)).containsExactly("late");
        sender.join();
    }

    @Test
    void theRegistryAnswers() throws Exception {
        // When
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create(kafka.registryUrl() + "/schemas/types"))
                    .build();
            var answer = http.send(request, BodyHandlers.ofString());
            // Then
            assertThat(answer.body()).isEqualTo("[\"AVRO\"]");
        }
    }

    @Test
    void recordsSurviveARestart() {
        assumeTrue(kafka.canRestart());
        // Given
        var topic = topic(1);
        send(topic, "before");
        // When
        kafka.restartBroker();
        // Then
        send(topic, "after");
        assertThat(values(kafka.readAll(topic))).containsExactly("before", "after");
    }

    private String topic(int partitions) {
        var topic = kafka.uniqueName("kit");
        kafka.createTopics(partitions, topic);
        return topic;
    }

    private KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        var config = new HashMap<String, Object>(settings);
        config.put("bootstrap.servers", kafka.bootstrapServers());
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void send(String topic, String... values) {
        try (var producer = producer(Map.of())) {
            for (var value : values) {
                producer.send(record(topic, value)).get();
            }
        } catch (Exception e) {
            throw new AssertionError("cannot send to " + topic, e);
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String value) {
        return new ProducerRecord<>(topic, value.getBytes(UTF_8), value.getBytes(UTF_8));
    }

    private static List<String> values(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(record -> new String(record.value(), UTF_8)).toList();
    }
}
