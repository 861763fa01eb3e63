package io.broadside.retry;

import io.broadside.events.DeadLetter;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.PostError;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.OutPost;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What leaves: commands, results, dead letters; and what is remembered of commands that have left. For one task. */
final class Outgoing {

    private static final Logger LOGGER = LoggerFactory.getLogger(Outgoing.class);

    private final ProcessorContext<String, SpecificRecord> context;
    private final WaitingRoom room;
    private final Judge judge;
    private final EventSerdes serdes;
    private final RetryMetrics metrics;

    Outgoing(
            ProcessorContext<String, SpecificRecord> context,
            WaitingRoom room,
            Judge judge,
            EventSerdes serdes,
            RetryMetrics metrics) {
        this.context = context;
        this.room = room;
        this.judge = judge;
        this.serdes = serdes;
        this.metrics = metrics;
    }

    Instant now() {
        return Instant.ofEpochMilli(context.currentSystemTimeMs());
    }

    DelayedCommand read(Waiting waiting) {
        // Any of the topics would do: the bytes name their schema.
        return serdes.read(Topics.WAITING, waiting.original().get());
    }

    Bytes written(DelayedCommand delayed) {
        return Bytes.wrap(serdes.write(Topics.WAITING, delayed));
    }

    static Headers headers(Waiting waiting) {
        var headers = new RecordHeaders();
        Trace.parse(waiting.traceparent()).ifPresent(trace -> trace.writeTo(headers));
        return headers;
    }

    /** Sends a command back to its platform. It must have been removed from the room. */
    void sendBack(Waiting waiting, DelayedCommand delayed, Instant now) {
        var command = delayed.getCommand();
        var next = PublishCommand.newBuilder(command)
                .setRound(command.getRound() + 1)
                .setAttempt(command.getAttempt() + (judge.isAttempt(delayed) ? 1 : 0))
                .build();
        forward(command.getConnectionId(), next, headers(waiting), RetryTopology.commandsOf(command.getPlatform()));
        depart(delayed, Optional.of(waiting.run()), waiting.place().isWithdrawn(), now);
        metrics.released(
                command.getPlatform(),
                waiting.cause(),
                Duration.ofMillis(
                        Math.max(0, now.toEpochMilli() - waiting.place().due())));
    }

    /** It is given up: a dead letter with all that was tried, and the last word. */
    void giveUp(
            DelayedCommand delayed,
            RecordPosition source,
            ErrorCode code,
            String detail,
            boolean isWithdrawn,
            Headers headers) {
        letter(delayed, DeadLetters.of(delayed.getCommand(), source, code, detail, now()), headers);
        end(delayed, lastWord(delayed, code, detail), isWithdrawn, headers);
    }

    /** It is given up because we could not handle it. */
    void giveUp(
            DelayedCommand delayed,
            RecordPosition source,
            RuntimeException cause,
            boolean isWithdrawn,
            Headers headers) {
        letter(delayed, DeadLetters.internal(delayed.getCommand(), source, cause, now()), headers);
        end(delayed, lastWord(delayed, ErrorCode.INTERNAL, ErrorCode.INTERNAL.sentence()), isWithdrawn, headers);
    }

    /** It is given up because it is too large to be kept. */
    void giveUpTooLarge(
            DelayedCommand delayed, RecordPosition source, Bytes original, boolean isWithdrawn, Headers headers) {
        var detail = Sizes.tooLarge(original.get().length);
        var key = delayed.getCommand().getConnectionId();
        letter(delayed, DeadLetters.tooLarge(source, key, original.get(), detail, now()), headers);
        end(delayed, lastWord(delayed, ErrorCode.INVALID_REQUEST, detail), isWithdrawn, headers);
    }

    private void letter(DelayedCommand delayed, DeadLetter letter, Headers headers) {
        forward(delayed.getCommand().getConnectionId(), letter, headers, RetryTopology.DEAD_LETTERS);
        metrics.deadLetter(letter.getCode());
    }

    /** FAILED, unless the post is out or may be, or the platform was left with something it may finish yet. */
    private PostResult lastWord(DelayedCommand delayed, ErrorCode code, String detail) {
        var command = delayed.getCommand();
        var wasAttempt = judge.isAttempt(delayed);
        if (OutPost.isOut(command)) {
            return Results.incomplete(command, wasAttempt, detail, now());
        }
        return isPerhapsOut(delayed)
                ? Results.unconfirmed(command, wasAttempt, detail, now())
                : Results.failed(command, wasAttempt, code, detail, now());
    }

    static boolean isPerhapsOut(DelayedCommand delayed) {
        return delayed.getCommand().getDoubt().isPresent() || delayed.getCause() == DelayCause.PROCESSING;
    }

    /** The last word on a command. It must have been removed from the room. */
    void end(DelayedCommand delayed, PostResult result, boolean isWithdrawn, Headers headers) {
        var command = delayed.getCommand();
        depart(delayed, Optional.empty(), isWithdrawn, result.getAt());
        tell(result, headers);
        metrics.ended(result);
        if (command.getOrder() == PostOrder.IN_ORDER) {
            ended(command.getConnectionId(), command.getCommandId());
        }
        LOGGER.atInfo()
                .addKeyValue("platform", result.getPlatform().orElse(""))
                .addKeyValue("connectionId", result.getConnectionId().orElse(""))
                .addKeyValue("requestId", result.getRequestId())
                .addKeyValue("commandId", result.getCommandId().orElse(""))
                .addKeyValue("status", result.getStatus())
                .addKeyValue(
                        "errorCode", result.getError().map(PostError::getCode).orElse(""))
                .log("command ended while it waited");
    }

    /** A post that others may wait for has ended, here or elsewhere: the next of its account is due if it waits for that. */
    void ended(String connectionId, String commandId) {
        if (!room.order().leave(connectionId, commandId)) {
            return;
        }
        room.order()
                .first(connectionId)
                .flatMap(next -> room.find(connectionId, next))
                .filter(next -> next.place().isBehind())
                .ifPresent(next -> room.replace(next, next.at(next.place().dueAt(now().toEpochMilli()))));
    }

    void tell(PostResult result, Headers headers) {
        forward(result.getRequestId(), result, headers, RetryTopology.RESULTS);
    }

    private void depart(DelayedCommand delayed, Optional<Run> run, boolean isWithdrawn, Instant at) {
        var command = delayed.getCommand();
        room.remembered()
                .remember(
                        command.getCommandId(),
                        new Departure(
                                at.toEpochMilli(),
                                command.getRound(),
                                isWithdrawn,
                                Optional.of(delayed.getCause()),
                                run));
    }

    private void forward(String key, SpecificRecord value, Headers headers, String node) {
        context.forward(new Record<>(key, value, context.currentSystemTimeMs(), headers), node);
    }
}
