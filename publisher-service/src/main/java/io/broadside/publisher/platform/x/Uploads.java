package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaLimits;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Images to X, before the post that shows them. Nothing here publishes: whatever fails may be done again.
 *
 * <p>https://docs.x.com/x-api/media/upload-media, https://docs.x.com/x-api/media/create-media-metadata
 */
final class Uploads {

    private static final MediaLimits IMAGES = new MediaLimits(
            Set.of(MediaKind.IMAGE),
            Set.of("image/jpeg", "image/png", "image/gif", "image/webp"),
            XPlatform.LARGEST_IMAGE);

    private static final Step UPLOAD = Step.preparing("upload");

    /** The documents' example; some answers do not say. */
    private static final Duration USUAL_LIFE = Duration.ofDays(1);

    private final XCalls calls;
    private final MediaFetch media;
    private final XErrors errors;
    private final Clock clock;

    Uploads(XCalls calls, MediaFetch media, XErrors errors, Clock clock) {
        this.calls = calls;
        this.media = media;
        this.errors = errors;
        this.clock = clock;
    }

    /** All images of a command, one after another; then the step that creates the post. */
    Outcome all(PublishCommand command, Secret token, CallContext context) {
        var ids = new ArrayList<String>();
        var expireAt = Instant.MAX;
        var readyAt = Optional.<Instant>empty();
        for (var medium : command.getContent().getMedia()) {
            switch (one(medium, command, token, context)) {
                case Uploaded.Failed(var outcome) -> {
                    return outcome;
                }
                case Uploaded.Done(var id, var expires, var ready) -> {
                    ids.add(id);
                    expireAt = expires.isBefore(expireAt) ? expires : expireAt;
                    readyAt = later(readyAt, ready);
                }
            }
        }
        return XPlatform.created(List.copyOf(ids), expireAt, clock.instant(), readyAt);
    }

    private sealed interface Uploaded {
        record Done(String id, Instant expireAt, Optional<Instant> readyAt) implements Uploaded {}

        record Failed(Outcome outcome) implements Uploaded {}
    }

    private Uploaded one(Media medium, PublishCommand command, Secret token, CallContext context) {
        return switch (media.open(medium, IMAGES, 0)) {
            case MediaOpening.Refused(var cause) -> new Uploaded.Failed(new Outcome.Rejected(cause));
            case MediaOpening.Unreachable(var cause) -> new Uploaded.Failed(new Outcome.Unavailable(cause));
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield switch (stream.read(XPlatform.LARGEST_IMAGE)) {
                        case MediaPiece.Broken(var cause) -> new Uploaded.Failed(new Outcome.Unavailable(cause));
                        case MediaPiece.Bytes file ->
                            upload(file.bytes(), stream.contentType(), medium, command, token, context);
                    };
                }
            }
        };
    }

    private Uploaded upload(
            Buffer file, String contentType, Media medium, PublishCommand command, Secret token, CallContext context) {
        var body = new Body.Multipart(List.of(
                Body.Part.field("media_category", "tweet_image"), Body.Part.file("media", "image", contentType, file)));
        return switch (calls.post("media.upload", "/media/upload", body, token, context)) {
            case NoAnswer missing -> new Uploaded.Failed(UPLOAD.unanswered(missing));
            case Answer answer -> {
                var data = AnswerJson.objectIn(answer).map(it -> it.path("data"));
                var id = data.flatMap(it -> AnswerJson.text(it, "id")).filter(it -> it.matches("[0-9]{1,19}"));
                yield answer.isSuccess() && data.isPresent() && id.isPresent()
                        ? described(taken(id.get(), data.get()), medium, command, token, context)
                        : new Uploaded.Failed(errors.outcome(answer, UPLOAD, command));
            }
        };
    }

    private Uploaded taken(String id, JsonNode data) {
        var now = clock.instant();
        var lives = data.path("expires_after_secs").asLong(USUAL_LIFE.toSeconds());
        var processing = data.path("processing_info");
        if (processing.path("state").asText().equals("failed")) {
            var cause = new Cause(
                    ErrorCode.MEDIA_UNAVAILABLE,
                    "X cannot use the image; use another file.",
                    Optional.empty(),
                    Optional.empty());
            return new Uploaded.Failed(new Outcome.Rejected(cause));
        }
        var wait = processing.path("check_after_secs").asLong();
        var readyAt = wait > 0 ? Optional.of(now.plusSeconds(Math.min(wait, 3_600))) : Optional.<Instant>empty();
        // A life that is no number of ours to believe in is cut to the usual one.
        var life = lives > 0 && lives < Duration.ofDays(30).toSeconds() ? Duration.ofSeconds(lives) : USUAL_LIFE;
        return new Uploaded.Done(id, now.plus(life), readyAt);
    }

    private Uploaded described(
            Uploaded uploaded, Media medium, PublishCommand command, Secret token, CallContext context) {
        var text = medium.getAltText().filter(it -> !it.isBlank());
        if (!(uploaded instanceof Uploaded.Done done) || text.isEmpty()) {
            return uploaded;
        }
        var json = AnswerJson.newObject().put("id", done.id());
        json.putObject("metadata").putObject("alt_text").put("text", text.get());
        return switch (calls.post(
                "media.metadata", "/media/metadata", new Body.Json(json.toString()), token, context)) {
            case NoAnswer missing -> new Uploaded.Failed(UPLOAD.unanswered(missing));
            case Answer answer ->
                answer.isSuccess() ? done : new Uploaded.Failed(errors.outcome(answer, UPLOAD, command));
        };
    }

    private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
        return one.isPresent() && other.isPresent()
                ? Optional.of(one.get().isAfter(other.get()) ? one.get() : other.get())
                : one.or(() -> other);
    }
}
