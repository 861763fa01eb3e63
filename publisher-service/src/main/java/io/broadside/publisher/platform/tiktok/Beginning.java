package io.broadside.publisher.platform.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Content;
import io.broadside.events.MediaKind;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.TokenSeal;
import io.broadside.publisher.platform.WebAddress;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.media.MediaLimits;
import io.broadside.publisher.platform.media.MediaOpening;
import io.broadside.publisher.platform.media.MediaStream;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The beginning of a post: what its account lets us do, and the call that yields its id.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-query-creator-info,
 * https://developers.tiktok.com/doc/content-posting-api-reference-direct-post
 */
final class Beginning {

    static final String CREATOR_INFO = "post.creator_info";
    static final String INIT_VIDEO = "post.video.init";
    static final String INIT_PHOTOS = "post.photo.init";

    static final MediaLimits VIDEOS =
            new MediaLimits(Set.of(MediaKind.VIDEO), TikTokFaults.VIDEO_TYPES, TikTokFaults.LARGEST_VIDEO);

    /** What an account lets us do is asked anew when it was asked longer ago than this. */
    private static final Duration FRESH_FOR = Duration.ofMinutes(10);

    private final TikTokConfig config;
    private final TikTokCalls calls;
    private final TikTokErrors errors;
    private final MediaFetch media;

    Beginning(TikTokConfig config, TikTokCalls calls, TikTokErrors errors, MediaFetch media) {
        this.config = config;
        this.calls = calls;
        this.errors = errors;
        this.media = media;
    }

    /** Asks what the account lets us do; begins a video that we upload, and leaves all else to the next step. */
    Outcome begin(Visit visit) {
        var step = TikTokStep.BEGIN.step();
        return switch (calls.post(
                CREATOR_INFO, "/post/publish/creator_info/query/", new Body.None(), visit.token(), visit.context())) {
            case NoAnswer missing -> step.unanswered(missing);
            case Answer answer ->
                TikTokErrors.dataIn(answer)
                        .flatMap(Creator::in)
                        .map(creator -> begin(visit, creator))
                        .orElseGet(() -> errors.outcome(answer, step, visit.command()));
        };
    }

    private Outcome begin(Visit visit, Creator creator) {
        var content = visit.content();
        var options = new TikTokOptions(content);
        var level = creator.levelFor(content.getVisibility(), config.isAudited());
        if (level.isEmpty()) {
            return new Rejected(refusal("The account does not offer posts of this visibility ("
                    + wanted(content.getVisibility()) + "); it offers " + creator.offers() + ", use one of these."));
        }
        if (level.get().equals(Creator.PRIVATE) && options.isSet(TikTokOptions.BRAND_CONTENT)) {
            return new Rejected(refusal("Paid partnerships on TikTok cannot be for the account alone, and the account"
                    + " offers " + creator.offers() + "; use another visibility, or make the account public."));
        }
        var tooLong = tooLong(content, creator);
        if (tooLong.isPresent()) {
            return new Rejected(tooLong.get());
        }
        var permits = Permits.of(level.get(), creator, options);
        var values = new LinkedHashMap<String, String>();
        creator.username().ifPresent(name -> values.put(Visit.USERNAME, name));
        creator.longestSeconds().ifPresent(seconds -> values.put(Visit.LONGEST_SECONDS, seconds.toString()));
        values.put(Visit.RESTARTS, Long.toString(visit.number(Visit.RESTARTS)));
        if (TikTokFaults.isVideo(content) && !TikTokFaults.pullsVideo(content, config)) {
            return beginUpload(visit, permits, values);
        }
        values.putAll(permits.values());
        return visit.next(
                TikTokFaults.isVideo(content) ? TikTokStep.PULL : TikTokStep.PHOTOS, values, Optional.empty());
    }

    /** Before anything is sent: TikTok would say so only after it had all of the video. */
    private static Optional<Cause> tooLong(Content content, Creator creator) {
        var limit = creator.longestSeconds().map(Duration::ofSeconds);
        return content.getMedia().stream()
                .flatMap(medium -> medium.getDurationMs().stream())
                .map(Duration::ofMillis)
                .filter(lasts -> limit.filter(it -> lasts.compareTo(it) > 0).isPresent())
                .findFirst()
                .map(lasts -> refusal("TikTok takes videos of at most "
                        + limit.map(Duration::toSeconds).orElse(0L)
                        + " s from this account, and this one lasts " + lasts.toMillis() / 1000.0
                        + " s; use a shorter one."));
    }

