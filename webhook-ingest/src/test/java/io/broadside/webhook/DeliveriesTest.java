package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.QuarantineReason;
import io.broadside.events.RawDelivery;
import io.broadside.schemas.EventSerdes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeliveriesTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int QUARANTINE_BODY_LIMIT = 1_000;

    private final SchemaRegistry registry = SchemaRegistry.start(RegistryConfig.inMemory());
    private final EventSerdes serdes = new EventSerdes(registry.uri(), true);
    private final WebhookMetrics metrics = new WebhookMetrics(new SimpleMeterRegistry());

    @AfterEach
    void close() {
        serdes.close();
        registry.close();
    }

    @Test
    void theBodyOfARefusedDeliveryIsNotKeptWhileTheBrokerIsAway() {
        // Given: a broker that answers nothing
        var broker = new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        var deliveries = new Deliveries(serdes, broker, 10, QUARANTINE_BODY_LIMIT, metrics);
        // When
        var body = setAside(deliveries);
        await().atMost(LIMIT).until(() -> broker.history().size() == 1);
        // Then
        await().atMost(LIMIT).until(() -> {
            System.gc();
            return body.get() == null;
        });
        broker.completeNext();
        deliveries.close();
    }

    @Test
    void oneRecordThatDoesNotFitIntoMemoryDoesNotEndTheOthers() {
        // Given
        var broker = new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            private boolean isFull = true;

            @Override
            public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                if (isFull) {
                    isFull = false;
                    throw new OutOfMemoryError("as for a body of 60 MB");
                }
                return super.send(record, callback);
            }
        };
        try (var deliveries = new Deliveries(serdes, broker, 10, QUARANTINE_BODY_LIMIT, metrics)) {
            // When
            var first = new CompletableFuture<Deliveries.Fate>();
            var second = new CompletableFuture<Deliveries.Fate>();
            deliveries.store(delivery(new byte[10]), first::complete);
            deliveries.store(delivery(new byte[10]), second::complete);
            // Then
            assertThat(first.orTimeout(1, TimeUnit.MINUTES).join()).isEqualTo(Deliveries.Fate.NOT_DURABLE);
            assertThat(second.orTimeout(1, TimeUnit.MINUTES).join()).isEqualTo(Deliveries.Fate.DURABLE);
            assertThat(deliveries.check().isOk()).isTrue();
        }
    }

    @Test
    void aThreadThatHasEndedIsAFailingCheck() {
        // Given
        var broker = new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        var deliveries = new Deliveries(serdes, broker, 10, QUARANTINE_BODY_LIMIT, metrics);
        // When
        deliveries.close();
        // Then
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(deliveries.check().isOk()).isFalse());
    }

    private static WeakReference<byte[]> setAside(Deliveries deliveries) {
        var body = new byte[1 << 20];
        deliveries.quarantine(delivery(body), QuarantineReason.SIGNATURE_MISMATCH, "");
        return new WeakReference<>(body);
    }

    private static RawDelivery delivery(byte[] body) {
        return RawDelivery.newBuilder()
                .setDeliveryId("delivery-1")
                .setPlatform("x")
                .setApp("demo")
                .setReceivedAt(Instant.EPOCH)
                .setHeaders(Map.of())
                .setBody(ByteBuffer.wrap(body))
                .build();
    }
}
