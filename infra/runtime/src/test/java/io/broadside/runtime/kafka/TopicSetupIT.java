package io.broadside.runtime.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.RawDelivery;
import io.broadside.runtime.config.Settings;
import io.broadside.schemas.Topic;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(KafkaExtension.class)
class TopicSetupIT {

    private final KafkaForTest kafka;
    private final KafkaClients clients;

    TopicSetupIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.clients = new KafkaClients(
                KafkaConfig.from(Settings.from(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                        "KAFKA_TOPIC_PARTITIONS", "1"))),
                "test");
    }

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void aTopicThatSomebodyElseMadeKeepsItsRecordsNoLongerThanTheyMayBeKept() throws Exception {
        // Given: made without any setting, and with some that are stricter than ours
        var topic = topic(Topic.Cleanup.GONE_BY_THEN_BOUNDED);
        kafka.admin()
                .createTopics(List.of(new NewTopic(topic.name(), 1, (short) 1)
                        .configs(Map.of("retention.ms", "3600000", "retention.bytes", "-1"))))
                .all()
                .get();
        // When
        TopicSetup.ensure(clients, List.of(topic));
        // Then
        assertThat(settings(topic))
                .containsEntry("retention.ms", "3600000")
                .containsEntry("segment.ms", "10800000")
                .containsEntry("segment.bytes", "134217728")
                .containsEntry("retention.bytes", "1073741824");
    }

    @Test
    void whatSomebodyHasSetOfOtherTopicsStands() throws Exception {
        // Given
        var topic = topic(Topic.Cleanup.DELETE);
        kafka.admin()
                .createTopics(
                        List.of(new NewTopic(topic.name(), 1, (short) 1).configs(Map.of("retention.ms", "9000000000"))))
                .all()
                .get();
        // When
        TopicSetup.ensure(clients, List.of(topic));
        // Then
        assertThat(settings(topic)).containsEntry("retention.ms", "9000000000");
    }

    private Topic<RawDelivery> topic(Topic.Cleanup cleanup) {
        return new Topic<>(
                kafka.uniqueName("kept"),
                Topic.Owner.WEBHOOK_INGEST,
                RawDelivery.class,
                "key",
                cleanup,
                Duration.ofDays(2));
    }

    private Map<String, String> settings(Topic<?> topic) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        var settings = new HashMap<String, String>();
        kafka.admin()
                .describeConfigs(List.of(resource))
                .all()
                .get()
                .values()
                .forEach(config -> config.entries().forEach(entry -> settings.put(entry.name(), entry.value())));
        return settings;
    }
}
