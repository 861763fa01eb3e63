package io.broadside.publisher;

import io.broadside.events.Checkpoint;
import io.broadside.events.FreshToken;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.budget.Budgets;
import io.broadside.publisher.budget.Budgets.Permission;
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
import io.broadside.schemas.OutPost;
import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
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
 * goes to retry-service. What was not called costs nothing: neither an attempt nor a look.
 */
final class PublishHandler implements EffectHandler<PublishCommand> {

    private static final Logger LOGGER = LoggerFactory.getLogger(PublishHandler.class);

    /** What belongs to a post that is out waits for a renewed token for so long. */
    private static final Duration LONGEST_WITHOUT_TOKEN = Duration.ofHours(1);

    /** As retry-service says it of what waits there. */
    private static final Cause TAKEN_BACK =
            new Cause(ErrorCode.INCOMPLETE, "The rest was taken back.", Optional.empty(), Optional.empty());

    private final Platforms platforms;
    private final Function<String, Optional<FreshToken>> tokens;
    private final Function<String, Optional<PersonNeeded>> people;
    private final Predicate<String> withdrawn;
    private final Vault vault;
    private final Predicate<String> lets;
    private final Budgets budgets;
    private final int partitions;
    private final CommandOutputs outputs;
    private final AfterLook afterLook;
    private final Clock clock;

    /**
     * @param tokens the current token of a connection, by its id
     * @param people why a connection needs a person, if it does, by its id
     * @param withdrawn whether somebody wants a command back, by its id
     * @param lets whether calls to a platform go through just now, by its id
     * @param partitions how many partitions the commands of each platform have
     */
    PublishHandler(
            Platforms platforms,
            Function<String, Optional<FreshToken>> tokens,
            Function<String, Optional<PersonNeeded>> people,
            Predicate<String> withdrawn,
            Vault vault,
            Predicate<String> lets,
            Budgets budgets,
            int partitions,
            EventSerdes serdes,
            Clock clock) {
        this.platforms = platforms;
        this.tokens = tokens;
        this.people = people;
        this.withdrawn = withdrawn;
        this.vault = vault;
        this.lets = lets;
        this.budgets = budgets;
        this.partitions = partitions;
        this.outputs = new CommandOutputs(serdes);
        this.afterLook = new AfterLook(outputs, budgets);
        this.clock = clock;
    }

    /** An open breaker holds its platform's commands where they are: an outage uses up no attempts. */
    @Override
    public boolean admits(String topic) {
        return lets.test(Topics.platformOf(topic));
    }

    @Override
    public void owns(Map<String, Integer> partitionsByTopic) {
        for (var id : platforms.ids()) {
            var owned = partitionsByTopic.getOrDefault(Topics.commands(id).name(), 0);
            budgets.share(id, (double) owned / partitions);
        }
    }

