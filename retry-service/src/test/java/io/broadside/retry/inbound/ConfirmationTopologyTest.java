package io.broadside.retry.inbound;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Confirmation;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfirmationTopologyTest {

    private static final Instant HAPPENED_AT = Instant.parse("2026-11-20T10:15:30Z");
    private static final Map<String, Set<String>> CONNECTIONS =
            Map.of("tiktok:account-1", new TreeSet<>(Set.of("connection-1", "connection-2")));

    private final SchemaRegistry registry = SchemaRegistry.start(RegistryConfig.inMemory());
    private final EventSerdes serdes = new EventSerdes(registry.uri(), true);
    private TopologyTestDriver driver;
    private TestInputTopic<byte[], byte[]> events;
    private TestOutputTopic<String, Confirmation> confirmations;

    @BeforeEach
    void start() {
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        var topology = ConfirmationTopology.build(
                serdes, (platform, account) -> CONNECTIONS.getOrDefault(platform + ":" + account, Set.of()));
        driver = new TopologyTestDriver(topology, settings);
        events = driver.createInputTopic(
                Topics.INBOUND_EVENTS.name(), new ByteArraySerializer(), new ByteArraySerializer());
        confirmations = driver.createOutputTopic(
                Topics.CONFIRMATIONS.name(),
                new StringDeserializer(),
                serdes.of(Topics.CONFIRMATIONS).deserializer());
    }

    @AfterEach
    void stop() {
        driver.close();
        serdes.close();
        registry.close();
    }

    @Test
    void everyConnectionOfTheAccountIsTold() {
        // When
        pipe(anEvent(InboundKind.POST_PUBLISHED)
                .setObjectId("post-1")
                .setPublishId("publish-1")
                .build());
        // Then
        assertThat(confirmations.readKeyValuesToList()).hasSize(2).allSatisfy(pair -> {
            assertThat(pair.key).isEqualTo(pair.value.getConnectionId());
            assertThat(pair.value.getRemoteId()).contains("post-1");
            assertThat(pair.value.getPublishId()).contains("publish-1");
            assertThat(pair.value.getAt()).isEqualTo(HAPPENED_AT);
        });
    }

    @Test
    void onlyWhatIsOfAPostIsTold() {
        pipe(anEvent(InboundKind.COMMENT).build());
        assertThat(confirmations.isEmpty()).isTrue();
        pipe(anEvent(InboundKind.OTHER).setPublishId("publish-1").build());
        assertThat(confirmations.readKeyValuesToList()).hasSize(2);
        pipe(anEvent(InboundKind.POST_FAILED).build());
        assertThat(confirmations.readKeyValuesToList()).hasSize(2);
    }

    @Test
    void anAccountThatNobodyHasConnectedIsNobodys() {
        pipe(anEvent(InboundKind.POST_PUBLISHED).setAccountId("account-2").build());
        assertThat(confirmations.isEmpty()).isTrue();
    }

    @Test
    void whatCannotBeReadIsLeftOut() {
        events.pipeInput("key".getBytes(UTF_8), "no Avro".getBytes(UTF_8));
        pipe(anEvent(InboundKind.POST_PUBLISHED).build());
        assertThat(confirmations.readKeyValuesToList()).hasSize(2);
    }

    private void pipe(InboundEvent event) {
        events.pipeInput("key".getBytes(UTF_8), serdes.write(Topics.INBOUND_EVENTS, event));
    }

    private static InboundEvent.Builder anEvent(InboundKind kind) {
        return InboundEvent.newBuilder()
                .setEventId("event-1")
                .setPlatform("tiktok")
                .setApp("demo")
                .setAccountId("account-1")
                .setKind(kind)
                .setPlatformKind("post.publish.complete")
                .setOccurredAt(HAPPENED_AT)
                .setReceivedAt(HAPPENED_AT.plusSeconds(1))
                .setDeliveryId("delivery-1");
    }
}
