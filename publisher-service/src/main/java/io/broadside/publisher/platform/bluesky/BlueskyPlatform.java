package io.broadside.publisher.platform.bluesky;

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
import io.broadside.publisher.platform.media.Slice;
import io.broadside.publisher.platform.thread.Part;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Bluesky, and every server of the AT Protocol: text with links, mentions and tags, a link card, images, a video, answers, and
 * threads of them.
 *
 * <p>Files are uploaded first, which publishes nothing; then one call puts the post under a key that follows from the command. The
 * call says that nothing may be there yet, so:
 *
 * <ol>
 *   <li>putting the same post once more finds it there and changes nothing;
 *   <li>whatever else is there stays as it is.
 * </ol>
 *
 * <p>After a lost answer the key is looked under. What is not there is put again, under that key; should the lost call arrive after
 * all, there is one post and not two. So nothing here ends UNCONFIRMED but for a record of somebody else under our key. For this a
 * post must be the same whenever it is put: see {@link Progress}.
 *
 * <p>https://docs.bsky.app/docs/api/com-atproto-repo-put-record
 */
public final class BlueskyPlatform implements Platform {

    static final String ID = "bluesky";

    static final String PUT_RECORD = "com.atproto.repo.putRecord";

    /** This platform's line of the list. */
    public static final PlatformEntry<BlueskyConfig> ENTRY = new PlatformEntry<>(
            BlueskyConfig.SETTINGS,
            BlueskyConfig::from,
            _ -> new BlueskyQuotas(),
            (config, tools) -> new BlueskyPlatform(config, tools.http(), tools.media(), tools.clock()));

    /** A post that goes out later than this says so: readers would find it far down, among those of the time it was due. */
    private static final Duration PUNCTUAL = Duration.ofMinutes(5);

    /** Files that the server forgot are sent again, this often. */
    private static final int MOST_UPLOADS = 3;

    private final BlueskyConfig config;
    private final BlueskyCalls calls;
    private final MediaFetch media;
    private final Clock clock;
    private final BlueskyErrors errors;

    public BlueskyPlatform(BlueskyConfig config, PlatformHttp http, MediaFetch media, Clock clock) {
        this.config = config;
        this.calls = new BlueskyCalls(config, http, clock);
        this.media = media;
        this.clock = clock;
        this.errors = new BlueskyErrors(clock);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        return media.faults(new BlueskyRules(content, config).faults(), content, EnumSet.allOf(MediaKind.class));
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        var slice = media.slice();
        var visit = new Visit(calls, errors, clock, command, accessToken, context);
        var start = Progress.of(command);
        var parts = Cards.parts(command.getContent());
        if (start.part() >= parts.size()) {
            return Doubts.begunByAnotherVersion(command);
        }
        var part = parts.get(start.part());
        var progress = timely(command, start);
        var outcome = Optional.<Outcome>empty();
        var options = BlueskyOptions.of(command.getContent());
        if (Settling.isNeeded(parts, options, progress)) {
            switch (new Settling(visit).run(parts, options, progress)) {
                case Settling.Settled.Failed(var why) -> outcome = Optional.of(why);
                case Settling.Settled.Done(var settled) -> progress = settled;
            }
        }
        if (outcome.isEmpty()) {
            outcome = Optional.of(next(visit, parts, start, progress, slice));
        }
        return part.naming(outcome.get());
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        var visit = new Visit(calls, errors, clock, command, accessToken, context);
        var progress = Progress.of(command);
        var parts = Cards.parts(command.getContent());
        if (progress.part() >= parts.size()) {
            return Doubts.cannotTell(Doubts.begunByAnotherVersion(command));
        }
        var part = parts.get(progress.part());
        // Before its files and names are there, the post cannot have been put.
        if (progress.blobs().size() < Cards.files(command.getContent(), part).size()
                || Settling.isNeeded(parts, BlueskyOptions.of(command.getContent()), progress)) {
            return new Found.Absent();
        }
        return switch (new Look(visit).at(part, progress)) {
            case Look.Seen.Ours(var cid) -> landed(command, parts, progress.posted(cid));
            case Look.Seen.Nothing() -> new Found.Absent();
            case Look.Seen.Unknown(var found) -> found;
        };
    }

