package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.PublishCommand;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * X: text, links, images.
 *
 * <p>Images are uploaded first, which publishes nothing, and their ids made durable; then one call creates the post. X has no
 * idempotency key. After a lost answer the account's own timeline is looked at; a duplicate refused then is a hint, no proof.
 *
 * <p>https://docs.x.com/x-api/posts/manage-tweets/introduction, https://docs.x.com/x-api/media/introduction
 */
public final class XPlatform implements Platform {

    static final String ID = "x";

    private static final Step CREATE = Step.publishing("create");

    private static final int MOST_IMAGES = 4;

    /** https://docs.x.com/x-api/media/quickstart/best-practices */
    static final int LARGEST_IMAGE = 5 * 1024 * 1024;

    private static final int LONGEST_ALT_TEXT = 1000;

    static final String MEDIA_IDS = "mediaIds";
    static final String EXPIRE_AT = "expireAt";

    /** Uploads are made anew some time before they expire, so that none does on the way. */
    private static final Duration EXPIRY_MARGIN = Duration.ofMinutes(5);

    private final XConfig config;
    private final XCalls calls;
    private final Clock clock;
    private final XErrors errors;
    private final Uploads uploads;

    public XPlatform(XConfig config, PlatformHttp http, MediaFetch media, Clock clock) {
        this.config = config;
        this.calls = new XCalls(config, http);
        this.clock = clock;
        this.errors = new XErrors(clock);
        this.uploads = new Uploads(calls, media, errors, clock);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        var check = new ContentCheck(ID, "X", content);
        check.needsSomethingToPublish();
        check.isPlainPost();
        check.visibilityIsOneOf(Set.of(Visibility.PLATFORM_DEFAULT, Visibility.PUBLIC));
        check.optionsAreOneOf(Set.of());
        check.linkIsWebAddress();
        check.hasAtMostMedia(MOST_IMAGES);
        check.mediaAreImages(LARGEST_IMAGE);
        check.altTextsAreAtMost(LONGEST_ALT_TEXT);
        var text = PostText.of(content);
        var length = PostText.weightedLength(text);
        if (length > config.textLimit()) {
            check.add(
                    "content.text",
                    "maxWeightedLength",
                    Integer.toString(config.textLimit()),
                    Integer.toString(length),
                    "X counts " + length
                            + " characters, link included (CJK and emoji count 2, every link 23), and allows "
                            + config.textLimit() + "; shorten the text by " + (length - config.textLimit()) + ".");
        }
        if (PostText.hasForbiddenCharacters(text)) {
            check.add(
                    "content.text",
                    "forbiddenCharacters",
                    "The text has characters that X refuses (U+FFFE, U+FEFF, U+FFFF); take them out.");
        }
        return check.faults();
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        return needsUpload(command)
                ? uploads.all(command, accessToken, context)
                : create(command, accessToken, context);
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        // Before there are uploads to refer to, the post cannot have been created.
        var isBeforeCreate = !command.getContent().getMedia().isEmpty()
                && command.getCheckpoint().isEmpty();
        return isBeforeCreate
                ? new Found.Absent()
                : new Timeline(config, calls, errors, clock).find(command, accessToken, context);
    }

    private boolean needsUpload(PublishCommand command) {
        return !command.getContent().getMedia().isEmpty()
                && command.getCheckpoint().filter(this::isUsable).isEmpty();
    }

    private boolean isUsable(Checkpoint checkpoint) {
        try {
            var expireAt = Instant.parse(checkpoint.getValues().getOrDefault(EXPIRE_AT, ""));
            return clock.instant().isBefore(expireAt.minus(EXPIRY_MARGIN));
        } catch (DateTimeParseException _) {
            return false;
        }
    }

    private Outcome create(PublishCommand command, Secret token, CallContext context) {
        var body = AnswerJson.newObject().put("text", PostText.of(command.getContent()));
        var mediaIds = mediaIds(command);
        if (!mediaIds.isEmpty()) {
            var list = body.putObject("media").putArray("media_ids");
            mediaIds.forEach(list::add);
        }
        return switch (calls.post("tweets.create", "/tweets", new Body.Json(body.toString()), token, context)) {
            case NoAnswer missing -> CREATE.unanswered(missing);
            case Answer answer ->
                createdId(answer)
                        .<Outcome>map(id -> new Published(id, Optional.of(permalink(id))))
                        .orElseGet(() -> errors.outcome(answer, CREATE, command));
        };
    }

    /** A success may come without the post and with errors instead: then it is not known whether the post is there. */
    private static Optional<String> createdId(Answer answer) {
        return answer.isSuccess()
                ? AnswerJson.objectIn(answer).map(body -> body.path("data")).flatMap(XPlatform::idOf)
                : Optional.empty();
    }

    private static Optional<String> idOf(JsonNode post) {
        return AnswerJson.text(post, "id").filter(id -> id.matches("[0-9]{1,19}"));
    }

    static List<String> mediaIds(PublishCommand command) {
        return command.getCheckpoint()
                .map(checkpoint -> checkpoint.getValues().getOrDefault(MEDIA_IDS, ""))
                .filter(ids -> !ids.isEmpty())
                .map(ids -> List.of(ids.split(",", -1)))
                .orElse(List.of());
    }

    /** Leads to the post whatever the account is called. */
    static URI permalink(String id) {
        return URI.create("https://x.com/i/web/status/" + id);
    }

    /** The next step, with uploads done. */
    static Outcome created(List<String> mediaIds, Instant expireAt, Instant now, Optional<Instant> notBefore) {
        var checkpoint = Checkpoint.newBuilder()
                .setStep(CREATE.name())
                .setValues(Map.of(MEDIA_IDS, String.join(",", mediaIds), EXPIRE_AT, expireAt.toString()))
                .setAt(now)
                .build();
        return new Continue(checkpoint, notBefore);
    }
}
