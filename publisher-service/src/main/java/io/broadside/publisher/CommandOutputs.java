package io.broadside.publisher;

import io.broadside.events.CommandEnded;
import io.broadside.events.DeadLetter;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.Doubt;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.publisher.budget.Held;
import io.broadside.publisher.platform.Cause;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.OutPost;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is written because of what came of a command: its last word, its next step, or that and why it waits. */
final class CommandOutputs {

    private static final Duration KEYSET_PAUSE = Duration.ofSeconds(30);

    private final EventSerdes serdes;

    CommandOutputs(EventSerdes serdes) {
        this.serdes = serdes;
    }

    /** A change of status: the last word, or what is told before a call is made. */
    Outputs tell(Work<PublishCommand> work, PostResult result) {
        return told(of(work), work.value(), result).build();
    }

    /** Later posts of the account may wait for the end of this one. */
    private static Outputs.Builder told(Outputs.Builder out, PublishCommand command, PostResult result) {
        out.add(Topics.RESULTS, result.getRequestId(), result);
        if (!result.getIsFinal() || command.getOrder() != PostOrder.IN_ORDER) {
            return out;
        }
        return out.add(
                Topics.ENDED,
                command.getConnectionId(),
                CommandEnded.newBuilder()
                        .setCommandId(command.getCommandId())
                        .setRequestId(command.getRequestId())
                        .setConnectionId(command.getConnectionId())
                        .setAt(result.getAt())
                        .build());
    }

    /** The next step starts at once, from a command that holds the checkpoint durably. */
    Outputs again(Work<PublishCommand> work, PublishCommand command) {
        var next = PublishCommand.newBuilder(command)
                .setRound(command.getRound() + 1)
                .build();
        return of(work).add(Topics.commands(command.getPlatform()), command.getConnectionId(), next)
                .build();
    }

    /** It waits until the platform has processed what it was given. */
    Outputs waitForProcessing(Work<PublishCommand> work, PublishCommand command, Instant notBefore, Instant now) {
        return delay(
                work, Topics.WAITING, command, DelayCause.PROCESSING, Optional.of(notBefore), Optional.empty(), now);
    }

    /** The platform publishes by itself; it is asked again. */
    Outputs stillUnderway(Work<PublishCommand> work, PublishCommand command, Optional<Instant> notBefore, Instant now) {
        return delay(
                work,
                Topics.WAITING,
                command,
                DelayCause.PROCESSING,
                notBefore,
                Optional.of(Cause.of(ErrorCode.STILL_PROCESSING)),
                now);
    }

    /** The platform asked to wait. */
    Outputs limited(
            Work<PublishCommand> work, PublishCommand command, Optional<Instant> notBefore, Cause cause, Instant now) {
        return delay(work, Topics.BACKOFF_429, command, DelayCause.RATE_LIMITED, notBefore, Optional.of(cause), now);
    }

    /** Nothing was published, and it may be tried again. */
    Outputs unavailable(Work<PublishCommand> work, PublishCommand command, Optional<Cause> cause, Instant now) {
        return delay(
                work, Topics.BACKOFF_5XX, command, whyUnavailable(cause), cause.flatMap(Cause::retryAt), cause, now);
    }

    /** There is no call left for it just now; that is no attempt, and no look. */
    Outputs waitForBudget(Work<PublishCommand> work, PublishCommand command, Held held, Instant now) {
        var whatThen = command.getDoubt().isPresent() ? "Is looked for" : "Goes out";
        var cause =
                new Cause(ErrorCode.BUDGET_USED_UP, held.sentence(whatThen, now), Optional.empty(), Optional.empty());
        return delay(
                work, Topics.WAITING, command, DelayCause.BUDGET, Optional.of(held.until()), Optional.of(cause), now);
    }

