package io.broadside.runtime.store;

import io.broadside.runtime.kafka.EndedByAbort;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A producer that notes how far each changelog was written, and tells when that has committed.
 *
 * <p>Under exactly-once the tasks of a thread share one producer and one transaction, and are all committed at once: when a
 * commit has succeeded, all that their stores were told up to then is in it. After an abort there is no further commit, so what
 * an aborted transaction told the stores never gets to a disk.
 */
final class NotingProducer extends EndedByAbort {

    private final CommittedStores stores;
    private final Map<TopicPartition, Long> written = new ConcurrentHashMap<>();

    NotingProducer(Map<String, Object> config, CommittedStores stores) {
        super(config);
        this.stores = stores;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        var partition = record.partition();
        if (partition == null || !stores.isChangelog(new TopicPartition(record.topic(), partition))) {
            return super.send(record, callback);
        }
        return super.send(record, (metadata, failure) -> {
            if (failure == null && metadata.offset() >= 0) {
                written.merge(new TopicPartition(metadata.topic(), metadata.partition()), metadata.offset(), Math::max);
            }
            callback.onCompletion(metadata, failure);
        });
    }

    @Override
    public void commitTransaction() {
        super.commitTransaction();
        var committed = new HashMap<>(written);
        written.clear();
        stores.committed(committed);
    }

    @Override
    public void abortTransaction() {
        written.clear();
        super.abortTransaction();
    }
}
