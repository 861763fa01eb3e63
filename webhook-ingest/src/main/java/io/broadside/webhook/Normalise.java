package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.QuarantineReason;
import io.broadside.events.QuarantinedDelivery;
import io.broadside.events.RawDelivery;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.webhook.platform.Normalised;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One delivery becomes its events, by account, and one record for the quarantine if any of it cannot be read. No delivery
 * whatever stops the topology; that the schema registry is away does, until it is back.
 */
final class Normalise extends ContextualProcessor<String, byte[], String, Normalise.Step> {

    /** What comes out: an event, or a delivery that is set aside. */
    sealed interface Step {

        /** As it will stand on inbound.events; what tells it from others is in the {@link EventHeaders} of its record. */
        @SuppressWarnings("ArrayRecordComponent") // goes from one node to the next, and is never compared
        record Told(byte[] event) implements Step {}

        record SetAside(QuarantinedDelivery delivery) implements Step {}
    }

    /** Header of an event: where its delivery stands, as TOPIC-PARTITION-OFFSET. */
    static final String POSITION = "broadside-delivery-position";

    private static final String NO_DELIVERY =
            "The record on inbound.raw is not a RawDelivery in Confluent's Avro format.";

    private static final Logger LOGGER = LoggerFactory.getLogger(Normalise.class);

    private final EventSerdes serdes;
    private final int quarantineBodyLimit;
    private final WebhookMetrics metrics;

    Normalise(EventSerdes serdes, int quarantineBodyLimit, WebhookMetrics metrics) {
        this.serdes = serdes;
        this.quarantineBodyLimit = quarantineBodyLimit;
        this.metrics = metrics;
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RawDelivery delivery;
        try {
            delivery = serdes.read(Topics.INBOUND_RAW, record.value());
        } catch (SerializationException e) {
            setAside(record, unreadable(record), NO_DELIVERY);
            return;
        }
        var normalised = normalise(delivery);
        var position = position().map(at -> at.getBytes(UTF_8));
        for (var event : normalised.events()) {
            var key = event.getPlatform() + ":" + event.getAccountId();
            Step told = new Step.Told(serdes.write(Topics.INBOUND_EVENTS, event));
            var out = record.withKey(key).withValue(told);
            EventHeaders.of(event).writeTo(out.headers());
            position.ifPresent(at -> out.headers().add(POSITION, at));
            context().forward(out);
        }
        if (!normalised.faults().isEmpty()) {
            setAside(record, delivery, String.join(" ", normalised.faults()));
        }
    }

    private Normalised normalise(RawDelivery delivery) {
        var platform = WebhookPlatforms.find(delivery.getPlatform());
        if (platform.isEmpty()) {
            return Normalised.malformed("Webhooks of its platform are not known to this version.");
        }
        try {
            return platform.get().normalise(delivery);
        } catch (RuntimeException e) {
            // A bug of ours costs this delivery a detour, not all later ones their way.
            LOGGER.atError()
                    .addKeyValue("platform", delivery.getPlatform())
                    .addKeyValue("deliveryId", delivery.getDeliveryId())
                    .setCause(e)
                    .log("delivery could not be normalised");
            return Normalised.malformed("Normalising it failed, which is a fault of Broadside.");
        }
    }

    private void setAside(Record<String, byte[]> record, RawDelivery delivery, String detail) {
        metrics.quarantined(knownPlatform(delivery), QuarantineReason.MALFORMED);
        var quarantined = Deliveries.quarantined(delivery, QuarantineReason.MALFORMED, detail, bodyLimit(delivery));
        context().forward(record.withKey(delivery.getDeliveryId()).withValue(new Step.SetAside(quarantined)));
    }

    /** What is set aside is stored anew: where the platform limits that, a delivery we are late with leaves its body behind. */
    private int bodyLimit(RawDelivery delivery) {
        var received = delivery.getReceivedAt();
        var isTooLate = WebhookPlatforms.find(delivery.getPlatform())
                .flatMap(platform -> platform.traits().bodiesKeptFor())
                .filter(limit -> received.plus(limit).toEpochMilli() < context().currentSystemTimeMs())
                .isPresent();
        return isTooLate ? 0 : quarantineBodyLimit;
    }

    /** What a record says must not become a meter. */
    private static String knownPlatform(RawDelivery delivery) {
        return WebhookPlatforms.find(delivery.getPlatform()).isPresent() ? delivery.getPlatform() : "unknown";
    }

    private Optional<String> position() {
        return context().recordMetadata().map(at -> at.topic() + "-" + at.partition() + "-" + at.offset());
    }

    /** The delivery a record that is none is set aside as: its bytes, and where it stood. */
    private RawDelivery unreadable(Record<String, byte[]> record) {
        var value = Objects.requireNonNullElse((byte @Nullable []) record.value(), new byte[0]);
        return RawDelivery.newBuilder()
                .setDeliveryId(position().orElse("unknown"))
                .setPlatform("unknown")
                .setApp("unknown")
                .setReceivedAt(Instant.ofEpochMilli(record.timestamp()))
                .setHeaders(Map.of())
                .setBody(ByteBuffer.wrap(value))
                .build();
    }
}