    @Override
    public Decision decide(Work<PublishCommand> work) {
        var command = work.value();
        var now = clock.instant();
        if (platforms.byId(command.getPlatform()).isEmpty()) {
            return new Decision.Settle(
                    outputs.tell(work, Results.failed(command, Cause.of(ErrorCode.UNKNOWN_PLATFORM), now)));
        }
        var isInDoubt = command.getDoubt().isPresent();
        var isOut = OutPost.isOut(command);
        // What may be out is looked for first, and only then taken back or too late.
        var isOnlyLookedFor = isInDoubt || OutPost.isOnlyLookedFor(command);
        if (!isOnlyLookedFor && withdrawn.test(command.getCommandId())) {
            return new Decision.Settle(
                    isOut
                            ? incomplete(work, command, TAKEN_BACK, now)
                            : outputs.tell(work, Results.cancelled(command, now)));
        }
        if (!isOnlyLookedFor && command.getDeadline().filter(now::isAfter).isPresent()) {
            var tooLate = Cause.of(ErrorCode.DEADLINE_PASSED);
            return new Decision.Settle(
                    isOut
                            ? incomplete(work, command, tooLate, now)
                            : outputs.tell(work, Results.failed(command, tooLate, now)));
        }
        var token = tokens.apply(command.getConnectionId());
        // A token that is newer than the one that needed a person is a person's answer. Where there is none any more,
        // as after a withdrawal, only a person brings the next one.
        var needed = people.apply(command.getConnectionId())
                .filter(person ->
                        token.isEmpty() || person.tokenVersion() >= token.get().getVersion());
        if (needed.isPresent()) {
            return new Decision.Settle(
                    isOut
                            ? incomplete(work, command, needed.get().cause(), now)
                            : outputs.holdForPerson(
                                    work,
                                    command,
                                    needed.get().tokenVersion(),
                                    needed.get().cause(),
                                    now));
        }
        if (token.isEmpty()) {
            return new Decision.Settle(
                    isOut
                            ? incomplete(work, command, Cause.of(ErrorCode.TOKEN_MISSING), now)
                            : outputs.waitForToken(work, command, 0, ErrorCode.TOKEN_MISSING, now));
        }
        var version = token.get().getVersion();
        var isRefused = command.getRefusedTokenVersion()
                .filter(refused -> refused >= version)
                .isPresent();
        var isExpired =
                token.get().getExpiresAt().filter(end -> !end.isAfter(now)).isPresent();
        if (isRefused || isExpired) {
            return new Decision.Settle(
                    isOut && isWithoutTokenForLong(command, now)
                            ? incomplete(work, command, Cause.of(ErrorCode.TOKEN_EXPIRED), now)
                            : outputs.waitForToken(work, command, version, ErrorCode.TOKEN_EXPIRED, now));
        }
        var held = isInDoubt ? budgets.holdLook(command) : budgets.hold(command);
        if (held.isPresent()) {
            return new Decision.Settle(outputs.waitForBudget(work, command, held.get(), now));
        }
        var isFirstStep = !isInDoubt && command.getCheckpoint().isEmpty();
        return new Decision.Attempt(
                isFirstStep ? outputs.tell(work, Results.publishing(command, now)) : Outputs.none());
    }

    @Override
    public Outputs run(Work<PublishCommand> work) {
        var command = work.value();
        if (command.getDoubt().isPresent()) {
            return look(work, command).outputs();
        }
        return switch (budgets.take(command)) {
            case Permission.Refused(var held) -> outputs.waitForBudget(work, command, held, clock.instant());
            case Permission.Granted(var ticket) -> {
                try (ticket) {
                    yield publish(work, command);
                }
            }
        };
    }

    /** The process that was to make the call is gone: whether it made it is to be found out. */
    @Override
    public Reconciled reconcile(Work<PublishCommand> work) {
        var command = work.value();
        return look(
                work,
                command.getDoubt().isPresent()
                        ? command
                        : CommandOutputs.doubting(
                                command, work.writtenAt(), CommandHistory.step(command), ErrorCode.OWNER_LOST));
    }

    private Outputs publish(Work<PublishCommand> work, PublishCommand command) {
        var started = clock.instant();
        Optional<Credential> credential;
        try {
            credential = credential(work, command);
        } catch (VaultException e) {
            return notUnsealed(work, command, e);
        }
        if (credential.isEmpty()) {
            return outputs.waitForToken(work, command, 0, ErrorCode.TOKEN_MISSING, started);
        }
        var outcome = platform(command)
                .publish(command, credential.get().secret(), credential.get().context());
        var now = clock.instant();
        var next = CommandHistory.after(command, started, now, outcome);
        var version = credential.get().version();
        var missing = OutPost.isOut(command) ? endOf(command, outcome) : Optional.<Cause>empty();
        if (missing.isPresent()) {
            return incomplete(work, next, missing.get(), now);
        }
        return switch (outcome) {
            case Outcome.Published(var remoteId, var permalink) ->
                outputs.tell(work, Results.published(next, remoteId, permalink, now));
            case Outcome.Continue(var checkpoint, var notBefore) -> {
                // The platform took the token: should it expire days later, renewing it is worth a try again.
                var further = PublishCommand.newBuilder(next)
                        .setCheckpoint(checkpoint)
                        .setRefusedTokenVersion(null)
                        .build();
                yield notBefore
                        .filter(now::isBefore)
                        .map(time -> outputs.waitForProcessing(work, further, time, now))
                        .orElseGet(() -> outputs.again(work, further));
            }
            // In doubt from the start: neither a deadline nor a cancellation holds back what is coming.
            case Outcome.Underway(var checkpoint, var notBefore) -> {
                var further = PublishCommand.newBuilder(CommandOutputs.doubting(
                                next, started, checkpoint.getStep(), ErrorCode.STILL_PROCESSING))
                        .setCheckpoint(checkpoint)
                        .setRefusedTokenVersion(null)
                        .build();
                yield outputs.stillUnderway(work, further, notBefore, now);
            }
            case Outcome.RateLimited(var scope, var notBefore, var cause) -> {
                budgets.refused(command, scope, notBefore, cause);
                yield outputs.limited(work, next, notBefore, cause, now);
            }
            case Outcome.Unavailable(var cause) -> outputs.unavailable(work, next, Optional.of(cause), now);
            case Outcome.TokenExpired(var cause) -> outputs.refused(work, next, version, cause, now);
            case Outcome.TokenRevoked(var cause) -> outputs.waitForPerson(work, next, version, cause, now);
            case Outcome.Rejected(var cause) -> outputs.tell(work, Results.failed(next, cause, now));
            case Outcome.Unconfirmed(var step, var cause) ->
                outputs.unconfirmed(work, CommandOutputs.doubting(next, started, step, cause.code()), cause, now);
        };
    }

