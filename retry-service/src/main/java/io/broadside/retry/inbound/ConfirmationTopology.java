package io.broadside.retry.inbound;

import io.broadside.events.Confirmation;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * inbound.events that tell of posts -> one confirmation for every connection of the account -> publish.confirmations. There they
 * meet what waits, which is kept by connection.
 */
public final class ConfirmationTopology {

    private static final Logger LOGGER = LoggerFactory.getLogger(ConfirmationTopology.class);

    private ConfirmationTopology() {}

    /** Starts nothing. */
    public static Topology build(EventSerdes serdes, Accounts accounts) {
        return build(serdes, accounts::connectionsOf);
    }

    /** @param connectionsOf the connections of an account, by platform and the platform's id of it */
    static Topology build(EventSerdes serdes, BiFunction<String, String, Set<String>> connectionsOf) {
        return new Topology()
                .addSource(
                        "events-source",
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        Topics.INBOUND_EVENTS.name())
                .addProcessor("confirm", () -> new Confirm(serdes, connectionsOf), "events-source")
                .addSink(
                        "confirmations-sink",
                        Topics.CONFIRMATIONS.name(),
                        new StringSerializer(),
                        serdes.of(Topics.CONFIRMATIONS).serializer(),
                        "confirm");
    }

    private static final class Confirm extends ContextualProcessor<byte[], byte[], String, Confirmation> {

        private final EventSerdes serdes;
        private final BiFunction<String, String, Set<String>> connectionsOf;

        Confirm(EventSerdes serdes, BiFunction<String, String, Set<String>> connectionsOf) {
            this.serdes = serdes;
            this.connectionsOf = connectionsOf;
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            InboundEvent event;
            try {
                event = serdes.read(Topics.INBOUND_EVENTS, record.value());
            } catch (SerializationException e) {
                // Nothing is lost with it: what waits looks by itself, only later.
                LOGGER.atWarn()
                        .addKeyValue("cause", e.getMessage())
                        .log("inbound event could not be read and is left out");
                return;
            }
            if (!isOfAPost(event)) {
                return;
            }
            for (var connectionId : connectionsOf.apply(event.getPlatform(), event.getAccountId())) {
                context().forward(record.withKey(connectionId).withValue(confirmation(connectionId, event)));
            }
        }

        private static boolean isOfAPost(InboundEvent event) {
            return event.getKind() == InboundKind.POST_PUBLISHED
                    || event.getKind() == InboundKind.POST_FAILED
                    || event.getPublishId().isPresent();
        }

        private static Confirmation confirmation(String connectionId, InboundEvent event) {
            return Confirmation.newBuilder()
                    .setConnectionId(connectionId)
                    .setEventId(event.getEventId())
                    .setKind(event.getKind())
                    .setRemoteId(event.getObjectId().orElse(null))
                    .setPublishId(event.getPublishId().orElse(null))
                    .setText(event.getText().orElse(null))
                    .setAt(event.getOccurredAt().orElse(event.getReceivedAt()))
                    .build();
        }
    }
}
