package io.broadside.publisher.platform;

import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/** What a command's past says about publications that nobody saw the end of. */
public final class Doubts {

    /** Clocks differ, ours from the platform's; a post of ours cannot look older than this before its call began. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

    private Doubts() {}

    /** Whether this command is in doubt or ever was. */
    public static boolean any(PublishCommand command) {
        return command.getDoubt().isPresent() || command.getDoubtedSince().isPresent();
    }

    /**
     * The earliest time at which a publication of this command could have happened. A later doubt does not make an earlier
     * one go away: a platform that calls the second try a duplicate speaks of the first.
     */
    public static Instant since(PublishCommand command) {
        return Stream.concat(command.getDoubt().map(Doubt::getSince).stream(), command.getDoubtedSince().stream())
                .min(Instant::compareTo)
                .orElseGet(command::getAcceptedAt)
                .minus(CLOCK_SKEW);
    }

    /** How often it was looked for in vain since the doubt arose. */
    public static int looks(PublishCommand command) {
        return command.getDoubt().map(Doubt::getLooks).orElse(0);
    }

    /** When it was first looked for in vain since the doubt arose: the call in doubt had ended by then. */
    public static Optional<Instant> lookedSince(PublishCommand command) {
        var history = command.getHistory();
        var looks = Math.min(looks(command), history.size());
        return looks == 0
                ? Optional.empty()
                : Optional.of(history.get(history.size() - looks).getStartedAt());
    }

    /** What a search comes to that ended like this before it found anything out. */
    public static Found cannotTell(Outcome outcome) {
        return new Found.CannotTell(
                switch (outcome) {
                    case Outcome.RateLimited limited -> limited.cause();
                    case Outcome.Unavailable(var cause) -> cause;
                    case Outcome.TokenExpired(var cause) -> cause;
                    case Outcome.TokenRevoked(var cause) -> cause;
                    case Outcome.Rejected(var cause) -> cause;
                    case Outcome.Unconfirmed unconfirmed -> unconfirmed.cause();
                    case Outcome.Published _, Outcome.Continue _, Outcome.Underway _ ->
                        Cause.of(ErrorCode.UNEXPECTED_ANSWER);
                });
    }

    /** A search that went through and came to nothing. */
    public static Found notSeen(String detail) {
        return new Found.CannotTell(new Cause(ErrorCode.NOT_CONFIRMABLE, detail, Optional.empty(), Optional.empty()));
    }
}
