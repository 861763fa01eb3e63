package io.broadside.publisher;

import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.DeadLetter;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.Doubt;
import io.broadside.events.FreshToken;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.Platforms;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.EffectHandler;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Reconciled;
import io.broadside.runtime.dispatch.Reconciled.Verdict;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultException;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns a command into calls to its platform, and what came of them into results, delayed commands and refresh requests.
 *
 * <p>A command with a doubt is looked for and never sent; one without is sent, once. Nothing here waits: what has to wait
 * goes to retry-service.
 */
final class PublishHandler implements EffectHandler<PublishCommand> {

    private static final Logger LOGGER = LoggerFactory.getLogger(PublishHandler.class);
    private static final Duration KEYSET_PAUSE = Duration.ofSeconds(30);

    private final Platforms platforms;
    private final Function<String, Optional<FreshToken>> tokens;
    private final Vault vault;
    private final Predicate<String> lets;
    private final EventSerdes serdes;
    private final Clock clock;

    /**
     * @param tokens the current token of a connection, by its id
     * @param lets whether calls to a platform go through just now, by its id
     */
    PublishHandler(
            Platforms platforms,
            Function<String, Optional<FreshToken>> tokens,
            Vault vault,
            Predicate<String> lets,
            EventSerdes serdes,
            Clock clock) {
        this.platforms = platforms;
        this.tokens = tokens;
        this.vault = vault;
        this.lets = lets;
        this.serdes = serdes;
        this.clock = clock;
    }

    /** An open breaker holds its platform's commands where they are: an outage uses up no attempts. */
    @Override
    public boolean admits(String topic) {
        return lets.test(Topics.platformOf(topic));
    }

    @Override
    public Decision decide(Work<PublishCommand> work) {
        var command = work.value();
        var now = clock.instant();
        if (platforms.byId(command.getPlatform()).isEmpty()) {
            return new Decision.Settle(end(work, Results.failed(command, Cause.of(ErrorCode.UNKNOWN_PLATFORM), now)));
        }
        var isInDoubt = command.getDoubt().isPresent();
        var isOut = isOut(command);
        if (!isInDoubt && !isOut && command.getDeadline().filter(now::isAfter).isPresent()) {
            return new Decision.Settle(end(work, Results.failed(command, Cause.of(ErrorCode.DEADLINE_PASSED), now)));
        }
        var token = tokens.apply(command.getConnectionId());
        if (token.isEmpty()) {
            return new Decision.Settle(
                    isOut
                            ? incomplete(work, command, Cause.of(ErrorCode.TOKEN_MISSING), now)
                            : waitForToken(work, command, 0, ErrorCode.TOKEN_MISSING, now));
        }
        var version = token.get().getVersion();
        var isRefused = command.getRefusedTokenVersion()
                .filter(refused -> refused >= version)
                .isPresent();
        var isExpired =
                token.get().getExpiresAt().filter(end -> !end.isAfter(now)).isPresent();
        if (isRefused || isExpired) {
            return new Decision.Settle(
                    isOut
                            ? incomplete(work, command, Cause.of(ErrorCode.TOKEN_EXPIRED), now)
                            : waitForToken(work, command, version, ErrorCode.TOKEN_EXPIRED, now));
        }
        var isFirstStep = !isInDoubt && command.getCheckpoint().isEmpty();
        return new Decision.Attempt(
                isFirstStep
                        ? outputs(work)
                                .add(Topics.RESULTS, command.getRequestId(), Results.publishing(command, now))
                                .build()
                        : Outputs.none());
    }

    @Override
    public Outputs run(Work<PublishCommand> work) {
        var command = work.value();
        try {
            return command.getDoubt().isPresent() ? look(work, command).outputs() : publish(work, command);
        } catch (VaultException e) {
            return notUnsealed(work, command, e);
        }
    }

    /** The process that was to make the call is gone: whether it made it is to be found out. */
    @Override
    public Reconciled reconcile(Work<PublishCommand> work) {
        var command = work.value();
        var inDoubt = command.getDoubt().isPresent() ? command : doubting(command, ownerLost(work));
        try {
            return look(work, inDoubt);
        } catch (VaultException e) {
            return new Reconciled(Verdict.CANNOT_TELL, notUnsealed(work, inDoubt, e));
        }
    }

    private static Doubt ownerLost(Work<PublishCommand> work) {
        return Doubt.newBuilder()
                .setSince(work.writtenAt())
                .setStep(CommandHistory.step(work.value()))
                .setCause(ErrorCode.OWNER_LOST.name())
                .build();
    }

