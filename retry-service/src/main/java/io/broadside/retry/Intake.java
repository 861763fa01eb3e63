package io.broadside.retry;

import io.broadside.events.Amendment;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PostOrder;
import io.broadside.events.PublishCommand;
import io.broadside.retry.Arrival.Delayed;
import io.broadside.retry.Verdict.Hold;
import io.broadside.retry.Verdict.TooLate;
import io.broadside.retry.Verdict.UsedUp;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.OutPost;
import io.broadside.schemas.Topics;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Commands that come to wait. For one task. */
final class Intake {

    private static final Logger LOGGER = LoggerFactory.getLogger(Intake.class);

    /** A poll of the platform that ends this soon is not worth telling of. */
    private static final Duration WORTH_TELLING = Duration.ofSeconds(1);

    private final WaitingRoom room;
    private final Outgoing outgoing;
    private final Judge judge;
    private final List<String> platforms;
    private final EventSerdes serdes;
    private final Flows flows;
    private final RetryMetrics metrics;

    Intake(
            WaitingRoom room,
            Outgoing outgoing,
            Judge judge,
            List<String> platforms,
            EventSerdes serdes,
            Flows flows,
            RetryMetrics metrics) {
        this.room = room;
        this.outgoing = outgoing;
        this.judge = judge;
        this.platforms = platforms;
        this.serdes = serdes;
        this.flows = flows;
        this.metrics = metrics;
    }

    /**
     * What is known of a command when it comes.
     *
     * @param isRepeat whether its last wait was for the same cause
     * @param run the trouble this wait belongs to
     */
    private record Known(boolean isWithdrawn, boolean isRepeat, Run run) {}

    void take(Delayed arrival, Headers headers) {
        var command = arrival.delayed().getCommand();
        var now = outgoing.now();
        var source = arrival.source();
        if (room.remembered()
                .wasRead(
                        source.getTopic(),
                        source.getOffset(),
                        arrival.delayed().getSince().toEpochMilli())) {
            collapse(command, "record that was read before the offsets of the group were lost, left out");
            return;
        }
        var waiting = room.find(command.getConnectionId(), command.getCommandId());
        var departure = room.remembered().departure(command.getCommandId(), now.toEpochMilli());
        var knownRound = Math.max(
                waiting.map(Waiting::place).map(Place::round).orElse(-1),
                departure.map(Departure::round).orElse(-1));
        if (command.getRound() <= knownRound) {
            collapse(command, "command of a round that was here already, left out");
            return;
        }
        if (arrival.delayed().getCause() == DelayCause.REDRIVEN
                && !room.remembered().redrive(command.getCommandId(), command.getRedrives(), now.toEpochMilli())) {
            collapse(command, "dead letter that was redriven already, left out");
            return;
        }
        // An older round still here has been overtaken: its command has been in other hands since.
        waiting.ifPresent(room::remove);
        metrics.taken(command.getPlatform(), arrival.delayed().getCause());
        flows.came(arrival.delayed(), now);

        var isWithdrawn = waiting.map(Waiting::place).map(Place::isWithdrawn).orElse(false)
                || departure.map(Departure::isWithdrawn).orElse(false);
        if (isWithdrawn && !Judge.isInDoubt(command)) {
            var wasAttempt = judge.isAttempt(arrival.delayed());
            outgoing.end(arrival.delayed(), Results.cancelled(command, wasAttempt, now), true, headers);
            return;
        }
        if (!Sizes.fits(arrival.original())) {
            outgoing.giveUpTooLarge(arrival.delayed(), arrival.source(), arrival.original(), isWithdrawn, headers);
            return;
        }
        if (!platforms.contains(command.getPlatform())) {
            outgoing.giveUp(
                    arrival.delayed(),
                    arrival.source(),
                    ErrorCode.UNKNOWN_PLATFORM,
                    "There is no topic for commands of the platform " + command.getPlatform()
                            + "; BROADSIDE_PLATFORMS of retry-service names " + platforms + ".",
                    isWithdrawn,
                    headers);
            return;
        }
        try {
            takeKnown(arrival, isWithdrawn, departure, now, headers);
        } catch (ArithmeticException | DateTimeException e) {
            // A time beyond all calendars in one command must not stop its partition.
            outgoing.giveUp(arrival.delayed(), arrival.source(), e, isWithdrawn, headers);
        }
    }

    private void takeKnown(
            Delayed arrival, boolean isWithdrawn, Optional<Departure> departure, Instant now, Headers headers) {
        var applied = new ArrayList<String>();
        var asItIs = withPerson(arrival.delayed());
        var known = new Known(
                isWithdrawn,
                departure.flatMap(Departure::waitedFor).equals(Optional.of(asItIs.getCause())),
                Run.of(departure.flatMap(Departure::run), asItIs));
        var delayed = amended(asItIs, applied, now, headers);
        if (delayed.getCommand().getOrder() == PostOrder.IN_ORDER) {
            room.order().enter(delayed.getCommand());
        }
        var current = delayed.equals(arrival.delayed())
                ? arrival
                : new Delayed(delayed, outgoing.written(delayed), arrival.source());
        judged(current, known, applied, now, headers);
    }

