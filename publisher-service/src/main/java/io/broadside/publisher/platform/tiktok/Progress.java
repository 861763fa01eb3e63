package io.broadside.publisher.platform.tiktok;

import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.TokenRevoked;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.tiktok.PublishStatus.Complete;
import io.broadside.publisher.platform.tiktok.PublishStatus.Failed;
import io.broadside.publisher.platform.tiktok.PublishStatus.InInbox;
import io.broadside.publisher.platform.tiktok.PublishStatus.Uploading;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a post that was begun, by its id.
 *
 * <p>A post is begun anew only when the former one certainly never comes out: TikTok says it failed, or that it never
 * had its last piece, or it does not know the upload; and where its last piece may have been sent, it is cancelled first.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status
 */
final class Progress {

    /** The call that asks how far a post is. */
    static final String ASK = "post.status";

    /** How often a post is begun anew after trouble that may pass. */
    private static final int MOST_RESTARTS = 3;

    private static final Duration RESTART_PAUSE = Duration.ofSeconds(30);

    /** What TikTok says of a post it has just been given may be late; an upload that lacks something lacks it after this. */
    private static final Duration SETTLED_AFTER = Duration.ofMinutes(2);

    /** An id that TikTok gave out and does not know is a new one before this time, and may be forgotten after the other. */
    private static final Duration KNOWN_AFTER = Duration.ofMinutes(10);

    private static final Duration REMEMBERED_FOR = Duration.ofHours(20);

    private static final String UNKNOWN_ID = "invalid_publish_id";
    private static final String NOT_CANCELLABLE = "publish_not_cancellable";
    private static final String CANCELLED = "publish_cancelled";

    private final TikTokConfig config;
    private final TikTokCalls calls;
    private final TikTokErrors errors;

    Progress(TikTokConfig config, TikTokCalls calls, TikTokErrors errors) {
        this.config = config;
        this.calls = calls;
        this.errors = errors;
    }

    /** When a post is first asked for that TikTok has just taken. */
    static Instant firstLook(Instant now) {
        return now.plusSeconds(3);
    }

    /** What TikTok says of the post. */
    private sealed interface Word {
        record Says(PublishStatus status) implements Word {}

        /** The upload does not exist, and neither new nor old enough to be merely unknown. */
        record KnowsNothing() implements Word {}

        /** A status that has no name here yet. */
        record SaysSomethingNew() implements Word {}

        record Fails(Outcome outcome) implements Word {}
    }

    private Word ask(Visit visit) {
        var step = TikTokStep.STATUS.step();
        var body = AnswerJson.newObject().put("publish_id", visit.value(Visit.PUBLISH_ID));
        return switch (post(visit, ASK, "/post/publish/status/fetch/", body.toString())) {
            case NoAnswer missing -> new Word.Fails(step.unanswered(missing));
            case Answer answer -> {
                var data = TikTokErrors.dataIn(answer)
                        .filter(it -> it.path("status").isTextual());
                if (data.isPresent()) {
                    yield PublishStatus.in(data.get()).<Word>map(Word.Says::new).orElseGet(Word.SaysSomethingNew::new);
                }
                yield TikTokErrors.codeIn(answer).filter(UNKNOWN_ID::equals).isPresent() && isNoUpload(visit)
                        ? new Word.KnowsNothing()
                        : new Word.Fails(errors.outcome(answer, step, visit.command()));
            }
        };
    }

    /** Whether the post happened; a look, which changes nothing. */
    Found find(Visit visit) {
        return switch (ask(visit)) {
            case Word.Fails(var outcome) -> Doubts.cannotTell(outcome);
            case Word.KnowsNothing() -> new Found.Absent();
            case Word.SaysSomethingNew() -> stillUnderway(visit);
            case Word.Says(var status) ->
                switch (status) {
                    case Complete(var postId) ->
                        new Found.Landed(postId.orElse(visit.value(Visit.PUBLISH_ID)), permalink(visit, postId));
                    case Failed _ -> new Found.Absent();
                    case Uploading uploading ->
                        lacksItsLastPiece(visit, uploading) ? new Found.Absent() : stillUnderway(visit);
                    case PublishStatus.Downloading _ -> stillUnderway(visit);
                    case InInbox() -> new Found.CannotTell(inInbox());
                };
        };
    }

    private Found stillUnderway(Visit visit) {
        return isTooLong(visit) ? new Found.CannotTell(tooLong()) : new Found.Underway(Optional.of(nextLook(visit)));
    }

