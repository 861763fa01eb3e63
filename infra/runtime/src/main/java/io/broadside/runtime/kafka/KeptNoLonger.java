package io.broadside.runtime.kafka;

import io.broadside.schemas.Topic;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics whose records must be gone by a time: however they came to be, an older version or somebody else may have made them.
 * Settings under which records go sooner stand.
 */
final class KeptNoLonger {

    /** Of these the smaller is the stricter; -1 is for ever. */
    private static final List<String> BOUNDS = List.of(
            TopicConfig.RETENTION_MS_CONFIG,
            TopicConfig.SEGMENT_MS_CONFIG,
            TopicConfig.SEGMENT_BYTES_CONFIG,
            TopicConfig.RETENTION_BYTES_CONFIG);

    private static final Logger LOGGER = LoggerFactory.getLogger(KeptNoLonger.class);

    private KeptNoLonger() {}

    /** @throws KafkaException if a topic keeps records for longer, and we may not change that */
    static void ensure(Admin admin, Collection<? extends Topic<?>> topics) {
        var exact = topics.stream()
                .filter(topic -> topic.cleanup().isExact())
                .collect(Collectors.toMap(
                        topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), Topic::brokerConfig));
        if (exact.isEmpty()) {
            return;
        }
        try {
            var changes = new HashMap<ConfigResource, Collection<AlterConfigOp>>();
            admin.describeConfigs(exact.keySet()).all().get().forEach((topic, actual) -> {
                var changed = tooLoose(actual, exact.getOrDefault(topic, Map.of()));
                if (!changed.isEmpty()) {
                    changes.put(topic, changed);
                }
            });
            if (!changes.isEmpty()) {
                admin.incrementalAlterConfigs(changes).all().get();
                LOGGER.atInfo()
                        .addKeyValue(
                                "topics",
                                changes.keySet().stream()
                                        .map(ConfigResource::name)
                                        .sorted()
                                        .toList())
                        .log("topics keep their records no longer than they may now");
            }
        } catch (ExecutionException e) {
            throw new KafkaException(
                    "Topics whose records must not be kept for longer could not be set so (" + e.getCause()
                            + "). Set them yourself: " + exact,
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    private static List<AlterConfigOp> tooLoose(Config actual, Map<String, String> declared) {
        return BOUNDS.stream()
                .filter(declared::containsKey)
                .filter(name -> isLooser(actual.get(name), Long.parseLong(declared.getOrDefault(name, "-1"))))
                .map(name -> new AlterConfigOp(new ConfigEntry(name, declared.get(name)), AlterConfigOp.OpType.SET))
                .toList();
    }

    private static boolean isLooser(ConfigEntry actual, long declared) {
        var value = Long.parseLong(actual.value());
        return value < 0 || value > declared;
    }
}
