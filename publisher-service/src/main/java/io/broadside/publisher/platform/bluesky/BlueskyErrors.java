package io.broadside.publisher.platform.bluesky;

import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Outcome.TokenExpired;
import io.broadside.publisher.platform.Outcome.TokenRevoked;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an outcome of an answer that is not the one hoped for: by the name of the error, because the statuses mislead. An access
 * token that has expired comes as 400, a fault of the server at times as 401.
 *
 * <p>https://atproto.com/specs/xrpc
 */
final class BlueskyErrors {

    /** What a record refers to and the server no longer has: it keeps files that nothing refers to for a few hours. */
    static final String BLOB_NOT_FOUND = "BlobNotFound";

    /** There is no record under the key that was asked for. */
    static final String RECORD_NOT_FOUND = "RecordNotFound";

    private static final String OTHER_RECORD =
            "Another record is where this post belongs; it was left as it is. Look at the account.";

    private static final String WRONG_CLOCK =
            "The account's server does not take the proof of our key; Broadside's clock may be wrong.";

    private static final Logger LOGGER = LoggerFactory.getLogger(BlueskyErrors.class);

    private final Clock clock;

    BlueskyErrors(Clock clock) {
        this.clock = clock;
    }

    /** @param answer one that is no success, or lacks what it should have */
    Outcome outcome(Answer answer, Step step) {
        return told(answer, step).naming(answer, clock.instant());
    }

    private Outcome told(Answer answer, Step step) {
        if (answer.status() == 429) {
            return new RateLimited(
                    Scope.ACCOUNT, RateHeaders.reset(answer, clock.instant()), cause(ErrorCode.RATE_LIMITED, answer));
        }
        if (answer.status() == 413) {
            return rejected(
                    ErrorCode.MEDIA_UNAVAILABLE,
                    "The account's server calls the file too large; use a smaller one.",
                    answer);
        }
        var name = BlueskyCalls.errorIn(answer);
        if (answer.status() < 400 || answer.status() >= 500 || name.isEmpty()) {
            // A fault of the server, or a gateway's page: neither proves anything.
            return step.unclear(cause(fault(answer), answer));
        }
        return named(name.get(), answer, step);
    }

    private Outcome named(String name, Answer answer, Step step) {
        return switch (name) {
            case "ExpiredToken", "invalid_token" -> new TokenExpired(cause(ErrorCode.TOKEN_EXPIRED, answer));
            case "InvalidToken", "AuthMissing" -> new TokenRevoked(cause(ErrorCode.TOKEN_REVOKED, answer));
            case "AccountTakedown",
                    "AccountSuspended",
                    "AccountDeactivated",
                    "AccountNotFound",
                    "RepoTakendown",
                    "RepoSuspended",
                    "RepoDeactivated",
                    "RepoNotFound" ->
                new TokenRevoked(because(
                        ErrorCode.TOKEN_REVOKED,
                        "The account's server has put the account out of use; once that is mended, connect it again.",
                        answer));
            // The name alone does not say more: an account that is not the token's own comes like this too.
            case "AuthenticationRequired" ->
                answer.status() == 401
                        ? new TokenRevoked(cause(ErrorCode.TOKEN_REVOKED, answer))
                        : rejected(ErrorCode.UNKNOWN_REFUSAL, ErrorCode.UNKNOWN_REFUSAL.sentence(), answer);
            case "ScopeMissingError", "Forbidden", "insufficient_scope" ->
                rejected(
                        ErrorCode.PERMISSION_MISSING,
                        "The account has not let Broadside do this; connect it again.",
                        answer);
            case "InvalidSwap" -> step.unclear(because(ErrorCode.DUPLICATE_REFUSED, OTHER_RECORD, answer));
            // It was not looked at, twice: the server's clock, or ours, may be to blame.
            case "use_dpop_nonce" -> new Outcome.Unavailable(cause(ErrorCode.SERVER_ERROR, answer));
            case "invalid_dpop_proof" -> doubtfulProof(answer);
            case "PayloadTooLarge", "BlobTooLarge", "InvalidMimeType", BLOB_NOT_FOUND ->
                rejected(
                        ErrorCode.MEDIA_UNAVAILABLE,
                        "The account's server does not take the file; use another one.",
                        answer);
            case RECORD_NOT_FOUND -> rejected(ErrorCode.NOT_FOUND, ErrorCode.NOT_FOUND.sentence(), answer);
            case "InvalidRequest" ->
                rejected(
                        ErrorCode.CONTENT_REFUSED,
                        "The account's server refuses the post as it is; the platform's code says more.",
                        answer);
            // Of a proxy between the account's server and us.
            case "UpstreamFailure", "UpstreamTimeout" -> step.unclear(cause(ErrorCode.SERVER_ERROR, answer));
            default ->
                answer.status() == 408 || answer.status() == 425
                        ? step.unclear(cause(ErrorCode.SERVER_ERROR, answer))
                        : rejected(ErrorCode.UNKNOWN_REFUSAL, ErrorCode.UNKNOWN_REFUSAL.sentence(), answer);
        };
    }

    /** Nothing was looked at; a proof is refused whose time is minutes away from the server's. */
    private Outcome doubtfulProof(Answer answer) {
        LOGGER.atWarn()
                .addKeyValue("platform", BlueskyPlatform.ID)
                .addKeyValue("clock", clock.instant())
                .addKeyValue("serverClock", answer.header("date").orElse(""))
                .log("an account's server does not take the proof of our key; set this machine's clock if it is wrong");
        return new Outcome.Unavailable(because(ErrorCode.SERVER_ERROR, WRONG_CLOCK, answer));
    }

    private static ErrorCode fault(Answer answer) {
        return answer.status() >= 500 ? ErrorCode.SERVER_ERROR : ErrorCode.UNEXPECTED_ANSWER;
    }

    private static Outcome rejected(ErrorCode code, String detail, Answer answer) {
        return new Rejected(because(code, detail, answer));
    }

    private static Cause cause(ErrorCode code, Answer answer) {
        return because(code, code.sentence(), answer);
    }

    private static Cause because(ErrorCode code, String detail, Answer answer) {
        return new Cause(code, detail, BlueskyCalls.errorIn(answer), Optional.of(answer.status()));
    }
}
