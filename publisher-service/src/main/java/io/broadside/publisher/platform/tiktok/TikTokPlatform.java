package io.broadside.publisher.platform.tiktok;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformEntry;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.TokenSeal;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import java.time.Clock;
import java.util.List;

/**
 * TikTok: one video, or photos, posted directly.
 *
 * <p>TikTok publishes by itself, some time after it was given what it needs; which call gives it the last of that differs:
 *
 * <ol>
 *   <li><b>A video that we upload</b> is begun, which yields an id and an address, and comes out once its last piece has
 *       arrived. So beginning it and all other pieces only prepare; the last piece is a step of its own and publishes. The
 *       id is durable before the first byte is sent, one id is one post at most, and TikTok tells for each id how far it
 *       is: after a lost answer or a crash it is known exactly what happened, and the upload goes on where it stopped.
 *   <li><b>A video or photos that TikTok fetches</b> come out by the call that begins them. If its answer is lost, so is the
 *       id, and all that is left is the list of the account's newest public videos: a hit there proves, a miss does not.
 *       Posts that are not public, posts without a text and, it seems, photos are never in it: they end UNCONFIRMED.
 *       TikTok has no idempotency key and does not recognise duplicates. Without the right {@code video.list} the list
 *       cannot be read at all.
 * </ol>
 *
 * <p>From the publishing call on a post is {@link Outcome.Underway} until TikTok says that it is out, or never will be. An
 * id by which it can be seen exists only for public posts, and often only after moderation: without one, the result has the
 * id TikTok began it under, and no address.
 *
 * <p>Whoever has the upload address decides what the account publishes, so the checkpoint has it sealed
 * ({@link TokenSeal}). It lives for an hour: an upload that takes longer, or that sees its token renewed, begins anew.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-get-started
 */
public final class TikTokPlatform implements Platform {

    static final String ID = "tiktok";

    /** This platform's line of the list. */
    public static final PlatformEntry<TikTokConfig> ENTRY = new PlatformEntry<>(
            TikTokConfig.SETTINGS,
            TikTokConfig::from,
            TikTokQuotas::new,
            (config, tools) -> new TikTokPlatform(config, tools.http(), tools.media(), tools.clock()));

    private final TikTokConfig config;
    private final TikTokCalls calls;
    private final TikTokErrors errors;
    private final Beginning beginning;
    private final Uploads uploads;
    private final Progress progress;
    private final Clock clock;

    public TikTokPlatform(TikTokConfig config, PlatformHttp http, MediaFetch media, Clock clock) {
        this.config = config;
        this.calls = new TikTokCalls(config, http);
        this.errors = new TikTokErrors(clock);
        this.beginning = new Beginning(config, calls, errors, media);
        this.progress = new Progress(config, calls, errors);
        this.uploads = new Uploads(calls, errors, media, progress);
        this.clock = clock;
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        return TikTokFaults.of(content, config);
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        var visit = new Visit(command, accessToken, context, clock.instant());
        var step = TikTokStep.of(command);
        if (step.isEmpty()) {
            return Doubts.begunByAnotherVersion(command);
        }
        return switch (step.get()) {
            case BEGIN -> beginning.begin(visit);
            case UPLOAD -> uploads.upload(visit);
            case FINISH -> uploads.finish(visit);
            case PULL -> beginning.pull(visit);
            case PHOTOS -> beginning.photos(visit);
            case STATUS -> progress.resume(visit);
            case CANCEL -> progress.cancel(visit);
        };
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        var visit = new Visit(command, accessToken, context, clock.instant());
        var step = TikTokStep.of(command);
        if (step.isEmpty()) {
            return Doubts.cannotTell(Doubts.begunByAnotherVersion(command));
        }
        return switch (step.get()) {
            case BEGIN, UPLOAD -> new Found.Absent();
            case FINISH, STATUS, CANCEL -> progress.find(visit);
            case PULL, PHOTOS -> search(visit);
        };
    }

    private Found search(Visit visit) {
        var look = Step.preparing("look");
        var body = new Body.Json(
                AnswerJson.newObject().put("max_count", VideoList.PAGE_SIZE).toString());
        return switch (calls.post(VideoList.ENDPOINT, VideoList.PATH, body, visit.token(), visit.context())) {
            case NoAnswer missing -> Doubts.cannotTell(look.unanswered(missing));
            case Answer answer ->
                TikTokErrors.dataIn(answer)
                        .map(data -> data.path("videos"))
                        .filter(videos -> videos.isArray())
                        .map(videos -> new VideoList(visit.command()).in(videos))
                        .orElseGet(() -> Doubts.cannotTell(errors.outcome(answer, look, visit.command())));
        };
    }
}
