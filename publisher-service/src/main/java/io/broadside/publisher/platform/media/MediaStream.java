package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.Cause;
import io.broadside.runtime.http.Body;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.Optional;

/**
 * A media file that is being read, piece by piece, no faster than the pieces are asked for. For one thread, which closes it.
 *
 * <ol>
 *   <li>It holds one piece in memory, and a little of what comes next, both out of a budget that all streams share.
 *   <li>Every byte comes from the file that was opened: where the connection breaks, reading goes on at the same place, some
 *       times, and only if the server still has that file.
 *   <li>A piece comes within {@link MediaConfig#timeout}, or not at all.
 * </ol>
 */
public final class MediaStream implements AutoCloseable {

    /** More breaks than this within one slice, and the server is left alone for a while. */
    private static final int MOST_RESUMPTIONS = 5;

    private final MediaFile file;
    private final MediaFetch fetch;
    private final MemoryBudget pieces;
    private final Duration timeout;
    private final Runnable onClose;

    /** Where the bytes come from; empty for a file that is here already. */
    private Optional<Wire> wire;

    /** All of a file whose size was not known before. */
    private final Buffer here;

    private long position;
    private long taken;
    private int resumptions;
    private Optional<Cause> broken = Optional.empty();
    private boolean isClosed;

    /** @param wire at this position */
    MediaStream(
            MediaFile file,
            long position,
            Wire wire,
            MediaFetch fetch,
            MemoryBudget pieces,
            Duration timeout,
            Runnable onClose) {
        this(file, position, Optional.of(wire), Buffer.buffer(), fetch, pieces, timeout, onClose);
    }

    MediaStream(
            MediaFile file,
            long position,
            Optional<Wire> wire,
            Buffer here,
            MediaFetch fetch,
            MemoryBudget pieces,
            Duration timeout,
            Runnable onClose) {
        this.file = file;
        this.position = position;
        this.wire = wire;
        this.here = here;
        this.fetch = fetch;
        this.pieces = pieces;
        this.timeout = timeout;
        this.onClose = onClose;
    }

    /** What came of reading. */
    public sealed interface MediaPiece {

        /**
         * Some bytes of the file. Their memory is counted until the next piece is read, or the stream closed.
         *
         * @param offset of the first of them in the file
         * @param isLast whether the file ends with them
         */
        record Bytes(Buffer bytes, long offset, boolean isLast) implements MediaPiece {
            @Override
            public String toString() {
                return "Bytes[" + bytes.length() + " bytes at " + offset + (isLast ? ", the last]" : "]");
            }
        }

        /** No more can be read, for now. */
        record Broken(Cause cause) implements MediaPiece {}
    }

    /** What the file is, whatever its server calls it. */
    public String contentType() {
        return file.type().contentType();
    }

    /** All its bytes. */
    public long size() {
        return file.size();
    }

    /** Where the next piece begins. */
    public long position() {
        return position;
    }

    /** A file name to send along, with the right extension. */
    public String name() {
        return file.name();
    }

    /** Tells the file as it is from what may come in its place; for a checkpoint, and {@link MediaFetch#reopen}. No secret. */
    public String version() {
        return file.version();
    }

    /** Why no more can be read; empty as long as it can. */
    public Optional<Cause> broken() {
        return broken;
    }

    /**
     * The next piece: exactly as many bytes as asked for, or those that are left. At the end of the file it has none.
     *
     * @param length from 1 to {@link MediaFetch#LARGEST_PIECE}
     */
    public MediaPiece read(int length) {
        if (length < 1 || length > MediaFetch.LARGEST_PIECE) {
            throw new IllegalArgumentException(
                    "Pieces have 1 to " + MediaFetch.LARGEST_PIECE + " bytes, not " + length);
        }
        if (isClosed) {
            throw new IllegalStateException("closed");
        }
        if (broken.isPresent()) {
            return new MediaPiece.Broken(broken.get());
        }
        var wanted = (int) Math.min(length, size() - position);
        try {
            return wire.isEmpty() ? piece(here.slice((int) position, (int) position + wanted)) : readFromWire(wanted);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return broken(MediaCauses.ENDING);
        }
    }

    /**
     * All that is left, as the body of one request. Where it ends too soon {@link #broken} says why.
     *
     * @param contentType to send it as
     */
    public Body.Streamed rest(String contentType, int pieceBytes) {
        return new Body.Streamed(contentType, size() - position, () -> switch (read(pieceBytes)) {
            case MediaPiece.Bytes piece -> Optional.of(piece.bytes()).filter(bytes -> bytes.length() > 0);
            case MediaPiece.Broken _ -> Optional.empty();
        });
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            wire.ifPresent(Wire::close);
            giveBack();
            onClose.run();
        }
    }

    private MediaPiece readFromWire(int wanted) throws InterruptedException {
        var until = System.nanoTime() + timeout.toNanos();
        giveBack();
        if (!pieces.take(wanted, until)) {
            return broken(MediaCauses.BUSY);
        }
        taken = wanted;
        var bytes = new byte[wanted];
        for (var filled = 0; filled < wanted; ) {
            var count = wire.orElseThrow().read(bytes, filled, wanted - filled, until);
            if (count == 0) {
                var cause = resume(position + filled, until);
                if (cause.isPresent()) {
                    return broken(cause.get());
                }
            }
            filled += count;
        }
        return piece(Buffer.buffer(bytes));
    }

    /** Goes on where the connection broke. Says why not, if that is not possible. */
    private Optional<Cause> resume(long from, long until) throws InterruptedException {
        wire.ifPresent(Wire::close);
        if (System.nanoTime() - until >= 0) {
            return Optional.of(MediaCauses.tooSlow(file.host(), timeout));
        }
        if (resumptions == MOST_RESUMPTIONS) {
            return Optional.of(MediaCauses.brokeOff(file.host()));
        }
        resumptions++;
        return switch (fetch.wireAt(file, from, until)) {
            case GuardedGet.Got.Coming(var next) -> {
                wire = Optional.of(next);
                yield Optional.empty();
            }
            case GuardedGet.Got.Refused(var cause) -> Optional.of(cause);
            case GuardedGet.Got.Unreachable(var cause) -> Optional.of(cause);
        };
    }

    private MediaPiece piece(Buffer bytes) {
        var offset = position;
        position += bytes.length();
        return new MediaPiece.Bytes(bytes, offset, position == size());
    }

    private MediaPiece broken(Cause cause) {
        broken = Optional.of(cause);
        giveBack();
        return new MediaPiece.Broken(cause);
    }

    private void giveBack() {
        pieces.give(taken);
        taken = 0;
    }
}