    /** Goes on with a post that was found not to have come out, or not yet. */
    Outcome resume(Visit visit) {
        return switch (ask(visit)) {
            case Word.Fails(var outcome) -> notPublishing(outcome);
            case Word.KnowsNothing() -> beginAnew(visit, RESTART_PAUSE);
            case Word.SaysSomethingNew() -> goOn(visit);
            case Word.Says says ->
                lacksItsLastPiece(visit, says.status()) ? restart(visit) : ended(visit, says.status());
        };
    }

    /** What is known of a post whose last piece may have been sent already; empty if it has to be sent. */
    Optional<Outcome> beforeFinish(Visit visit) {
        return switch (ask(visit)) {
            case Word.Fails(var outcome) -> Optional.of(notPublishing(outcome));
            case Word.KnowsNothing() -> Optional.of(beginAnew(visit, RESTART_PAUSE));
            case Word.SaysSomethingNew() -> Optional.of(goOn(visit));
            case Word.Says says ->
                lacksItsLastPiece(visit, says.status()) ? Optional.empty() : Optional.of(ended(visit, says.status()));
        };
    }

    private Outcome ended(Visit visit, PublishStatus status) {
        return switch (status) {
            case Complete(var postId) ->
                new Published(postId.orElse(visit.value(Visit.PUBLISH_ID)), permalink(visit, postId));
            case Failed(var reason) -> failed(visit, reason);
            case InInbox() -> new Unconfirmed(TikTokStep.STATUS.label(), inInbox());
            case Uploading _, PublishStatus.Downloading _ -> goOn(visit);
        };
    }

    private Outcome goOn(Visit visit) {
        return isTooLong(visit)
                ? new Unconfirmed(TikTokStep.STATUS.label(), tooLong())
                : visit.underway(visit.values(), nextLook(visit));
    }

    private Outcome failed(Visit visit, String reason) {
        if (reason.equals(CANCELLED) && visit.isCancelledByUs()) {
            return beginAnew(visit, Duration.ZERO);
        }
        var row = ErrorTable.ofFailure(reason);
        var cause = new Cause(
                row.meaning().code(),
                sentence(row, visit),
                Optional.of(reason).filter(it -> it.matches("[a-z0-9_]{1,80}")),
                Optional.empty());
        return switch (row.meaning()) {
            case FAULT, NOT_FETCHED, TOKEN_EXPIRED ->
                mayRestart(visit) ? beginAnew(visit, RESTART_PAUSE) : new Rejected(cause);
            // Connected again meanwhile it works; if the token was merely renewed, the first call tells.
            case CONSENT_WITHDRAWN ->
                mayRestart(visit) && visit.mayHaveAnotherToken()
                        ? beginAnew(visit, Duration.ZERO)
                        : new TokenRevoked(cause);
            case MINUTE_LIMIT, ACCOUNT_CAP, APP_CAP ->
                begunAnew(visit, TikTokErrors.pause(row.meaning()).orElse(RESTART_PAUSE), 0);
            case NOT_ALLOWED, APP_NOT_ALLOWED, BAD_CONTENT, BAD_MEDIA, NOT_THERE, TOO_LATE, UNKNOWN ->
                new Rejected(cause);
        };
    }

    private static String sentence(ErrorTable.Row row, Visit visit) {
        var longest = visit.number(Visit.LONGEST_SECONDS);
        return row.code().equals("duration_check_failed") && longest > 0
                ? "TikTok calls the video too long or too short; this account may post up to " + longest
                        + " seconds, cut it to that."
                : row.sentence();
    }

    /**
     * Gives up the post that was begun, which has not had its last piece, and begins another one. Where that piece may have
     * been sent at any time, the former post is cancelled first, so that it cannot come out beside its successor; that we do so
     * is durable before, so that a post which failed as cancelled is known to be of our doing whatever becomes of the answer.
     */
    Outcome restart(Visit visit) {
        return !visit.wasEverInDoubt() || visit.value(Visit.PUBLISH_ID).isEmpty()
                ? beginAnew(visit, Duration.ZERO)
                : visit.next(TikTokStep.CANCEL, visit.valuesWith(Map.of(Visit.CANCELLED, "true")), Optional.empty());
    }

    /** Cancels a post that is given up; for {@link TikTokStep#CANCEL}. */
    Outcome cancel(Visit visit) {
        var body = AnswerJson.newObject().put("publish_id", visit.value(Visit.PUBLISH_ID));
        var step = TikTokStep.CANCEL.step();
        return switch (post(visit, "post.cancel", "/post/publish/cancel/", body.toString())) {
            case NoAnswer missing -> step.unanswered(missing);
            case Answer answer -> {
                var code = TikTokErrors.codeIn(answer).orElse("");
                var isGone = code.equals(UNKNOWN_ID) && isNoUpload(visit);
                if (isGone || (answer.isSuccess() && code.equals("ok"))) {
                    yield beginAnew(visit, Duration.ZERO);
                }
                yield code.equals(NOT_CANCELLABLE)
                        ? visit.underway(visit.values(), firstLook(visit.now()))
                        : notPublishing(errors.outcome(answer, step, visit.command()));
            }
        };
    }

