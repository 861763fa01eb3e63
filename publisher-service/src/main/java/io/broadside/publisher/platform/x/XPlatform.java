package io.broadside.publisher.platform.x;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.PlatformEntry;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.thread.Part;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.net.URI;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * X: text, links, images, an animation or a video, and threads of them.
 *
 * <p>Media are uploaded first, which publishes nothing, and their ids made durable; then one call creates the post. A thread
 * is one such post after another, each in answer to the one before; the id of each is durable before the next is made, so
 * that a crash resumes the thread and does not restart it. Once the first post is out the result is PUBLISHED, and says what
 * is missing if a later one does not follow. A first comment is an answer to the first post.
 *
 * <p>X has no idempotency key. After a lost answer the account's own timeline is looked at, for a post in answer to the same
 * post, with the same media, which are known by the ids of their uploads, and the same text, links aside; or, without media,
 * with the same text. A duplicate refused then is a hint, no proof. Blind spot: a timeline that is later than
 * {@link XConfig#absentAfter}.
 *
 * <p>https://docs.x.com/x-api/posts/manage-tweets/introduction, https://docs.x.com/x-api/media/introduction
 */
public final class XPlatform implements Platform {

    static final String ID = "x";

    /** This platform's line of the list. */
    public static final PlatformEntry<XConfig> ENTRY = new PlatformEntry<>(
            XConfig.SETTINGS,
            XConfig::from,
            _ -> new XQuotas(),
            (config, tools) -> new XPlatform(config, tools.http(), tools.media(), tools.clock()));

    private final XConfig config;
    private final XCalls calls;
    private final MediaFetch media;
    private final Clock clock;
    private final XErrors errors;

    public XPlatform(XConfig config, PlatformHttp http, MediaFetch media, Clock clock) {
        this.config = config;
        this.calls = new XCalls(config, http);
        this.media = media;
        this.clock = clock;
        this.errors = new XErrors(clock);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        return media.faults(new XRules(content, config).faults(), content, EnumSet.allOf(MediaKind.class));
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        var slice = media.slice();
        var visit = new Visit(calls, errors, clock, command, accessToken, context);
        var progress = Progress.of(command).usableAt(clock.instant());
        var parts = PostText.parts(command.getContent());
        if (progress.part() >= parts.size()) {
            return Doubts.begunByAnotherVersion(command);
        }
        var part = parts.get(progress.part());
        var outcome = progress.mediaIds().size() < part.media().size()
                ? new Uploads(visit, config, media).run(part, progress, slice)
                : create(visit, parts, progress);
        return part.naming(outcome);
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        var visit = new Visit(calls, errors, clock, command, accessToken, context);
        var progress = Progress.of(command);
        var parts = PostText.parts(command.getContent());
        if (progress.part() >= parts.size()) {
            return Doubts.cannotTell(Doubts.begunByAnotherVersion(command));
        }
        var part = parts.get(progress.part());
        // Before there are uploads to refer to, the post cannot have been created.
        if (progress.mediaIds().size() < part.media().size()) {
            return new Found.Absent();
        }
        return switch (new Timeline(config, visit).find(part, progress)) {
            case Found.Landed(var id, var permalink) -> landed(parts, progress.posted(id));
            case Found other -> other;
        };
    }

    private Outcome create(Visit visit, List<Part> parts, Progress progress) {
        var part = parts.get(progress.part());
        var reply = visit.post("tweets.create", "/tweets", new Body.Json(body(visit, part, progress)));
        return createdId(reply)
                .map(id -> created(parts, progress.posted(id)))
                .orElseGet(() -> visit.failed(reply, XStep.CREATE));
    }

    private static String body(Visit visit, Part part, Progress progress) {
        var body = AnswerJson.newObject().put("text", part.text());
        if (!part.isFirst()) {
            body.putObject("reply")
                    .put("in_reply_to_tweet_id", progress.posted().get(part.answers()));
        }
        if (!progress.mediaIds().isEmpty()) {
            var list = body.putObject("media").putArray("media_ids");
            progress.mediaIds().forEach(list::add);
        }
        XOptions.of(visit.command().getContent()).addTo(body, part);
        return body.toString();
    }

    /** The next part, or the end; what the sender gets to know is the first post. */
    private Outcome created(List<Part> parts, Progress progress) {
        return further(parts, progress)
                ? new Continue(progress.at(stepOf(parts, progress), clock.instant()), Optional.empty())
                : new Published(
                        progress.posted().getFirst(),
                        Optional.of(permalink(progress.posted().getFirst())));
    }

    private Found landed(List<Part> parts, Progress progress) {
        return further(parts, progress)
                ? new Found.Further(progress.at(stepOf(parts, progress), clock.instant()))
                : new Found.Landed(
                        progress.posted().getFirst(),
                        Optional.of(permalink(progress.posted().getFirst())));
    }

    private static boolean further(List<Part> parts, Progress progress) {
        return progress.part() < parts.size();
    }

    private static XStep stepOf(List<Part> parts, Progress progress) {
        return parts.get(progress.part()).media().isEmpty() ? XStep.CREATE : XStep.UPLOAD;
    }

    /** A success may come without the post and with errors instead: then it is not known whether the post is there. */
    private static Optional<String> createdId(Reply reply) {
        return reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer)
                        .flatMap(body -> AnswerJson.text(body.path("data"), "id"))
                        .filter(id -> id.matches("[0-9]{1,19}"))
                : Optional.empty();
    }

    /** Leads to the post whatever the account is called. */
    static URI permalink(String id) {
        return URI.create("https://x.com/i/web/status/" + id);
    }
}
