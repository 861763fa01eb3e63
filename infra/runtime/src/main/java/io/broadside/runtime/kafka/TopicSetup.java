package io.broadside.runtime.kafka;

import io.broadside.schemas.Topic;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that topics are there before a service works with them: creates those that are missing, sees to it that none keeps
 * records for longer than it may, and refuses to go on with those that cannot work.
 */
public final class TopicSetup {

    private static final Logger LOGGER = LoggerFactory.getLogger(TopicSetup.class);

    private TopicSetup() {}

    /**
     * Creates the topics that are missing and verifies all of them, and makes their schemas known to the registry. Several
     * services may do so at once.
     *
     * @return how many partitions each of them has
     * @throws KafkaException if the broker cannot be reached, or if a topic has another number of partitions than the
     *     others: records of one key must be in partitions of one number, everywhere
     */
    public static int ensure(KafkaClients clients, Collection<? extends Topic<?>> topics) {
        try (var admin = clients.admin()) {
            var partitions = create(admin, clients.config(), topics);
            verify(admin, clients.config(), topics, partitions);
            KeptNoLonger.ensure(admin, topics);
            awaitLogs(admin, topics, partitions);
            clients.serdes().prepare(topics);
            return partitions;
        }
    }

    private static int create(Admin admin, KafkaConfig config, Collection<? extends Topic<?>> topics) {
        var existing = describe(admin, topics);
        // Whoever came first has decided on the number of partitions.
        var partitions = existing.values().stream()
                .findFirst()
                .map(topic -> topic.partitions().size())
                .orElse(config.partitions());
        var missing = topics.stream()
                .filter(topic -> !existing.containsKey(topic.name()))
                .map(topic -> new NewTopic(topic.name(), partitions, config.replication())
                        .configs(settings(topic, config.replication())))
                .toList();
        admin.createTopics(missing).values().forEach((name, created) -> {
            try {
                created.get();
                LOGGER.atInfo()
                        .addKeyValue("topic", name)
                        .addKeyValue("partitions", partitions)
                        .log("topic created");
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                    throw failed("Topic " + name + " could not be created", e);
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        });
        return partitions;
    }

    /** With three replicas or more, a record that is acknowledged is in two places at least. */
    static Map<String, String> settings(Topic<?> topic, short replication) {
        if (replication < 3) {
            return topic.brokerConfig();
        }
        var settings = new HashMap<>(topic.brokerConfig());
        settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "2");
        return settings;
    }

    private static void verify(Admin admin, KafkaConfig config, Collection<? extends Topic<?>> topics, int partitions) {
        var deadline = System.nanoTime() + 10_000_000_000L;
        var found = describe(admin, topics);
        while (found.size() < topics.size() && System.nanoTime() - deadline < 0) {
            // Metadata of a topic just created may take a moment to reach every broker.
            found = describe(admin, topics);
        }
        for (var topic : topics) {
            var description = found.get(topic.name());
            if (description == null) {
                throw new KafkaException("Topic " + topic.name() + " does not exist after it was created.");
            }
            if (description.partitions().size() != partitions) {
                throw new KafkaException("Topic " + topic.name() + " has "
                        + description.partitions().size() + " partitions, but others of Broadside have " + partitions
                        + ". All need the same number, because records of one key must meet.");
            }
        }
        if (config.replication() < 1 && found.values().stream().anyMatch(TopicSetup::isOnOneDisk)) {
            LOGGER.atWarn()
                    .log("topics have one replica each: what is acknowledged is lost with the disk of its broker;"
                            + " KAFKA_TOPIC_REPLICATION=3 for topics that are created, 1 if this is meant");
        }
    }

    private static boolean isOnOneDisk(TopicDescription topic) {
        return topic.partitions().stream()
                .anyMatch(partition -> partition.replicas().size() == 1);
    }

    /**
     * A broker tells of a partition a moment before it has opened its log. Of the first batches an idempotent producer sends
     * meanwhile a later one may be taken and an earlier one not, and then it is refused until it gives up.
     */
    private static void awaitLogs(Admin admin, Collection<? extends Topic<?>> topics, int partitions) {
        var ends = topics.stream()
                .flatMap(topic -> IntStream.range(0, partitions)
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                .collect(Collectors.toMap(partition -> partition, _ -> OffsetSpec.latest()));
        try {
            // Asked again by the client itself as long as a partition has no leader that answers.
            admin.listOffsets(ends).all().get();
        } catch (ExecutionException e) {
            throw failed("The topics cannot be written yet", e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static Map<String, TopicDescription> describe(Admin admin, Collection<? extends Topic<?>> topics) {
        List<String> names = topics.stream().map(Topic::name).collect(Collectors.toList());
        var found = new HashMap<String, TopicDescription>();
        admin.describeTopics(names).topicNameValues().forEach((name, description) -> {
            try {
                found.put(name, description.get());
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw failed("Topic " + name + " could not be looked up", e);
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        });
        return found;
    }

    private static KafkaException failed(String what, ExecutionException cause) {
        var reason = cause.getCause() == null ? cause : cause.getCause();
        return new KafkaException(what + ": " + reason.getMessage(), reason);
    }

    private static KafkaException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new InterruptException(cause);
    }
}
