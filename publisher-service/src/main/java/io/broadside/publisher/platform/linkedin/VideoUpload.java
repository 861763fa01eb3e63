package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.linkedin.Uploads.UPLOAD;

import io.broadside.events.Media;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.TokenSeal;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.publisher.platform.media.MediaStream.MediaPiece;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A video to LinkedIn, in the parts that LinkedIn asks for and as many visits as that takes.
 *
 * <p>LinkedIn names the addresses of all parts once and never again, so they have to outlive a visit; and each admits whoever
 * knows it. So a checkpoint holds them under {@link TokenSeal}. Once the token was renewed, or the addresses have expired, the
 * upload begins anew.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api
 */
final class VideoUpload {

    private static final String VIDEO = "video";
    private static final String VERSION = "version";
    private static final String UNTIL = "until";
    private static final String SEALED = "sealed";
    private static final String BEGUN = "begun";

    /** How often an upload is begun anew until it is given up. */
    private static final int MOST_BEGINNINGS = 4;

    /** After a part that failed while others went through. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final LinkedInConfig config;
    private final LinkedInCalls calls;
    private final MediaFetch media;
    private final LinkedInErrors errors;
    private final Clock clock;

    VideoUpload(LinkedInConfig config, LinkedInCalls calls, MediaFetch media, LinkedInErrors errors, Clock clock) {
        this.config = config;
        this.calls = calls;
        this.media = media;
        this.errors = errors;
        this.clock = clock;
    }

    /** One visit: begins, sends parts, or ends the upload. */
    Outcome next(Media medium, Visit visit) {
        var parts = partsOf(visit);
        if (parts.isEmpty() || hasExpired(visit.progress())) {
            return begin(medium, visit);
        }
        return parts.get().areAllTaken() ? end(parts.get(), visit) : goOn(medium, parts.get(), visit);
    }

    private Optional<VideoParts> partsOf(Visit visit) {
        var sealed = visit.progress().text(SEALED);
        return sealed.isEmpty()
                ? Optional.empty()
                : TokenSeal.open(visit.token(), visit.command().getCommandId(), sealed)
                        .flatMap(VideoParts::read);
    }

    private boolean hasExpired(Progress progress) {
        return progress.time(UNTIL)
                .filter(until -> !clock.instant().isBefore(until))
                .isPresent();
    }

