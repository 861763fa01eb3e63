package io.broadside.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.ApiCall;
import io.broadside.runtime.http.CallJournal;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes every call to a platform to {@link Topics#API_CALLS}. The journal is for people to read: when Kafka cannot take it,
 * calls go on and the journal has a gap, which is counted and logged. Safe for use by several threads.
 */
public final class ApiCallJournal implements CallJournal, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ApiCallJournal.class);

    private final KafkaClients clients;
    private final Producer<byte[], byte[]> producer;
    private final AtomicLong lost = new AtomicLong();

    public ApiCallJournal(KafkaClients clients) {
        this.clients = clients;
        this.producer = clients.bestEffortProducer("api-calls");
    }

    @Override
    public void record(ApiCall call) {
        try {
            var key = call.getConnectionId().getBytes(UTF_8);
            var value = clients.serdes().write(Topics.API_CALLS, call);
            var _ = producer.send(new ProducerRecord<>(Topics.API_CALLS.name(), key, value), (_, failure) -> {
                if (failure != null) {
                    lost(failure);
                }
            });
        } catch (KafkaException e) {
            lost(e);
        }
    }

    private void lost(Exception cause) {
        var count = lost.incrementAndGet();
        // The first of a series is worth a line; the ten thousandth is not.
        if (Long.bitCount(count) == 1) {
            LOGGER.atWarn()
                    .addKeyValue("lost", count)
                    .addKeyValue("cause", cause.toString())
                    .log("calls are missing from the journal");
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
