package io.broadside.publisher.platform.x;

import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaLimits;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.publisher.platform.media.Slice;
import io.broadside.publisher.platform.media.SlicedUpload;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A video or an animation to X: begun, sent in pieces, completed, and waited for while X works on it. Each of these is
 * durable before the next. A piece that was sent already may be sent again.
 *
 * <p>https://docs.x.com/x-api/media/quickstart/media-upload-chunked
 */
final class ChunkedUpload {

    /** https://docs.x.com/x-api/media/quickstart/best-practices */
    static final long LARGEST_VIDEO = 512L * 1024 * 1024;

    static final long LARGEST_GIF = 15L * 1024 * 1024;

    static final MediaLimits VIDEOS =
            new MediaLimits(Set.of(MediaKind.VIDEO), Set.of("video/mp4", "video/quicktime"), LARGEST_VIDEO);
    static final MediaLimits GIFS = new MediaLimits(Set.of(MediaKind.GIF), Set.of("image/gif"), LARGEST_GIF);

    /** Pieces are numbered from 0 to 999. */
    private static final int MOST_PIECES = 1_000;

    /** An upload that X no longer knows is begun anew, this often. */
    private static final int MOST_RESTARTS = 2;

    private static final String ID = "uploadId";
    private static final String SIZE = "size";
    private static final String OFFSET = "offset";
    private static final String PIECE = "piece";
    private static final String FILE = "file";
    private static final String SINCE = "since";
    private static final String RESTARTS = "restarts";

    private final Visit visit;
    private final XConfig config;
    private final MediaFetch fetch;
    private final Uploads uploads;
    private final Media medium;
    private final Progress progress;
    private final Slice slice;

    ChunkedUpload(
            Visit visit,
            XConfig config,
            MediaFetch fetch,
            Uploads uploads,
            Media medium,
            Progress progress,
            Slice slice) {
        this.visit = visit;
        this.config = config;
        this.fetch = fetch;
        this.uploads = uploads;
        this.medium = medium;
        this.progress = progress;
        this.slice = slice;
    }

    /** What an upload goes on with. */
    enum Stage {
        BEGIN,
        SEND,
        COMPLETE,
        LOOK
    }

    static Stage stageOf(Progress progress) {
        if (progress.value(ID).isEmpty()) {
            return Stage.BEGIN;
        }
        if (!progress.value(SINCE).isEmpty()) {
            return Stage.LOOK;
        }
        return progress.number(OFFSET) < progress.number(SIZE) ? Stage.SEND : Stage.COMPLETE;
    }

    /** How many pieces an upload lacks that has begun. */
    static int piecesLeft(Progress progress) {
        var left = progress.number(SIZE) - progress.number(OFFSET);
        return (int) Math.min(MOST_PIECES, Math.ceilDiv(left, Math.max(1, progress.number(PIECE))));
    }

    Outcome run() {
        return switch (stageOf(progress)) {
            case BEGIN -> Uploads.opened(fetch.open(medium, limits(), 0), outcome -> outcome, this::begin);
            case SEND ->
                Uploads.opened(
                        fetch.reopen(medium, limits(), progress.number(OFFSET), progress.value(FILE)),
                        outcome -> outcome,
                        this::goOn);
            case COMPLETE -> complete();
            case LOOK -> look();
        };
    }

    private Outcome begin(MediaStream stream) {
        var json = AnswerJson.newObject()
                .put("media_type", stream.contentType())
                .put("total_bytes", stream.size())
                .put("media_category", medium.getKind() == MediaKind.GIF ? "tweet_gif" : "tweet_video");
        var reply = visit.post("media.initialize", "/media/upload/initialize", new Body.Json(json.toString()));
        var begun = MediaAnswer.in(reply);
        return begun.isPresent()
                ? next(Map.of(
                        ID, begun.get().id(),
                        SIZE, Long.toString(stream.size()),
                        OFFSET, "0",
                        PIECE, Long.toString(pieceFor(stream.size())),
                        FILE, stream.version(),
                        RESTARTS, Long.toString(progress.number(RESTARTS))))
                : visit.failed(reply, XStep.UPLOAD);
    }

