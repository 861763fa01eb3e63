package io.broadside.publisher.platform;

import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
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

    /** How often a look has gone through since the doubt arose, and did not see the post. */
    public static int looks(PublishCommand command) {
        return command.getDoubt().map(Doubt::getUnseen).orElse(0);
    }

    /** When the first of these looks began: the call in doubt had ended by then. */
    public static Optional<Instant> lookedSince(PublishCommand command) {
        return command.getDoubt().flatMap(Doubt::getUnseenSince);
    }

    /** Why it is in doubt; empty if a newer version of Broadside wrote that. */
    public static Optional<ErrorCode> cause(PublishCommand command) {
        return command.getDoubt()
                .flatMap(doubt -> Arrays.stream(ErrorCode.values())
                        .filter(code -> code.name().equals(doubt.getCause()))
                        .findFirst());
    }

    /**
     * Whether the platform called a later try a duplicate: then no look proves that the post is absent, and sending it once
     * more would only come to the same.
     */
    public static boolean isCalledDuplicate(PublishCommand command) {
        return cause(command).equals(Optional.of(ErrorCode.DUPLICATE_REFUSED));
    }

    /** Whether it was refused like this before, and then looked for and not there: then the refusal is the truth. */
    public static boolean isRefusedAgain(PublishCommand command, Cause refusal) {
        return command.getHistory().reversed().stream()
                .dropWhile(attempt -> attempt.getEnd() != AttemptEnd.ABSENT)
                .anyMatch(attempt -> attempt.getEnd() == AttemptEnd.UNCONFIRMED
                        && attempt.getPlatformCode().equals(refusal.platformCode())
                        && attempt.getHttpStatus().equals(refusal.httpStatus()));
    }

    /**
     * A post that was begun by a version that knows more steps, or fewer: nothing may be said of it, and nothing may be done to it.
     */
    public static Outcome begunByAnotherVersion(PublishCommand command) {
        var step = command.getCheckpoint().map(Checkpoint::getStep).orElse("");
        var detail = "The post was begun by another version of Broadside, at a step unknown to this one; please look.";
        return new Outcome.Unconfirmed(
                step, new Cause(ErrorCode.NOT_CONFIRMABLE, detail, Optional.empty(), Optional.empty()));
    }

    /** What a search comes to that ended like this before it found anything out. */
    public static Found cannotTell(Outcome outcome) {
        var why = switch (outcome) {
            case Outcome.RateLimited limited -> limited.cause();
            case Outcome.Unavailable(var cause) -> cause;
            case Outcome.TokenExpired(var cause) -> cause;
            case Outcome.TokenRevoked(var cause) -> cause;
            case Outcome.Rejected(var cause) -> cause;
            case Outcome.Unconfirmed unconfirmed -> unconfirmed.cause();
            case Outcome.Published _, Outcome.Continue _, Outcome.Underway _ -> Cause.of(ErrorCode.UNEXPECTED_ANSWER);
        };
        return new Found.CannotTell(why, Optional.of(outcome));
    }

    /** A search that went through and came to nothing. */
    public static Found notSeen(String detail) {
        return new Found.CannotTell(new Cause(ErrorCode.NOT_CONFIRMABLE, detail, Optional.empty(), Optional.empty()));
    }
}
