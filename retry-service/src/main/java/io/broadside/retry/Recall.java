package io.broadside.retry;

import io.broadside.events.Amendment;
import io.broadside.events.Confirmation;
import io.broadside.events.Connection;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PublishCommand;
import io.broadside.events.Withdrawal;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens to commands while they wait: taken back, changed, released, held for a person. For one task. */
final class Recall {

    private static final Logger LOGGER = LoggerFactory.getLogger(Recall.class);

    /** Of what left for its platform this long ago and was not heard of since, nobody need expect that it ends. */
    private static final Duration LOST_AFTER = Duration.ofHours(1);

    private final WaitingRoom room;
    private final Outgoing outgoing;
    private final Judge judge;
    private final EventSerdes serdes;

    Recall(WaitingRoom room, Outgoing outgoing, Judge judge, EventSerdes serdes) {
        this.room = room;
        this.outgoing = outgoing;
        this.judge = judge;
        this.serdes = serdes;
    }

    /** Somebody wants a command back. */
    void withdraw(Withdrawal withdrawal, Headers headers) {
        var now = outgoing.now();
        var commandId = withdrawal.getCommandId();
        var found = room.find(withdrawal.getConnectionId(), commandId);
        if (found.isEmpty()) {
            var before = room.remembered().departure(commandId, now.toEpochMilli());
            room.remembered()
                    .remember(
                            commandId,
                            new Departure(
                                    // Wanted back, it left no later for that.
                                    before.map(Departure::at).orElse(now.toEpochMilli()),
                                    before.map(Departure::round).orElse(-1),
                                    true,
                                    Optional.empty(),
                                    before.flatMap(Departure::run)));
            log(withdrawal, "withdrawal of a command that does not wait here, kept in case it comes");
            holdUpNobody(withdrawal.getConnectionId(), commandId, before, now);
            return;
        }
        var waiting = found.get();
        var delayed = outgoing.read(waiting);
        if (Judge.isInDoubt(delayed.getCommand())) {
            room.replace(waiting, waiting.at(waiting.place().withdrawn(true)));
            log(withdrawal, "withdrawal of a command that may be out already, kept until that is known");
            return;
        }
        room.remove(waiting);
        outgoing.end(delayed, Results.cancelled(delayed.getCommand(), judge.isAttempt(delayed), now), true, headers);
    }

    /** Somebody wants it otherwise. */
    void amend(Amendment amendment, Headers headers) {
        var now = outgoing.now();
        var found = room.find(amendment.getConnectionId(), amendment.getCommandId());
        if (found.isEmpty()) {
            room.remembered()
                    .keepAmendment(
                            amendment.getCommandId(), now.toEpochMilli(), serdes.write(Topics.AMENDMENTS, amendment));
            LOGGER.atInfo()
                    .addKeyValue("commandId", amendment.getCommandId())
                    .addKeyValue("changeId", amendment.getChangeId())
                    .log("change of a command that does not wait here, kept in case it comes");
            if (amendment.getIsRelease()) {
                var departure = room.remembered().departure(amendment.getCommandId(), now.toEpochMilli());
                holdUpNobody(amendment.getConnectionId(), amendment.getCommandId(), departure, now);
            }
            return;
        }
        var waiting = found.get();
        var delayed = outgoing.read(waiting);
        var applied = Amendments.applied(delayed, amendment, now);
        if (applied.isEmpty()) {
            outgoing.tell(
                    Results.tooLateToChange(
                            delayed, judge.isAttempt(delayed), until(waiting), amendment.getChangeId(), now),
                    headers);
            return;
        }
        var fault = Amendments.fault(applied.get(), amendment);
        if (fault.isPresent()) {
            outgoing.tell(
                    Results.notToBeChangedSo(
                            delayed,
                            judge.isAttempt(delayed),
                            until(waiting),
                            amendment.getChangeId(),
                            fault.get(),
                            now),
                    headers);
            return;
        }
        if (isTooLate(waiting, applied.get(), amendment, now)) {
            room.remove(waiting);
            outgoing.end(
                    applied.get(),
                    Results.applied(
                            Results.tooLate(applied.get(), judge.isAttempt(delayed), now), amendment.getChangeId()),
                    waiting.place().isWithdrawn(),
                    headers);
            return;
        }
        var isLeavingTheOrder = amendment.getIsRelease() && room.order().isBehindAnother(waiting);
        var changed = isLeavingTheOrder ? Amendments.independent(applied.get()) : applied.get();
        var after = waiting.because(changed, outgoing.written(changed)).at(place(waiting, changed, amendment, now));
        if (!Sizes.fits(after)) {
            outgoing.tell(
                    Results.tooLargeToChange(
                            delayed,
                            judge.isAttempt(delayed),
                            until(waiting),
                            amendment.getChangeId(),
                            after.original().get().length,
                            now),
                    headers);
            return;
        }
        room.replace(waiting, after);
        if (isLeavingTheOrder) {
            outgoing.ended(waiting.connectionId(), waiting.commandId());
        } else if (waiting.isInOrder()) {
            room.order().enter(changed.getCommand());
            // One that stood behind this one may be the first now.
            room.order()
                    .first(waiting.connectionId())
                    .flatMap(first -> room.find(waiting.connectionId(), first))
                    .filter(first -> first.place().isBehind())
                    .ifPresent(
                            first -> room.replace(first, first.at(first.place().dueAt(now.toEpochMilli()))));
        }
        outgoing.tell(
                Results.applied(
                        Results.waiting(changed, judge.isAttempt(changed), until(after), now), amendment.getChangeId()),
                headers);
    }