    /** What ends a command whose post is out: what belongs to a post waits for a renewed token once, and for no person. */
    private static Optional<Cause> endOf(PublishCommand command, Outcome outcome) {
        return switch (outcome) {
            case Outcome.TokenExpired(var cause) -> Optional.of(cause).filter(_ -> CommandOutputs.wasRenewed(command));
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

    private static boolean isWithoutTokenForLong(PublishCommand command, Instant now) {
        return command.getCheckpoint()
                .map(Checkpoint::getAt)
                .filter(at -> at.plus(LONGEST_WITHOUT_TOKEN).isBefore(now))
                .isPresent();
    }

    private Outputs incomplete(Work<PublishCommand> work, PublishCommand command, Cause missing, Instant now) {
        return outputs.tell(work, Results.incomplete(command, missing, now));
    }

    /** @param command one with a doubt */
    private Reconciled look(Work<PublishCommand> work, PublishCommand command) {
        var started = clock.instant();
        var held = budgets.holdLook(command);
        if (held.isPresent()) {
            return open(outputs.waitForBudget(work, command, held.get(), started));
        }
        Optional<Credential> credential;
        try {
            credential = credential(work, command);
        } catch (VaultException e) {
            return open(notUnsealed(work, command, e));
        }
        if (credential.isEmpty()) {
            return open(outputs.waitForToken(work, command, 0, ErrorCode.TOKEN_MISSING, started));
        }
        var found = platform(command)
                .find(command, credential.get().secret(), credential.get().context());
        var told = afterLook.of(work, command, found, credential.get().version(), started, clock.instant());
        return new Reconciled(verdict(found), told);
    }

    private static Reconciled open(Outputs outputs) {
        return new Reconciled(Verdict.CANNOT_TELL, outputs);
    }

    private static Verdict verdict(Found found) {
        return switch (found) {
            case Found.Landed _, Found.Further _, Found.Underway _ -> Verdict.LANDED;
            case Found.Absent _ -> Verdict.ABSENT;
            case Found.CannotTell _ -> Verdict.CANNOT_TELL;
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

    private Outputs notUnsealed(Work<PublishCommand> work, PublishCommand command, VaultException cause) {
        LOGGER.atError()
                .addKeyValue("connectionId", command.getConnectionId())
                .addKeyValue("cause", cause.getMessage())
                .log("token cannot be unsealed; is the access keyset that of token-service?");
        return outputs.notUnsealed(work, command, clock.instant());
    }

    @Override
    public Outputs unreadable(Unreadable unreadable) {
        return outputs.unreadable(unreadable, clock.instant());
    }

    @Override
    public Outputs failed(Work<PublishCommand> work, Throwable cause) {
        return outputs.failed(work, cause, clock.instant());
    }

    private Platform platform(PublishCommand command) {
        return platforms.byId(command.getPlatform()).orElseThrow();
    }
}
