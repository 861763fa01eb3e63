package io.broadside.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Producers that commit small transactions as fast as they can: at any time some of them are about to end. */
final class Committers implements AutoCloseable {

    private static final int TRANSACTION_TIMEOUT_MS = 2_000;

    private final List<KafkaProducer<String, String>> producers = new ArrayList<>();
    private final AtomicInteger commits = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile String lastFault = "nothing";

    /** One producer for each partition. */
    Committers(String bootstrapServers, String topic, int partitions) {
        for (var partition = 0; partition < partitions; partition++) {
            var producer = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            bootstrapServers,
                            "transactional.id",
                            "committer-" + partition,
                            "transaction.timeout.ms",
                            TRANSACTION_TIMEOUT_MS,
                            "retry.backoff.ms",
                            2),
                    new StringSerializer(),
                    new StringSerializer());
            producers.add(producer);
            var own = partition;
            threads.execute(() -> commit(producer, topic, own));
        }
    }

    void awaitCommits(int count) {
        await().atMost(Clients.LIMIT)
                .untilAsserted(() -> assertThat(commits.get())
                        .as(() -> "commits; the last producer that ended did so because of " + lastFault)
                        .isGreaterThanOrEqualTo(count));
    }

    /** Leaves transactions as they are. */
    @Override
    public void close() {
        producers.forEach(producer -> producer.close(Duration.ZERO));
        threads.shutdownNow();
    }

    private void commit(KafkaProducer<String, String> producer, String topic, int partition) {
        try {
            producer.initTransactions();
            while (!Thread.currentThread().isInterrupted()) {
                producer.beginTransaction();
                var _ = producer.send(new ProducerRecord<>(topic, partition, "key", "value"));
                producer.commitTransaction();
                commits.incrementAndGet();
            }
        } catch (KafkaException | IllegalStateException e) {
            // Its broker is gone, or it was closed.
            lastFault = e.toString();
        }
    }
}
