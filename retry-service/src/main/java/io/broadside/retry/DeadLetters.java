package io.broadside.retry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DeadLetter;
import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.schemas.ErrorCode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** Makes dead letters. */
final class DeadLetters {

    private static final int MOST_OF_A_KEY = 1 << 10;
    private static final int MOST_OF_A_VALUE = 1 << 16;
    private static final int LONGEST_CHAIN = 10;
    private static final int LONGEST_LINE = 500;

    private DeadLetters() {}

    /** For a record that is not what its topic holds. */
    static DeadLetter unreadable(
            RecordPosition source, byte @Nullable [] key, byte @Nullable [] value, RuntimeException cause, Instant at) {
        return DeadLetter.newBuilder()
                .setSource(source)
                .setRawKey(bounded(key, MOST_OF_A_KEY))
                .setRawValue(bounded(value, MOST_OF_A_VALUE))
                .setCode(ErrorCode.UNREADABLE_RECORD.name())
                .setDetail("The record on " + source.getTopic() + " could not be read: " + line(cause.getMessage()))
                .setCause(chain(cause))
                .setAt(at)
                .build();
    }

    /** For a command that is given up. */
    static DeadLetter of(PublishCommand command, RecordPosition source, ErrorCode code, String detail, Instant at) {
        return DeadLetter.newBuilder()
                .setSource(source)
                .setCommand(command)
                .setCode(code.name())
                .setDetail(detail)
                .setAt(at)
                .build();
    }

    /** For a command that is too large to be kept, or to be put into a letter: its beginning. */
    static DeadLetter tooLarge(RecordPosition source, String key, byte[] value, String detail, Instant at) {
        return DeadLetter.newBuilder()
                .setSource(source)
                .setRawKey(bounded(key.getBytes(UTF_8), MOST_OF_A_KEY))
                .setRawValue(bounded(value, MOST_OF_A_VALUE))
                .setCode(ErrorCode.INVALID_REQUEST.name())
                .setDetail(detail)
                .setAt(at)
                .build();
    }

    /** For a command that we could not handle. */
    static DeadLetter internal(PublishCommand command, RecordPosition source, RuntimeException cause, Instant at) {
        return DeadLetter.newBuilder()
                .setSource(source)
                .setCommand(command)
                .setCode(ErrorCode.INTERNAL.name())
                .setDetail("retry-service failed to decide how long the command waits. This is a fault of Broadside:"
                        + " please report it with the cause.")
                .setCause(chain(cause))
                .setAt(at)
                .build();
    }

    /** The key of a dead letter without a connection: that of the record, as text. */
    static String keyOf(byte @Nullable [] key) {
        return key == null ? "" : new String(key, 0, Math.min(key.length, MOST_OF_A_KEY), UTF_8);
    }

    private static @Nullable ByteBuffer bounded(byte @Nullable [] bytes, int most) {
        return bytes == null
                ? null
                : ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, most)).slice();
    }

    private static String chain(RuntimeException failure) {
        var lines = new ArrayList<String>();
        Throwable cause = failure;
        while (cause != null && lines.size() < LONGEST_CHAIN) {
            lines.add(cause.getClass().getName() + ": " + line(cause.getMessage()));
            cause = cause.getCause();
        }
        return String.join("\n", lines);
    }

    private static String line(@Nullable String message) {
        if (message == null) {
            return "no message";
        }
        var oneLine = message.replace('\n', ' ').strip();
        return oneLine.length() <= LONGEST_LINE ? oneLine : oneLine.substring(0, LONGEST_LINE) + "...";
    }
}
