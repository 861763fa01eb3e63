package io.broadside.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KafkaExtension.class)
class EndedByAbortIT {

    private final KafkaForTest kafka;

    EndedByAbortIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @Test
    void writesNothingMoreOnceATransactionWasAborted() {
        // Given
        var topic = kafka.uniqueName("ended-by-abort");
        kafka.createTopics(1, topic);
        try (var producer = producer()) {
            producer.initTransactions();
            producer.beginTransaction();
            var _ = producer.send(record(topic, "lost"));
            // When
            producer.abortTransaction();
            // Then
            assertThatThrownBy(producer::beginTransaction).isInstanceOf(ProducerFencedException.class);
            assertThatThrownBy(() -> producer.send(record(topic, "later"))).isInstanceOf(ProducerFencedException.class);
        }
        assertThat(kafka.readAll(topic)).isEmpty();
    }

    @Test
    void worksLikeAnyOtherAsLongAsItsTransactionsCommit() {
        // Given
        var topic = kafka.uniqueName("not-aborted");
        kafka.createTopics(1, topic);
        // When
        try (var producer = producer()) {
            producer.initTransactions();
            for (int i = 0; i < 3; i++) {
                producer.beginTransaction();
                var _ = producer.send(record(topic, "value-" + i));
                producer.commitTransaction();
            }
        }
        // Then
        assertThat(kafka.readAll(topic)).hasSize(3);
    }

    private EndedByAbort producer() {
        return new EndedByAbort(Map.of(
                "bootstrap.servers", kafka.bootstrapServers(), "transactional.id", kafka.uniqueName("ended-by-abort")));
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, String value) {
        return new ProducerRecord<>(topic, value.getBytes(UTF_8));
    }
}
