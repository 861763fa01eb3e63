package io.broadside.publisher.platform.x;

import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaLimits;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.publisher.platform.media.Slice;
import io.broadside.publisher.platform.thread.Part;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Media of one post to X, before the post that shows them. Nothing here publishes: whatever fails may be done again. Images
 * go in one call each, videos and animations in pieces ({@link ChunkedUpload}).
 *
 * <p>https://docs.x.com/x-api/media/upload-media, https://docs.x.com/x-api/media/create-media-metadata
 */
final class Uploads {

    /** https://docs.x.com/x-api/media/quickstart/best-practices */
    static final int LARGEST_IMAGE = 5 * 1024 * 1024;

    static final MediaLimits IMAGES = new MediaLimits(
            Set.of(MediaKind.IMAGE), Set.of("image/jpeg", "image/png", "image/gif", "image/webp"), LARGEST_IMAGE);

    private final Visit visit;
    private final XConfig config;
    private final MediaFetch media;

    Uploads(Visit visit, XConfig config, MediaFetch media) {
        this.visit = visit;
        this.config = config;
        this.media = media;
    }

    /** The media that a part lacks, as far as the slice goes; then the step that creates the post. */
    Outcome run(Part part, Progress start, Slice slice) {
        var progress = start;
        var readyAt = Optional.<Instant>empty();
        while (progress.mediaIds().size() < part.media().size()) {
            if (!progress.equals(start) && slice.isOver()) {
                return new Continue(progress.at(XStep.UPLOAD, visit.now()), Optional.empty());
            }
            var medium = part.media().get(progress.mediaIds().size());
            if (medium.getKind() != MediaKind.IMAGE) {
                return new ChunkedUpload(visit, config, media, this, medium, progress, slice).run();
            }
            switch (image(medium)) {
                case Uploaded.Failed(var outcome) -> {
                    return outcome;
                }
                case Uploaded.Done(var answer) -> {
                    progress = progress.uploaded(answer.id(), visit.now().plus(answer.life()));
                    if (answer.state() == MediaAnswer.State.WORKING) {
                        readyAt = Optional.of(later(readyAt, visit.now().plus(answer.checkAfter())));
                    }
                }
            }
        }
        return new Continue(progress.at(XStep.CREATE, visit.now()), readyAt);
    }

    private sealed interface Uploaded {
        record Done(MediaAnswer answer) implements Uploaded {}

        record Failed(Outcome outcome) implements Uploaded {}
    }

    private Uploaded image(Media medium) {
        return opened(
                media.open(medium, IMAGES, 0), Uploaded.Failed::new, stream -> switch (stream.read(LARGEST_IMAGE)) {
                    case MediaPiece.Broken(var cause) -> new Uploaded.Failed(new Outcome.Unavailable(cause));
                    case MediaPiece.Bytes file -> image(file, stream.contentType(), medium);
                });
    }

    private Uploaded image(MediaPiece.Bytes file, String contentType, Media medium) {
        var body = new Body.Multipart(List.of(
                Body.Part.field("media_category", "tweet_image"),
                Body.Part.file("media", "image", contentType, file.bytes())));
        var reply = visit.post("media.upload", "/media/upload", body);
        var answer = MediaAnswer.in(reply);
        if (answer.isEmpty()) {
            return new Uploaded.Failed(visit.failed(reply, XStep.UPLOAD));
        }
        if (answer.get().state() == MediaAnswer.State.FAILED) {
            return new Uploaded.Failed(unusable("X cannot use the image; use another file."));
        }
        return describe(answer.get().id(), medium)
                .<Uploaded>map(Uploaded.Failed::new)
                .orElseGet(() -> new Uploaded.Done(answer.get()));
    }

    /** Gives an upload its description, if it is to have one. Says why that did not work. */
    Optional<Outcome> describe(String id, Media medium) {
        var text = medium.getAltText().filter(it -> !it.isBlank());
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var json = AnswerJson.newObject().put("id", id);
        json.putObject("metadata").putObject("alt_text").put("text", text.get());
        var reply = visit.post("media.metadata", "/media/metadata", new Body.Json(json.toString()));
        return reply instanceof Answer answer && answer.isSuccess()
                ? Optional.empty()
                : Optional.of(visit.failed(reply, XStep.UPLOAD));
    }

    /** Does something with a file, or says why it cannot be had. */
    static <T> T opened(MediaOpening opening, Function<Outcome, T> otherwise, Function<MediaStream, T> then) {
        return switch (opening) {
            case MediaOpening.Refused(var cause) -> otherwise.apply(new Outcome.Rejected(cause));
            case MediaOpening.Unreachable(var cause) -> otherwise.apply(new Outcome.Unavailable(cause));
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield then.apply(stream);
                }
            }
        };
    }

    static Outcome unusable(String detail) {
        return new Outcome.Rejected(new Cause(ErrorCode.MEDIA_UNAVAILABLE, detail, Optional.empty(), Optional.empty()));
    }

    private static Instant later(Optional<Instant> one, Instant other) {
        return one.filter(other::isBefore).orElse(other);
    }
}
