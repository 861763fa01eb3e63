package io.broadside.runtime.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits outputs and offsets in transactions, with three producers that take turns.
 *
 * <p>After a commit the coordinator still has to write its markers; a producer that goes on at once is sent away with
 * CONCURRENT_TRANSACTIONS and sleeps. Taking turns, each producer's markers are written while the others work. Two are enough for a
 * coordinator that is not busy; with a third one the slowest of a hundred records starts a third sooner.
 *
 * <p>For use by one thread, except {@link #lastFault}.
 */
final class Transactions implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Transactions.class);
    private static final int TURNS = 3;

    /** What became of a transaction. */
    sealed interface Fate {

        record Committed() implements Fate {}

        /**
         * It will never take effect.
         *
         * @param refusals the records that made it fail; none if it failed for another reason
         */
        record NotCommitted(List<Refusal> refusals) implements Fate {
            public NotCommitted {
                refusals = List.copyOf(refusals);
            }
        }

        /** It may have been committed; once the same producer is ready again it is settled, and the offsets tell. */
        record Unknown() implements Fate {}
    }

    private record Sent(Outputs outputs, String topic, Future<?> acknowledged) {

        /** Why the broker did not take it; empty as long as that is not known, and if it took it. */
        Optional<Throwable> failure() {
            if (!acknowledged.isDone()) {
                return Optional.empty();
            }
            try {
                acknowledged.get();
                return Optional.empty();
            } catch (ExecutionException e) {
                return Optional.ofNullable(e.getCause());
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
    }

    private final IntFunction<Producer<byte[], byte[]>> producerForTurn;
    private final @Nullable Producer<byte[], byte[]>[] producers;
    private int turn;
    private volatile String lastFault = "";

    /** @param producerForTurn makes a producer with a transactional id of its own for each turn, counted from 0 */
    @SuppressWarnings({"unchecked", "rawtypes"})
    Transactions(IntFunction<Producer<byte[], byte[]>> producerForTurn) {
        this.producerForTurn = producerForTurn;
        this.producers = new Producer[TURNS];
    }

    /**
     * Makes all producers ready, which also settles whatever transactions of earlier holders of their ids are open.
     *
     * @throws KafkaException if the broker cannot be reached in time
     */
    void prepare() {
        for (int i = 0; i < TURNS; i++) {
            ready(i);
        }
    }

    /** What went wrong last, for a person. For any thread. */
    String lastFault() {
        return lastFault;
    }

    Fate commit(List<Outputs> outputs, Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata group) {
        var mine = turn;
        turn = (turn + 1) % TURNS;
        var sent = new ArrayList<Sent>();
        try {
            var producer = ready(mine);
            producer.beginTransaction();
            if (send(outputs, producer, sent)) {
                producer.sendOffsetsToTransaction(offsets, group);
                producer.flush();
            }
            if (sent.stream().anyMatch(one -> one.failure().isPresent())) {
                abort(mine);
                return new Fate.NotCommitted(refusals(sent));
            }
        } catch (KafkaException e) {
            log("transaction could not be prepared", e);
            abort(mine);
            return new Fate.NotCommitted(refusals(sent));
        }
        return end(mine);
    }

    /**
     * Stops at the first record that is refused at once: for a topic that is missing each would take its time.
     *
     * @return whether none was
     */
    private static boolean send(List<Outputs> outputs, Producer<byte[], byte[]> producer, List<Sent> sent) {
        for (var output : outputs) {
            for (var record : output.records()) {
                var one = new Sent(output, record.topic(), producer.send(record));
                sent.add(one);
                if (one.failure().isPresent()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Only what has failed by now: whatever is still under way ends with the transaction. */
    private static List<Refusal> refusals(List<Sent> sent) {
        return sent.stream()
                .flatMap(one -> one.failure().flatMap(cause -> Refusal.of(one.outputs(), one.topic(), cause)).stream())
                .toList();
    }

    private Fate end(int mine) {
        try {
            ready(mine).commitTransaction();
            return new Fate.Committed();
        } catch (KafkaException e) {
            // Whatever the reason: the request to commit may have arrived. Only the coordinator can tell.
            log("transaction may not have been committed", e);
            discard(mine);
            return new Fate.Unknown();
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

    /**
     * A producer that has aborted is not used again. The client (Kafka 4.3.1, TransactionManager) does not forget offsets whose request
     * was dropped: it would send them along with those of its next transaction, under the group's metadata of that time. After a long
     * pause that is a ledger of long ago, for a partition that somebody else has by then.
     */
    private void abort(int index) {
        var producer = producers[index];
        if (producer == null) {
            return;
        }
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            // Its successor ends what it has left open, or the time-out of the transaction.
            log("transaction could not be aborted", e);
        } finally {
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

    private void log(String message, KafkaException cause) {
        lastFault = message + " (" + cause.getMessage() + ")";
        LOGGER.atWarn().addKeyValue("cause", cause.toString()).log(message);
    }

    @Override
    public void close() {
        for (int i = 0; i < TURNS; i++) {
            discard(i);
        }
    }
}
