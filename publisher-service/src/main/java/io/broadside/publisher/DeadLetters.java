package io.broadside.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.DeadLetter;
import io.broadside.events.RecordPosition;
import io.broadside.schemas.ErrorCode;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Makes dead letters of records that could not be worked on. */
final class DeadLetters {

    private static final int MOST_KEY_BYTES = 1 << 10;
    private static final int MOST_VALUE_BYTES = 64 << 10;
    private static final int MOST_CAUSES = 8;

    private DeadLetters() {}

    static DeadLetter unreadable(
            RecordPosition source,
            byte @Nullable [] key,
            byte @Nullable [] value,
            String detail,
            Throwable cause,
            Instant at) {
        return DeadLetter.newBuilder()
                .setSource(source)
                .setRawKey(bounded(key, MOST_KEY_BYTES))
                .setRawValue(bounded(value, MOST_VALUE_BYTES))
                .setCode(ErrorCode.UNREADABLE_RECORD.name())
                .setDetail(detail)
                .setCause(chain(cause))
                .setAt(at)
                .build();
    }

    /** Of a request or a change at which the rules failed: a bug of ours. */
    static DeadLetter broken(RecordPosition source, byte[] key, byte[] value, Throwable cause, Instant at) {
        return DeadLetter.newBuilder()
                .setSource(source)
                .setRawKey(bounded(key, MOST_KEY_BYTES))
                .setRawValue(bounded(value, MOST_VALUE_BYTES))
                .setCode(ErrorCode.INTERNAL.name())
                .setDetail("The rules for what may be published failed unexpectedly.")
                .setCause(chain(cause))
                .setAt(at)
                .build();
    }

    /** The key of a dead letter whose record may not even have one that is text. */
    static String key(byte @Nullable [] key) {
        return key == null ? "" : new String(key, 0, Math.min(key.length, MOST_KEY_BYTES), UTF_8);
    }

    /** The causes of a failure, one line each. */
    static String chain(Throwable failure) {
        var lines = new StringJoiner("\n");
        @Nullable Throwable cause = failure;
        for (int i = 0; i < MOST_CAUSES && cause != null; i++) {
            lines.add(cause.toString());
            cause = cause.getCause();
        }
        return lines.toString();
    }

    private static @Nullable ByteBuffer bounded(byte @Nullable [] bytes, int limit) {
        return bytes == null
                ? null
                : ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, limit)).slice();
    }
}
