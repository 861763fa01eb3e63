package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.dispatch.Transactions.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class TransactionsTest {

    private static final String GROUP = "group";
    private static final TopicPartition PARTITION = new TopicPartition("commands", 0);
    private static final TopicPartition OTHER = new TopicPartition("commands", 1);

    private final List<MockProducer<byte[], byte[]>> made = new ArrayList<>();
    private final List<Integer> turns = new ArrayList<>();
    private final Transactions transactions = new Transactions(turn -> {
        var producer = new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        made.add(producer);
        turns.add(turn);
        return producer;
    });

    @Test
    void producersTakeTurnsAndAreKept() {
        // When
        for (int i = 0; i < 7; i++) {
            assertThat(commit(PARTITION, i)).isInstanceOf(Fate.Committed.class);
        }
        // Then
        assertThat(turns).containsExactly(0, 1, 2);
        assertThat(made).extracting(MockProducer::commitCount).containsExactly(3L, 2L, 2L);
    }

    /** It may still hold offsets of the transaction that it has aborted, and would commit them with its next one. */
    @Test
    void aProducerThatHasAbortedIsNotUsedAgain() {
        // Given
        commit(PARTITION, 0);
        commit(PARTITION, 1);
        commit(PARTITION, 2);
        var failing = made.getFirst();
        failing.sendOffsetsToTransactionException = new CommitFailedException();
        // When
        var fate = commit(PARTITION, 3);
        failing.sendOffsetsToTransactionException = null;
        commit(OTHER, 4);
        commit(OTHER, 5);
        var next = commit(OTHER, 6);
        // Then
        assertThat(fate).isInstanceOf(Fate.NotCommitted.class);
        assertThat(failing.transactionAborted()).isTrue();
        assertThat(failing.closed()).isTrue();
        assertThat(next).isInstanceOf(Fate.Committed.class);
        assertThat(turns).containsExactly(0, 1, 2, 0);
        assertThat(made.getLast().consumerGroupOffsetsHistory())
                .containsExactly(Map.of(GROUP, Map.of(OTHER, new OffsetAndMetadata(6))));
    }

    @Test
    void aCommitWithoutAnAnswerIsOfUnknownFate() {
        // Given
        commit(PARTITION, 0);
        commit(PARTITION, 1);
        commit(PARTITION, 2);
        made.getFirst().commitTransactionException = new TimeoutException("no answer");
        // When
        var fate = commit(PARTITION, 3);
        // Then
        assertThat(fate).isInstanceOf(Fate.Unknown.class);
        assertThat(made.getFirst().closed()).isTrue();
    }

    @SuppressWarnings("removal") // Only a consumer is to make such metadata; here is none.
    private Fate commit(TopicPartition partition, long offset) {
        return transactions.commit(
                List.of(), Map.of(partition, new OffsetAndMetadata(offset)), new ConsumerGroupMetadata(GROUP));
    }
}