    /** A command that is lost, without a word that it has ended, must not hold up the posts of its account for ever. */
    private void holdUpNobody(String connectionId, String commandId, Optional<Departure> departure, Instant now) {
        var isUnderWay = departure
                .filter(left -> left.at() + LOST_AFTER.toMillis() > now.toEpochMilli())
                .isPresent();
        if (isUnderWay || !room.order().has(commandId)) {
            return;
        }
        LOGGER.atWarn()
                .addKeyValue("connectionId", connectionId)
                .addKeyValue("commandId", commandId)
                .log("command that left long ago and was not heard of since, taken out of the order of its account");
        outgoing.ended(connectionId, commandId);
    }

    /** Where it stands after a change: another time decides alone only over what waits for nothing else. */
    private static Place place(Waiting waiting, DelayedCommand changed, Amendment amendment, Instant now) {
        var place = waiting.place().withPosition(Positions.of(changed.getCommand()));
        if (amendment.getIsRelease()) {
            return place.dueAt(now.toEpochMilli());
        }
        // What is due and waits for its turn has nothing else to wait for either.
        var isForItsTime = place.isInTurn() || Amendments.isForItsTime(waiting.cause());
        if (amendment.getPublishAt().isPresent() && isForItsTime) {
            return place.dueAt(
                    Math.max(now.toEpochMilli(), amendment.getPublishAt().get().toEpochMilli()));
        }
        // What has a time that is known was judged by it; all else is looked at when the deadline has passed.
        return isOpenEnded(place) || place.isInTurn() ? place.noLongerThan(Judge.endsAt(changed.getCommand())) : place;
    }

    /** Whether it waits for something of which nobody can say when it comes. */
    private static boolean isOpenEnded(Place place) {
        return place.releasedBy() != Verdict.NO_TOKEN || place.isBehind();
    }

    /** Whether nobody will want it any more by the time it can go out. */
    private static boolean isTooLate(Waiting waiting, DelayedCommand changed, Amendment amendment, Instant now) {
        var place = place(waiting, changed, amendment, now);
        var due = isOpenEnded(place) || place.due() < now.toEpochMilli() ? now : Instant.ofEpochMilli(place.due());
        return Judge.isTooLate(changed.getCommand(), Judge.goesOutAt(changed.getCommand(), due));
    }

    private static Optional<Instant> until(Waiting waiting) {
        var place = waiting.place();
        return place.due() == Place.NEVER || isOpenEnded(place) || place.isInTurn()
                ? Optional.empty()
                : Optional.of(Instant.ofEpochMilli(place.due()));
    }