    private void judged(Delayed arrival, Known known, List<String> applied, Instant now, Headers headers) {
        var delayed = arrival.delayed();
        var command = delayed.getCommand();
        var wasAttempt = judge.isAttempt(delayed);
        switch (judge.judge(delayed, now, known.run(), known.isRepeat(), room.knownToken(command.getConnectionId()))) {
            case Hold(var due, var releasedBy, var until) -> {
                var place = Place.at(due.toEpochMilli(), Positions.of(command), command.getRound())
                        .until(due.toEpochMilli(), releasedBy)
                        .withdrawn(known.isWithdrawn());
                var waiting = Waiting.of(
                        delayed, place, known.run(), Trace.from(headers).traceparent(), arrival.original());
                if (!Sizes.fits(waiting)) {
                    outgoing.giveUpTooLarge(
                            delayed, arrival.source(), arrival.original(), known.isWithdrawn(), headers);
                    return;
                }
                room.hold(waiting);
                var told = Results.waiting(delayed, wasAttempt, until, now);
                applied.forEach(change -> outgoing.tell(Results.applied(told, change), headers));
                if (applied.isEmpty() && isWorthTelling(delayed, due, now, known.isRepeat())) {
                    outgoing.tell(told, headers);
                }
            }
            case TooLate() ->
                outgoing.end(delayed, Results.tooLate(delayed, wasAttempt, now), known.isWithdrawn(), headers);
            case UsedUp(var limit) -> {
                var isPerhapsOut = Outgoing.isPerhapsOut(delayed) && !OutPost.isOut(command);
                var code = isPerhapsOut ? ErrorCode.NOT_CONFIRMABLE : ErrorCode.ATTEMPTS_USED_UP;
                var what = isPerhapsOut
                        ? "Whether the post is out could not be found out within " + limit
                                + ". Please look at the account before you send it again."
                        : "Given up after " + limit + ".";
                outgoing.giveUp(
                        delayed, arrival.source(), code, what + Results.last(delayed), known.isWithdrawn(), headers);
            }
        }
    }

    /** Lays changes over the command that came while it was elsewhere. */
    private DelayedCommand amended(DelayedCommand delayed, List<String> applied, Instant now, Headers headers) {
        var current = delayed;
        // What was asked for before it ended was answered by its end.
        var since = delayed.getCause() == DelayCause.REDRIVEN
                ? delayed.getCommand().getRedrivenAt().orElse(Instant.EPOCH)
                : Instant.EPOCH;
        for (var kept : room.remembered().takeAmendments(delayed.getCommand().getCommandId(), since.toEpochMilli())) {
            Amendment amendment = serdes.read(Topics.AMENDMENTS, kept);
            var changed = Amendments.applied(current, amendment, now);
            var wasAttempt = judge.isAttempt(current);
            if (changed.isEmpty()) {
                outgoing.tell(
                        Results.tooLateToChange(current, wasAttempt, Optional.empty(), amendment.getChangeId(), now),
                        headers);
                continue;
            }
            var fault = Amendments.fault(changed.get(), amendment);
            if (fault.isPresent()) {
                outgoing.tell(
                        Results.notToBeChangedSo(
                                current, wasAttempt, Optional.empty(), amendment.getChangeId(), fault.get(), now),
                        headers);
                continue;
            }
            var written = outgoing.written(changed.get());
            if (Sizes.fits(written)) {
                current = changed.get();
                applied.add(amendment.getChangeId());
            } else {
                outgoing.tell(
                        Results.tooLargeToChange(
                                current,
                                wasAttempt,
                                Optional.empty(),
                                amendment.getChangeId(),
                                written.get().length,
                                now),
                        headers);
            }
        }
        return current;
    }

    /** A wait for a token that only a person can bring is a wait for that person. */
    private DelayedCommand withPerson(DelayedCommand delayed) {
        if (delayed.getCause() != DelayCause.TOKEN) {
            return delayed;
        }
        var needed = delayed.getNeedsTokenVersion().orElse(1L);
        return room.neededPerson(delayed.getCommand().getConnectionId())
                .filter(why -> why.tokenVersion() < needed)
                .map(why -> People.waitedFor(delayed, why))
                .orElse(delayed);
    }

    private void collapse(PublishCommand command, String message) {
        metrics.collapsed();
        LOGGER.atInfo()
                .addKeyValue("commandId", command.getCommandId())
                .addKeyValue("round", command.getRound())
                .addKeyValue("redrives", command.getRedrives())
                .log(message);
    }

    /**
     * Polls of a platform that processes something follow each other closely: the first of them tells all there is. A post
     * that keeps its order is told of when it has to wait for another.
     */
    private static boolean isWorthTelling(DelayedCommand delayed, Instant due, Instant now, boolean isRepeat) {
        return switch (delayed.getCause()) {
            case PROCESSING -> !isRepeat && Duration.between(now, due).compareTo(WORTH_TELLING) >= 0;
            case ORDER -> false;
            case UNKNOWN,
                    RATE_LIMITED,
                    UNAVAILABLE,
                    UNCONFIRMED,
                    SCHEDULED,
                    TOKEN,
                    PERSON,
                    BUDGET,
                    BREAKER_OPEN,
                    REDRIVEN -> true;
        };
    }
}