    /** What is late gets a time of its own, unless a call may have been made with the other one. */
    private Progress timely(PublishCommand command, Progress progress) {
        var now = clock.instant();
        var isLate = now.isAfter(Progress.due(command).plus(PUNCTUAL));
        return isLate && progress.writtenAt().isEmpty() && progress.part() == 0 && !Doubts.any(command)
                ? progress.written(now)
                : progress;
    }

    /** Nothing is put before what was settled for it is durable. */
    private Outcome next(Visit visit, List<Part> parts, Progress durable, Progress progress, Slice slice) {
        var part = parts.get(progress.part());
        if (progress.blobs().size()
                < Cards.files(visit.command().getContent(), part).size()) {
            return new Uploads(visit, config, media).run(part, progress, slice);
        }
        return progress.equals(durable)
                ? create(visit, parts, progress)
                : new Continue(progress.at(BlueskyStep.CREATE, visit.command(), clock.instant()), Optional.empty());
    }

    private Outcome create(Visit visit, List<Part> parts, Progress progress) {
        var command = visit.command();
        var part = parts.get(progress.part());
        var body = AnswerJson.newObject()
                .put("repo", command.getAccountId())
                .put("collection", RecordKey.COLLECTION)
                .put("rkey", RecordKey.of(command, part.index()))
                .putNull("swapRecord");
        body.set("record", PostRecord.of(command, part, progress));
        var reply = visit.post(PUT_RECORD, new Body.Json(body.toString()));
        var cid = cidIn(reply, RecordKey.uri(command, part.index()));
        if (cid.isPresent()) {
            return created(command, parts, progress.posted(cid.get()));
        }
        var isForgotten = reply instanceof Answer answer
                && answer.status() == 400
                && BlueskyCalls.errorIn(answer).equals(Optional.of(BlueskyErrors.BLOB_NOT_FOUND));
        return isForgotten && progress.uploads() < MOST_UPLOADS
                ? new Continue(progress.forgotten().at(BlueskyStep.UPLOAD, command, clock.instant()), Optional.empty())
                : visit.failed(reply, BlueskyStep.CREATE);
    }

    /** The version that the post has at its address now, whichever call put it there. */
    private static Optional<String> cidIn(Reply reply, String uri) {
        return reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer)
                        .filter(body -> body.path("uri").asText().equals(uri))
                        .flatMap(body -> AnswerJson.text(body, "cid"))
                        .filter(cid -> cid.matches("[A-Za-z0-9]{1,200}"))
                : Optional.empty();
    }

    /** The next part, or the end; what the sender gets to know is the first post. */
    private Outcome created(PublishCommand command, List<Part> parts, Progress progress) {
        return progress.part() < parts.size()
                ? new Continue(
                        progress.at(stepOf(command, parts, progress), command, clock.instant()), Optional.empty())
                : new Published(RecordKey.uri(command, 0), Optional.of(RecordKey.permalink(command, 0)));
    }

    private Found landed(PublishCommand command, List<Part> parts, Progress progress) {
        return progress.part() < parts.size()
                ? new Found.Further(progress.at(stepOf(command, parts, progress), command, clock.instant()))
                : new Found.Landed(RecordKey.uri(command, 0), Optional.of(RecordKey.permalink(command, 0)));
    }

    private static BlueskyStep stepOf(PublishCommand command, List<Part> parts, Progress progress) {
        return Cards.files(command.getContent(), parts.get(progress.part())).isEmpty()
                ? BlueskyStep.CREATE
                : BlueskyStep.UPLOAD;
    }
}
