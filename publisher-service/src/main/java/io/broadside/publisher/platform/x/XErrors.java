package io.broadside.publisher.platform.x;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
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
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes an outcome of an answer that is not the one hoped for: by status, then by the type of the problem. */
final class XErrors {

    private static final Logger LOGGER = LoggerFactory.getLogger(XErrors.class);

    /** Money does not come back by waiting; this is how often it is worth looking. */
    private static final Duration WITHOUT_CREDIT = Duration.ofHours(1);

    /** The cap is a month's, and X does not say when it began. */
    private static final Duration AT_MONTHLY_CAP = Duration.ofDays(1);

    /** Old code of "rate limit exceeded", which came with other statuses too. */
    private static final int RATE_LIMIT_EXCEEDED = 88;

    private final Clock clock;

    XErrors(Clock clock) {
        this.clock = clock;
    }

    /** @param answer one that is no success, or lacks what it should have */
    Outcome outcome(Answer answer, Step step, PublishCommand command) {
        return told(answer, step, command).naming(answer, clock.instant());
    }

    private Outcome told(Answer answer, Step step, PublishCommand command) {
        var problem = Problem.in(answer);
        if (answer.status() == 429) {
            return limited(answer, problem);
        }
        if (problem.isEmpty() && answer.status() != 401 && answer.status() != 402) {
            // A gateway's page or nothing at all: not X's own word, so it proves nothing.
            return step.unclear(cause(fault(answer), answer, problem));
        }
        return switch (answer.status()) {
            case 401 -> new TokenExpired(cause(ErrorCode.TOKEN_EXPIRED, answer, problem));
            case 402 -> withoutCredit(answer, problem);
            case 400 -> refused(Refusal.CONTENT, answer, problem, step, command);
            case 404 -> refused(Refusal.NOT_THERE, answer, problem, step, command);
            case 413 ->
                new Rejected(new Cause(
                        ErrorCode.MEDIA_UNAVAILABLE,
                        "X calls the file too large; use a smaller one.",
                        problem.flatMap(Problem::name),
                        Optional.of(answer.status())));
            case 403 -> refused(Refusal.UNKNOWN, answer, problem, step, command);
            case 408, 425 -> step.unclear(cause(ErrorCode.SERVER_ERROR, answer, problem));
            default ->
                answer.status() >= 400 && answer.status() < 500
                        ? refused(Refusal.UNKNOWN, answer, problem, step, command)
                        : step.unclear(cause(fault(answer), answer, problem));
        };
    }

    private Outcome withoutCredit(Answer answer, Optional<Problem> problem) {
        var name = problem.flatMap(Problem::name);
        LOGGER.atError()
                .addKeyValue("platform", XPlatform.ID)
                .addKeyValue("platformCode", name.orElse(""))
                .log(
                        "the app has no credit left at X; all its posts wait until some is bought in X's developer portal");
        var cause = new Cause(
                ErrorCode.CREDITS_DEPLETED,
                "The app has no credit left at X; buy some in X's developer portal.",
                name,
                Optional.of(answer.status()));
        return new RateLimited(Scope.APP, Optional.of(clock.instant().plus(WITHOUT_CREDIT)), cause);
    }

    /** @param otherwise what it is taken for where neither type nor code nor detail tell */
    private Outcome refused(
            Refusal otherwise, Answer answer, Optional<Problem> problem, Step step, PublishCommand command) {
        var found = problem.map(Refusal::of).orElse(Refusal.UNKNOWN);
        var refusal = found == Refusal.UNKNOWN ? otherwise : found;
        if (problem.filter(it -> it.code() == RATE_LIMIT_EXCEEDED).isPresent()) {
            return limited(answer, problem);
        }
        var cause = new Cause(
                refusal.code(), refusal.sentence(), problem.flatMap(Problem::name), Optional.of(answer.status()));
        return switch (refusal) {
            // After a call nobody saw the end of, "posted already" most likely speaks of that call.
            case DUPLICATE -> Doubts.any(command) ? step.unclear(cause) : new Rejected(cause);
            case WRONG_TOKEN, ACCOUNT -> new TokenRevoked(cause);
            case MONTHLY -> monthlyCap(cause);
            case CONTENT, REPLY, NOT_THERE, READ_ONLY, NOT_PERMITTED, APP, UNKNOWN -> new Rejected(cause);
        };
    }

    private Outcome limited(Answer answer, Optional<Problem> problem) {
        if (problem.map(Refusal::of).filter(Refusal.MONTHLY::equals).isPresent()) {
            return monthlyCap(new Cause(
                    Refusal.MONTHLY.code(),
                    Refusal.MONTHLY.sentence(),
                    problem.flatMap(Problem::name),
                    Optional.of(answer.status())));
        }
        var usedUp = RateBuckets.behind(answer, clock.instant());
        return new RateLimited(usedUp.scope(), usedUp.until(), cause(ErrorCode.RATE_LIMITED, answer, problem));
    }

    private Outcome monthlyCap(Cause cause) {
        return new RateLimited(Scope.APP, Optional.of(clock.instant().plus(AT_MONTHLY_CAP)), cause);
    }

    private static ErrorCode fault(Answer answer) {
        return answer.status() >= 500 ? ErrorCode.SERVER_ERROR : ErrorCode.UNEXPECTED_ANSWER;
    }

    private static Cause cause(ErrorCode code, Answer answer, Optional<Problem> problem) {
        return new Cause(code, code.sentence(), problem.flatMap(Problem::name), Optional.of(answer.status()));
    }
}
