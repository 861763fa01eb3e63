package io.broadside.publisher.platform.media;

import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import java.util.Optional;

/** Runs an upload in pieces until it is through or its slice of time is over, so that no file keeps a call for long. */
public final class SlicedUpload {

    private SlicedUpload() {}

    /** Sends one piece. */
    @FunctionalInterface
    public interface PieceSender {

        /** Empty if the platform took the piece; an outcome ends the upload. */
        Optional<Outcome> send(MediaPiece.Bytes piece);
    }

    /** How far it came. */
    public sealed interface Progress {

        /** The platform has all of the file. */
        record Done() implements Progress {}

        /** The platform has everything before this byte: to go on from there, once that is durable. */
        record Paused(long nextOffset) implements Progress {}

        /** A piece was refused, or could not be had, and none was sent before it whose progress would be lost. */
        record Failed(Outcome outcome) implements Progress {}
    }

    /**
     * Sends the rest of a file. At least one piece is sent, so an upload that is called again always gets on.
     *
     * <p>What passes by itself (a broken source, a platform that is down) ends the slice early if anything was sent in it:
     * the next one meets the trouble again, with nothing to lose. Everything else ends the upload at once.
     *
     * @param pieceBytes length of all pieces but the last
     */
    public static Progress run(MediaStream stream, int pieceBytes, Slice slice, PieceSender sender) {
        var began = stream.position();
        while (stream.position() < stream.size()) {
            var offset = stream.position();
            if (offset > began && slice.isOver()) {
                return new Progress.Paused(offset);
            }
            var outcome = switch (stream.read(pieceBytes)) {
                case MediaPiece.Bytes piece -> sender.send(piece);
                case MediaPiece.Broken(var cause) -> Optional.<Outcome>of(new Outcome.Unavailable(cause));
            };
            if (outcome.isPresent()) {
                return outcome.get() instanceof Outcome.Unavailable && offset > began
                        ? new Progress.Paused(offset)
                        : new Progress.Failed(outcome.get());
            }
        }
        return new Progress.Done();
    }
}