    private Outcome beginUpload(Visit visit, Permits permits, Map<String, String> values) {
        return switch (media.open(visit.content().getMedia().getFirst(), VIDEOS, 0)) {
            case MediaOpening.Refused(var cause) -> new Rejected(cause);
            case MediaOpening.Unreachable(var cause) -> new Unavailable(cause);
            case MediaOpening.Opened(var stream) -> {
                // It is opened only to learn its size and type; the bytes follow once the post has its id.
                try (stream) {
                    yield stream.size() < 1 ? new Rejected(empty()) : beginUpload(visit, permits, values, stream);
                }
            }
        };
    }

    private Outcome beginUpload(Visit visit, Permits permits, Map<String, String> values, MediaStream file) {
        var step = TikTokStep.BEGIN.step();
        var chunks = Chunks.of(file.size(), config.chunkBytes());
        var body = new Body.Json(new PostBody(visit.content(), permits).uploadedVideo(chunks));
        // Without its bytes it cannot be published: should this answer be lost, nobody has the address they go to.
        return switch (calls.post(INIT_VIDEO, "/post/publish/video/init/", body, visit.token(), visit.context())) {
            case NoAnswer missing -> step.unanswered(missing);
            case Answer answer -> {
                var data = TikTokErrors.dataIn(answer);
                var id = data.flatMap(Beginning::publishId);
                var address =
                        data.flatMap(it -> AnswerJson.text(it, "upload_url")).filter(this::isUploadAddress);
                if (id.isEmpty() || address.isEmpty()) {
                    yield errors.outcome(answer, step, visit.command());
                }
                values.putAll(visit.begun(id.get()));
                values.put(
                        Visit.UPLOAD,
                        TokenSeal.seal(visit.token(), visit.command().getCommandId(), address.get()));
                values.put(Visit.SIZE, Long.toString(chunks.size()));
                values.put(Visit.CHUNK_SIZE, Long.toString(chunks.chunkSize()));
                values.put(Visit.VERSION, file.version());
                values.put(Visit.CONTENT_TYPE, file.contentType());
                values.put(Visit.OFFSET, "0");
                yield visit.next(chunks.count() == 1 ? TikTokStep.FINISH : TikTokStep.UPLOAD, values, Optional.empty());
            }
        };
    }

    /** A video that TikTok fetches. */
    Outcome pull(Visit visit) {
        return isStale(visit)
                ? begin(visit)
                : publish(
                        visit,
                        TikTokStep.PULL,
                        INIT_VIDEO,
                        "/post/publish/video/init/",
                        body(visit).pulledVideo());
    }

    /** Photos, which TikTok fetches. */
    Outcome photos(Visit visit) {
        return isStale(visit)
                ? begin(visit)
                : publish(
                        visit,
                        TikTokStep.PHOTOS,
                        INIT_PHOTOS,
                        "/post/publish/content/init/",
                        body(visit).photos());
    }

    private Outcome publish(Visit visit, TikTokStep step, String endpoint, String path, String json) {
        return switch (calls.post(endpoint, path, new Body.Json(json), visit.token(), visit.context())) {
            case NoAnswer missing -> step.step().unanswered(missing);
            case Answer answer ->
                TikTokErrors.dataIn(answer)
                        .flatMap(Beginning::publishId)
                        .<Outcome>map(id ->
                                visit.underway(visit.valuesWith(visit.begun(id)), Progress.firstLook(visit.now())))
                        .orElseGet(() -> errors.outcome(answer, step.step(), visit.command()));
        };
    }

    private static PostBody body(Visit visit) {
        return new PostBody(visit.content(), Permits.from(visit.values()));
    }

    private static boolean isStale(Visit visit) {
        return visit.command()
                .getCheckpoint()
                .filter(checkpoint -> visit.now().isBefore(checkpoint.getAt().plus(FRESH_FOR)))
                .isEmpty();
    }

    private static Optional<String> publishId(JsonNode data) {
        return AnswerJson.text(data, "publish_id").filter(Visit::isPublishId);
    }

    /** The bytes go nowhere in the clear, unless the API itself is somewhere in the clear. */
    private boolean isUploadAddress(String address) {
        return WebAddress.of(address)
                .filter(it -> "https".equals(it.getScheme())
                        || "http".equals(config.apiUri().getScheme()))
                .isPresent();
    }

    private static String wanted(Visibility visibility) {
        return visibility == Visibility.PLATFORM_DEFAULT ? "PLATFORM_DEFAULT, here PRIVATE" : visibility.name();
    }

    private static Cause refusal(String sentence) {
        return new Cause(ErrorCode.CONTENT_REFUSED, sentence, Optional.empty(), Optional.empty());
    }

    private static Cause empty() {
        return new Cause(
                ErrorCode.MEDIA_UNAVAILABLE,
                "The video file is empty; use another one.",
                Optional.empty(),
                Optional.empty());
    }
}
