package io.broadside.retry;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PublishCommand;
import io.broadside.retry.Pause.Exponential;
import io.broadside.retry.Pause.Fixed;
import io.broadside.retry.Pause.Steps;
import io.broadside.retry.Pause.UntilPerson;
import io.broadside.retry.Pause.UntilToken;
import io.broadside.retry.RetryPolicy.Rule;
import io.broadside.retry.Verdict.Hold;
import io.broadside.retry.Verdict.TooLate;
import io.broadside.retry.Verdict.UsedUp;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.OutPost;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;

/**
 * Applies the policy to a command: until when it waits, or that it waits no more. Keeps nothing; as safe for use by several
 * threads as the randomness it was given.
 *
 * <ol>
 *   <li>A time named by the platform or the sender is the due time, to the millisecond, unless it has passed.
 *   <li>A time that comes with a fault is a guess: it lengthens a pause to a quarter of an hour at most, and makes nothing too late. A
 *       platform that says again and again that it will be back in a second is left alone for as long as the policy says.
 *   <li>A command whose due time lies beyond its deadline is too late at once, not only at the deadline.
 *   <li>A command in doubt is never too late: it may be out already, so it must be looked for. One whose post is out can be too late
 *       for what belongs to the post, such as a first comment.
 * </ol>
 */
final class Judge {

    /** More doublings than any cap can hold. */
    private static final int MOST_DOUBLINGS = 48;

    /** As long as the longest pause of the policy: gateways name hours, and are back in a minute. */
    private static final Duration LONGEST_AFTER_FAULT = Duration.ofMinutes(15);

    /** A publisher that asks again for a token we have seen has not seen it yet: it gets a moment. */
    private static final Duration FOR_THE_OTHERS = Duration.ofSeconds(1);

    private static final Duration AFTER_THE_DEADLINE = Duration.ofMillis(1);

    private final RetryPolicy policy;
    private final DoubleSupplier random;

    /** @param random numbers from 0 (included) to 1 (excluded) */
    Judge(RetryPolicy policy, DoubleSupplier random) {
        this.policy = policy;
        this.random = random;
    }

    /**
     * Judges a command that came to wait.
     *
     * @param run the trouble this wait belongs to
     * @param isRepeat whether its last wait was for the same cause
     * @param knownToken version of the newest token of the connection that was seen
     */
    Verdict judge(DelayedCommand delayed, Instant now, Run run, boolean isRepeat, OptionalLong knownToken) {
        var command = delayed.getCommand();
        var rule = policy.rule(command.getPlatform(), delayed.getCause());
        var limit = reachedLimit(rule, delayed, run, now);
        if (limit.isPresent()) {
            return new UsedUp(limit.get());
        }
        var named = named(delayed).map(time -> later(time, now));
        return switch (rule.pause()) {
            case UntilToken(var poll) -> {
                var needed = neededByToken(delayed);
                yield isThere(needed, knownToken)
                        ? until(command, isRepeat ? now.plus(FOR_THE_OTHERS) : now, now)
                        : untilToken(command, named, named.orElse(now.plus(poll)), now, needed);
            }
            case UntilPerson() -> {
                var needed = neededByPerson(delayed, knownToken);
                yield isThere(needed, knownToken)
                        ? until(command, isRepeat ? now.plus(FOR_THE_OTHERS) : now, now)
                        : untilToken(command, named, named.orElse(Verdict.NEVER), now, needed);
            }
            case Exponential pause -> {
                var due = now.plus(chosen(pause, failures(delayed, run)));
                yield until(
                        command,
                        named.map(time -> isLimit(delayed) ? time : afterFault(time, due, command, now))
                                .orElse(due),
                        now);
            }
            case Steps(var spans) -> {
                var due = now.plus(spans.get(looks(command)));
                yield until(
                        command,
                        named.map(time -> afterFault(time, due, command, now)).orElse(due),
                        now);
            }
            case Fixed(var span) -> until(command, named.orElseGet(() -> now.plus(span)), now);
        };
    }

