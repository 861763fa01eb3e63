package io.broadside.publisher.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.linkedin.LinkedInConfig.PostsApi;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;

/**
 * Files to LinkedIn, one for each visit. Nothing here publishes: whatever fails may be done again, and what was begun and left
 * is thrown away by LinkedIn.
 *
 * <p>An image or a document is one request, for which LinkedIn names the address: it is asked for and used in one go, so that
 * no checkpoint ever holds it. A video is {@link VideoUpload}.
 */
final class Uploads {

    static final Step UPLOAD = Step.preparing(LinkedInStep.MEDIA.label());

    private static final String TOO_SLOW =
            "The file did not reach LinkedIn within the time of one call (DISPATCH_CALL_LIMIT), time and again; use a smaller file,"
                    + " or let calls take longer.";

    /** Then it is the file or the way to LinkedIn, and no passing trouble. */
    private static final int MOST_TIME_OUTS = 5;

    private static final int PIECE = 256 * 1024;
    private static final String BYTES = "application/octet-stream";

    private final LinkedInConfig config;
    private final LinkedInCalls calls;
    private final MediaFetch media;
    private final LinkedInErrors errors;
    private final Clock clock;
    private final VideoUpload videos;

    Uploads(LinkedInConfig config, LinkedInCalls calls, MediaFetch media, LinkedInErrors errors, Clock clock) {
        this.config = config;
        this.calls = calls;
        this.media = media;
        this.errors = errors;
        this.clock = clock;
        this.videos = new VideoUpload(config, calls, media, errors, clock);
    }

    /** The next file; after the last one the step that follows. */
    Outcome next(Visit visit) {
        var files = Files.of(visit.content());
        var done = visit.progress().media().size();
        if (done >= files.size()) {
            return visit.progress().to(LinkedInStep.CREATE, clock.instant());
        }
        var medium = files.get(done);
        return medium.getKind() == MediaKind.VIDEO ? videos.next(medium, visit) : whole(medium, visit);
    }

    private Outcome whole(Media medium, Visit visit) {
        return switch (media.open(medium, Files.limits(medium), 0)) {
            case MediaOpening.Refused(var cause) -> new Rejected(cause);
            case MediaOpening.Unreachable(var cause) -> new Unavailable(cause);
            case MediaOpening.Opened(var stream) -> {
                try (stream) {
                    yield begin(medium, stream, visit);
                }
            }
        };
    }

    private Outcome begin(Media medium, MediaStream stream, Visit visit) {
        var ways = medium.getKind() == MediaKind.DOCUMENT ? Way.DOCUMENT : Way.IMAGE;
        var way = config.postsApi() == PostsApi.REST ? ways : Way.ASSET;
        return switch (calls.post(
                way.endpoint, way.path, way.request(visit.author()), visit.token(), visit.context())) {
            case NoAnswer missing -> UPLOAD.unanswered(missing);
            case Answer answer -> {
                var place = answer.isSuccess() ? way.placeIn(answer, config) : Optional.<Place>empty();
                yield place.map(it -> send(it, way, stream, visit))
                        .orElseGet(() -> errors.outcome(answer, UPLOAD, visit.command()));
            }
        };
    }

    private Outcome send(Place place, Way way, MediaStream stream, Visit visit) {
        var reply = calls.upload(
                way.uploadEndpoint, place.address(), stream.rest(BYTES, PIECE), visit.token(), visit.context());
        if (stream.broken().isPresent()) {
            return new Unavailable(stream.broken().get());
        }
        return switch (reply) {
            case NoAnswer missing -> notTaken(missing, visit);
            case Answer answer ->
                answer.isSuccess() ? taken(place.urn(), visit, clock) : errors.outcome(answer, UPLOAD, visit.command());
        };
    }

    /** A file that does not get through in the time of a call, again and again, is too large for this way. */
    private static Outcome notTaken(NoAnswer missing, Visit visit) {
        var before = visit.command().getHistory().reversed().stream()
                .takeWhile(attempt -> attempt.getEnd() == AttemptEnd.UNAVAILABLE
                        && attempt.getErrorCode().equals(Optional.of(ErrorCode.TIMED_OUT.name())))
                .count();
        return missing.cause() == ErrorCode.TIMED_OUT && before + 1 >= MOST_TIME_OUTS
                ? new Rejected(new Cause(ErrorCode.MEDIA_UNAVAILABLE, TOO_SLOW, Optional.empty(), Optional.empty()))
                : UPLOAD.unanswered(missing);
    }

    /** LinkedIn has the file: the next one, or what follows the last. */
    static Outcome taken(String urn, Visit visit, Clock clock) {
        var now = clock.instant();
        var further = visit.progress().withMedium(urn);
        if (further.media().size() < Files.of(visit.content()).size()) {
            return further.to(LinkedInStep.MEDIA, now);
        }
        return Files.areProcessed(visit.content())
                ? further.withSince(now).to(LinkedInStep.PROCESS, now, Processing.SHORTEST_PAUSE)
                : further.to(LinkedInStep.CREATE, now);
    }

    /** Where a file goes, and what it is called then. The address admits whoever knows it. */
    private record Place(String urn, URI address) {
        @Override
        public String toString() {
            return "Place[" + urn + "]";
        }
    }

    /** The ways to send a whole file. */
    private enum Way {
        IMAGE("images.initialize", "images.upload", "/rest/images?action=initializeUpload"),
        DOCUMENT("documents.initialize", "documents.upload", "/rest/documents?action=initializeUpload"),
        /** Of the older API, which takes images only here. */
        ASSET("assets.register", "assets.upload", "/v2/assets?action=registerUpload");

        private final String endpoint;
        private final String uploadEndpoint;
        private final String path;

        Way(String endpoint, String uploadEndpoint, String path) {
            this.endpoint = endpoint;
            this.uploadEndpoint = uploadEndpoint;
            this.path = path;
        }

        String request(Author author) {
            var body = AnswerJson.newObject();
            switch (this) {
                case IMAGE, DOCUMENT ->
                    body.putObject("initializeUploadRequest").put("owner", author.urn());
                case ASSET -> {
                    var request = body.putObject("registerUploadRequest");
                    request.putArray("recipes").add("urn:li:digitalmediaRecipe:feedshare-image");
                    request.put("owner", author.urn());
                    request.putArray("serviceRelationships")
                            .addObject()
                            .put("relationshipType", "OWNER")
                            .put("identifier", "urn:li:userGeneratedContent");
                }
            }
            return body.toString();
        }

        Optional<Place> placeIn(Answer answer, LinkedInConfig config) {
            var value = AnswerJson.objectIn(answer).map(body -> body.path("value"));
            var urn = value.flatMap(it -> AnswerJson.text(it, urnField())).filter(Urns::isMedium);
            var address = value.map(this::uploadIn)
                    .flatMap(it -> AnswerJson.webAddress(it, "uploadUrl"))
                    .filter(config::takesUploads);
            return urn.isPresent() && address.isPresent()
                    ? Optional.of(new Place(urn.get(), address.get()))
                    : Optional.empty();
        }

        private String urnField() {
            return switch (this) {
                case IMAGE -> "image";
                case DOCUMENT -> "document";
                case ASSET -> "asset";
            };
        }

        private JsonNode uploadIn(JsonNode value) {
            return switch (this) {
                case IMAGE, DOCUMENT -> value;
                case ASSET ->
                    value.path("uploadMechanism").path("com.linkedin.digitalmedia.uploading.MediaUploadHttpRequest");
            };
        }
    }
}
