package io.broadside.publisher.platform.graph;

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
        return error.isPresent() ? ofError(error.get(), answer, step, command) : ofNoError(answer, step, command);
    }

    private Outcome ofError(GraphError error, Answer answer, Step step, PublishCommand command) {
        var row = table.of(error.code(), error.subcode());
        var cause = new Cause(
                row.meaning().code(), row.sentence(), Optional.of(error.text()), Optional.of(answer.status()));
        return switch (row.meaning()) {
            case TOKEN_EXPIRED -> new TokenExpired(cause);
            case TOKEN_REVOKED -> new TokenRevoked(cause);
            case APP_LIMIT -> limited(Scope.APP, UsageHeaders.untilAccess(answer, command.getAccountId()), cause);
            case ACCOUNT_LIMIT ->
                limited(Scope.ACCOUNT, UsageHeaders.untilAccess(answer, command.getAccountId()), cause);
            case BLOCKED -> limited(Scope.ACCOUNT, BLOCKED_FOR, cause);
            // After a call nobody saw the end of, "posted already" most likely speaks of that call. Where nothing can be
            // out it would be said again and again.
            case DUPLICATE -> Doubts.any(command) && step.publishes() ? step.unclear(cause) : new Rejected(cause);
            case NOT_THERE -> isNew(command) ? new Unavailable(cause) : new Rejected(cause);
            case NOT_ALLOWED, APP_NOT_ALLOWED, BAD_CONTENT, BAD_MEDIA -> new Rejected(cause);
            // Even where it is called transient: such posts were seen to be out all the same.
            case FAULT -> step.unclear(cause);
            case UNKNOWN -> isTrouble(error, answer) ? step.unclear(ofServer(cause)) : new Rejected(cause);
        };
    }

    /** An outage page in HTML, a gateway's answer, or a success that lacks what it should have: it proves nothing. */
    private Outcome ofNoError(Answer answer, Step step, PublishCommand command) {
        var status = Optional.of(answer.status());
        if (answer.status() == 429) {
            var cause = new Cause(ErrorCode.RATE_LIMITED, ErrorCode.RATE_LIMITED.sentence(), Optional.empty(), status);
            return limited(Scope.ACCOUNT, UsageHeaders.untilAccess(answer, command.getAccountId()), cause);
        }
        var code = answer.status() >= 500 ? ErrorCode.SERVER_ERROR : ErrorCode.UNEXPECTED_ANSWER;
        return step.unclear(new Cause(code, code.sentence(), Optional.empty(), status));
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