    /** It is to be looked for, and not sent before that has come to something. */
    Outputs unconfirmed(Work<PublishCommand> work, PublishCommand command, Cause cause, Instant now) {
        return delay(
                work,
                Topics.BACKOFF_UNCONFIRMED,
                command,
                DelayCause.UNCONFIRMED,
                cause.retryAt(),
                Optional.of(cause),
                now);
    }

    /** The platform is down, or calls to it are held back: a look that did not go through is none. */
    Outputs lookLater(Work<PublishCommand> work, PublishCommand command, Cause cause, Instant now) {
        return delay(
                work,
                Topics.BACKOFF_UNCONFIRMED,
                command,
                whyUnavailable(Optional.of(cause)),
                cause.retryAt(),
                Optional.of(cause),
                now);
    }

    private static DelayCause whyUnavailable(Optional<Cause> cause) {
        return cause.filter(known -> known.code() == ErrorCode.BREAKER_OPEN).isPresent()
                ? DelayCause.BREAKER_OPEN
                : DelayCause.UNAVAILABLE;
    }

    /** Nothing was sent. It is this instance that lacks a key, or the token that was sealed with one nobody has: both can change. */
    Outputs notUnsealed(Work<PublishCommand> work, PublishCommand command, Instant now) {
        var cause = new Cause(
                ErrorCode.INTERNAL,
                "The account's token cannot be opened here; the operator must look at the keysets.",
                Optional.empty(),
                Optional.empty());
        var isInDoubt = command.getDoubt().isPresent();
        return delay(
                work,
                isInDoubt ? Topics.BACKOFF_UNCONFIRMED : Topics.BACKOFF_5XX,
                command,
                isInDoubt ? DelayCause.UNCONFIRMED : DelayCause.UNAVAILABLE,
                Optional.of(now.plus(KEYSET_PAUSE)),
                Optional.of(cause),
                now);
    }

    /** A token that is refused is renewed once; if its successor is refused too, renewing does not help. */
    Outputs refused(Work<PublishCommand> work, PublishCommand command, long version, Cause cause, Instant now) {
        if (wasRenewed(command)) {
            return waitForPerson(work, command, version, cause, now);
        }
        var refused = PublishCommand.newBuilder(command)
                .setRefusedTokenVersion(version)
                .build();
        return waitForToken(work, refused, version, cause.code(), now);
    }

    /** @param version of the token that will not do; 0 where there is none, and none to ask for */
    Outputs waitForToken(Work<PublishCommand> work, PublishCommand command, long version, ErrorCode code, Instant now) {
        var out = of(work);
        if (version > 0) {
            out.add(Topics.REFRESH_REQUESTS, command.getConnectionId(), refresh(command, version, now));
        }
        var delayed = delayed(command, DelayCause.TOKEN, Optional.empty(), Optional.of(Cause.of(code)), now)
                .setNeedsTokenVersion(version + 1)
                .build();
        return out.add(Topics.WAITING, command.getConnectionId(), delayed).build();
    }

    /** Nothing was refused: there is no call to make with a connection that needs a person. */
    Outputs holdForPerson(Work<PublishCommand> work, PublishCommand command, long version, Cause cause, Instant now) {
        var delayed = delayed(command, DelayCause.PERSON, Optional.empty(), Optional.of(cause), now)
                .setNeedsTokenVersion(version + 1)
                .build();
        return of(work).add(Topics.WAITING, command.getConnectionId(), delayed).build();
    }

    Outputs waitForPerson(Work<PublishCommand> work, PublishCommand command, long version, Cause cause, Instant now) {
        var refused = PublishCommand.newBuilder(command)
                .setRefusedTokenVersion(version)
                .build();
        var delayed = delayed(refused, DelayCause.PERSON, Optional.empty(), Optional.of(cause), now)
                .setNeedsTokenVersion(version + 1)
                .build();
        return of(work).add(Topics.REFRESH_REQUESTS, command.getConnectionId(), refresh(command, version, now))
                .add(Topics.WAITING, command.getConnectionId(), delayed)
                .build();
    }