    /** Nothing was sent. It is this instance that lacks a key, or the token that was sealed with one nobody has: both can change. */
    private Outputs notUnsealed(Work<PublishCommand> work, PublishCommand command, VaultException cause) {
        LOGGER.atError()
                .addKeyValue("connectionId", command.getConnectionId())
                .addKeyValue("cause", cause.getMessage())
                .log("token cannot be unsealed; is the access keyset that of token-service?");
        var why = new Cause(
                ErrorCode.INTERNAL,
                "The account's token cannot be opened here; the operator must look at the keysets.",
                Optional.empty(),
                Optional.empty());
        var now = clock.instant();
        return command.getDoubt().isPresent()
                ? delay(
                        work,
                        Topics.BACKOFF_UNCONFIRMED,
                        command,
                        DelayCause.UNCONFIRMED,
                        Optional.of(now.plus(KEYSET_PAUSE)),
                        Optional.of(why),
                        now)
                : delay(
                        work,
                        Topics.BACKOFF_5XX,
                        command,
                        DelayCause.UNAVAILABLE,
                        Optional.of(now.plus(KEYSET_PAUSE)),
                        Optional.of(why),
                        now);
    }

    private Outputs publish(Work<PublishCommand> work, PublishCommand command) {
        var started = clock.instant();
        var credential = credential(work, command);
        if (credential.isEmpty()) {
            return waitForToken(work, command, 0, ErrorCode.TOKEN_MISSING, started);
        }
        var outcome = platform(command)
                .publish(command, credential.get().secret(), credential.get().context());
        var now = clock.instant();
        var next = CommandHistory.after(command, started, now, outcome);
        var version = credential.get().version();
        var missing = isOut(command) ? endOf(outcome) : Optional.<Cause>empty();
        if (missing.isPresent()) {
            return incomplete(work, next, missing.get(), now);
        }
        return switch (outcome) {
            case Outcome.Published(var remoteId, var permalink) ->
                end(work, Results.published(next, remoteId, permalink, now));
            case Outcome.Continue(var checkpoint, var notBefore) -> {
                // The platform took the token: should it expire days later, renewing it is worth a try again.
                var further = PublishCommand.newBuilder(next)
                        .setCheckpoint(checkpoint)
                        .setRefusedTokenVersion(null)
                        .build();
                yield notBefore.filter(now::isBefore).isPresent()
                        ? delay(work, Topics.WAITING, further, DelayCause.PROCESSING, notBefore, Optional.empty(), now)
                        : again(work, further);
            }
            case Outcome.Underway(var checkpoint, var notBefore) ->
                underway(work, next, started, checkpoint, notBefore, now);
            case Outcome.RateLimited limited ->
                delay(
                        work,
                        Topics.BACKOFF_429,
                        next,
                        DelayCause.RATE_LIMITED,
                        limited.notBefore(),
                        Optional.of(limited.cause()),
                        now);
            case Outcome.Unavailable(var cause) -> unavailable(work, next, cause, now);
            case Outcome.TokenExpired(var cause) -> refused(work, next, version, cause, now);
            case Outcome.TokenRevoked(var cause) -> waitForPerson(work, next, version, cause, now);
            case Outcome.Rejected(var cause) -> end(work, Results.failed(next, cause, now));
            case Outcome.Unconfirmed(var step, var cause) -> doubt(work, next, started, step, cause, now);
        };
    }

    /** Whether the post itself is out, and only something that belongs to it is left to do. */
    private static boolean isOut(PublishCommand command) {
        return command.getCheckpoint().flatMap(Checkpoint::getRemoteId).isPresent();
    }

