package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DeadLetter;
import io.broadside.events.RecordPosition;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ends of records that went wrong by a fault of ours, so that the partition goes on whatever the handler does. Safe for use
 * by many threads.
 */
final class Endings<V extends SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(Endings.class);
    private static final int MOST_KEY_BYTES = 1 << 10;
    private static final int MOST_VALUE_BYTES = 64 << 10;
    private static final int MOST_CAUSES = 8;

    private final EffectHandler<V> handler;
    private final EventSerdes serdes;
    private final Clock clock;

    Endings(EffectHandler<V> handler, EventSerdes serdes, Clock clock) {
        this.handler = handler;
        this.serdes = serdes;
        this.clock = clock;
    }

    /**
     * What to write for a record whose handling failed: what the handler says, or else a bare dead letter.
     *
     * @throws RegistryUnavailableException if nothing can be written just now
     */
    Outputs failed(Work<V> work, Throwable cause) {
        tellFault(work.position(), cause);
        try {
            return handler.failed(work, cause);
        } catch (Throwable e) {
            if (!Faults.isOfTheRecord(e)) {
                throw e;
            }
            if (!e.equals(cause)) {
                e.addSuppressed(cause);
            }
            return bare(work.position(), work.trace(), work.key(), null, e);
        }
    }

    /** After an error of the JVM even the writing of its stack may fail, and that must not end anything. */
    private static void tellFault(RecordPosition position, Throwable cause) {
        try {
            LOGGER.atError()
                    .addKeyValue("topic", position.getTopic())
                    .addKeyValue("partition", position.getPartition())
                    .addKeyValue("offset", position.getOffset())
                    .setCause(cause)
                    .log("a record's handling failed by a fault of ours; it ends with a dead letter");
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOGGER.atError()
                    .addKeyValue("cause", cause.toString())
                    .addKeyValue("notWritten", e.toString())
                    .log("a record's handling failed by a fault of ours; it ends with a dead letter");
        }
    }

    /** As {@link #failed}, for a record that could not be read. */
    Outputs unreadable(Unreadable unreadable) {
        try {
            return handler.unreadable(unreadable);
        } catch (Throwable e) {
            if (!Faults.isOfTheRecord(e)) {
                throw e;
            }
            return bare(unreadable.record(), e);
        }
    }

    /** A dead letter that needs no handler. */
    Outputs bare(ConsumerRecord<byte[], byte[]> record, Throwable cause) {
        var position = new RecordPosition(record.topic(), record.partition(), record.offset());
        var key = record.key() == null
                ? ""
                : new String(record.key(), 0, Math.min(record.key().length, MOST_KEY_BYTES), UTF_8);
        return bare(position, Trace.from(record.headers()), key, record.value(), cause);
    }

    private Outputs bare(RecordPosition position, Trace trace, String key, byte @Nullable [] value, Throwable cause) {
        LOGGER.atError()
                .addKeyValue("topic", position.getTopic())
                .addKeyValue("partition", position.getPartition())
                .addKeyValue("offset", position.getOffset())
                .setCause(cause)
                .log("record given up with a bare dead letter: whoever waits for its result hears nothing");
        var letter = DeadLetter.newBuilder()
                .setSource(position)
                .setCode(ErrorCode.INTERNAL.name())
                .setDetail("The record could not be worked on, and its failure could not be told in the usual way.")
                .setRawValue(
                        value == null
                                ? null
                                : ByteBuffer.wrap(value, 0, Math.min(value.length, MOST_VALUE_BYTES))
                                        .slice())
                .setCause(chain(cause))
                .setAt(clock.instant())
                .build();
        return Outputs.to(serdes, trace).add(Topics.DEAD_LETTERS, key, letter).build();
    }

    /** The kinds of the causes, without their messages: those may quote what nobody should read. */
    private static String chain(Throwable failure) {
        return Stream.<Throwable>iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(MOST_CAUSES)
                .map(cause -> cause.getClass().getName())
                .collect(Collectors.joining("\n"));
    }
}
