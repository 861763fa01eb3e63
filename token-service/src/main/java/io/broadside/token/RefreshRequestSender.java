package io.broadside.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RefreshRequest;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.token.refresh.DueScan;
import java.time.Duration;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the scan's requests to their topic. One that gets lost is asked for again a minute later. */
final class RefreshRequestSender implements DueScan.RefreshRequests, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(RefreshRequestSender.class);

    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;

    RefreshRequestSender(KafkaClients clients) {
        this.serdes = clients.serdes();
        this.producer = clients.producer("due-scan");
    }

    @Override
    public void send(RefreshRequest request) {
        var topic = Topics.REFRESH_REQUESTS;
        var record = new ProducerRecord<>(
                topic.name(), request.getConnectionId().getBytes(UTF_8), serdes.write(topic, request));
        Trace.root().writeTo(record.headers());
        var _ = producer.send(record, (_, failure) -> {
            if (failure != null) {
                LOGGER.atWarn()
                        .addKeyValue("connectionId", request.getConnectionId())
                        .addKeyValue("cause", failure.getClass().getSimpleName())
                        .log("renewal could not be asked for yet");
            }
        });
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