    /** What ends a command whose post is out: nothing that belongs to a post is worth waiting for a token or a person. */
    private static Optional<Cause> endOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.TokenExpired(var cause) -> Optional.of(cause);
            case Outcome.TokenRevoked(var cause) -> Optional.of(cause);
            case Outcome.Rejected(var cause) -> Optional.of(cause);
            case Outcome.Published _,
                    Outcome.Continue _,
                    Outcome.Underway _,
                    Outcome.RateLimited _,
                    Outcome.Unavailable _,
                    Outcome.Unconfirmed _ -> Optional.empty();
        };
    }

    private Reconciled look(Work<PublishCommand> work, PublishCommand command) {
        var started = clock.instant();
        var credential = credential(work, command);
        if (credential.isEmpty()) {
            return new Reconciled(
                    Verdict.CANNOT_TELL, waitForToken(work, command, 0, ErrorCode.TOKEN_MISSING, started));
        }
        var found = platform(command)
                .find(command, credential.get().secret(), credential.get().context());
        var now = clock.instant();
        return new Reconciled(verdict(found), found(work, command, found, started, now));
    }

    private static Verdict verdict(Found found) {
        return switch (found) {
            case Found.Landed _, Found.Further _, Found.Underway _ -> Verdict.LANDED;
            case Found.Absent _ -> Verdict.ABSENT;
            case Found.CannotTell _ -> Verdict.CANNOT_TELL;
        };
    }

    private Outputs found(
            Work<PublishCommand> work, PublishCommand command, Found found, Instant started, Instant now) {
        return switch (found) {
            case Found.Landed(var remoteId, var permalink) ->
                end(
                        work,
                        Results.published(
                                CommandHistory.with(command, started, now, AttemptEnd.PUBLISHED, Optional.empty()),
                                remoteId,
                                permalink,
                                now));
            case Found.Further(var checkpoint) ->
                again(
                        work,
                        PublishCommand.newBuilder(CommandHistory.with(
                                        command, started, now, AttemptEnd.CONTINUED, Optional.empty()))
                                .setDoubt(null)
                                .setCheckpoint(checkpoint)
                                .build());
            case Found.Absent() -> {
                var next = PublishCommand.newBuilder(
                                CommandHistory.with(command, started, now, AttemptEnd.ABSENT, Optional.empty()))
                        .setDoubt(null)
                        .build();
                yield delay(
                        work,
                        Topics.BACKOFF_5XX,
                        next,
                        DelayCause.UNAVAILABLE,
                        Optional.empty(),
                        command.getDoubt().map(doubt -> Cause.of(ErrorCode.valueOf(doubt.getCause()))),
                        now);
            }
            case Found.Underway(var notBefore) ->
                stillUnderway(
                        work,
                        CommandHistory.with(command, started, now, AttemptEnd.CONTINUED, Optional.empty()),
                        notBefore,
                        now);
            case Found.CannotTell(var cause) -> {
                var next = CommandHistory.with(command, started, now, AttemptEnd.CANNOT_TELL, Optional.of(cause));
                var doubt = next.getDoubt().orElseThrow();
                var looked =
                        Doubt.newBuilder(doubt).setLooks(doubt.getLooks() + 1).build();
                yield delay(
                        work,
                        Topics.BACKOFF_UNCONFIRMED,
                        PublishCommand.newBuilder(next).setDoubt(looked).build(),
                        DelayCause.UNCONFIRMED,
                        Optional.empty(),
                        Optional.of(cause),
                        now);
            }
        };
    }

    /** What a call is made with: unsealed at the last moment, and gone with the call. */
    private record Credential(Secret secret, long version, CallContext context) {}

    private Optional<Credential> credential(Work<PublishCommand> work, PublishCommand command) {
        return tokens.apply(command.getConnectionId()).map(token -> {
            var context = new CallContext(
                    command.getConnectionId(),
                    Optional.of(command.getRequestId()),
                    Optional.of(command.getCommandId()),
                    command.getAttempt(),
                    OptionalLong.of(token.getVersion()),
                    work.trace(),
                    work.lease());
            var secret = vault.unseal(KeysetName.ACCESS, token.getSealedAccessToken(), command.getConnectionId());
            return new Credential(secret, token.getVersion(), context);
        });
    }

    private Outputs unavailable(Work<PublishCommand> work, PublishCommand next, Cause cause, Instant now) {
        var why = cause.code() == ErrorCode.BREAKER_OPEN ? DelayCause.BREAKER_OPEN : DelayCause.UNAVAILABLE;
        return delay(work, Topics.BACKOFF_5XX, next, why, Optional.empty(), Optional.of(cause), now);
    }

    /** A token that is refused is renewed once; if its successor is refused too, renewing does not help. */
    private Outputs refused(Work<PublishCommand> work, PublishCommand next, long version, Cause cause, Instant now) {
        if (next.getRefusedTokenVersion().isPresent()) {
            return waitForPerson(work, next, version, cause, now);
        }
        var refused =
                PublishCommand.newBuilder(next).setRefusedTokenVersion(version).build();
        return waitForToken(work, refused, version, cause.code(), now);
    }

    private Outputs waitForToken(
            Work<PublishCommand> work, PublishCommand command, long version, ErrorCode code, Instant now) {
        var out = outputs(work);
        if (version > 0) {
            out.add(Topics.REFRESH_REQUESTS, command.getConnectionId(), refresh(command, version, now));
        }
        var delayed = delayed(command, DelayCause.TOKEN, Optional.empty(), Optional.of(Cause.of(code)), now)
                .setNeedsTokenVersion(version + 1)
                .build();
        return out.add(Topics.WAITING, command.getConnectionId(), delayed).build();
    }

    private Outputs waitForPerson(
            Work<PublishCommand> work, PublishCommand command, long version, Cause cause, Instant now) {
        var refused = PublishCommand.newBuilder(command)
                .setRefusedTokenVersion(version)
                .build();
        var delayed = delayed(refused, DelayCause.PERSON, Optional.empty(), Optional.of(cause), now)
                .setNeedsTokenVersion(version + 1)
                .build();
        return outputs(work)
                .add(Topics.REFRESH_REQUESTS, command.getConnectionId(), refresh(command, version, now))
                .add(Topics.WAITING, command.getConnectionId(), delayed)
                .build();
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

    private Outputs doubt(
            Work<PublishCommand> work, PublishCommand next, Instant started, String step, Cause cause, Instant now) {
        var doubt = Doubt.newBuilder()
                .setSince(started)
                .setStep(step)
                .setCause(cause.code().name())
                .build();
        return delay(
                work,
                Topics.BACKOFF_UNCONFIRMED,
                doubting(next, doubt),
                DelayCause.UNCONFIRMED,
                Optional.empty(),
                Optional.of(cause),
                now);
    }

    /** In doubt from the start: nothing more is sent, so neither a deadline nor a cancellation holds back what is coming. */
    private Outputs underway(
            Work<PublishCommand> work,
            PublishCommand next,
            Instant started,
            Checkpoint checkpoint,
            Optional<Instant> notBefore,
            Instant now) {
        var doubt = Doubt.newBuilder()
                .setSince(started)
                .setStep(checkpoint.getStep())
                .setCause(ErrorCode.STILL_PROCESSING.name())
                .build();
        var further = PublishCommand.newBuilder(doubting(next, doubt))
                .setCheckpoint(checkpoint)
                .setRefusedTokenVersion(null)
                .build();
        return stillUnderway(work, further, notBefore, now);
    }

    private Outputs stillUnderway(
            Work<PublishCommand> work, PublishCommand command, Optional<Instant> notBefore, Instant now) {
        return delay(
                work,
                Topics.WAITING,
                command,
                DelayCause.PROCESSING,
                notBefore,
                Optional.of(Cause.of(ErrorCode.STILL_PROCESSING)),
                now);
    }

    private static PublishCommand doubting(PublishCommand command, Doubt doubt) {
        return PublishCommand.newBuilder(command)
                .setDoubt(doubt)
                .setDoubtedSince(command.getDoubtedSince().orElse(doubt.getSince()))
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
        return outputs(work)
                .add(
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

    /** The next step starts at once, from a command that holds the checkpoint durably. */
    private Outputs again(Work<PublishCommand> work, PublishCommand command) {
        var next = PublishCommand.newBuilder(command)
                .setRound(command.getRound() + 1)
                .build();
        return outputs(work)
                .add(Topics.commands(command.getPlatform()), command.getConnectionId(), next)
                .build();
    }

    private Outputs incomplete(Work<PublishCommand> work, PublishCommand command, Cause missing, Instant now) {
        return end(work, Results.incomplete(command, missing, now));
    }

    private Outputs end(Work<PublishCommand> work, PostResult result) {
        return outputs(work).add(Topics.RESULTS, result.getRequestId(), result).build();
    }

    @Override
    public Outputs unreadable(Unreadable unreadable) {
        var record = unreadable.record();
        var letter = DeadLetters.unreadable(
                unreadable.position(),
                record.key(),
                record.value(),
                "The record is not a PublishCommand in Confluent's Avro format.",
                unreadable.cause(),
                clock.instant());
        return Outputs.to(serdes, unreadable.trace())
                .add(Topics.DEAD_LETTERS, DeadLetters.key(record.key()), letter)
                .build();
    }

    @Override
    public Outputs failed(Work<PublishCommand> work, Throwable cause) {
        var command = work.value();
        var now = clock.instant();
        var letter = DeadLetter.newBuilder()
                .setSource(work.position())
                .setCommand(command)
                .setCode(ErrorCode.INTERNAL.name())
                .setDetail("Publishing failed unexpectedly.")
                .setCause(DeadLetters.chain(cause))
                .setAt(now)
                .build();
        // Once a call may have left, what came of it is anybody's guess.
        var isMaybeOut = work.lease().isUsed() || command.getDoubt().isPresent();
        var result = isOut(command)
                ? Results.incomplete(command, Cause.of(ErrorCode.INTERNAL), now)
                : isMaybeOut
                        ? Results.unconfirmed(command, Cause.of(ErrorCode.NOT_CONFIRMABLE), now)
                        : Results.failed(command, Cause.of(ErrorCode.INTERNAL), now);
        return outputs(work)
                .add(Topics.DEAD_LETTERS, command.getConnectionId(), letter)
                .add(Topics.RESULTS, command.getRequestId(), result)
                .build();
    }

    private Outputs.Builder outputs(Work<PublishCommand> work) {
        return Outputs.to(serdes, work.trace());
    }

    private Platform platform(PublishCommand command) {
        return platforms.byId(command.getPlatform()).orElseThrow();
    }
}
