package io.broadside.simulator.http;

import io.vertx.core.buffer.Buffer;
import java.util.Optional;

/**
 * Bytes that went by. Only the first ones are kept.
 *
 * @param head the first bytes; all of them when it is short
 */
public record Medium(Buffer head, Fingerprint fingerprint) {
    public static final Medium EMPTY = new Medium(Buffer.buffer(), Fingerprint.EMPTY);

    public static Medium of(byte[] bytes) {
        return new Medium(Buffer.buffer(bytes), Fingerprint.EMPTY.plus(bytes));
    }

    public long length() {
        return fingerprint.length();
    }

    /** Told by its first bytes, as the networks do; QuickTime too. */
    public boolean isVideo() {
        return head.length() >= 12 && head.getString(4, 8, "US-ASCII").equals("ftyp");
    }

    public Optional<ImageType> imageType() {
        return ImageType.of(head);
    }

    /** Whether {@link #head} is all of it. */
    public boolean isKept() {
        return head.length() == length();
    }

    /** Takes pieces one after another, and keeps as much of them as it is told to. */
    static final class Gatherer {
        private final int kept;
        private final Buffer head = Buffer.buffer();
        private Fingerprint fingerprint = Fingerprint.EMPTY;

        Gatherer(int kept) {
            this.kept = kept;
        }

        void add(Buffer piece) {
            fingerprint = fingerprint.plus(piece.getBytes());
            int room = kept - head.length();
            if (room > 0) {
                head.appendBuffer(piece, 0, Math.min(room, piece.length()));
            }
        }

        long length() {
            return fingerprint.length();
        }

        Medium medium() {
            return new Medium(head, fingerprint);
        }
    }
}