    /** The newest token of a connection: what waited for it is due, in the order of the posts. */
    void token(String connectionId, long version) {
        room.tokenSeen(connectionId, version);
        var released = release(connectionId, waiting -> waiting.place().releasedBy() <= version);
        if (released > 0) {
            LOGGER.atInfo()
                    .addKeyValue("connectionId", connectionId)
                    .addKeyValue("tokenVersion", version)
                    .addKeyValue("released", released)
                    .log("newer token releases commands");
        }
    }

    /** A platform has told of a post: what may be that post goes and looks now. */
    void confirmed(Confirmation confirmation) {
        var released = release(
                confirmation.getConnectionId(),
                waiting -> Confirmations.concern(waiting.cause())
                        && Confirmations.mayBeAbout(confirmation, outgoing.read(waiting)));
        if (released > 0) {
            LOGGER.atInfo()
                    .addKeyValue("connectionId", confirmation.getConnectionId())
                    .addKeyValue("eventId", confirmation.getEventId())
                    .addKeyValue("released", released)
                    .log("the platform tells of a post; what waits to learn its fate looks now");
        }
    }

    /** How a connection fares. If it needs a person, that is told of what waits for a token; if no more, the publisher may try. */
    void fares(Connection connection) {
        var id = connection.getConnectionId();
        var needed = People.neededBy(connection);
        if (needed.isPresent()) {
            room.needsPerson(id, needed.get());
            holdForPerson(id, needed.get());
        } else if (room.needsNobody(id)) {
            var released = release(
                    id,
                    waiting -> waiting.cause() == DelayCause.PERSON
                            && waiting.place().releasedBy() != Verdict.NO_TOKEN,
                    this::withoutRefusal);
            LOGGER.atInfo()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("released", released)
                    .log("connection is well again");
        }
    }

    /**
     * What a person has connected has a token that nobody refused, whatever its version: of an account that was deleted meanwhile
     * versions begin anew.
     */
    private Waiting withoutRefusal(Waiting waiting) {
        var delayed = outgoing.read(waiting);
        var command = delayed.getCommand();
        if (command.getRefusedTokenVersion().isEmpty()) {
            return waiting;
        }
        var free = DelayedCommand.newBuilder(delayed)
                .setCommand(PublishCommand.newBuilder(command)
                        .setRefusedTokenVersion(null)
                        .build())
                .build();
        return waiting.because(free, outgoing.written(free));
    }

    private int release(String connectionId, Predicate<Waiting> isConcerned) {
        return release(connectionId, isConcerned, waiting -> waiting);
    }

    private int release(String connectionId, Predicate<Waiting> isConcerned, UnaryOperator<Waiting> changed) {
        var now = outgoing.now().toEpochMilli();
        var released = room.ofConnection(connectionId, isConcerned).stream()
                .sorted(Comparator.comparingLong(waiting -> waiting.place().position()))
                .toList();
        for (var waiting : released) {
            var due = Math.min(waiting.place().due(), now);
            room.replace(waiting, changed.apply(waiting).at(waiting.place().dueAt(due)));
        }
        return released.size();
    }

    private void holdForPerson(String connectionId, NeedsPerson why) {
        var now = outgoing.now();
        var held = room.ofConnection(
                connectionId,
                waiting -> waiting.cause() == DelayCause.TOKEN
                        && waiting.place().releasedBy() != Verdict.NO_TOKEN
                        && waiting.place().releasedBy() > why.tokenVersion());
        for (var waiting : held) {
            var token = waiting.place().releasedBy();
            var delayed = People.waitedFor(outgoing.read(waiting), why);
            var until = Judge.endsAt(delayed.getCommand());
            room.replace(
                    waiting,
                    waiting.because(delayed, outgoing.written(delayed))
                            .in(Run.of(Optional.of(waiting.run()), delayed))
                            .at(waiting.place().until(until, token)));
            outgoing.tell(
                    Results.waiting(delayed, judge.isAttempt(delayed), Optional.empty(), now),
                    Outgoing.headers(waiting));
        }
    }

    private static void log(Withdrawal withdrawal, String message) {
        LOGGER.atInfo()
                .addKeyValue("connectionId", withdrawal.getConnectionId())
                .addKeyValue("requestId", withdrawal.getRequestId())
                .addKeyValue("commandId", withdrawal.getCommandId())
                .log(message);
    }
}
