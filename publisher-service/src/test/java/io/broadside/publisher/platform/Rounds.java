package io.broadside.publisher.platform;

import static io.broadside.publisher.platform.Commands.aCommand;

import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.Outcome.Underway;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Takes posts to their end, round by round, as publisher-service and retry-service do it, but without the waiting. */
final class Rounds {

    private static final int NEVER = -1;

    /** More rounds than this, and a post goes in circles. */
    private static final int MOST = 100;

    private final Platforms platforms;
    private final Clock clock;

    Rounds(Platforms platforms, Clock clock) {
        this.platforms = platforms;
        this.clock = clock;
    }

    /**
     * How a post ended.
     *
     * @param diedAt the step whose outcome was lost with the process; empty if the end was before that round
     */
    record End(Outcome outcome, Optional<String> diedAt) {}

    Outcome toTheEnd(String platform, String account, Secret token, Content.Builder content) {
        return toTheEnd(platform, account, token, content, NEVER).outcome();
    }

    /** @param dies the publishing round, from 0, in which the process dies before it can write down what came of its calls */
    End toTheEnd(String platform, String account, Secret token, Content.Builder content, int dies) {
        var adapter = platforms.byId(platform).orElseThrow();
        var command = aCommand(platform, account, content)
                .setAcceptedAt(clock.instant())
                .build();
        var published = 0;
        var diedAt = Optional.<String>empty();
        for (var round = 0; round < MOST; round++) {
            var started = clock.instant();
            if (command.getDoubt().isPresent()) {
                var found = adapter.find(command, token, context());
                if (found instanceof Found.Landed(var id, var permalink)) {
                    return new End(new Published(id, permalink), diedAt);
                }
                command = afterLook(command, found);
                continue;
            }
            var outcome = adapter.publish(command, token, context());
            if (published++ == dies) {
                diedAt = Optional.of(
                        command.getCheckpoint().map(Checkpoint::getStep).orElse("first"));
                command = doubting(command, started);
                continue;
            }
            switch (outcome) {
                case Continue(var checkpoint, var notBefore) -> command = at(command, checkpoint);
                case Underway(var checkpoint, var notBefore) -> command = doubting(at(command, checkpoint), started);
                case Unconfirmed _ -> command = doubting(command, started);
                case Unavailable _ -> {}
                case Outcome end -> {
                    return new End(end, diedAt);
                }
            }
        }
        throw new AssertionError("in circles: " + command);
    }

    private static PublishCommand afterLook(PublishCommand command, Found found) {
        return switch (found) {
            case Found.Further(var checkpoint) -> certain(at(command, checkpoint));
            case Found.Absent() -> certain(command);
            case Found.CannotTell _ -> lookedAgain(command);
            case Found.Underway _, Found.Landed _ -> command;
        };
    }

    private static PublishCommand at(PublishCommand command, Checkpoint checkpoint) {
        return PublishCommand.newBuilder(command).setCheckpoint(checkpoint).build();
    }

    private static PublishCommand certain(PublishCommand command) {
        return PublishCommand.newBuilder(command).setDoubt(null).build();
    }

    private static PublishCommand doubting(PublishCommand command, Instant since) {
        var doubt = Doubt.newBuilder()
                .setSince(since)
                .setStep("publish")
                .setCause("TIMED_OUT")
                .build();
        return PublishCommand.newBuilder(command)
                .setDoubt(doubt)
                .setDoubtedSince(command.getDoubtedSince().orElse(since))
                .build();
    }

    /** With a past that is long enough for what is missing to count as absent. */
    private static PublishCommand lookedAgain(PublishCommand command) {
        var doubt = command.getDoubt().orElseThrow();
        return PublishCommand.newBuilder(command)
                .setDoubt(Doubt.newBuilder(doubt)
                        .setLooks(doubt.getLooks() + 1)
                        .setUnseen(doubt.getUnseen() + 1)
                        .setUnseenSince(Bench.NOW.minus(Duration.ofDays(1_000)))
                        .build())
                .build();
    }

    private static CallContext context() {
        return CallContext.forConnection("connection-1", Trace.root());
    }
}
