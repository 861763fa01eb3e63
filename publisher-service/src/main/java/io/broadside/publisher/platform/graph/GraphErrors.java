package io.broadside.publisher.platform.graph;

import io.broadside.events.AttemptEnd;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Outcome.TokenExpired;
import io.broadside.publisher.platform.Outcome.TokenRevoked;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Makes an outcome of an answer that is not the one hoped for. What an error means follows from its code, and what follows
 * from that meaning depends on the step: see {@link ErrorTable} for the one, the switch below for the other.
 */
public final class GraphErrors {

    /** Blocks for posting too fast last hours to days; the platform does not say which. */
    private static final Duration BLOCKED_FOR = Duration.ofHours(6);

    /** An object that was just made can be missing for some seconds when it is asked for. */
    private static final Duration NEW_OBJECT_LAG = Duration.ofSeconds(30);

    /** So often a refusal that is called transient is tried, and a file that could not be fetched. */
    private static final int MOST_TRANSIENT = 8;

    private static final int MOST_FETCHES = 2;

    private final ErrorTable table;
    private final Clock clock;

    public GraphErrors(ErrorTable table, Clock clock) {
        this.table = table;
        this.clock = clock;
    }

    /**
     * What an answer comes to, at this step.
     *
     * @param answer one that holds an error, or is no answer of the Graph API at all, or lacks what it should have
     */
    public Outcome outcome(Answer answer, Step step, PublishCommand command) {
        var error = GraphError.in(answer);
        var outcome =
                error.isPresent() ? ofError(error.get(), answer, step, command) : ofNoError(answer, step, command);
        return outcome.naming(answer, clock.instant());
    }

    private Outcome ofError(GraphError error, Answer answer, Step step, PublishCommand command) {
        var row = table.of(error);
        var cause = new Cause(
                row.meaning().code(), row.sentence(), Optional.of(error.text()), Optional.of(answer.status()));
        return switch (row.meaning()) {
            case TOKEN_EXPIRED -> new TokenExpired(cause);
            case TOKEN_REVOKED -> new TokenRevoked(cause);
            case APP_LIMIT ->
                limited(Scope.APP, UsageHeaders.untilAccess(answer, command.getAccountId(), clock.instant()), cause);
            case ACCOUNT_LIMIT ->
                limited(
                        Scope.ACCOUNT,
                        UsageHeaders.untilAccess(answer, command.getAccountId(), clock.instant()),
                        cause);
            case BLOCKED -> limited(Scope.ACCOUNT, BLOCKED_FOR, cause);
            // After a call nobody saw the end of, "posted already" most likely speaks of that call. Of what nobody sees
            // it would be said again and again.
            case DUPLICATE -> Doubts.any(command) && step.publishes() ? step.unclear(cause) : new Rejected(cause);
            case NOT_THERE -> isNew(command) ? new Unavailable(cause) : refused(error, cause, step, command);
            case NOT_ALLOWED, APP_NOT_ALLOWED, BAD_CONTENT, BAD_MEDIA -> refused(error, cause, step, command);
            case NOT_FETCHED -> step.publishes() ? new Rejected(cause) : unlessOften(MOST_FETCHES, cause, command);
            // Even where it is called transient: such posts were seen to be out all the same.
            case FAULT -> step.unclear(cause);
            case UNKNOWN -> {
                if (answer.status() == 429) {
                    yield tooMany(answer, cause.platformCode(), command);
                }
                yield isTrouble(error, answer) ? step.unclear(ofServer(cause)) : new Rejected(cause);
            }
        };
    }

    /** What is called transient may go well the next time. At the call that publishes nobody relies on that. */
    private static Outcome refused(GraphError error, Cause cause, Step step, PublishCommand command) {
        return error.isTransient() && !step.publishes()
                ? unlessOften(MOST_TRANSIENT, cause, command)
                : new Rejected(cause);
    }

    /** Tried again, unless the calls before this one failed in the same way so often that it is the truth. */
    private static Outcome unlessOften(int most, Cause cause, PublishCommand command) {
        var before = command.getHistory().reversed().stream()
                .takeWhile(attempt -> attempt.getEnd() == AttemptEnd.UNAVAILABLE
                        && attempt.getPlatformCode().equals(cause.platformCode()))
                .count();
        return before + 1 < most ? new Unavailable(cause) : new Rejected(cause);
    }

    /** An outage page in HTML, a gateway's answer, or a success that lacks what it should have: it proves nothing. */
    private Outcome ofNoError(Answer answer, Step step, PublishCommand command) {
        if (answer.status() == 429) {
            return tooMany(answer, Optional.empty(), command);
        }
        var code = answer.status() >= 500 ? ErrorCode.SERVER_ERROR : ErrorCode.UNEXPECTED_ANSWER;
        return step.unclear(new Cause(code, code.sentence(), Optional.empty(), Optional.of(answer.status())));
    }

    /** A limit that only the status tells. */
    private Outcome tooMany(Answer answer, Optional<String> platformCode, PublishCommand command) {
        var cause = new Cause(
                ErrorCode.RATE_LIMITED, ErrorCode.RATE_LIMITED.sentence(), platformCode, Optional.of(answer.status()));
        return limited(Scope.ACCOUNT, UsageHeaders.untilAccess(answer, command.getAccountId(), clock.instant()), cause);
    }

    private Outcome limited(Scope scope, Duration wait, Cause cause) {
        return new RateLimited(scope, Optional.of(clock.instant().plus(wait)), cause);
    }

    private boolean isNew(PublishCommand command) {
        return command.getCheckpoint()
                .filter(checkpoint ->
                        clock.instant().isBefore(checkpoint.getAt().plus(NEW_OBJECT_LAG)))
                .isPresent();
    }

    private static boolean isTrouble(GraphError error, Answer answer) {
        return error.isTransient() || answer.status() >= 500;
    }

    private static Cause ofServer(Cause cause) {
        return new Cause(
                ErrorCode.SERVER_ERROR, ErrorCode.SERVER_ERROR.sentence(), cause.platformCode(), cause.httpStatus());
    }
}
