package io.broadside.webhook;

import static io.broadside.webhook.platform.RawDeliveries.RECEIVED_AT;
import static io.broadside.webhook.platform.RawDeliveries.aDelivery;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.InboundEvent;
import io.broadside.events.QuarantineReason;
import io.broadside.events.QuarantinedDelivery;
import io.broadside.events.RawDelivery;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.webhook.platform.Vectors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Properties;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboundTopologyTest {

    private static final Duration REMEMBER_FOR = Duration.ofHours(76);
    private static final int QUARANTINE_BODY_LIMIT = 1_000;

    private final SchemaRegistry registry = SchemaRegistry.start(RegistryConfig.inMemory());
    private final EventSerdes serdes = new EventSerdes(registry.uri(), true);
    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> raw;
    private TestOutputTopic<String, InboundEvent> events;
    private TestOutputTopic<String, QuarantinedDelivery> quarantine;

    @BeforeEach
    void start(@TempDir Path state) {
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        driver = new TopologyTestDriver(topology(), settings, RECEIVED_AT);
        raw = driver.createInputTopic(Topics.INBOUND_RAW.name(), new StringSerializer(), new ByteArraySerializer());
        events = driver.createOutputTopic(
                Topics.INBOUND_EVENTS.name(),
                new StringDeserializer(),
                serdes.of(Topics.INBOUND_EVENTS).deserializer());
        quarantine = driver.createOutputTopic(
                Topics.INBOUND_QUARANTINE.name(),
                new StringDeserializer(),
                serdes.of(Topics.INBOUND_QUARANTINE).deserializer());
    }

    @AfterEach
    void stop() {
        driver.close();
        serdes.close();
        registry.close();
    }

    @Test
    void aDeliveryBecomesEventsByAccount() {
        // When
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        pipe(aDelivery("facebook", Vectors.FACEBOOK_COMMENT.body()), RECEIVED_AT);
        // Then
        assertThat(events.readKeyValuesToList())
                .extracting(pair -> pair.key)
                .containsExactly("x:1111111111111111111", "facebook:1000000001");
        assertThat(quarantine.isEmpty()).isTrue();
    }

    @Test
    void theTraceOfTheDeliveryGoesOnWithItsEvents() {
        // Given
        var record =
                new TestRecord<>("delivery-1", serdes.write(Topics.INBOUND_RAW, aDelivery("x", Vectors.X_POST.body())));
        record.headers().add("traceparent", "00-1-2-01".getBytes(UTF_8));
        // When
        raw.pipeInput(record);
        // Then
        assertThat(events.readRecord().headers().toArray())
                .containsExactly(
                        new RecordHeader("traceparent", "00-1-2-01".getBytes(UTF_8)),
                        new RecordHeader(Normalise.POSITION, "inbound.raw-0-0".getBytes(UTF_8)));
    }

    @Test
    void anEventThatAnEarlierVersionLeftBetweenItsHalvesIsKnownToo() {
        // Given
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        var event = events.readKeyValue();
        var between = driver.createInputTopic(
                "test-by-account-repartition", new StringSerializer(), new ByteArraySerializer());
        // When: it has no headers
        between.pipeInput(event.key, serdes.write(Topics.INBOUND_EVENTS, event.value));
        // Then
        assertThat(events.isEmpty()).isTrue();
    }

    @Test
    void anEventIsToldOnceHoweverOftenAndInWhateverBatchItIsDelivered() {
        // Given
        var one = "{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"c-1\"}}";
        var two = one.replace("c-1", "c-2");
        // When
        pipe(batch(one), RECEIVED_AT);
        pipe(batch(one), RECEIVED_AT.plus(Duration.ofHours(36)));
        pipe(batch(two + "," + one + "," + two), RECEIVED_AT.plus(Duration.ofHours(36)));
        // Then
        assertThat(events.readValuesToList())
                .extracting(event -> event.getObjectId().orElse(""))
                .containsExactly("c-1", "c-2");
    }

    @Test
    void anEventThatTikTokRepeatsForThreeDaysIsToldOnce() {
        // When
        pipe(aDelivery("tiktok", Vectors.TIKTOK_POST.body()), RECEIVED_AT);
        pipe(aDelivery("tiktok", Vectors.TIKTOK_POST.body()), RECEIVED_AT.plus(Duration.ofHours(36)));
        pipe(aDelivery("tiktok", Vectors.TIKTOK_POST.body()), RECEIVED_AT.plus(Duration.ofDays(3)));
        // Then
        assertThat(events.readKeyValuesToList()).singleElement().satisfies(pair -> {
            assertThat(pair.key).isEqualTo("tiktok:_000abcDEFtestOpenId");
            assertThat(pair.value.getPublishId()).contains("v_pub_file~v2-1.700000000000000001");
        });
    }

    @Test
    void anEventIsForgottenSomeTimeAfterNobodyRepeatsIt() {
        // When
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        pipe(
                aDelivery("x", Vectors.X_POST.body()),
                RECEIVED_AT.plus(DropDuplicates.retention(REMEMBER_FOR)).plusSeconds(1));
        // Then
        assertThat(events.readValuesToList()).hasSize(2);
    }

    @Test
    void anEventIsKnownAgainForAsLongAsIsAskedWheneverItCame() {
        for (var hours = 0; hours < 100; hours += 7) {
            // Given: at the beginning, in the middle and at the end of a stretch of time
            var first = RECEIVED_AT.plus(Duration.ofDays(30L * (hours + 1))).plus(Duration.ofHours(hours));
            // When
            pipe(aDelivery("x", Vectors.X_POST.body()), first);
            pipe(aDelivery("x", Vectors.X_POST.body()), first.plus(REMEMBER_FOR));
            // Then
            assertThat(events.readValuesToList()).as("%d hours", hours).hasSize(1);
        }
    }

    @Test
    void onePostThatMentionsTwoAccountsIsToldToEachOfThem() {
        // Given
        var mention = "{\"topic\":\"interaction\",\"target_id\":\"%s\",\"values\":{\"field\":\"mentions\",\"value\":"
                + "{\"id\":\"6000000006\",\"username\":\"ada\",\"text\":\"@shop_a @shop_b hello\"}}}";
        // When
        pipe(aDelivery("threads", mention.formatted("shop-a")), RECEIVED_AT);
        pipe(aDelivery("threads", mention.formatted("shop-b")), RECEIVED_AT);
        pipe(aDelivery("threads", mention.formatted("shop-a")), RECEIVED_AT);
        // Then: the driver has one partition, where all of them meet
        assertThat(events.readKeyValuesToList())
                .extracting(pair -> pair.key)
                .containsExactly("threads:shop-a", "threads:shop-b");
    }

    @Test
    void anEventSaysWhereItsDeliveryStands() {
        // When
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        // Then
        assertThat(events.readRecord().headers().lastHeader(Normalise.POSITION).value())
                .asString(UTF_8)
                .isEqualTo("inbound.raw-0-0");
    }

    @Test
    void whatMustNotBeKeptLeavesItsBodyBehindIfWeAreLateWithIt() {
        // When
        pipe(aDelivery("linkedin", "{\"no\":\"event\"}"), RECEIVED_AT);
        pipe(aDelivery("linkedin", "{\"no\":\"event\"}"), RECEIVED_AT);
        driver.advanceWallClockTime(Duration.ofHours(5));
        pipe(aDelivery("linkedin", "{\"no\":\"event\"}"), RECEIVED_AT);
        pipe(aDelivery("x", "{\"no\":\"event\"}"), RECEIVED_AT);
        // Then
        assertThat(quarantine.readValuesToList())
                .extracting(found -> found.getDelivery().getBody().remaining() > 0)
                .containsExactly(true, true, false, true);
    }

    @Test
    void anOldDeliveryBehindNewerOnesIsKnownAgainToo() {
        // Given: after an outage partitions are not read at one pace
        pipe(
                aDelivery("x", Vectors.X_REVOCATION.body()),
                RECEIVED_AT.plus(REMEMBER_FOR).plus(REMEMBER_FOR));
        // When
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        // Then
        assertThat(events.readValuesToList()).hasSize(2);
    }

    @Test
    void whatIsNotJsonIsSetAside() {
        // When
        pipe(aDelivery("facebook", "{\"object\":"), RECEIVED_AT);
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        // Then
        assertThat(quarantine.readKeyValuesToList()).singleElement().satisfies(pair -> {
            assertThat(pair.key).isEqualTo("delivery-1");
            assertThat(pair.value.getReason()).isEqualTo(QuarantineReason.MALFORMED);
            assertThat(pair.value.getDetail()).isEqualTo("The body is not JSON.");
            assertThat(pair.value.getIsTruncated()).isFalse();
        });
        assertThat(events.readValuesToList()).hasSize(1);
    }

    @Test
    void aBatchWithOneBadEntryIsToldAndSetAside() {
        // When
        pipe(
                batch(
                        "{\"field\":\"feed\",\"value\":{\"item\":\"comment\",\"verb\":\"add\",\"comment_id\":\"c-1\"}},{}"),
                RECEIVED_AT);
        // Then
        assertThat(events.readValuesToList()).hasSize(1);
        assertThat(quarantine.readValuesToList()).hasSize(1);
    }

    @Test
    void aRecordThatIsNoDeliveryIsSetAsideWithItsPlace() {
        // When
        raw.pipeInput("key", "not Avro".getBytes(UTF_8), RECEIVED_AT);
        raw.pipeInput("key", new byte[] {0, 0, 0, 0, 99, 1, 2}, RECEIVED_AT);
        raw.pipeInput("key", null, RECEIVED_AT);
        var delivery = serdes.write(Topics.INBOUND_RAW, aDelivery("x", "{}"));
        raw.pipeInput("key", Arrays.copyOf(delivery, delivery.length / 2), RECEIVED_AT);
        pipe(aDelivery("x", Vectors.X_POST.body()), RECEIVED_AT);
        // Then
        assertThat(quarantine.readValuesToList())
                .hasSize(4)
                .extracting(found -> found.getDelivery().getDeliveryId())
                .containsExactly("inbound.raw-0-0", "inbound.raw-0-1", "inbound.raw-0-2", "inbound.raw-0-3");
        assertThat(events.readValuesToList()).hasSize(1);
    }

    @Test
    void aDeliveryOfAPlatformThatIsNotKnownIsSetAside() {
        pipe(aDelivery("myspace", "{}"), RECEIVED_AT);
        assertThat(quarantine.readValue().getDetail()).contains("not known");
    }

    @Test
    void aLongBodyIsCutInTheQuarantineAndSaidToBe() {
        // When
        pipe(aDelivery("x", "x".repeat(QUARANTINE_BODY_LIMIT + 1)), RECEIVED_AT);
        // Then
        var found = quarantine.readValue();
        assertThat(found.getIsTruncated()).isTrue();
        assertThat(found.getDelivery().getBody().remaining()).isEqualTo(QUARANTINE_BODY_LIMIT);
    }

    @Test
    void theTopologyOnlyChangesOnPurpose() throws IOException {
        try (var expected = getClass().getResourceAsStream("expected-topology.txt")) {
            assertThat(topology().describe())
                    .hasToString(new String(Objects.requireNonNull(expected).readAllBytes(), UTF_8));
        }
    }

    private Topology topology() {
        return InboundTopology.build(
                serdes, REMEMBER_FOR, QUARANTINE_BODY_LIMIT, new WebhookMetrics(new SimpleMeterRegistry()));
    }

    private void pipe(RawDelivery delivery, Instant at) {
        raw.pipeInput(delivery.getDeliveryId(), serdes.write(Topics.INBOUND_RAW, delivery), at);
    }

    private static RawDelivery batch(String changes) {
        return aDelivery(
                "facebook",
                "{\"object\":\"page\",\"entry\":[{\"id\":\"1\",\"time\":5,\"changes\":[" + changes + "]}]}");
    }
}