    /** Whether the call before this wait was an attempt. */
    boolean isAttempt(DelayedCommand delayed) {
        return policy.rule(delayed.getCommand().getPlatform(), delayed.getCause())
                .isAttempt();
    }

    /** Whether the time has passed until which a publication is wanted; never while nobody knows whether it has happened. */
    static boolean isTooLate(PublishCommand command, Instant now) {
        return !isInDoubt(command) && command.getDeadline().filter(now::isAfter).isPresent();
    }

    /** When it goes out if it is due then: not before the time it is scheduled for, unless it has begun. */
    static Instant goesOutAt(PublishCommand command, Instant due) {
        return Amendments.hasBegun(command)
                ? due
                : command.getPublishAt().map(time -> later(time, due)).orElse(due);
    }

    /** From when on nobody wants it any more, in milliseconds of the epoch; {@link Place#NEVER} if always somebody may. */
    static long endsAt(PublishCommand command) {
        return isInDoubt(command)
                ? Place.NEVER
                : command.getDeadline()
                        .map(end -> Math.min(end.toEpochMilli(), Place.NEVER - 1) + 1)
                        .orElse(Place.NEVER);
    }

    /** Whether it is looked for: a call was made of which nobody knows what came, or the post is out and its id is not known. */
    static boolean isInDoubt(PublishCommand command) {
        return command.getDoubt().isPresent() || OutPost.isOnlyLookedFor(command);
    }

    private static boolean isLimit(DelayedCommand delayed) {
        return delayed.getCause() == DelayCause.RATE_LIMITED;
    }

    private static Instant afterFault(Instant named, Instant due, PublishCommand command, Instant now) {
        var time = later(earlier(named, now.plus(LONGEST_AFTER_FAULT)), due);
        return isTooLate(command, goesOutAt(command, time)) ? due : time;
    }

    private static Verdict until(PublishCommand command, Instant due, Instant now) {
        return isTooLate(command, goesOutAt(command, due)) || isTooLate(command, now)
                ? new TooLate()
                : new Hold(due, Verdict.NO_TOKEN, Optional.of(due));
    }

    private static Verdict untilToken(
            PublishCommand command, Optional<Instant> named, Instant due, Instant now, long needed) {
        if (isTooLate(command, now)) {
            return new TooLate();
        }
        // The token may come before the deadline, so it waits that long; the timer then finds it too late.
        var bounded = isTooLate(command, due)
                ? command.getDeadline().map(end -> end.plus(AFTER_THE_DEADLINE)).orElse(due)
                : due;
        return new Hold(bounded, needed, named);
    }

    private static boolean isThere(long needed, OptionalLong known) {
        return known.isPresent() && known.getAsLong() >= needed;
    }

    private static long neededByToken(DelayedCommand delayed) {
        return delayed.getNeedsTokenVersion()
                .or(() -> delayed.getCommand().getRefusedTokenVersion().map(refused -> refused + 1))
                .orElse(1L);
    }

    private static long neededByPerson(DelayedCommand delayed, OptionalLong known) {
        return delayed.getNeedsTokenVersion()
                .or(() -> delayed.getCommand().getRefusedTokenVersion().map(refused -> refused + 1))
                .orElse(known.isPresent() ? known.getAsLong() + 1 : 1L);
    }

    private static Optional<Instant> named(DelayedCommand delayed) {
        return delayed.getCause() == DelayCause.SCHEDULED
                ? delayed.getNotBefore().or(delayed.getCommand()::getPublishAt)
                : delayed.getNotBefore();
    }

