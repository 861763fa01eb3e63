package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.CancelRequest;
import io.broadside.events.DeadLetter;
import io.broadside.events.RecordPosition;
import io.broadside.events.Withdrawal;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns the cancellation of a request into the withdrawal of each of its commands, where those wait. */
final class CancelProcessor implements Processor<String, byte[], String, byte[]> {

    private static final Logger LOGGER = LoggerFactory.getLogger(CancelProcessor.class);

    private static final Duration KEPT = Duration.ofDays(7);
    private static final Duration PURGE = Duration.ofHours(1);

    private final EventSerdes serdes;
    private final HomePartition home;
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> requests;
    private KeyValueStore<String, byte[]> early;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    CancelProcessor(EventSerdes serdes, HomePartition home) {
        this.serdes = serdes;
        this.home = home;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        requests = context.getStateStore(RequestStores.REQUESTS);
        early = context.getStateStore(RequestStores.CANCELLED);
        context.schedule(PURGE, PunctuationType.WALL_CLOCK_TIME, _ -> purge());
    }

    /** Cancellations of requests that never came. */
    private void purge() {
        var oldest = now().minus(KEPT);
        try (var all = early.all()) {
            while (all.hasNext()) {
                var entry = all.next();
                var cancel = serdes.read(Topics.CANCELLATIONS, entry.value);
                if (cancel.getRequestedAt().isBefore(oldest)) {
                    early.delete(entry.key);
                }
            }
        }
    }

    @Override
    public void process(Record<String, byte[]> record) {
        try {
            cancel(serdes.read(Topics.CANCELLATIONS, record.value()), record);
        } catch (SerializationException e) {
            forward(
                    FanOutTopology.DEAD_LETTERS_SINK,
                    record.key() == null ? "" : record.key(),
                    serdes.write(Topics.DEAD_LETTERS, unreadable(record, e)),
                    record);
        }
    }

    private void cancel(CancelRequest cancel, Record<String, byte[]> record) {
        var id = cancel.getRequestId();
        var partition = context.recordMetadata().map(RecordMetadata::partition).orElse(0);
        if (RequestRules.isValidId(id) && (!id.equals(record.key()) || !home.isAt(id, partition))) {
            forward(FanOutTopology.CANCELLATIONS_SINK, id, record.value(), record);
            return;
        }
        var known = requests.get(id);
        if (known == null) {
            // Its request may be on its way, or wait a moment for its connection.
            early.put(RequestStores.cancellationKey(id, cancel.getConnectionId().orElse("")), received(cancel));
            LOGGER.atInfo().addKeyValue("requestId", cancel.getRequestId()).log("cancelled before it was taken in");
            return;
        }
        for (var command : RequestState.decoded(known).commands()) {
            if (cancel.getConnectionId().map(command.connectionId()::equals).orElse(true)) {
                var withdrawal = Withdrawal.newBuilder()
                        .setCommandId(command.commandId())
                        .setRequestId(cancel.getRequestId())
                        .setConnectionId(command.connectionId())
                        .setRequestedBy(cancel.getRequestedBy().orElse(null))
                        .setReason(cancel.getReason().orElse(null))
                        .setRequestedAt(cancel.getRequestedAt())
                        .build();
                forward(
                        FanOutTopology.WITHDRAWALS_SINK,
                        command.connectionId(),
                        serdes.write(Topics.WITHDRAWALS, withdrawal),
                        record);
            }
        }
    }

    /** By our clock: how long it waits must not depend on the sender's. */
    private byte[] received(CancelRequest cancel) {
        return serdes.write(
                Topics.CANCELLATIONS,
                CancelRequest.newBuilder(cancel).setRequestedAt(now()).build());
    }

    private Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }

    private void forward(String sink, String key, byte[] value, Record<String, byte[]> cause) {
        var headers = new RecordHeaders();
        Trace.from(cause.headers()).child().writeTo(headers);
        context.forward(new Record<>(key, value, context.currentSystemTimeMs(), headers), sink);
    }

    private DeadLetter unreadable(Record<String, byte[]> record, SerializationException cause) {
        var position = context.recordMetadata()
                .map(metadata -> new RecordPosition(metadata.topic(), metadata.partition(), metadata.offset()))
                .orElseGet(() -> new RecordPosition(Topics.CANCELLATIONS.name(), -1, -1L));
        byte @Nullable [] key = record.key() == null ? null : record.key().getBytes(UTF_8);
        return DeadLetters.unreadable(
                position,
                key,
                record.value(),
                "The record is not a CancelRequest in Confluent's Avro format.",
                cause,
                now());
    }
}
