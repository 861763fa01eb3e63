package io.broadside.retry;

import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timer of one task: sends back what is due, oldest first.
 *
 * <p>While a platform gets less than is due for it (see {@link Flow}), what is due waits for its turn: profiles take turns, and
 * of each profile the oldest goes first.
 */
final class Release {

    private static final Logger LOGGER = LoggerFactory.getLogger(Release.class);

    /** When a command is tried again whose platform this instance was not told of. */
    private static final Duration UNTIL_CONFIGURED = Duration.ofMinutes(1);

    private static final Duration FORGETTING = Duration.ofSeconds(1);
    private static final int FORGET_AT_ONCE = 1000;

    private final WaitingRoom room;
    private final Outgoing outgoing;
    private final Judge judge;
    private final List<String> platforms;
    private final Flows flows;
    private final int batch;
    private final Turns turns = new Turns();
    private long forgotten;

    Release(WaitingRoom room, Outgoing outgoing, Judge judge, List<String> platforms, Flows flows, int batch) {
        this.room = room;
        this.outgoing = outgoing;
        this.judge = judge;
        this.platforms = platforms;
        this.flows = flows;
        this.batch = batch;
        room.profilesInTurn((platform, profile) -> {
            turns.add(platform, profile, Keys.turns(platform, profile));
            flows.resume(platform, this, outgoing.now());
        });
    }

    void tick(long timestamp) {
        var now = Instant.ofEpochMilli(timestamp);
        var due = room.due(timestamp, batch);
        var putInTurn = new ArrayList<Waiting>();
        due.forEach(waiting -> send(waiting, putInTurn, now));
        sendInTurn(now);
        putInTurn.forEach(waiting -> tellIfHeldBack(waiting, now));
        if (timestamp - forgotten >= FORGETTING.toMillis()) {
            forgotten = timestamp;
            room.remembered().forget(timestamp, FORGET_AT_ONCE);
        }
    }

    /** The partition leaves this instance. */
    void close() {
        flows.leaves(this);
    }

    private void send(Waiting waiting, List<Waiting> putInTurn, Instant now) {
        if (waiting.isInOrder()
                && !room.find(waiting.connectionId(), waiting.commandId()).equals(Optional.of(waiting))) {
            // The one before it has ended in this very tick, and made it due anew.
            return;
        }
        if (!platforms.contains(waiting.platform())) {
            LOGGER.atError()
                    .addKeyValue("platform", waiting.platform())
                    .addKeyValue("commandId", waiting.commandId())
                    .log("command is due, but BROADSIDE_PLATFORMS does not name its platform; it waits on");
            move(
                    waiting,
                    waiting.place()
                            .until(
                                    now.plus(UNTIL_CONFIGURED).toEpochMilli(),
                                    waiting.place().releasedBy()));
            return;
        }
        var delayed = outgoing.read(waiting);
        if (staysOrEnds(waiting, delayed, now)) {
            return;
        }
        if (waiting.place().isInTurn()) {
            // Its deadline, for which it was looked at, is none any more.
            room.replace(waiting, waiting.at(waiting.place().inTurn(Place.NEVER)));
            return;
        }
        if (turns.isWaiting(waiting.platform()) || !flows.letsAtOnce(waiting.platform(), now)) {
            var inTurn = waiting.at(waiting.place().inTurn(Judge.endsAt(delayed.getCommand())));
            room.replace(waiting, inTurn);
            turns.add(inTurn.platform(), inTurn.profileId(), Keys.turn(inTurn));
            flows.waits(inTurn.platform(), this);
            putInTurn.add(inTurn);
            return;
        }
        go(waiting, delayed, now);
    }

    private void sendInTurn(Instant now) {
        for (var platform : turns.platforms()) {
            for (var left = batch; left > 0 && turns.isWaiting(platform) && flows.lets(platform, this, now); left--) {
                if (!next(platform).map(waiting -> goes(waiting, now)).orElse(false)) {
                    flows.giveBack(platform, this);
                }
            }
            if (!turns.isWaiting(platform)) {
                flows.waitsNoMore(platform, this);
            }
        }
    }

