package io.broadside.runtime.dispatch;

import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.testkit.KafkaForTest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.Producer;

/** One producer for all tests of a broker: making one takes longer than most tests. */
final class SharedProducer {

    private static final Map<String, Producer<byte[], byte[]>> PRODUCERS = new ConcurrentHashMap<>();

    private SharedProducer() {}

    static Producer<byte[], byte[]> of(KafkaForTest kafka, KafkaClients clients) {
        return PRODUCERS.computeIfAbsent(kafka.bootstrapServers(), _ -> clients.producer("test"));
    }
}
