package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DelayedCommand;
import io.broadside.events.RecordPosition;
import io.broadside.retry.Arrival.Amended;
import io.broadside.retry.Arrival.Confirmed;
import io.broadside.retry.Arrival.Delayed;
import io.broadside.retry.Arrival.Ended;
import io.broadside.retry.Arrival.Fares;
import io.broadside.retry.Arrival.TokenSeen;
import io.broadside.retry.Arrival.Withdrawn;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records. What cannot be read becomes a dead letter; what stands under another key than its connection goes back to
 * its topic under the right one, so that it meets the tokens and withdrawals of its connection. While the registry does not
 * answer nobody can tell whether a record is sound: the thread ends, and the record is read again.
 */
final class ReadArrivals extends ContextualProcessor<byte[], byte[], String, Object> {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReadArrivals.class);

    private final EventSerdes serdes;
    private final RetryMetrics metrics;
    private final Map<String, Topic<DelayedCommand>> delaying =
            RetryTopology.DELAYING.stream().collect(Collectors.toUnmodifiableMap(Topic::name, Function.identity()));

    ReadArrivals(EventSerdes serdes, RetryMetrics metrics) {
        this.serdes = serdes;
        this.metrics = metrics;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        var metadata = context().recordMetadata().orElseThrow();
        try {
            read(record, metadata);
        } catch (SerializationException e) {
            giveUp(record, metadata, e);
        }
    }

    private void read(Record<byte[], byte[]> record, RecordMetadata metadata) {
        if (record.value() != null
                && record.value().length > Sizes.MOST_BYTES
                && !delaying.containsKey(metadata.topic())) {
            throw new SerializationException(
                    "it has " + record.value().length + " bytes; at most " + Sizes.MOST_BYTES + " can be kept");
        }
        if (metadata.topic().equals(Topics.FRESH_TOKENS.name())) {
            readToken(record);
        } else if (metadata.topic().equals(Topics.WITHDRAWALS.name())) {
            var withdrawal = serdes.read(Topics.WITHDRAWALS, record.value());
            pass(record, withdrawal.getConnectionId(), new Withdrawn(withdrawal));
        } else if (metadata.topic().equals(Topics.CONFIRMATIONS.name())) {
            var confirmation = serdes.read(Topics.CONFIRMATIONS, record.value());
            pass(record, confirmation.getConnectionId(), new Confirmed(confirmation));
        } else if (metadata.topic().equals(Topics.AMENDMENTS.name())) {
            var amendment = serdes.read(Topics.AMENDMENTS, record.value());
            pass(record, amendment.getConnectionId(), new Amended(amendment));
        } else if (metadata.topic().equals(Topics.ENDED.name())) {
            var ended = serdes.read(Topics.ENDED, record.value());
            pass(record, ended.getConnectionId(), new Ended(ended));
        } else if (metadata.topic().equals(Topics.CONNECTIONS.name())) {
            if (record.value() != null) {
                var connection = serdes.read(Topics.CONNECTIONS, record.value());
                pass(record, connection.getConnectionId(), new Fares(connection));
            }
        } else {
            var topic = delaying.get(metadata.topic());
            if (topic == null) {
                throw new IllegalStateException("A record of " + metadata.topic() + ", which is no source.");
            }
            var delayed = serdes.read(topic, record.value());
            pass(
                    record,
                    delayed.getCommand().getConnectionId(),
                    new Delayed(delayed, Bytes.wrap(record.value()), position(metadata)));
        }
    }

    private void readToken(Record<byte[], byte[]> record) {
        if (record.key() == null) {
            throw new SerializationException("The record has no key; the connectionId is needed.");
        }
        var connectionId = new String(record.key(), UTF_8);
        var version = record.value() == null
                ? OptionalLong.empty()
                : OptionalLong.of(
                        serdes.read(Topics.FRESH_TOKENS, record.value()).getVersion());
        context()
                .forward(
                        new Record<String, Object>(
                                connectionId,
                                new TokenSeen(connectionId, version),
                                record.timestamp(),
                                record.headers()),
                        RetryTopology.HOLD);
    }

    private void pass(Record<byte[], byte[]> record, String connectionId, Arrival arrival) {
        // One too large to be kept is given up where it is: under a longer key it might not be taken back.
        var isToStay = arrival instanceof Delayed && record.value().length > Sizes.MOST_BYTES;
        if (isToStay || Arrays.equals(connectionId.getBytes(UTF_8), record.key())) {
            context().forward(next(record, connectionId, arrival, traced(record)), RetryTopology.HOLD);
        } else {
            LOGGER.atWarn()
                    .addKeyValue("connectionId", connectionId)
                    .addKeyValue(
                            "topic", context().recordMetadata().orElseThrow().topic())
                    .log("record under another key than its connection, put back under the right one");
            context().forward(next(record, connectionId, record.value(), record.headers()), RetryTopology.REKEYED);
        }
    }

    private void giveUp(Record<byte[], byte[]> record, RecordMetadata metadata, SerializationException cause) {
        var isSecret = metadata.topic().equals(Topics.FRESH_TOKENS.name());
        var letter = DeadLetters.unreadable(
                position(metadata), record.key(), isSecret ? null : record.value(), cause, now());
        LOGGER.atWarn()
                .addKeyValue("topic", metadata.topic())
                .addKeyValue("partition", metadata.partition())
                .addKeyValue("offset", metadata.offset())
                .addKeyValue("errorCode", letter.getCode())
                .log("record could not be read, dead letter written");
        metrics.deadLetter(letter.getCode());
        context()
                .forward(
                        next(record, DeadLetters.keyOf(record.key()), letter, traced(record)),
                        RetryTopology.DEAD_LETTERS);
    }

    private Record<String, Object> next(Record<byte[], byte[]> record, String key, Object value, Headers headers) {
        return new Record<>(key, value, record.timestamp(), headers);
    }

    /** The trace is all of the headers that goes on: the others tell about the record that was, not the one that comes. */
    private static Headers traced(Record<byte[], byte[]> record) {
        var headers = new RecordHeaders();
        Trace.from(record.headers()).writeTo(headers);
        return headers;
    }

    private static RecordPosition position(RecordMetadata metadata) {
        return new RecordPosition(metadata.topic(), metadata.partition(), metadata.offset());
    }

    private Instant now() {
        return Instant.ofEpochMilli(context().currentSystemTimeMs());
    }
}
