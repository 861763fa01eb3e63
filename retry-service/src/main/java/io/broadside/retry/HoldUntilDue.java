package io.broadside.retry;

import io.broadside.events.Confirmation;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.events.Withdrawal;
import io.broadside.retry.Arrival.Confirmed;
import io.broadside.retry.Arrival.Delayed;
import io.broadside.retry.Arrival.TokenSeen;
import io.broadside.retry.Arrival.Withdrawn;
import io.broadside.retry.Verdict.Hold;
import io.broadside.retry.Verdict.TooLate;
import io.broadside.retry.Verdict.UsedUp;
import io.broadside.retry.WaitingRoom.Departure;
import io.broadside.retry.WaitingRoom.Due;
import io.broadside.retry.WaitingRoom.Place;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds commands until they are due, a token releases them, or somebody takes them back.
 *
 * <ol>
 *   <li>A command leaves once per round: to its platform's topic, or with its last word.
 *   <li>A command that may be out already never ends FAILED or CANCELLED, however long it takes: it is looked for until
 *       that is given up, and then ends UNCONFIRMED.
 *   <li>A withdrawal that comes before its command is kept until the command comes.
 * </ol>
 */
final class HoldUntilDue extends ContextualProcessor<String, Arrival, String, SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(HoldUntilDue.class);

    /** A poll of the platform that ends this soon is not worth telling of. */
    private static final Duration WORTH_TELLING = Duration.ofSeconds(1);

    /** When a command is tried again whose platform this instance was not told of. */
    private static final Duration UNTIL_CONFIGURED = Duration.ofMinutes(1);

    private final EventSerdes serdes;
    private final Judge judge;
    private final List<String> platforms;
    private final Duration tick;
    private final int batch;
    private final RetryMetrics metrics;
    private final Ticks ticks;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    private WaitingRoom room;

    HoldUntilDue(
            EventSerdes serdes,
            Judge judge,
            List<String> platforms,
            Duration tick,
            int batch,
            RetryMetrics metrics,
            Ticks ticks) {
        this.serdes = serdes;
        this.judge = judge;
        this.platforms = platforms;
        this.tick = tick;
        this.batch = batch;
        this.metrics = metrics;
        this.ticks = ticks;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        super.init(context);
        room = new WaitingRoom(context);
        ticks.begin(context.taskId(), context.currentSystemTimeMs());
        context.schedule(tick, PunctuationType.WALL_CLOCK_TIME, this::sendDue);
    }

    @Override
    public void close() {
        ticks.end(context().taskId());
    }

    @Override
    public void process(Record<String, Arrival> record) {
        switch (record.value()) {
            case Delayed delayed -> take(delayed, record.headers());
            case Withdrawn(var withdrawal) -> withdraw(withdrawal, record.headers());
            case Confirmed(var confirmation) -> confirm(confirmation);
            case TokenSeen(var connectionId, var version) -> {
                if (version.isEmpty()) {
                    room.tokenGone(connectionId);
                    return;
                }
                var released = room.tokenSeen(
                        connectionId, version.getAsLong(), context().currentSystemTimeMs());
                if (released > 0) {
                    LOGGER.atInfo()
                            .addKeyValue("connectionId", connectionId)
                            .addKeyValue("tokenVersion", version.getAsLong())
                            .addKeyValue("released", released)
                            .log("newer token releases commands");
                }
            }
        }
    }

    /** A command comes to wait. */
    private void take(Delayed arrival, Headers headers) {
        var delayed = arrival.delayed();
        var command = delayed.getCommand();
        var now = now();
        var waiting = room.find(command.getConnectionId(), command.getCommandId());
        var departure = room.departure(command.getCommandId(), now.toEpochMilli());
        var knownRound = Math.max(
                waiting.map(Place::round).orElse(-1),
                departure.map(Departure::round).orElse(-1));
        if (command.getRound() <= knownRound) {
            collapse(command, knownRound);
            return;
        }
        // An older round still here has been overtaken: its command has been in other hands since.
        waiting.ifPresent(place -> room.remove(command.getConnectionId(), command.getCommandId(), place));
        metrics.taken(command.getPlatform(), delayed.getCause());

        var isWithdrawn = waiting.map(Place::isWithdrawn).orElse(false)
                || departure.map(Departure::isWithdrawn).orElse(false);
        if (isWithdrawn && !Judge.mayBeOut(command)) {
            end(delayed, Results.cancelled(command, judge.isAttempt(delayed), now), true, headers);
            return;
        }
        if (!platforms.contains(command.getPlatform())) {
            giveUp(
                    delayed,
                    arrival.source(),
                    ErrorCode.UNKNOWN_PLATFORM,
                    "There is no topic for commands of the platform " + command.getPlatform()
                            + "; BROADSIDE_PLATFORMS of retry-service names " + platforms + ".",
                    isWithdrawn,
                    headers);
            return;
        }
        var isRepeat = departure.flatMap(Departure::waitedFor).equals(Optional.of(delayed.getCause()));
        try {
            judged(arrival, now, isWithdrawn, isRepeat, headers);
        } catch (ArithmeticException | DateTimeException e) {
            // A time beyond all calendars in one command must not stop its partition.
            forward(
                    command.getConnectionId(),
                    DeadLetters.internal(command, arrival.source(), e, now),
                    headers,
                    RetryTopology.DEAD_LETTERS);
            metrics.deadLetter(ErrorCode.INTERNAL.name());
            end(
                    delayed,
                    lastWord(delayed, ErrorCode.INTERNAL, ErrorCode.INTERNAL.sentence(), now),
                    isWithdrawn,
                    headers);
        }
    }

    private void judged(Delayed arrival, Instant now, boolean isWithdrawn, boolean isRepeat, Headers headers) {
        var delayed = arrival.delayed();
        var command = delayed.getCommand();
        switch (judge.judge(delayed, now, isRepeat, room.knownToken(command.getConnectionId()))) {
            case Hold(var due, var releasedBy, var until) -> {
                room.hold(
                        command.getCommandId(),
                        new Place(due.toEpochMilli(), command.getRound(), releasedBy, isWithdrawn),
                        new HeldCommand(
                                command.getConnectionId(), Trace.from(headers).traceparent(), arrival.original()));
                if (isWorthTelling(delayed, due, now, isRepeat)) {
                    tell(Results.waiting(delayed, judge.isAttempt(delayed), until, now), headers);
                }
            }
            case TooLate() ->
                end(delayed, Results.tooLate(delayed, judge.isAttempt(delayed), now), isWithdrawn, headers);
            case UsedUp(var limit) -> {
                var isInDoubt = command.getDoubt().isPresent() && !Judge.isOut(command);
                var code = isInDoubt ? ErrorCode.NOT_CONFIRMABLE : ErrorCode.ATTEMPTS_USED_UP;
                var what = isInDoubt
                        ? "Whether the post is out could not be found out within " + limit
                                + ". Please look at the account before you send it again."
                        : "Given up after " + limit + ".";
                giveUp(delayed, arrival.source(), code, what + Results.last(delayed), isWithdrawn, headers);
            }
        }
    }

    /** Somebody wants a command back. */
    private void withdraw(Withdrawal withdrawal, Headers headers) {
        var now = now();
        var commandId = withdrawal.getCommandId();
        var found = room.find(withdrawal.getConnectionId(), commandId);
        if (found.isEmpty()) {
            var round = room.departure(commandId, now.toEpochMilli());
            room.remember(
                    commandId,
                    new Departure(round.map(Departure::round).orElse(-1), true, Optional.empty()),
                    now.toEpochMilli());
            log(withdrawal, "withdrawal of a command that does not wait here, kept in case it comes");
            return;
        }
        var place = found.get();
        var delayed = room.read(commandId, place).map(this::read).orElseThrow();
        var command = delayed.getCommand();
        if (Judge.mayBeOut(command)) {
            var marked = new Place(place.due(), place.round(), place.releasedBy(), true);
            room.move(command.getConnectionId(), commandId, place, marked);
            log(withdrawal, "withdrawal of a command that may be out already, kept until that is known");
            return;
        }
        room.remove(command.getConnectionId(), commandId, place);
        end(delayed, Results.cancelled(command, judge.isAttempt(delayed), now), true, headers);
    }

    /** A platform has told of a post: what may be that post goes and looks now. */
    private void confirm(Confirmation confirmation) {
        var released = room.makeDue(
                confirmation.getConnectionId(),
                held -> Confirmations.mayBeAbout(confirmation, read(held)),
                context().currentSystemTimeMs());
        if (released > 0) {
            LOGGER.atInfo()
                    .addKeyValue("connectionId", confirmation.getConnectionId())
                    .addKeyValue("eventId", confirmation.getEventId())
                    .addKeyValue("released", released)
                    .log("the platform tells of a post; what waits to learn its fate looks now");
        }
    }

    /** The timer. Sends back what is due, oldest first. */
    private void sendDue(long timestamp) {
        var now = Instant.ofEpochMilli(timestamp);
        for (var due : room.due(timestamp, batch)) {
            send(due, now);
        }
        ticks.tick(context().taskId(), timestamp, room.earliest(), room.size());
    }

    private void send(Due due, Instant now) {
        var held = due.held();
        var place = room.find(held.connectionId(), due.commandId()).orElseThrow();
        var delayed = read(held);
        var command = delayed.getCommand();
        var headers = headers(held);
        if (!platforms.contains(command.getPlatform())) {
            LOGGER.atError()
                    .addKeyValue("platform", command.getPlatform())
                    .addKeyValue("commandId", due.commandId())
                    .log("command is due, but BROADSIDE_PLATFORMS does not name its platform; it waits on");
            var later = now.plus(UNTIL_CONFIGURED).toEpochMilli();
            room.move(
                    held.connectionId(),
                    due.commandId(),
                    place,
                    new Place(later, place.round(), place.releasedBy(), place.isWithdrawn()));
            return;
        }
        room.remove(held.connectionId(), due.commandId(), place);
        if (Judge.isTooLate(command, now)) {
            end(delayed, Results.tooLate(delayed, judge.isAttempt(delayed), now), place.isWithdrawn(), headers);
            return;
        }
        var next = PublishCommand.newBuilder(command)
                .setRound(command.getRound() + 1)
                .setAttempt(command.getAttempt() + (judge.isAttempt(delayed) ? 1 : 0))
                .build();
        forward(held.connectionId(), next, headers, RetryTopology.commandsOf(command.getPlatform()));
        depart(delayed, place.isWithdrawn(), now);
        metrics.released(command.getPlatform(), delayed.getCause(), Duration.ofMillis(now.toEpochMilli() - due.due()));
    }

    private void giveUp(
            DelayedCommand delayed,
            RecordPosition source,
            ErrorCode code,
            String detail,
            boolean isWithdrawn,
            Headers headers) {
        var now = now();
        var command = delayed.getCommand();
        var letter = DeadLetters.of(command, source, code, detail, now);
        forward(command.getConnectionId(), letter, headers, RetryTopology.DEAD_LETTERS);
        metrics.deadLetter(code.name());
        end(delayed, lastWord(delayed, code, detail, now), isWithdrawn, headers);
    }

    /** FAILED, unless the post is out or may be. */
    private PostResult lastWord(DelayedCommand delayed, ErrorCode code, String detail, Instant now) {
        var command = delayed.getCommand();
        var wasAttempt = judge.isAttempt(delayed);
        if (Judge.isOut(command)) {
            return Results.incomplete(command, wasAttempt, detail, now);
        }
        return command.getDoubt().isPresent()
                ? Results.unconfirmed(command, wasAttempt, detail, now)
                : Results.failed(command, wasAttempt, code, detail, now);
    }

    /** The last word on a command. */
    private void end(DelayedCommand delayed, PostResult result, boolean isWithdrawn, Headers headers) {
        depart(delayed, isWithdrawn, result.getAt());
        tell(result, headers);
        metrics.ended(result);
        LOGGER.atInfo()
                .addKeyValue("platform", result.getPlatform().orElse(""))
                .addKeyValue("connectionId", result.getConnectionId().orElse(""))
                .addKeyValue("requestId", result.getRequestId())
                .addKeyValue("commandId", result.getCommandId().orElse(""))
                .addKeyValue("status", result.getStatus())
                .addKeyValue(
                        "errorCode",
                        result.getError().map(error -> error.getCode()).orElse(""))
                .log("command ended while it waited");
    }

    private void depart(DelayedCommand delayed, boolean isWithdrawn, Instant at) {
        var command = delayed.getCommand();
        room.remember(
                command.getCommandId(),
                new Departure(command.getRound(), isWithdrawn, Optional.of(delayed.getCause())),
                at.toEpochMilli());
    }

    private void collapse(PublishCommand command, int knownRound) {
        metrics.collapsed();
        LOGGER.atInfo()
                .addKeyValue("commandId", command.getCommandId())
                .addKeyValue("round", command.getRound())
                .addKeyValue("knownRound", knownRound)
                .log("command of a round that was here already, left out");
    }

    /** Polls of a platform that processes something follow each other closely: the first of them tells all there is. */
    private static boolean isWorthTelling(DelayedCommand delayed, Instant due, Instant now, boolean isRepeat) {
        return delayed.getCause() != DelayCause.PROCESSING
                || (!isRepeat && Duration.between(now, due).compareTo(WORTH_TELLING) >= 0);
    }

    private void tell(PostResult result, Headers headers) {
        forward(result.getRequestId(), result, headers, RetryTopology.RESULTS);
    }

    private void forward(String key, SpecificRecord value, Headers headers, String node) {
        context().forward(new Record<>(key, value, context().currentSystemTimeMs(), headers), node);
    }

    private DelayedCommand read(HeldCommand held) {
        // Any of the topics would do: the bytes name their schema.
        return serdes.read(Topics.WAITING, held.original().get());
    }

    private static Headers headers(HeldCommand held) {
        var headers = new RecordHeaders();
        Trace.parse(held.traceparent()).ifPresent(trace -> trace.writeTo(headers));
        return headers;
    }

    private static void log(Withdrawal withdrawal, String message) {
        LOGGER.atInfo()
                .addKeyValue("connectionId", withdrawal.getConnectionId())
                .addKeyValue("requestId", withdrawal.getRequestId())
                .addKeyValue("commandId", withdrawal.getCommandId())
                .log(message);
    }

    private Instant now() {
        return Instant.ofEpochMilli(context().currentSystemTimeMs());
    }
}
