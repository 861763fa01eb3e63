package io.broadside.retry;

import io.broadside.retry.Arrival.Amended;
import io.broadside.retry.Arrival.Confirmed;
import io.broadside.retry.Arrival.Delayed;
import io.broadside.retry.Arrival.Ended;
import io.broadside.retry.Arrival.Fares;
import io.broadside.retry.Arrival.TokenSeen;
import io.broadside.retry.Arrival.Withdrawn;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Holds commands until they are due, a token releases them, or somebody takes them back.
 *
 * <ol>
 *   <li>A command leaves once per round: to its platform's topic, or with its last word.
 *   <li>A command that may be out already never ends FAILED or CANCELLED, however long it takes: it is looked for until
 *       that is given up, and then ends UNCONFIRMED.
 *   <li>A withdrawal or a change that comes before its command is kept until the command comes.
 *   <li>Of an account's posts that keep their order, one goes out when all before it have ended.
 *   <li>A dead letter is redriven once; what that leads to is another dead letter, or an end.
 * </ol>
 */
final class HoldUntilDue extends ContextualProcessor<String, Arrival, String, SpecificRecord> {

    private final RetryTopology.Parts parts;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    private WaitingRoom room;

    @SuppressWarnings("NullAway.Init")
    private Intake intake;

    @SuppressWarnings("NullAway.Init")
    private Recall recall;

    @SuppressWarnings("NullAway.Init")
    private Release release;

    @SuppressWarnings("NullAway.Init")
    private Outgoing outgoing;

    HoldUntilDue(RetryTopology.Parts parts) {
        this.parts = parts;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        super.init(context);
        KeyValueStore<Bytes, byte[]> store = context.getStateStore(WaitingRoom.STORE);
        room = new WaitingRoom(store);
        outgoing = new Outgoing(context, room, parts.judge(), parts.serdes(), parts.metrics());
        intake = new Intake(
                room, outgoing, parts.judge(), parts.platforms(), parts.serdes(), parts.flows(), parts.metrics());
        recall = new Recall(room, outgoing, parts.judge(), parts.serdes());
        release = new Release(room, outgoing, parts.judge(), parts.platforms(), parts.flows(), parts.batch());
        var told = new WaitingTold(context, store, room);
        parts.ticks().begin(context.taskId());
        context.schedule(WaitingTold.EVERY, PunctuationType.WALL_CLOCK_TIME, _ -> told.look());
        context.schedule(parts.tick(), PunctuationType.WALL_CLOCK_TIME, this::tick);
    }

    @Override
    public void close() {
        parts.ticks().end(context().taskId());
        // Closed after a failure to begin, there is none yet.
        if (release != null) {
            release.close();
        }
    }

    @Override
    public void process(Record<String, Arrival> record) {
        var headers = record.headers();
        switch (record.value()) {
            case Delayed delayed -> intake.take(delayed, headers);
            case Withdrawn(var withdrawal) -> recall.withdraw(withdrawal, headers);
            case Amended(var amendment) -> recall.amend(amendment, headers);
            case Confirmed(var confirmation) -> recall.confirmed(confirmation);
            case Ended(var ended) -> outgoing.ended(ended.getConnectionId(), ended.getCommandId());
            case Fares(var connection) -> recall.fares(connection);
            case TokenSeen(var connectionId, var version) -> {
                if (version.isPresent()) {
                    recall.token(connectionId, version.getAsLong());
                } else {
                    room.tokenGone(connectionId);
                }
            }
        }
    }

    private void tick(long timestamp) {
        release.tick(timestamp);
        parts.ticks().tick(context().taskId(), room.earliest(), room.size(), room.sizeInTurn());
    }
}