    Outputs unreadable(Unreadable unreadable, Instant now) {
        var record = unreadable.record();
        var letter = DeadLetters.unreadable(
                unreadable.position(),
                record.key(),
                record.value(),
                "The record is not a PublishCommand in Confluent's Avro format.",
                unreadable.cause(),
                now);
        return Outputs.to(serdes, unreadable.trace())
                .add(Topics.DEAD_LETTERS, DeadLetters.key(record.key()), letter)
                .build();
    }

    /** A bug of ours: kept with its causes, and told. */
    Outputs failed(Work<PublishCommand> work, Throwable cause, Instant now) {
        var command = work.value();
        // Whoever takes the letter up again must look first, if a call may have left.
        var hasLeft = work.lease().isUsed() && command.getDoubt().isEmpty();
        var letter = DeadLetter.newBuilder()
                .setSource(work.position())
                .setCommand(
                        hasLeft
                                ? doubting(command, work.writtenAt(), CommandHistory.step(command), ErrorCode.INTERNAL)
                                : command)
                .setCode(ErrorCode.INTERNAL.name())
                .setDetail("Publishing failed unexpectedly.")
                .setCause(DeadLetters.chain(cause))
                .setAt(now)
                .build();
        // Once a call may have left, what came of it is anybody's guess.
        var isMaybeOut = work.lease().isUsed() || command.getDoubt().isPresent();
        var result = OutPost.isOut(command)
                ? Results.incomplete(command, Cause.of(ErrorCode.INTERNAL), now)
                : isMaybeOut
                        ? Results.unconfirmed(command, Cause.of(ErrorCode.NOT_CONFIRMABLE), now)
                        : Results.failed(command, Cause.of(ErrorCode.INTERNAL), now);
        return told(of(work).add(Topics.DEAD_LETTERS, command.getConnectionId(), letter), command, result)
                .build();
    }

    /** Whether a token was refused for it before, so that the one it has now is the renewed one. */
    static boolean wasRenewed(PublishCommand command) {
        return command.getRefusedTokenVersion().isPresent();
    }

    /** The command with a doubt; the time of the first one is kept. */
    static PublishCommand doubting(PublishCommand command, Instant since, String step, ErrorCode cause) {
        var doubt = Doubt.newBuilder()
                .setSince(since)
                .setStep(step)
                .setCause(cause.name())
                .build();
        return PublishCommand.newBuilder(command)
                .setDoubt(doubt)
                .setDoubtedSince(command.getDoubtedSince().orElse(since))
                .build();
    }

    private Outputs delay(
            Work<PublishCommand> work,
            Topic<DelayedCommand> topic,
            PublishCommand command,
            DelayCause why,
            Optional<Instant> notBefore,
            Optional<Cause> cause,
            Instant now) {
        return of(work).add(
                        topic,
                        command.getConnectionId(),
                        delayed(command, why, notBefore, cause, now).build())
                .build();
    }

    private static DelayedCommand.Builder delayed(
            PublishCommand command, DelayCause why, Optional<Instant> notBefore, Optional<Cause> cause, Instant now) {
        return DelayedCommand.newBuilder()
                .setCommand(command)
                .setCause(why)
                .setNotBefore(notBefore.orElse(null))
                .setErrorCode(cause.map(known -> known.code().name()).orElse(null))
                .setDetail(cause.map(Cause::detail).orElse(null))
                .setSince(now);
    }

    private static RefreshRequest refresh(PublishCommand command, long version, Instant now) {
        return RefreshRequest.newBuilder()
                .setConnectionId(command.getConnectionId())
                .setPlatform(command.getPlatform())
                .setTokenVersion(version)
                .setReason(RefreshReason.REFUSED)
                .setRequestedAt(now)
                .build();
    }

    private Outputs.Builder of(Work<PublishCommand> work) {
        return Outputs.to(serdes, work.trace());
    }
}