    private Outcome goOn(MediaStream stream) {
        var length = Math.clamp(progress.number(PIECE), 1, MediaFetch.LARGEST_PIECE);
        return switch (SlicedUpload.run(stream, length, slice, piece -> append(piece, length))) {
            case SlicedUpload.Progress.Done() -> next(with(OFFSET, Long.toString(stream.size())));
            case SlicedUpload.Progress.Paused(var offset) -> next(with(OFFSET, Long.toString(offset)));
            case SlicedUpload.Progress.Failed(var outcome) -> outcome;
        };
    }

    private Optional<Outcome> append(MediaPiece.Bytes piece, int length) {
        var body = new Body.Multipart(List.of(
                Body.Part.field("segment_index", Long.toString(piece.offset() / length)),
                Body.Part.file("media", "piece", "application/octet-stream", piece.bytes())));
        var reply = visit.post("media.append", "/media/upload/" + id() + "/append", body);
        return reply instanceof Answer answer && answer.isSuccess() ? Optional.empty() : Optional.of(failed(reply));
    }

    /** Said twice, X may refuse what it did the first time: then its word about the upload counts. */
    private Outcome complete() {
        var reply = visit.post("media.finalize", "/media/upload/" + id() + "/finalize", new Body.None());
        var completed = MediaAnswer.in(reply);
        if (completed.isPresent()) {
            return follow(completed.get());
        }
        var isRefused = reply instanceof Answer answer && (answer.status() == 400 || answer.status() == 404);
        var known = isRefused ? MediaAnswer.in(status()) : Optional.<MediaAnswer>empty();
        return known.isPresent() ? follow(known.get()) : failed(reply);
    }

    private Outcome look() {
        var reply = status();
        return MediaAnswer.in(reply).map(this::follow).orElseGet(() -> failed(reply));
    }

    private Outcome follow(MediaAnswer answer) {
        return switch (answer.state()) {
            case READY ->
                uploads.describe(id(), medium)
                        .orElseGet(() -> new Continue(
                                progress.uploaded(id(), visit.now().plus(answer.life()))
                                        .at(XStep.CREATE, visit.now()),
                                Optional.empty()));
            case FAILED ->
                Uploads.unusable("X cannot use the file; use another one (MP4 or MOV with H.264 and AAC, or GIF).");
            case WORKING -> waiting(answer.checkAfter());
        };
    }

    private Outcome waiting(Duration pause) {
        var since = progress.value(SINCE).isEmpty() ? visit.now() : Instant.parse(progress.value(SINCE));
        if (!visit.now().isBefore(since.plus(config.processingLimit()))) {
            return Uploads.unusable(
                    "X has been working on the file for very long; use a smaller one, or send it again.");
        }
        var checkpoint = progress.uploading(with(SINCE, since.toString())).at(XStep.PROCESSING, visit.now());
        return new Continue(checkpoint, Optional.of(visit.now().plus(pause)));
    }

    private Reply status() {
        return visit.get("media.status", "/media/upload?command=STATUS&media_id=" + id());
    }

    /** An upload that is not there any more is no fault of the post. */
    private Outcome failed(Reply reply) {
        var restarts = progress.number(RESTARTS) + 1;
        return isGone(reply) && restarts <= MOST_RESTARTS
                ? next(Map.of(RESTARTS, Long.toString(restarts)))
                : visit.failed(reply, XStep.UPLOAD);
    }

    /** X says so with a 404, or with a 400 like that of any mistake: then it is asked whether it knows the upload at all. */
    private boolean isGone(Reply reply) {
        if (!isRefused(reply, 400) && !isRefused(reply, 404)) {
            return false;
        }
        if (isRefused(reply, 404)) {
            return true;
        }
        var status = status();
        return isRefused(status, 400) || isRefused(status, 404);
    }

    private static boolean isRefused(Reply reply, int status) {
        return reply instanceof Answer answer
                && answer.status() == status
                && Problem.in(answer).isPresent();
    }

    private Outcome next(Map<String, String> values) {
        return new Continue(progress.uploading(values).at(XStep.UPLOAD, visit.now()), Optional.empty());
    }

    private Map<String, String> with(String name, String value) {
        var values = new HashMap<>(progress.upload());
        values.put(name, value);
        return values;
    }

    /** Larger pieces only for what would not fit into the number of pieces there are. */
    private long pieceFor(long size) {
        return Math.max(config.uploadPiece(), (size + MOST_PIECES - 1) / MOST_PIECES);
    }

    private MediaLimits limits() {
        return medium.getKind() == MediaKind.GIF ? GIFS : VIDEOS;
    }

    private String id() {
        return progress.value(ID);
    }
}
