package io.broadside.runtime.dispatch;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits outputs and offsets in transactions, with two producers that take turns.
 *
 * <p>After a commit the coordinator still has to write its markers; a producer that goes on at once is sent away with
 * CONCURRENT_TRANSACTIONS and sleeps. Taking turns, each producer's markers are written while the other one works.
 *
 * <p>For use by one thread.
 */
final class Transactions implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Transactions.class);
    private static final int TURNS = 2;

    /** What became of a transaction. */
    enum Fate {
        COMMITTED,
        /** It will never take effect. */
        NOT_COMMITTED,
        /** It may have been committed; once the same producer is ready again it is settled, and the offsets tell. */
        UNKNOWN
    }

    private final IntFunction<Producer<byte[], byte[]>> producerForTurn;
    private final @Nullable Producer<byte[], byte[]>[] producers;
    private int turn;

    /** @param producerForTurn makes a producer with a transactional id of its own for each turn, 0 and 1 */
    @SuppressWarnings({"unchecked", "rawtypes"})
    Transactions(IntFunction<Producer<byte[], byte[]>> producerForTurn) {
        this.producerForTurn = producerForTurn;
        this.producers = new Producer[TURNS];
    }

    /**
     * Makes both producers ready, which also settles whatever transactions of earlier holders of their ids are open.
     *
     * @throws KafkaException if the broker cannot be reached in time
     */
    void prepare() {
        for (int i = 0; i < TURNS; i++) {
            ready(i);
        }
    }

    Fate commit(List<Outputs> outputs, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        var mine = turn;
        turn = (turn + 1) % TURNS;
        try {
            var producer = ready(mine);
            producer.beginTransaction();
            for (var output : outputs) {
                for (var record : output.records()) {
                    // A send that fails makes the commit fail.
                    var _ = producer.send(record);
                }
            }
            producer.sendOffsetsToTransaction(offsets, group);
        } catch (KafkaException e) {
            log("transaction could not be prepared", e);
            abort(mine);
            return Fate.NOT_COMMITTED;
        }
        return end(mine);
    }

    private Fate end(int mine) {
        try {
            ready(mine).commitTransaction();
            return Fate.COMMITTED;
        } catch (KafkaException e) {
            // Whatever the reason: the request to commit may have arrived. Only the coordinator can tell.
            log("transaction may not have been committed", e);
            discard(mine);
            return Fate.UNKNOWN;
        }
    }

    private Producer<byte[], byte[]> ready(int index) {
        var producer = producers[index];
        if (producer == null) {
            producer = producerForTurn.apply(index);
            try {
                producer.initTransactions();
            } catch (KafkaException e) {
                producer.close(Duration.ZERO);
                throw e;
            }
            producers[index] = producer;
        }
        return producer;
    }

    private void abort(int index) {
        var producer = producers[index];
        if (producer == null) {
            return;
        }
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            log("transaction could not be aborted; its producer is replaced", e);
            discard(index);
        }
    }

    private void discard(int index) {
        var producer = producers[index];
        producers[index] = null;
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }

    private static void log(String message, KafkaException cause) {
        LOGGER.atWarn().addKeyValue("cause", cause.toString()).log(message);
    }

    @Override
    public void close() {
        for (int i = 0; i < TURNS; i++) {
            discard(i);
        }
    }
}
