package io.broadside.publisher;

import static io.broadside.publisher.Fixtures.aRequest;
import static io.broadside.publisher.Fixtures.anAccount;
import static io.broadside.publisher.Fixtures.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Amendment;
import io.broadside.events.ChangeRequest;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.publisher.Fixtures.KnownConnections;
import io.broadside.publisher.platform.Platforms;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Changes of requests, and posts that keep their order, as the fan-out takes them in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ChangeTopologyTest {

    private SchemaRegistry registry;
    private EventSerdes serdes;
    private FakePlatform platform;
    private TopologyTestDriver driver;

    @BeforeAll
    void startRegistry() {
        registry = SchemaRegistry.start(RegistryConfig.inMemory());
        serdes = new EventSerdes(registry.uri(), true);
    }

    @AfterAll
    void stopRegistry() {
        serdes.close();
        registry.close();
    }

    @BeforeEach
    void startTopology(@TempDir Path state) {
        var connections = new KnownConnections()
                .with(anAccount("connection-1", "bakery", "fake"))
                .with(anAccount("connection-2", "coffee", "fake"));
        platform = new FakePlatform();
        var platforms = Platforms.of(platform);
        var settings = new Properties();
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        driver = new TopologyTestDriver(
                FanOutTopology.build(
                        new FanOut(platforms, connections),
                        serdes,
                        platforms.ids(),
                        new HomePartition(1),
                        Duration.ofDays(60)),
                settings);
    }

    @AfterEach
    void stopTopology() {
        driver.close();
    }

    @Test
    void aPostThatKeepsItsOrderGoesByWayOfWhereCommandsWait() {
        // When
        send(
                Topics.REQUESTS,
                "post-1",
                aRequest("post-1").setOrder(PostOrder.IN_ORDER).build());
        // Then
        assertThat(read(Topics.commands("fake"))).isEmpty();
        assertThat(read(Topics.WAITING)).singleElement().satisfies(delayed -> {
            assertThat(delayed.getCause()).isEqualTo(DelayCause.ORDER);
            assertThat(delayed.getCommand().getOrder()).isEqualTo(PostOrder.IN_ORDER);
        });
    }

    @Test
    void aChangeBecomesAnAmendmentForEachOfItsCommands() {
        // Given
        accept();
        // When
        change(aChange().setContent(text("Better")).build());
        // Then
        assertThat(read(Topics.AMENDMENTS))
                .extracting(Amendment::getConnectionId)
                .containsExactly("connection-1", "connection-2");
        assertThat(results()).isEmpty();
    }

    @Test
    void aChangeOfOneConnectionConcernsNoOther() {
        // Given
        accept();
        // When
        change(aChange().setConnectionId("connection-2").setIsRelease(true).build());
        // Then
        assertThat(read(Topics.AMENDMENTS))
                .extracting(Amendment::getConnectionId)
                .containsExactly("connection-2");
    }

    @Test
    void aChangeThatBreaksARuleIsRefusedForEachTargetWithItsState() {
        // Given
        accept();
        // When
        change(aChange().setContent(text("longer than twenty characters")).build());
        change(aChange().build());
        // Then
        assertThat(read(Topics.AMENDMENTS)).isEmpty();
        assertThat(results()).hasSize(4).allSatisfy(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.ACCEPTED);
            assertThat(result.getIsRepeat()).isTrue();
            assertThat(result.getIsFinal()).isFalse();
            assertThat(result.getChange().orElseThrow().getIsApplied()).isFalse();
            assertThat(result.getChange().orElseThrow().getFaults()).isNotEmpty();
        });
    }

    @Test
    void aChangeAtWhichTheRulesFailIsAnsweredAndBecomesADeadLetter() {
        // Given
        accept();
        platform.rules = () -> {
            throw new StackOverflowError();
        };
        // When
        change(aChange()
                .setConnectionId("connection-2")
                .setContent(text("Better"))
                .build());
        // Then
        assertThat(results()).singleElement().satisfies(result -> {
            assertThat(result.getIsFinal()).isFalse();
            assertThat(result.getChange().orElseThrow().getCode()).contains("INTERNAL");
        });
        assertThat(read(Topics.DEAD_LETTERS))
                .singleElement()
                .satisfies(letter -> assertThat(letter.getCode()).isEqualTo("INTERNAL"));
        assertThat(read(Topics.AMENDMENTS)).isEmpty();
    }

    @Test
    void aChangeLargerThanARequestMayBeIsRefused() {
        // Given
        accept();
        // When
        change(aChange().setContent(text("x".repeat(RequestRules.MOST_BYTES))).build());
        // Then
        assertThat(read(Topics.AMENDMENTS)).isEmpty();
        assertThat(results()).singleElement().satisfies(result -> {
            assertThat(result.getIsFinal()).isFalse();
            var answer = result.getChange().orElseThrow();
            assertThat(answer.getIsApplied()).isFalse();
            assertThat(answer.getCode()).contains("INVALID_REQUEST");
            assertThat(answer.getMessage()).contains("512 KiB");
        });
    }

    @Test
    void aChangeThatNobodyMakesIsAnsweredByTheEndOfItsTarget() {
        // Given
        var ends = accept().getFirst();
        change(aChange().setConnectionId("connection-1").setIsRelease(true).build());
        // When
        var end = PostResult.newBuilder(ends)
                .setStatus(ResultStatus.PUBLISHED)
                .setIsFinal(true)
                .build();
        send(Topics.RESULTS, "post-1", end);
        var answers = results();
        send(Topics.RESULTS, "post-1", end);
        // Then
        assertThat(answers)
                .filteredOn(answer -> answer.getChange().isPresent())
                .singleElement()
                .satisfies(answer -> {
                    assertThat(answer.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
                    assertThat(answer.getIsRepeat()).isTrue();
                    assertThat(answer.getChange().orElseThrow().getCode()).contains("TOO_LATE_TO_CHANGE");
                });
        assertThat(results())
                .filteredOn(answer -> answer.getChange().isPresent())
                .isEmpty();
    }

    @Test
    void aChangeThatWasMadeIsAnsweredOnce() {
        // Given
        var target = accept().getFirst();
        var change =
                aChange().setConnectionId("connection-1").setIsRelease(true).build();
        change(change);
        send(
                Topics.RESULTS,
                "post-1",
                Results.unchanged(target, change.getChangeId(), ErrorCode.INTERNAL, List.of(), Instant.now()));
        results();
        // When
        send(
                Topics.RESULTS,
                "post-1",
                PostResult.newBuilder(target)
                        .setStatus(ResultStatus.PUBLISHED)
                        .setIsFinal(true)
                        .build());
        // Then
        assertThat(results())
                .filteredOn(answer -> answer.getChange().isPresent())
                .isEmpty();
    }

    @Test
    void aChangeBeforeItsRequestWaitsForItAndIsRefusedIfItDoesNotCome() {
        // Given
        change(aChange().setContent(text("Better")).build());
        change(aChange("nobody").setIsRelease(true).build());
        // When
        accept();
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        var amendments = read(Topics.AMENDMENTS);
        driver.advanceWallClockTime(Duration.ofSeconds(61));
        // Then
        assertThat(amendments).hasSize(2);
        assertThat(results()).singleElement().satisfies(result -> {
            assertThat(result.getRequestId()).isEqualTo("nobody");
            assertThat(result.getIsFinal()).isFalse();
            assertThat(result.getChange().orElseThrow().getCode()).contains("UNKNOWN_REQUEST");
        });
    }

    @Test
    void bytesThatAreNoChangeBecomeADeadLetter() {
        // When
        driver.createInputTopic(Topics.CHANGES.name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput("post-1", new byte[] {1, 2, 3});
        // Then
        assertThat(read(Topics.DEAD_LETTERS)).hasSize(1);
    }

    /** Accepts a request of two targets; the results come back in, as they do. */
    private List<PostResult> accept() {
        PublishRequest request = aRequest("post-1")
                .setTargets(List.of(to("bakery", "fake"), to("coffee", "fake")))
                .build();
        send(Topics.REQUESTS, "post-1", request);
        var accepted = results();
        accepted.forEach(result -> send(Topics.RESULTS, "post-1", result));
        results();
        return accepted;
    }

    private static ChangeRequest.Builder aChange() {
        return aChange("post-1");
    }

    private static ChangeRequest.Builder aChange(String requestId) {
        return ChangeRequest.newBuilder()
                .setChangeId("change-1")
                .setRequestId(requestId)
                .setRequestedAt(Instant.now());
    }

    private static Content text(String text) {
        return Content.newBuilder().setText(text).build();
    }

    private void change(ChangeRequest change) {
        send(Topics.CHANGES, change.getRequestId(), change);
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) {
        driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, serdes.write(topic, value));
    }

    private List<PostResult> results() {
        return read(Topics.RESULTS);
    }

    private <V extends SpecificRecord> List<V> read(Topic<V> topic) {
        return driver
                .createOutputTopic(topic.name(), new StringDeserializer(), new ByteArrayDeserializer())
                .readKeyValuesToList()
                .stream()
                .map(pair -> serdes.read(topic, pair.value))
                .toList();
    }
}
