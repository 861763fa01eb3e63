package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.AnswerJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.TokenExpired;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.graph.GraphError;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaLimits;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.publisher.platform.media.Slice;
import io.broadside.publisher.platform.media.SlicedUpload;
import io.broadside.publisher.platform.media.SlicedUpload.Progress;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A video on its way to Facebook, unseen.
 *
 * <p>Facebook would also fetch the file by itself ({@code file_url}). It is sent from here all the same: for a video in the
 * feed, fetching and publishing would be one call without an id beforehand, so a lost answer could not be cleared up; and
 * only a file that goes through here is known to be a video, of a size that fits, and the same from its first byte to its
 * last. An upload begins with an id, is paused after a slice of time, and goes on where it was. Where the two sides differ
 * about that place, Facebook's word counts.
 *
 * <p>The feed has an upload of its own, with a session and pieces of the length that Facebook wishes. Bytes of reels and
 * stories go to another host, which takes pieces as well and then says that the request was partial
 * (https://github.com/mapillary/mapillary_tools/issues/569).
 */
final class VideoUpload {

    /** What Pages' own pages name; documents differ. */
    static final long LARGEST = 10L * 1024 * 1024 * 1024;

    static final MediaLimits LIMITS =
            new MediaLimits(Set.of(MediaKind.VIDEO), Set.of("video/mp4", "video/quicktime"), LARGEST);

    private static final int USUAL_PIECE = 4 * 1024 * 1024;

    /** Subcode of "these bytes do not begin where those before them ended". */
    private static final int WRONG_OFFSET = 1363037;

    /** More disagreements than this about where the upload is, and something is wrong with it. */
    private static final int MOST_CORRECTIONS = 20;

    private static final String UPLOAD_URL = "uploadUrl";
    private static final String OFFSET = "offset";
    private static final String PIECE = "piece";
    private static final String FILE = "file";
    private static final String CORRECTIONS = "corrections";

    private final Page page;
    private final MediaFetch fetch;
    private final PostKind kind;
    private final Media medium;

    VideoUpload(Page page, MediaFetch fetch) {
        this.page = page;
        this.fetch = fetch;
        this.kind = PostKind.of(page.content());
        this.medium = page.content().getMedia().getFirst();
    }

    Outcome run(Slice slice) {
        return page.value(Videos.VIDEO_ID).isEmpty()
                ? with(fetch.open(medium, LIMITS, 0), this::begin)
                : with(fetch.reopen(medium, LIMITS, number(OFFSET), page.value(FILE)), stream -> goOn(stream, slice));
    }

    private static Outcome with(MediaOpening opening, Function<MediaStream, Outcome> then) {
        return switch (opening) {
            case MediaOpening.Refused(var cause) -> new Rejected(cause);
            case MediaOpening.Unreachable(var cause) -> new Unavailable(cause);
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield then.apply(stream);
                }
            }
        };
    }

    private Outcome begin(MediaStream stream) {
        var edge = Videos.edge(kind);
        var fields = new LinkedHashMap<>(Map.of("upload_phase", "start"));
        if (kind == PostKind.VIDEO) {
            fields.put("file_size", Long.toString(stream.size()));
        }
        var reply = page.post("page." + edge + ".start", page.below("/" + edge), fields);
        var id = Page.idIn(reply, "video_id");
        var session = Page.idIn(reply, "upload_session_id");
        if (id.isEmpty() || !(reply instanceof Answer answer) || (kind == PostKind.VIDEO && session.isEmpty())) {
            return page.failed(reply, FacebookStep.UPLOAD);
        }
        var values = new LinkedHashMap<>(Map.of(Videos.VIDEO_ID, id.get(), FILE, stream.version()));
        session.ifPresent(it -> values.put(Videos.SESSION, it));
        Optional.of(page.value(Videos.RESTARTS))
                .filter(it -> !it.isEmpty())
                .ifPresent(it -> values.put(Videos.RESTARTS, it));
        var body = AnswerJson.objectIn(answer).orElseThrow();
        values.put(OFFSET, "0");
        values.put(PIECE, Long.toString(wished(body)));
        AnswerJson.webAddress(body, "upload_url")
                .filter(this::isUsable)
                .ifPresent(url -> values.put(UPLOAD_URL, url.toString()));
        return page.next(FacebookStep.UPLOAD, values);
    }

    private Outcome goOn(MediaStream stream, Slice slice) {
        return switch (SlicedUpload.run(stream, pieceLength(), slice, piece -> send(piece, stream.size()))) {
            case Progress.Done() -> page.next(FacebookStep.FINISH, finishing());
            case Progress.Paused(var next) -> page.next(FacebookStep.UPLOAD, at(next));
            case Progress.Failed(var outcome) ->
                outcome instanceof Rejected ? unlessItSaysOtherwise(outcome, stream.size()) : outcome;
        };
    }

    /**
     * Before a refusal is believed, the video itself is asked. An upload that Facebook no longer has is no fault of the file: it
     * is begun anew. One that it has to the end already needs no more pieces: whoever sent the last one died before saying so.
     */
    private Outcome unlessItSaysOtherwise(Outcome refusal, long size) {
        var asked = status();
        var status = VideoStatus.in(asked);
        if (status.isEmpty()) {
            // Who got no answer knows no more than before: the refusal may be that of a piece Facebook has already.
            return asked instanceof Answer answer && answer.isSuccess()
                    ? refusal
                    : page.failed(asked, FacebookStep.UPLOAD);
        }
        var isThere = status.get().bytesTaken().filter(taken -> taken >= size).isPresent();
        return switch (status.get().stage()) {
            case EXPIRED -> Videos.restart(page).orElse(refusal);
            case FAILED -> refusal;
            case PUBLISHED, PUBLISHING, PROCESSING, READY, NOT_PUBLISHED ->
                isThere ? page.next(FacebookStep.FINISH, finishing()) : refusal;
        };
    }

    private Reply status() {
        return page.get(
                "video.read", "/" + Page.segment(page.value(Videos.VIDEO_ID)) + "?fields=" + VideoStatus.FIELDS);
    }

    private Optional<Outcome> send(MediaPiece.Bytes piece, long size) {
        return kind == PostKind.VIDEO ? transfer(piece, size) : toUploadHost(piece, size);
    }

    /** A piece into the session. The answer says where the next one begins. */
    private Optional<Outcome> transfer(MediaPiece.Bytes piece, long size) {
        var reply = page.post(
                "page.videos.transfer",
                page.below("/videos"),
                List.of(
                        Body.Part.field("upload_phase", "transfer"),
                        Body.Part.field("upload_session_id", page.value(Videos.SESSION)),
                        Body.Part.field("start_offset", Long.toString(piece.offset())),
                        Body.Part.file("video_file_chunk", "piece", "application/octet-stream", piece.bytes())));
        if (reply instanceof Answer answer && isWrongOffset(answer)) {
            return Optional.of(corrected(offsetIn(answer, "error_data"), piece, size, reply));
        }
        var next = reply instanceof Answer answer && answer.isSuccess() ? offsetIn(answer, "") : Optional.<Long>empty();
        if (next.isEmpty()) {
            return Optional.of(page.failed(reply, FacebookStep.UPLOAD));
        }
        return next.get() == piece.offset() + piece.bytes().length()
                ? Optional.empty()
                : Optional.of(corrected(next, piece, size, reply));
    }

    private Optional<Outcome> toUploadHost(MediaPiece.Bytes piece, long size) {
        var reply = page.upload("video.upload", uploadAddress(), piece.offset(), size, piece.bytes());
        if (Page.isDone(reply)) {
            return Optional.empty();
        }
        var error = reply instanceof Answer answer ? UploadError.in(answer) : Optional.<UploadError>empty();
        if (error.isEmpty() || !(reply instanceof Answer answer)) {
            return Optional.of(page.failed(reply, FacebookStep.UPLOAD));
        }
        return switch (error.get()) {
            case PARTIAL ->
                piece.isLast() ? Optional.of(corrected(Optional.empty(), piece, size, reply)) : Optional.empty();
            case OFFSET -> Optional.of(corrected(Optional.empty(), piece, size, reply));
            case PROCESSING ->
                Optional.of(new Rejected(cause(
                        ErrorCode.MEDIA_UNAVAILABLE, "Facebook cannot use the video; use another file.", answer)));
            case OTHER -> Optional.of(refusal(answer));
        };
    }

    private static Outcome refusal(Answer answer) {
        if (answer.status() == 401) {
            return new TokenExpired(cause(ErrorCode.TOKEN_EXPIRED, ErrorCode.TOKEN_EXPIRED.sentence(), answer));
        }
        return answer.status() >= 500 || UploadError.isRetriable(answer)
                ? new Unavailable(cause(ErrorCode.SERVER_ERROR, ErrorCode.SERVER_ERROR.sentence(), answer))
                : new Rejected(cause(
                        ErrorCode.UNKNOWN_REFUSAL,
                        "Facebook refuses the upload for a reason unknown here; its code may tell.",
                        answer));
    }

    /** Goes on where Facebook says the upload is: in the answer, or else in the video's status. */
    private Outcome corrected(Optional<Long> said, MediaPiece.Bytes piece, long size, Reply reply) {
        var place = said;
        if (place.isEmpty()) {
            var asked = status();
            place = VideoStatus.in(asked).flatMap(VideoStatus::bytesTaken);
            if (place.isEmpty()) {
                return page.failed(asked, FacebookStep.UPLOAD);
            }
        }
        if (place.get() >= size) {
            // The answer to the last piece was lost, and Facebook has it.
            return page.next(FacebookStep.FINISH, finishing());
        }
        var corrections = number(CORRECTIONS) + 1;
        if (place.get() == piece.offset() || corrections > MOST_CORRECTIONS) {
            return new Unavailable(cause(
                    ErrorCode.UNEXPECTED_ANSWER,
                    "Facebook does not take the video where it says the upload is; the post waits.",
                    (Answer) reply));
        }
        var values = new LinkedHashMap<>(at(place.get()));
        values.put(CORRECTIONS, Long.toString(corrections));
        return page.next(FacebookStep.UPLOAD, values);
    }

    private Map<String, String> at(long offset) {
        var values = new LinkedHashMap<>(page.values());
        values.put(OFFSET, Long.toString(offset));
        return values;
    }

    private Map<String, String> finishing() {
        var values = new LinkedHashMap<>(page.values());
        values.keySet().retainAll(Set.of(Videos.VIDEO_ID, Videos.SESSION, Videos.RESTARTS));
        return values;
    }

    /** The length of pieces that Facebook wishes, within what is held in memory. */
    private static long wished(JsonNode body) {
        var wish = text(body, "end_offset")
                .filter(end -> end.matches("[0-9]{1,18}"))
                .map(Long::valueOf)
                .filter(end -> end > 0)
                .orElse((long) USUAL_PIECE);
        return Math.min(wish, MediaFetch.LARGEST_PIECE);
    }

    private int pieceLength() {
        return Math.clamp(number(PIECE), 1, MediaFetch.LARGEST_PIECE);
    }

    /** An address that is kept must be one where the token may go, and must not be a secret itself. */
    private boolean isUsable(URI url) {
        return page.config().isOurs(url) && url.getRawQuery() == null && url.getRawUserInfo() == null;
    }

    private URI uploadAddress() {
        return AnswerJson.webAddress(page.value(UPLOAD_URL))
                .filter(this::isUsable)
                .orElseGet(() -> page.config().uploadAddress(Page.segment(page.value(Videos.VIDEO_ID))));
    }

    private static boolean isWrongOffset(Answer answer) {
        return GraphError.in(answer)
                .filter(error -> error.subcode() == WRONG_OFFSET || error.code() == WRONG_OFFSET)
                .isPresent();
    }

    private static Optional<Long> offsetIn(Answer answer, String within) {
        return AnswerJson.objectIn(answer)
                .map(body -> within.isEmpty() ? body : body.path("error").path(within))
                .flatMap(place -> text(place, "start_offset"))
                .filter(offset -> offset.matches("[0-9]{1,18}"))
                .map(Long::valueOf);
    }

    private long number(String name) {
        var text = page.value(name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private static Cause cause(ErrorCode code, String detail, Answer answer) {
        var named = UploadError.nameIn(answer).or(() -> GraphError.in(answer).map(GraphError::text));
        return new Cause(code, detail, named, Optional.of(answer.status()));
    }
}
