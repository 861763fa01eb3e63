package io.broadside.publisher;

import io.broadside.events.PostResult;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the last result of every target, for a request that is sent again. */
final class RememberResultsProcessor implements Processor<String, byte[], Void, Void> {

    private static final Logger LOGGER = LoggerFactory.getLogger(RememberResultsProcessor.class);

    private final EventSerdes serdes;
    private KeyValueStore<String, byte[]> results;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    RememberResultsProcessor(EventSerdes serdes) {
        this.serdes = serdes;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        results = context.getStateStore(RequestStores.RESULTS);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        try {
            var result = serdes.read(Topics.RESULTS, record.value());
            if (isWorthKeeping(result)) {
                results.put(RequestStores.resultKey(result.getRequestId(), result.getTargetIndex()), record.value());
            }
        } catch (SerializationException e) {
            // Only our own services write results. Whoever wrote this one is not owed an answer about it.
            LOGGER.atWarn()
                    .addKeyValue("key", record.key())
                    .addKeyValue("cause", e.getMessage())
                    .log("unreadable result");
        }
    }

    /** A result that repeats another says nothing new, and one about the misuse of an id is about another request. */
    private static boolean isWorthKeeping(PostResult result) {
        return !result.getIsRepeat()
                && result.getError()
                        .filter(error -> error.getCode().equals(ErrorCode.REQUEST_ID_REUSED.name()))
                        .isEmpty();
    }
}