    private Optional<String> reachedLimit(Rule rule, DelayedCommand delayed, Run run, Instant now) {
        if (rule.pause() instanceof Steps(var spans) && looks(delayed.getCommand()) >= spans.size()) {
            return Optional.of(spans.size() + " looks");
        }
        var counts = rule.countsNamedTimes() || delayed.getNotBefore().isEmpty();
        // The history does not tell which of them named a time.
        var failures = rule.countsNamedTimes() ? failures(delayed, run) : remembered(delayed, run);
        if (rule.attempts() > 0 && counts && failures >= rule.attempts()) {
            return Optional.of(rule.attempts() + " attempts");
        }
        return rule.age()
                .filter(age -> failingSince(delayed, run).plus(age).isBefore(now))
                .map(age -> age.toHours() + " hours");
    }

    /** Failures of this cause so far, this one included: as the history tells, which is bounded, or as is remembered. */
    private static int failures(DelayedCommand delayed, Run run) {
        var remembered = remembered(delayed, run);
        var command = delayed.getCommand();
        if (command.getHistory().isEmpty()) {
            return Math.max(remembered, command.getRedrivenAt().isPresent() ? 1 : command.getAttempt());
        }
        var told = command.getHistory().stream()
                .filter(attempt -> isFailure(attempt, delayed.getCause()))
                .filter(attempt -> counts(attempt, command))
                .count();
        return Math.max(remembered, Math.toIntExact(told));
    }

    private static int remembered(DelayedCommand delayed, Run run) {
        return run.cause() == delayed.getCause() ? run.failures() : 1;
    }

    /** What was tried before it was redriven does not count against it. */
    private static boolean counts(Attempt attempt, PublishCommand command) {
        return command.getRedrivenAt().map(attempt.getStartedAt()::isAfter).orElse(true);
    }

    private static boolean isFailure(Attempt attempt, DelayCause cause) {
        return switch (attempt.getEnd()) {
            case RATE_LIMITED -> cause == DelayCause.RATE_LIMITED;
            // A call that an open breaker held back was none.
            case UNAVAILABLE ->
                cause == DelayCause.UNAVAILABLE
                        && !attempt.getErrorCode().equals(Optional.of(ErrorCode.BREAKER_OPEN.name()));
            // A call that broke and turned out to have had no effect: the platform failed, only less plainly.
            case ABSENT -> cause == DelayCause.UNAVAILABLE;
            case UNKNOWN, PUBLISHED, CONTINUED, TOKEN_EXPIRED, TOKEN_REVOKED, REJECTED, UNCONFIRMED, CANNOT_TELL ->
                false;
        };
    }

    /** When the unbroken run of troubles began, as the history tells or as is remembered. */
    private static Instant failingSince(DelayedCommand delayed, Run run) {
        var since = delayed.getSince();
        if (run.cause() == delayed.getCause() && run.since() < since.toEpochMilli()) {
            since = Instant.ofEpochMilli(run.since());
        }
        for (var attempt : delayed.getCommand().getHistory().reversed()) {
            if (!isTrouble(attempt.getEnd()) || !counts(attempt, delayed.getCommand())) {
                break;
            }
            since = attempt.getStartedAt().isBefore(since) ? attempt.getStartedAt() : since;
        }
        return since;
    }

    private static boolean isTrouble(AttemptEnd end) {
        return switch (end) {
            case RATE_LIMITED, UNAVAILABLE, UNCONFIRMED, ABSENT, CANNOT_TELL -> true;
            case UNKNOWN, PUBLISHED, CONTINUED, TOKEN_EXPIRED, TOKEN_REVOKED, REJECTED -> false;
        };
    }

    private static int looks(PublishCommand command) {
        return command.getDoubt().map(doubt -> Math.max(0, doubt.getLooks())).orElse(0);
    }

    private Duration chosen(Exponential pause, int failures) {
        var intervals = IntervalFunction.ofExponentialBackoff(pause.base(), 2.0, pause.cap());
        var longest = intervals.apply(Math.clamp(failures, 1, MOST_DOUBLINGS));
        var least = pause.least().toMillis();
        return Duration.ofMillis(least + Math.round((longest - least) * random.getAsDouble()));
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
