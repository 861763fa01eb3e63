package io.broadside.publisher.posts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.Topic;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes records one by one and says whether they are durable: acknowledged by all replicas. Safe for use by many threads. */
final class PostsProducer implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PostsProducer.class);

    /** Whoever waits longer than this is told to come back. The record may still be written: the same again does no harm. */
    private static final Duration DURABLE_WITHIN = Duration.ofSeconds(5);

    private final Producer<byte[], byte[]> producer;

    PostsProducer(KafkaClients clients) {
        this.producer = clients.producer("posts-api");
    }

    /** Where the record stands; empty if it is not known to be durable. */
    Optional<RecordMetadata> write(Topic<?> topic, String key, byte[] value, Trace trace) {
        var written = new CompletableFuture<RecordMetadata>();
        // Without the broker, sending itself may block for longer than anybody waits.
        Thread.ofVirtual().name("write " + topic).start(() -> send(topic, key, value, trace, written));
        try {
            return Optional.of(written.get(DURABLE_WITHIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException e) {
            notDurable(topic, String.valueOf(e.getCause()));
        } catch (TimeoutException _) {
            notDurable(topic, "no answer within " + DURABLE_WITHIN);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private void send(
            Topic<?> topic, String key, byte[] value, Trace trace, CompletableFuture<RecordMetadata> written) {
        try {
            var record = new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), value);
            trace.writeTo(record.headers());
            var _ = producer.send(record, (metadata, failure) -> {
                if (failure == null) {
                    written.complete(metadata);
                } else {
                    written.completeExceptionally(failure);
                }
            });
        } catch (RuntimeException e) {
            written.completeExceptionally(e);
        }
    }

    private static void notDurable(Topic<?> topic, String cause) {
        LOGGER.atWarn()
                .addKeyValue("topic", topic)
                .addKeyValue("cause", cause)
                .log("request not known to be durable, its sender is asked to send it again");
    }

    @Override
    public void close() {
        producer.close(DURABLE_WITHIN);
    }
}
