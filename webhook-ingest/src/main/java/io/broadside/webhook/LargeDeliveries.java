package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.schemas.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes room for deliveries as long as the configuration takes: Kafka's own limit is 1 MiB a record, at the producer and at the
 * topic, and one delivery of Meta may hold 1000 updates.
 */
final class LargeDeliveries {

    /** What stands around the body in a record: ids, headers, the batch. */
    private static final int AROUND_THE_BODY = 64 << 10;

    /** As much as Kafka's own default. */
    private static final long LEAST_BUFFER = 32L << 20;

    private static final Logger LOGGER = LoggerFactory.getLogger(LargeDeliveries.class);

    private LargeDeliveries() {}

    /** The same clients, whose producers take records of that length; a limit set by hand stands. */
    static KafkaConfig allow(KafkaConfig kafka, int bodyLimit) {
        return kafka.withExtra(
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        Integer.toString(Math.max(1 << 20, recordLimit(bodyLimit))))
                .withExtra(
                        // A record that is longer than all of it is never sent.
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        Long.toString(Math.max(LEAST_BUFFER, 2L * recordLimit(bodyLimit))));
    }

    /**
     * Has inbound.raw take records of that length.
     *
     * @throws ConfigException if it does not, and we may not change that
     */
    static void ensure(KafkaClients clients, int bodyLimit) {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, Topics.INBOUND_RAW.name());
        try (var admin = clients.admin()) {
            var needed = recordLimit(bodyLimit);
            var current = current(admin, resource);
            if (current >= needed) {
                return;
            }
            var entry = new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(needed));
            admin.incrementalAlterConfigs(Map.of(resource, List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            LOGGER.atInfo()
                    .addKeyValue("topic", Topics.INBOUND_RAW)
                    .addKeyValue("maxMessageBytes", needed)
                    .log("topic takes larger records now");
        } catch (ExecutionException e) {
            throw new ConfigException(
                    "WEBHOOK_BODY_LIMIT: a topic " + Topics.INBOUND_RAW + " with "
                            + TopicConfig.MAX_MESSAGE_BYTES_CONFIG
                            + " of at least " + recordLimit(bodyLimit) + " needed, and it could not be set ("
                            + e.getCause() + "). Set it, or lower the limit.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static int current(Admin admin, ConfigResource resource) throws ExecutionException, InterruptedException {
        var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        if (config == null) {
            throw new KafkaException("The broker did not describe the topic " + resource.name());
        }
        return Integer.parseInt(config.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
    }

    private static int recordLimit(int bodyLimit) {
        return bodyLimit + AROUND_THE_BODY;
    }
}
