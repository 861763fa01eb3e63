package io.broadside.publisher.platform.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Outcome.TokenExpired;
import io.broadside.publisher.platform.Outcome.TokenRevoked;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.RetryAfter;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Makes an outcome of an answer that is not the one hoped for: by the code in it ({@link ErrorTable}), by the step, and by
 * the status where there is no code. An error may come with status 200.
 */
final class TikTokErrors {

    private static final String OK = "ok";

    /** TikTok counts calls in windows of a minute, and names no time. */
    private static final Duration MINUTE = Duration.ofSeconds(60);

    /** So that the posts of an account do not all come back in the same moment. */
    private static final int JITTER_MILLIS = 10_000;

    /** The cap is of the last 24 hours, so room comes bit by bit; looking for it costs one call that publishes nothing. */
    static final Duration AT_ACCOUNT_CAP = Duration.ofHours(2);

    static final Duration AT_APP_CAP = Duration.ofHours(6);

    /** A reset that is further away is none of a window of a minute. */
    private static final Duration LONGEST_RESET = Duration.ofHours(1);

    private final Clock clock;

    TikTokErrors(Clock clock) {
        this.clock = clock;
    }

    /** The code in an answer, whatever its status; empty if the answer is not TikTok's own. */
    static Optional<String> codeIn(Answer answer) {
        return AnswerJson.objectIn(answer)
                .flatMap(body -> AnswerJson.text(body.path("error"), "code"))
                .filter(code -> code.matches("[a-z][a-z0-9_]{0,79}"));
    }

    /** What was asked for: only a success of both kinds has it. */
    static Optional<JsonNode> dataIn(Answer answer) {
        return answer.isSuccess() && codeIn(answer).filter(OK::equals).isPresent()
                ? AnswerJson.objectIn(answer).map(body -> body.path("data")).filter(JsonNode::isObject)
                : Optional.empty();
    }

    /** @param answer one that is no success, or lacks what it should have */
    Outcome outcome(Answer answer, Step step, PublishCommand command) {
        return told(answer, step, command).naming(answer, clock.instant());
    }

    private Outcome told(Answer answer, Step step, PublishCommand command) {
        var code = codeIn(answer);
        var status = answer.status();
        if (status == 429) {
            return limited(ErrorTable.of("rate_limit_exceeded"), answer, command);
        }
        if (status >= 500 || status == 408 || status == 425) {
            return step.unclear(cause(ErrorCode.SERVER_ERROR, answer, code));
        }
        if (code.isEmpty() && status == 401) {
            return new TokenExpired(cause(ErrorCode.TOKEN_EXPIRED, answer, code));
        }
        if (code.isEmpty() || code.get().equals(OK) || (status >= 300 && status < 400)) {
            // A gateway's page, or a success without what it should have: it proves nothing.
            return step.unclear(cause(ErrorCode.UNEXPECTED_ANSWER, answer, code));
        }
        var row = ErrorTable.of(code.get());
        return switch (row.meaning()) {
            case MINUTE_LIMIT, ACCOUNT_CAP, APP_CAP -> limited(row, answer, command);
            // Of a call, rather than of a post that TikTok has given up: what was asked may have happened.
            case FAULT -> step.unclear(cause(row, answer));
            case TOKEN_EXPIRED -> new TokenExpired(cause(row, answer));
            case CONSENT_WITHDRAWN -> new TokenRevoked(cause(row, answer));
            case TOO_LATE -> step.unclear(cause(row, answer));
            case NOT_FETCHED -> new Unavailable(cause(row, answer));
            case UNKNOWN -> status == 401 ? new TokenExpired(cause(row, answer)) : new Rejected(cause(row, answer));
            case NOT_ALLOWED, APP_NOT_ALLOWED, BAD_CONTENT, BAD_MEDIA, NOT_THERE -> new Rejected(cause(row, answer));
        };
    }

    /** For how long a cap holds; empty for what is none. */
    static Optional<Duration> pause(Meaning meaning) {
        return switch (meaning) {
            case ACCOUNT_CAP -> Optional.of(AT_ACCOUNT_CAP);
            case APP_CAP -> Optional.of(AT_APP_CAP);
            case MINUTE_LIMIT -> Optional.of(MINUTE);
            default -> Optional.empty();
        };
    }

    private Outcome limited(ErrorTable.Row row, Answer answer, PublishCommand command) {
        var now = clock.instant();
        // A cap is on posts that begin: those that have begun are uploaded, and asked for, all the same.
        var scope = row.meaning() == Meaning.APP_CAP ? Scope.APP_ENDPOINT : Scope.ENDPOINT;
        var jitter = Math.floorMod(command.getCommandId().hashCode(), JITTER_MILLIS);
        var until = row.meaning() == Meaning.MINUTE_LIMIT
                ? named(answer, now).orElseGet(() -> now.plus(MINUTE)).plusMillis(jitter)
                : now.plus(pause(row.meaning()).orElse(MINUTE));
        return new RateLimited(scope, Optional.of(until), cause(row, answer));
    }

    /** Not documented; read where it comes and makes sense. */
    private static Optional<Instant> named(Answer answer, Instant now) {
        var reset = number(answer, "x-ratelimit-reset").map(Instant::ofEpochSecond);
        return reset.or(() -> RetryAfter.of(answer, now))
                .filter(until -> until.isAfter(now) && until.isBefore(now.plus(LONGEST_RESET)));
    }

    private static Optional<Long> number(Answer answer, String header) {
        return answer.header(header)
                .map(String::strip)
                .filter(value -> value.matches("[0-9]{1,12}"))
                .map(Long::valueOf);
    }

    private static Cause cause(ErrorTable.Row row, Answer answer) {
        return new Cause(row.meaning().code(), row.sentence(), Optional.of(row.code()), Optional.of(answer.status()));
    }

    private static Cause cause(ErrorCode code, Answer answer, Optional<String> platformCode) {
        return new Cause(code, code.sentence(), platformCode, Optional.of(answer.status()));
    }
}
