package io.broadside.runtime.dispatch;

import java.util.Optional;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A record that the broker did not take, and so the reason why its transaction failed.
 *
 * @param outputs the outputs the record is one of
 * @param topic where it was to go
 * @param kind whose fault it is
 * @param cause what the broker said
 */
record Refusal(Outputs outputs, String topic, Kind kind, Throwable cause) {

    enum Kind {
        /** The record itself: it will never be taken. */
        RECORD,
        /** Its topic, which is missing or closed to us: it may be taken once somebody has mended that. */
        TOPIC
    }

    /** Empty if the record failed only because its transaction did. */
    static Optional<Refusal> of(Outputs outputs, String topic, Throwable cause) {
        return switch (cause) {
            case RecordTooLargeException _, RecordBatchTooLargeException _, InvalidRecordException _ ->
                Optional.of(new Refusal(outputs, topic, Kind.RECORD, cause));
            case SerializationException _ -> Optional.of(new Refusal(outputs, topic, Kind.RECORD, cause));
            // Records for other topics end with the same exception when their transaction does: it says which it is
            // about.
            case TopicAuthorizationException refused
            when !refused.unauthorizedTopics().contains(topic) -> Optional.empty();
            case InvalidTopicException refused when !refused.invalidTopics().contains(topic) -> Optional.empty();
            case TopicAuthorizationException _,
                    InvalidTopicException _,
                    PolicyViolationException _,
                    UnknownTopicOrPartitionException _,
                    UnknownTopicIdException _ -> Optional.of(new Refusal(outputs, topic, Kind.TOPIC, cause));
            // What a producer says of a topic that does not exist; without that cause the broker was too slow.
            case TimeoutException timeout
            when timeout.getCause() instanceof UnknownTopicOrPartitionException ->
                Optional.of(new Refusal(outputs, topic, Kind.TOPIC, timeout.getCause()));
            default -> Optional.empty();
        };
    }
}
