package io.broadside.publisher;

import io.broadside.events.PostResult;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the last result of every target, for a request that is sent again; and answers changes that it makes too late. */
final class RememberResultsProcessor implements Processor<String, byte[], String, byte[]> {

    private static final Logger LOGGER = LoggerFactory.getLogger(RememberResultsProcessor.class);

    private final EventSerdes serdes;
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> requests;
    private KeyValueStore<String, byte[]> results;
    private KeyValueStore<String, byte[]> changes;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    RememberResultsProcessor(EventSerdes serdes) {
        this.serdes = serdes;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        requests = context.getStateStore(RequestStores.REQUESTS);
        results = context.getStateStore(RequestStores.RESULTS);
        changes = context.getStateStore(RequestStores.CHANGES);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        try {
            var result = serdes.read(Topics.RESULTS, record.value());
            if (isWorthKeeping(result)) {
                results.put(RequestStores.resultKey(result.getRequestId(), result.getTargetIndex()), record.value());
            }
            answer(result, record);
        } catch (SerializationException e) {
            // Only our own services write results. Whoever wrote this one is not owed an answer about it.
            LOGGER.atWarn()
                    .addKeyValue("key", record.key())
                    .addKeyValue("cause", e.getMessage())
                    .log("unreadable result");
        }
    }

    /** A change that is answered is no longer open; one that is open when its target ends came too late. */
    private void answer(PostResult result, Record<String, byte[]> record) {
        var commandId = result.getCommandId();
        if (commandId.isEmpty()) {
            return;
        }
        result.getChange()
                .ifPresent(change -> changes.delete(
                        RequestStores.changeKey(result.getRequestId(), commandId.get(), change.getChangeId())));
        if (!result.getIsFinal() || result.getIsRepeat()) {
            return;
        }
        for (var open : ChangeProcessor.openChanges(changes, result.getRequestId(), commandId.get())) {
            changes.delete(open.key);
            var change = serdes.read(Topics.CHANGES, open.value);
            var answer = Results.unchanged(
                    result,
                    change.getChangeId(),
                    ErrorCode.TOO_LATE_TO_CHANGE,
                    List.of(),
                    Instant.ofEpochMilli(context.currentSystemTimeMs()));
            var headers = new RecordHeaders();
            Trace.from(record.headers()).child().writeTo(headers);
            context.forward(
                    new Record<>(
                            result.getRequestId(),
                            serdes.write(Topics.RESULTS, answer),
                            context.currentSystemTimeMs(),
                            headers),
                    FanOutTopology.RESULTS_SINK);
        }
    }

    /**
     * A result that repeats another says nothing new, and one about the misuse of an id is about another request. One whose
     * request is not known is never asked for: that was refused without being remembered, or is forgotten by now.
     */
    private boolean isWorthKeeping(PostResult result) {
        return !result.getIsRepeat()
                && requests.get(result.getRequestId()) != null
                && result.getError()
                        .filter(error -> error.getCode().equals(ErrorCode.REQUEST_ID_REUSED.name()))
                        .isEmpty();
    }
}
