package io.broadside.runtime.kafka;

import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The producer of a topology's thread, which is of no more use once a transaction of it was aborted.
 *
 * <p>Under exactly-once all tasks of a thread share one transaction. When Kafka Streams finds one of them corrupted it aborts that
 * transaction. What the other tasks have done is committed before, but not while a rebalance is in progress
 * ({@code TaskManager.handleCorruption} in 4.3.1): then their writes are gone while their stores and positions are not, and records
 * they have read are lost. Here the next use after an abort fails like that of a fenced producer: Kafka Streams gives up all
 * tasks of the thread, makes a new producer, and begins again at what is committed.
 */
public class EndedByAbort extends KafkaProducer<byte[], byte[]> {

    private volatile boolean isAborted;

    public EndedByAbort(Map<String, Object> config) {
        super(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void beginTransaction() {
        refuseIfAborted();
        super.beginTransaction();
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        refuseIfAborted();
        return super.send(record, callback);
    }

    @Override
    public void abortTransaction() {
        isAborted = true;
        super.abortTransaction();
    }

    private void refuseIfAborted() {
        if (isAborted) {
            throw new ProducerFencedException("A transaction was aborted: every task of this thread begins again.");
        }
    }
}