    private Outcome beginAnew(Visit visit, Duration pause) {
        return mayRestart(visit) ? begunAnew(visit, pause, 1) : new Rejected(neverThrough());
    }

    private static Outcome begunAnew(Visit visit, Duration pause, int more) {
        var restarts = visit.number(Visit.RESTARTS) + more;
        var notBefore = pause.isZero()
                ? Optional.<Instant>empty()
                : Optional.of(visit.now().plus(pause));
        return visit.next(TikTokStep.BEGIN, Map.of(Visit.RESTARTS, Long.toString(restarts)), notBefore);
    }

    private static boolean mayRestart(Visit visit) {
        return visit.number(Visit.RESTARTS) < MOST_RESTARTS;
    }

    /** That asking is refused says nothing of the post: what may be out is not called failed. */
    private static Outcome notPublishing(Outcome outcome) {
        return outcome instanceof Rejected(var cause) ? new Unconfirmed(TikTokStep.STATUS.label(), cause) : outcome;
    }

    /** Whether an upload lacks its last piece. Once TikTok has said that it took it, not on the first word to the contrary. */
    private static boolean lacksItsLastPiece(Visit visit, PublishStatus status) {
        var size = visit.number(Visit.SIZE);
        var isTaken =
                TikTokStep.of(visit.command()).filter(TikTokStep.STATUS::equals).isPresent();
        var isSettled = !visit.now().isBefore(visit.workingSince().plus(SETTLED_AFTER));
        return size > 0
                && (isSettled || !isTaken)
                && status instanceof Uploading uploading
                && uploading.uploadedBytes().filter(bytes -> bytes < size).isPresent();
    }

    /** Posts that TikTok fetches are left out: there nothing could be sent again without risk. */
    private static boolean isNoUpload(Visit visit) {
        return visit.number(Visit.SIZE) > 0
                && visit.begunAt()
                        .filter(begun -> visit.now().isAfter(begun.plus(KNOWN_AFTER)))
                        .filter(begun -> visit.now().isBefore(begun.plus(REMEMBERED_FOR)))
                        .isPresent();
    }

    private boolean isTooLong(Visit visit) {
        return !visit.now().isBefore(visit.workingSince().plus(config.processingLimit()));
    }

    /** Ever more rarely: most posts are through in a minute, some are moderated for hours. */
    private static Instant nextLook(Visit visit) {
        var worked = Duration.between(visit.workingSince(), visit.now());
        var pause = worked.compareTo(Duration.ofMinutes(1)) < 0
                ? Duration.ofSeconds(5)
                : worked.compareTo(Duration.ofMinutes(10)) < 0
                        ? Duration.ofSeconds(20)
                        : worked.compareTo(Duration.ofHours(1)) < 0 ? Duration.ofMinutes(1) : Duration.ofMinutes(5);
        return visit.now().plus(pause);
    }

    /** Only of a post that has an id of its own. TikTok leads from there to posts of photos as well. */
    private static Optional<URI> permalink(Visit visit, Optional<String> postId) {
        var username = visit.value(Visit.USERNAME);
        return postId.filter(_ -> !username.isEmpty())
                .map(id -> URI.create("https://www.tiktok.com/@" + username + "/video/" + id));
    }

    private Reply post(Visit visit, String endpoint, String path, String json) {
        return calls.post(endpoint, path, new Body.Json(json), visit.token(), visit.context());
    }

    private static Cause inInbox() {
        return cause(
                ErrorCode.NOT_CONFIRMABLE,
                "TikTok has put the post into the account's inbox; its owner must finish it in the TikTok app.");
    }

    private static Cause tooLong() {
        return cause(
                ErrorCode.NOT_CONFIRMABLE,
                "TikTok has worked on the post for longer than is waited for; look at the account.");
    }

    private static Cause neverThrough() {
        return cause(
                ErrorCode.MEDIA_UNAVAILABLE,
                "TikTok did not take the post in " + (MOST_RESTARTS + 1)
                        + " tries; check that the file can be fetched fast enough, and send it again.");
    }

    private static Cause cause(ErrorCode code, String sentence) {
        return new Cause(code, sentence, Optional.empty(), Optional.empty());
    }
}
