package io.broadside.publisher.platform.instagram;

import io.broadside.events.AttemptEnd;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.graph.GraphError;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.publisher.platform.graph.UsageHeaders;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Asks about containers, and whether the account may publish one. Changes nothing. */
final class Containers {

    /** Instagram does not say how long it blocks what looks like spam to it: hours. */
    static final Duration BLOCKED_FOR = Duration.ofHours(6);

    private static final int NOT_THERE_OR_NOT_VISIBLE = 33;

    private final PublishCommand command;
    private final InstagramCalls calls;
    private final GraphErrors errors;
    private final Clock clock;

    Containers(PublishCommand command, InstagramCalls calls, GraphErrors errors, Clock clock) {
        this.command = command;
        this.calls = calls;
        this.errors = errors;
        this.clock = clock;
    }

    /** What came of asking about a container. */
    sealed interface Asked {
        record Told(ContainerStatus status) implements Asked {}

        /** It is not to be seen, or no longer. */
        record NotThere(Remedy remedy, Cause cause) implements Asked {}

        record Failed(Outcome outcome) implements Asked {}
    }

    Asked ask(String id, InstagramStep step) {
        return switch (calls.get("ig.container", "/" + id + ContainerStatus.FIELDS)) {
            case NoAnswer missing -> new Asked.Failed(step.step().unanswered(missing));
            case Answer answer ->
                ContainerStatus.in(answer).<Asked>map(Asked.Told::new).orElseGet(() -> notTold(answer, step));
        };
    }

    private Asked notTold(Answer answer, InstagramStep step) {
        var error = GraphError.in(answer);
        return error.flatMap(Containers::remedy)
                .<Asked>map(remedy -> new Asked.NotThere(
                        remedy, remedy.cause(error.map(GraphError::text), Optional.of(answer.status()))))
                .orElseGet(() -> new Asked.Failed(errors.outcome(answer, step.step(), command)));
    }

    private static Optional<Remedy> remedy(GraphError error) {
        var isMissing = error.code() == 100 && error.subcode() == NOT_THERE_OR_NOT_VISIBLE;
        return isMissing ? Optional.of(InstagramErrorTable.LOOK) : InstagramErrorTable.remedy(error);
    }

    /** What forbids to publish now although the container is ready, if anything does. Enforced by Instagram when publishing. */
    Optional<Outcome> limit() {
        var blocked = blockedUntil().filter(clock.instant()::isBefore);
        if (blocked.isPresent()) {
            return Optional.of(limited(blocked.get(), "Instagram took the last try for spam; the post waits."));
        }
        return switch (calls.getOfAccount(PublishingLimit.ENDPOINT, PublishingLimit.PATH)) {
            case NoAnswer missing -> Optional.of(InstagramStep.PROCESSING.step().unanswered(missing));
            case Answer answer -> limitIn(answer);
        };
    }

    /** Refused as spam, and by the container's word not out. */
    private Optional<Instant> blockedUntil() {
        return command.getHistory().reversed().stream()
                .filter(it -> it.getEnd() == AttemptEnd.UNCONFIRMED)
                .findFirst()
                .filter(it -> it.getPlatformCode()
                        .filter(code -> code.endsWith(Integer.toString(InstagramErrorTable.TAKEN_FOR_SPAM)))
                        .isPresent())
                .map(it -> it.getStartedAt().plus(BLOCKED_FOR));
    }

    private Optional<Outcome> limitIn(Answer answer) {
        var now = clock.instant();
        var calling = UsageHeaders.blockedFor(answer, command.getAccountId());
        if (calling.isPresent()) {
            return Optional.of(limited(now.plus(calling.get()), "The account's calls are used up; the post waits."));
        }
        var limit = PublishingLimit.in(answer);
        if (limit.isPresent()) {
            return limit.filter(PublishingLimit::isUsedUp)
                    .map(
                            it -> limited(
                                    now.plus(it.pause()),
                                    "The account's posts of the last 24 hours are as many as Instagram allows; the post waits."));
        }
        // Without the quota, publishing tells.
        return Optional.of(errors.outcome(answer, InstagramStep.PROCESSING.step(), command))
                .filter(outcome -> !answer.isSuccess() && !(outcome instanceof Rejected));
    }

    private static Outcome limited(Instant until, String detail) {
        return new RateLimited(
                Scope.ACCOUNT,
                Optional.of(until),
                new Cause(ErrorCode.RATE_LIMITED, detail, Optional.empty(), Optional.empty()));
    }

    /** The outcome of a call without an answer. */
    static Outcome unanswered(Reply reply, InstagramStep step) {
        return switch (reply) {
            case NoAnswer missing -> step.step().unanswered(missing);
            case Answer _ -> throw new IllegalArgumentException("an answer is here");
        };
    }
}
