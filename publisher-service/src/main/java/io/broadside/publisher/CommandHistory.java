package io.broadside.publisher;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What was tried for a command, as it carries it along; the newest attempts, so that it does not grow without bound. */
final class CommandHistory {

    private static final int MOST = 50;

    private CommandHistory() {}

    /** The step a command is at, in its platform's naming. */
    static String step(PublishCommand command) {
        return command.getCheckpoint().map(checkpoint -> checkpoint.getStep()).orElse("publish");
    }

    /** The command with one more attempt in its history: that it came to this. */
    static PublishCommand after(PublishCommand command, Instant started, Instant now, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Published _ -> with(command, started, now, AttemptEnd.PUBLISHED, Optional.empty());
            case Outcome.Continue _ -> with(command, started, now, AttemptEnd.CONTINUED, Optional.empty());
            case Outcome.Underway _ -> with(command, started, now, AttemptEnd.CONTINUED, Optional.empty());
            case Outcome.RateLimited limited ->
                with(command, started, now, AttemptEnd.RATE_LIMITED, Optional.of(limited.cause()));
            case Outcome.Unavailable(var cause) ->
                with(command, started, now, AttemptEnd.UNAVAILABLE, Optional.of(cause));
            case Outcome.TokenExpired(var cause) ->
                with(command, started, now, AttemptEnd.TOKEN_EXPIRED, Optional.of(cause));
            case Outcome.TokenRevoked(var cause) ->
                with(command, started, now, AttemptEnd.TOKEN_REVOKED, Optional.of(cause));
            case Outcome.Rejected(var cause) -> with(command, started, now, AttemptEnd.REJECTED, Optional.of(cause));
            case Outcome.Unconfirmed unconfirmed ->
                with(command, started, now, AttemptEnd.UNCONFIRMED, Optional.of(unconfirmed.cause()));
        };
    }

    /** The command with one more attempt in its history. */
    static PublishCommand with(
            PublishCommand command, Instant started, Instant now, AttemptEnd end, Optional<Cause> cause) {
        if (cause.filter(known -> known.code() == ErrorCode.BREAKER_OPEN).isPresent()) {
            // Nothing was tried.
            return command;
        }
        List<Attempt> history = new ArrayList<>(command.getHistory());
        history.add(Attempt.newBuilder()
                .setNumber(command.getAttempt())
                .setStartedAt(started)
                .setDurationMs(Duration.between(started, now).toMillis())
                .setStep(step(command))
                .setEnd(end)
                .setErrorCode(cause.map(known -> known.code().name()).orElse(null))
                .setHttpStatus(cause.flatMap(Cause::httpStatus).orElse(null))
                .setPlatformCode(cause.flatMap(Cause::platformCode).orElse(null))
                .build());
        var kept = history.size() > MOST ? history.subList(history.size() - MOST, history.size()) : history;
        return PublishCommand.newBuilder(command).setHistory(List.copyOf(kept)).build();
    }
}