    private Outcome begin(Media medium, Visit visit) {
        if (visit.progress().number(BEGUN) >= MOST_BEGINNINGS) {
            return new Rejected(cause("LinkedIn's time for the upload was over " + MOST_BEGINNINGS
                    + " times before the video was through; use a smaller file."));
        }
        return switch (media.open(medium, Files.limits(medium), 0)) {
            case MediaOpening.Refused(var cause) -> new Rejected(cause);
            case MediaOpening.Unreachable(var cause) -> new Unavailable(cause);
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield initialize(stream, visit);
                }
            }
        };
    }

    private Outcome initialize(MediaStream stream, Visit visit) {
        if (stream.size() < LinkedInRules.SMALLEST_VIDEO) {
            // LinkedIn would only say that a field is not valid.
            return new Rejected(cause("LinkedIn takes videos of at least " + LinkedInRules.SMALLEST_VIDEO
                    + " bytes, and this has " + stream.size() + "; use a larger file."));
        }
        var body = AnswerJson.newObject();
        body.putObject("initializeUploadRequest")
                .put("owner", visit.author().urn())
                .put("fileSizeBytes", stream.size())
                .put("uploadCaptions", false)
                .put("uploadThumbnail", false);
        var reply = calls.post(
                "videos.initialize",
                "/rest/videos?action=initializeUpload",
                body.toString(),
                visit.token(),
                visit.context());
        return switch (reply) {
            case NoAnswer missing -> UPLOAD.unanswered(missing);
            case Answer answer -> {
                var value = AnswerJson.objectIn(answer).map(it -> it.path("value"));
                var urn = value.flatMap(it -> AnswerJson.text(it, "video")).filter(Urns::isMedium);
                var parts = value.flatMap(it -> VideoParts.in(it, stream.size(), config));
                yield answer.isSuccess() && urn.isPresent() && parts.isPresent()
                        ? begun(
                                urn.get(),
                                stream.version(),
                                expiry(value.get().path("uploadUrlsExpireAt").asLong()),
                                parts.get(),
                                visit)
                        : errors.outcome(answer, UPLOAD, visit.command());
            }
        };
    }

    private Outcome begun(String urn, String version, Optional<Instant> until, VideoParts parts, Visit visit) {
        var progress = visit.progress()
                .with(VIDEO, urn)
                .with(VERSION, version)
                .with(UNTIL, until.map(Instant::toString).orElse(""))
                .with(BEGUN, Long.toString(visit.progress().number(BEGUN) + 1));
        return sealed(progress, parts, visit).to(LinkedInStep.MEDIA, clock.instant());
    }

    /** In milliseconds; whatever is no time of ours to believe in is none. */
    private Optional<Instant> expiry(long millis) {
        return Optional.of(Instant.ofEpochMilli(millis)).filter(until -> until.isAfter(clock.instant()));
    }

    private static Progress sealed(Progress progress, VideoParts parts, Visit visit) {
        return progress.with(
                SEALED, TokenSeal.seal(visit.token(), visit.command().getCommandId(), parts.written()));
    }

    private Outcome goOn(Media medium, VideoParts parts, Visit visit) {
        var version = visit.progress().text(VERSION);
        return switch (media.reopen(medium, Files.limits(medium), parts.next().first(), version)) {
            case MediaOpening.Refused(var cause) -> new Rejected(cause);
            case MediaOpening.Unreachable(var cause) -> new Unavailable(cause);
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield send(stream, parts, visit);
                }
            }
        };
    }

    private Outcome send(MediaStream stream, VideoParts begun, Visit visit) {
        var parts = begun;
        var slice = media.slice();
        while (!parts.areAllTaken()
                && !(slice.isOver() && parts.taken().size() > begun.taken().size())) {
            switch (sendPart(stream, parts.next(), visit)) {
                case Sent.Taken(var name) -> parts = parts.with(name);
                case Sent.Gone() -> {
                    return anew(visit);
                }
                case Sent.Failed(var outcome) -> {
                    // What went through is kept: an upload that is always broken off late would never end.
                    return parts.taken().size() > begun.taken().size() && outcome instanceof Unavailable
                            ? sealed(visit.progress(), parts, visit).to(LinkedInStep.MEDIA, clock.instant(), PAUSE)
                            : outcome;
                }
            }
        }
        return sealed(visit.progress(), parts, visit).to(LinkedInStep.MEDIA, clock.instant());
    }

    private sealed interface Sent {
        record Taken(String name) implements Sent {}

        /** The address is no longer good. */
        record Gone() implements Sent {}

        record Failed(Outcome outcome) implements Sent {}
    }

    private Sent sendPart(MediaStream stream, VideoParts.Part part, Visit visit) {
        return switch (stream.read(part.length())) {
            case MediaPiece.Broken(var cause) -> new Sent.Failed(new Unavailable(cause));
            case MediaPiece.Bytes piece -> {
                var body = new Body.Bytes("application/octet-stream", piece.bytes());
                yield switch (calls.uploadPart("videos.upload", part.address(), body, visit.context())) {
                    case NoAnswer missing -> new Sent.Failed(UPLOAD.unanswered(missing));
                    case Answer answer -> ofPart(answer, visit);
                };
            }
        };
    }

    /** No token was sent, so no refusal speaks of one: it is the address that admits no more. */
    private Sent ofPart(Answer answer, Visit visit) {
        var name = VideoParts.nameIn(answer.header("etag"));
        if (answer.isSuccess() && name.isPresent()) {
            return new Sent.Taken(name.get());
        }
        var isGone = switch (LinkedInErrors.meaning(answer)) {
            case UPLOAD_EXPIRED, TOKEN_EXPIRED, TOKEN_REVOKED, NOT_ALLOWED, NOT_THERE -> true;
            case DEAD_VERSION, BAD_CONTENT, BAD_MEDIA, DUPLICATE, TOO_EARLY, CONFLICT, LIMIT, FAULT, UNKNOWN ->
                answer.status() == 403 || answer.status() == 404 || answer.status() == 410;
        };
        return isGone ? new Sent.Gone() : new Sent.Failed(errors.outcome(answer, UPLOAD, visit.command()));
    }

    private Outcome anew(Visit visit) {
        return visit.progress().with(SEALED, "").to(LinkedInStep.MEDIA, clock.instant());
    }

    private Outcome end(VideoParts parts, Visit visit) {
        var urn = visit.progress().text(VIDEO);
        var body = AnswerJson.newObject();
        var request = body.putObject("finalizeUploadRequest").put("video", urn).put("uploadToken", parts.uploadToken());
        var names = request.putArray("uploadedPartIds");
        parts.taken().forEach(names::add);
        var reply = calls.post(
                "videos.finalize",
                "/rest/videos?action=finalizeUpload",
                body.toString(),
                visit.token(),
                visit.context());
        return switch (reply) {
            case NoAnswer missing -> UPLOAD.unanswered(missing);
            case Answer answer -> answer.isSuccess() ? Uploads.taken(urn, visit, clock) : notEnded(urn, answer, visit);
        };
    }

    /** Ended before, by a call whose answer was lost: then the video itself says that it goes on. */
    private Outcome notEnded(String urn, Answer refusal, Visit visit) {
        if (LinkedInErrors.meaning(refusal) == Meaning.UPLOAD_EXPIRED) {
            return anew(visit);
        }
        var outcome = errors.outcome(refusal, UPLOAD, visit.command());
        if (!(outcome instanceof Rejected)) {
            return outcome;
        }
        var isOnItsWay = calls.get("videos.read", "/rest/videos/" + Urns.encoded(urn), visit.token(), visit.context())
                        instanceof Answer answer
                && answer.isSuccess()
                && AnswerJson.objectIn(answer)
                        .flatMap(it -> AnswerJson.text(it, "status"))
                        .filter(status -> status.equals("PROCESSING") || status.equals("AVAILABLE"))
                        .isPresent();
        return isOnItsWay ? Uploads.taken(urn, visit, clock) : outcome;
    }

    private static Cause cause(String sentence) {
        return new Cause(ErrorCode.MEDIA_UNAVAILABLE, sentence, Optional.empty(), Optional.empty());
    }
}
