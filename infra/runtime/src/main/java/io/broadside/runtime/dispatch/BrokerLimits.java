package io.broadside.runtime.dispatch;

import io.broadside.runtime.kafka.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the broker says of its own limits. */
final class BrokerLimits {

    private static final Logger LOGGER = LoggerFactory.getLogger(BrokerLimits.class);

    /** https://kafka.apache.org/documentation/#brokerconfigs_offset.metadata.max.bytes */
    private static final String OFFSET_METADATA = "offset.metadata.max.bytes";

    private static final int USUAL_OFFSET_METADATA = 4096;
    private static final int PATIENCE_SECONDS = 10;

    private BrokerLimits() {}

    /**
     * The longest metadata of an offset commit, in characters of ASCII: what the broker says, or its default if it does not
     * say, which is a matter of permissions.
     */
    static int offsetMetadata(KafkaClients clients) {
        var admin = clients.admin();
        try {
            return ask(admin).orElse(USUAL_OFFSET_METADATA);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOGGER.atDebug().setCause(e).log("the broker does not tell its limits");
        } finally {
            // A question that was given up is not waited for.
            admin.close(Duration.ZERO);
        }
        return USUAL_OFFSET_METADATA;
    }

    private static Optional<Integer> ask(Admin admin)
            throws InterruptedException, ExecutionException, TimeoutException {
        var nodes = admin.describeCluster().nodes().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (nodes.isEmpty()) {
            return Optional.empty();
        }
        var broker = new ConfigResource(
                ConfigResource.Type.BROKER, nodes.iterator().next().idString());
        var config = admin.describeConfigs(List.of(broker)).all().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return Optional.ofNullable(config.get(broker))
                .map(settings -> settings.get(OFFSET_METADATA))
                .map(entry -> Integer.parseInt(entry.value()));
    }
}
