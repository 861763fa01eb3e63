package io.broadside.retry.account;

import io.broadside.events.DelayedCommand;
import io.broadside.events.PublishCommand;
import io.broadside.runtime.dispatch.Unfinished;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicReader;
import io.broadside.schemas.Groups;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.LongPredicate;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Finds out where commands are, from Kafka alone. A command is somewhere if a record of it has not been read by whoever it is for,
 * or is under way there; or if it is in the changelog of what waits. That a record of it was there once says nothing.
 *
 * <p>Topics are read one after another while commands move: one that is not found may have gone from where nobody had looked to
 * where somebody had. Whoever asks looks again, and asks whether anything was heard of it meanwhile.
 */
public final class Whereabouts {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CHANGELOG = Groups.RETRY + "-waiting-room-changelog";
    private static final List<Topic<DelayedCommand>> DELAYING =
            List.of(Topics.BACKOFF_429, Topics.BACKOFF_5XX, Topics.BACKOFF_UNCONFIRMED, Topics.WAITING);

    private final KafkaClients clients;
    private final TopicReader reader;

    public Whereabouts(KafkaClients clients) {
        this.clients = clients;
        this.reader = new TopicReader(clients, "whereabouts", PATIENCE);
    }

    /**
     * Those of the commands that are nowhere.
     *
     * @param platforms they are for
     */
    public Set<String> missing(Set<String> commandIds, Collection<String> platforms) {
        var missing = new HashSet<>(commandIds);
        if (missing.isEmpty()) {
            return missing;
        }
        // In the direction in which commands move, so that few slip through.
        var read = committed(Groups.RETRY);
        for (var topic : DELAYING) {
            each(topic, read, offset -> from -> from >= offset.offset(), DelayedCommand::getCommand, missing);
        }
        missing.removeAll(waiting(missing));
        var dispatched = committed(Groups.PUBLISH);
        for (var platform : platforms) {
            each(Topics.commands(platform), dispatched, Unfinished::of, Function.identity(), missing);
        }
        return missing;
    }

    private <V extends SpecificRecord> void each(
            Topic<V> topic,
            Map<TopicPartition, OffsetAndMetadata> committed,
            Function<OffsetAndMetadata, LongPredicate> isLeft,
            Function<V, PublishCommand> command,
            Set<String> missing) {
        var begins = new HashMap<TopicPartition, Long>();
        var left = new HashMap<TopicPartition, LongPredicate>();
        committed.forEach((partition, offset) -> {
            begins.put(partition, offset.offset());
            left.put(partition, isLeft.apply(offset));
        });
        reader.from(topic.name(), begins, record -> {
            var partition = new TopicPartition(record.topic(), record.partition());
            if (record.value() != null
                    && left.getOrDefault(partition, _ -> true).test(record.offset())) {
                read(topic, record.value()).map(command).ifPresent(found -> missing.remove(found.getCommandId()));
            }
        });
    }

    private Set<String> waiting(Set<String> wanted) {
        var waiting = new HashSet<String>();
        reader.all(
                CHANGELOG,
                record -> HeldKey.commandOf(record.key())
                        .filter(wanted::contains)
                        .ifPresent(commandId -> {
                            if (record.value() == null) {
                                waiting.remove(commandId);
                            } else {
                                waiting.add(commandId);
                            }
                        }));
        return waiting;
    }

    private <V extends SpecificRecord> Optional<V> read(Topic<V> topic, byte[] value) {
        try {
            return Optional.of(clients.serdes().read(topic, value));
        } catch (SerializationException _) {
            // A dead letter by now, or soon.
            return Optional.empty();
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(String group) {
        try (var admin = clients.admin()) {
            var committed = new HashMap<TopicPartition, OffsetAndMetadata>();
            admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .forEach((partition, offset) -> {
                        if (offset != null) {
                            committed.put(partition, offset);
                        }
                    });
            return committed;
        } catch (ExecutionException e) {
            throw new KafkaException("How far " + group + " has read cannot be told: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }
}
