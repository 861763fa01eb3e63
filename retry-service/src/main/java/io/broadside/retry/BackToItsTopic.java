package io.broadside.retry;

import org.apache.kafka.streams.processor.RecordContext;
import org.apache.kafka.streams.processor.TopicNameExtractor;

/** Sends a record to the topic it was read from. */
final class BackToItsTopic implements TopicNameExtractor<String, byte[]> {

    @Override
    public String extract(String key, byte[] value, RecordContext context) {
        return context.topic();
    }

    /** For the description of the topology. */
    @Override
    public String toString() {
        return "the topic it was read from";
    }
}