    /** It may have been changed, and others may have come before it, since it was due: so it may not go after all. */
    private boolean goes(Waiting waiting, Instant now) {
        var delayed = outgoing.read(waiting);
        if (staysOrEnds(waiting, delayed, now)) {
            return false;
        }
        go(waiting, delayed, now);
        return true;
    }

    /** What was due and is still here: for how long, nobody can say. */
    private void tellIfHeldBack(Waiting waiting, Instant now) {
        room.find(waiting.connectionId(), waiting.commandId())
                .filter(found -> found.place().isInTurn())
                .ifPresent(found -> {
                    var delayed = outgoing.read(found);
                    var heldBack = DelayedCommand.newBuilder(delayed)
                            .setCause(flows.isThrottled(found.platform()) ? DelayCause.BREAKER_OPEN : DelayCause.BUDGET)
                            .setErrorCode(null)
                            .setDetail(null)
                            .build();
                    outgoing.tell(
                            Results.waiting(heldBack, judge.isAttempt(delayed), Optional.empty(), now),
                            Outgoing.headers(found));
                });
    }

    private Optional<Waiting> next(String platform) {
        while (turns.isWaiting(platform)) {
            var turn = turns.next(platform);
            var found = room.nextInTurn(platform, turn.profileId(), turn.from());
            if (found.isPresent()) {
                turns.goesOn(platform, turn.profileId(), Keys.turn(found.get()));
                return found;
            }
        }
        return Optional.empty();
    }

    private void go(Waiting waiting, DelayedCommand delayed, Instant now) {
        room.remove(waiting);
        outgoing.sendBack(waiting, delayed, now);
    }

    /** Whether it does not go now: its time is over, or yet to come, or another is before it. */
    private boolean staysOrEnds(Waiting waiting, DelayedCommand delayed, Instant now) {
        return isOver(waiting, delayed, now) || isEarly(waiting, delayed, now) || isBehind(waiting, delayed, now);
    }

    private boolean isOver(Waiting waiting, DelayedCommand delayed, Instant now) {
        if (!Judge.isTooLate(delayed.getCommand(), Judge.goesOutAt(delayed.getCommand(), now))) {
            return false;
        }
        room.remove(waiting);
        outgoing.end(
                delayed,
                Results.tooLate(delayed, judge.isAttempt(delayed), now),
                waiting.place().isWithdrawn(),
                Outgoing.headers(waiting));
        return true;
    }

    /** Put off while it waited for something else. */
    private boolean isEarly(Waiting waiting, DelayedCommand delayed, Instant now) {
        var time = delayed.getCommand().getPublishAt().filter(now::isBefore);
        if (time.isEmpty() || Amendments.hasBegun(delayed.getCommand())) {
            return false;
        }
        var scheduled = DelayedCommand.newBuilder(delayed)
                .setCause(DelayCause.SCHEDULED)
                .setNotBefore(time.get())
                .setErrorCode(null)
                .setDetail(null)
                .build();
        room.replace(
                waiting,
                waiting.because(scheduled, outgoing.written(scheduled))
                        .at(waiting.place().dueAt(time.get().toEpochMilli())));
        outgoing.tell(Results.waiting(scheduled, judge.isAttempt(delayed), time, now), Outgoing.headers(waiting));
        return true;
    }

    /** What has begun is held behind nothing: it may be out, and until somebody looks nobody knows. */
    private boolean isBehind(Waiting waiting, DelayedCommand delayed, Instant now) {
        if (Amendments.hasBegun(delayed.getCommand()) || !room.order().isBehindAnother(waiting)) {
            return false;
        }
        move(waiting, waiting.place().behindAnother(Judge.endsAt(delayed.getCommand())));
        if (!waiting.place().isBehind()) {
            var behind = DelayedCommand.newBuilder(delayed)
                    .setCause(DelayCause.ORDER)
                    .setErrorCode(null)
                    .setDetail(null)
                    .build();
            outgoing.tell(
                    Results.waiting(behind, judge.isAttempt(delayed), Optional.empty(), now),
                    Outgoing.headers(waiting));
        }
        return true;
    }

    private void move(Waiting waiting, Place to) {
        room.replace(waiting, waiting.at(to));
    }
}
