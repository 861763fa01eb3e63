package io.broadside.publisher;

import io.broadside.events.AttemptEnd;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.budget.Budgets;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Work;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.OutPost;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What becomes of a command that was looked for.
 *
 * <p>A command has a few looks, and only a look that went through is one. What kept a look from going through is waited out
 * like anything else, with the doubt kept: a limit until its time, a token until there is a newer one, a platform that is
 * down for as long as one that could not be published to.
 */
final class AfterLook {

    /** Looks that a platform's limit keeps from being made do not count for so long. */
    private static final Duration LONGEST_BLIND = Duration.ofDays(7);

    private final CommandOutputs outputs;
    private final Budgets budgets;

    AfterLook(CommandOutputs outputs, Budgets budgets) {
        this.outputs = outputs;
        this.budgets = budgets;
    }

    /**
     * @param command one with a doubt
     * @param version of the token that was looked with
     * @param started when the look began
     */
    Outputs of(
            Work<PublishCommand> work,
            PublishCommand command,
            Found found,
            long version,
            Instant started,
            Instant now) {
        return switch (found) {
            case Found.Landed(var remoteId, var permalink) -> {
                var next = CommandHistory.with(command, started, now, AttemptEnd.PUBLISHED, Optional.empty());
                yield outputs.tell(work, Results.published(next, remoteId, permalink, now));
            }
            case Found.Further(var checkpoint) ->
                outputs.again(
                        work,
                        PublishCommand.newBuilder(CommandHistory.with(
                                        command, started, now, AttemptEnd.CONTINUED, Optional.empty()))
                                .setDoubt(null)
                                // The platform took the token: should it be refused later, renewing it is worth a try
                                // again.
                                .setRefusedTokenVersion(null)
                                .setCheckpoint(checkpoint)
                                .build());
            case Found.Absent() ->
                Doubts.isCalledDuplicate(command)
                        ? unseen(work, command, Cause.of(ErrorCode.DUPLICATE_REFUSED), started, now)
                        : absent(work, command, started, now);
            case Found.Underway(var notBefore) ->
                outputs.stillUnderway(
                        work,
                        CommandHistory.with(command, started, now, AttemptEnd.CONTINUED, Optional.empty()),
                        notBefore,
                        now);
            case Found.CannotTell(var cause, var stopped) ->
                stopped.isPresent()
                        ? stopped(work, command, stopped.get(), cause, version, started, now)
                        : unseen(work, command, cause, started, now);
        };
    }

    private Outputs absent(Work<PublishCommand> work, PublishCommand command, Instant started, Instant now) {
        var next = PublishCommand.newBuilder(
                        CommandHistory.with(command, started, now, AttemptEnd.ABSENT, Optional.empty()))
                .setDoubt(null)
                .setRefusedTokenVersion(null)
                .build();
        return outputs.unavailable(work, next, Doubts.cause(command).map(Cause::of), now);
    }

    /** It went through, and did not see the post. */
    private Outputs unseen(
            Work<PublishCommand> work, PublishCommand command, Cause cause, Instant started, Instant now) {
        var doubt = command.getDoubt().orElseThrow();
        var looked = Doubt.newBuilder(doubt)
                .setUnseen(doubt.getUnseen() + 1)
                .setUnseenSince(doubt.getUnseenSince().orElse(started))
                .build();
        return usedUp(work, PublishCommand.newBuilder(command).setDoubt(looked).build(), cause, started, now);
    }

    private Outputs usedUp(
            Work<PublishCommand> work, PublishCommand command, Cause cause, Instant started, Instant now) {
        var doubt = command.getDoubt().orElseThrow();
        var next = CommandHistory.with(command, started, now, AttemptEnd.CANNOT_TELL, Optional.of(cause));
        var looked = Doubt.newBuilder(doubt).setLooks(doubt.getLooks() + 1).build();
        return outputs.unconfirmed(
                work, PublishCommand.newBuilder(next).setDoubt(looked).build(), cause, now);
    }

    private Outputs stopped(
            Work<PublishCommand> work,
            PublishCommand command,
            Outcome by,
            Cause cause,
            long version,
            Instant started,
            Instant now) {
        var next = CommandHistory.with(command, started, now, AttemptEnd.CANNOT_TELL, Optional.of(cause));
        return switch (by) {
            case Outcome.RateLimited(var scope, var notBefore, var _) ->
                isBlindForLong(command, now)
                        ? usedUp(work, command, cause, started, now)
                        : outputs.waitForBudget(
                                work, command, budgets.refusedLook(command, scope, notBefore, cause), now);
            case Outcome.Unavailable _ -> outputs.lookLater(work, next, cause, now);
            case Outcome.TokenExpired _ ->
                OutPost.isOut(command) && CommandOutputs.wasRenewed(command)
                        ? incomplete(work, next, cause, now)
                        : outputs.refused(work, next, version, cause, now);
            case Outcome.TokenRevoked _ ->
                OutPost.isOut(command)
                        ? incomplete(work, next, cause, now)
                        : outputs.waitForPerson(work, next, version, cause, now);
            // It would be refused again, or said something new: it may change, and a few looks are granted.
            case Outcome.Rejected _,
                    Outcome.Unconfirmed _,
                    Outcome.Published _,
                    Outcome.Continue _,
                    Outcome.Underway _ -> usedUp(work, command, cause, started, now);
        };
    }

    private Outputs incomplete(Work<PublishCommand> work, PublishCommand command, Cause missing, Instant now) {
        return outputs.tell(work, Results.incomplete(command, missing, now));
    }

    private static boolean isBlindForLong(PublishCommand command, Instant now) {
        return !command.getDoubt().orElseThrow().getSince().plus(LONGEST_BLIND).isAfter(now);
    }
}
