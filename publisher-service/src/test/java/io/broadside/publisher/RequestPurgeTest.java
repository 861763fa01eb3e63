package io.broadside.publisher;

import static io.broadside.publisher.Fixtures.aRequest;
import static io.broadside.publisher.Fixtures.anAccount;
import static io.broadside.publisher.Fixtures.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.publisher.Fixtures.KnownConnections;
import io.broadside.publisher.platform.Platforms;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
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

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RequestPurgeTest {

    private static final Instant START = Instant.parse("2026-11-26T04:00:00Z");
    private static final Duration KEPT = Duration.ofDays(60);
    private static final PublishRequest POST = aRequest("post-1")
            .setTargets(List.of(to("bakery", "fake"), to("coffee", "fake")))
            .build();

    private SchemaRegistry registry;
    private EventSerdes serdes;
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
        var platforms = Platforms.of(new FakePlatform());
        var settings = new Properties();
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        driver = new TopologyTestDriver(
                FanOutTopology.build(
                        new FanOut(platforms, connections), serdes, platforms.ids(), new HomePartition(1), KEPT),
                settings,
                START);
    }

    @AfterEach
    void stopTopology() {
        driver.close();
    }

    @Test
    void aRequestIsForgottenWhenItsTimeAfterTheLastWordIsOver() {
        // Given
        send(POST);
        results().forEach(accepted -> end(accepted, START.plus(Duration.ofDays(1))));
        // When: the time since it was accepted is over, that since the last word on it is not
        driver.advanceWallClockTime(KEPT.plus(Duration.ofHours(12)));
        send(POST);
        var before = results();
        driver.advanceWallClockTime(Duration.ofDays(1));
        send(POST);
        var after = results();
        // Then
        assertThat(before)
                .hasSize(2)
                .allSatisfy(result -> assertThat(result.getStatus()).isEqualTo(ResultStatus.PUBLISHED));
        assertThat(after)
                .as("it is a new one")
                .hasSize(2)
                .allSatisfy(result -> assertThat(result.getStatus()).isEqualTo(ResultStatus.ACCEPTED));
    }

    @Test
    void aRequestIsRememberedWhileOneOfItsTargetsIsOpen() {
        // Given
        send(POST);
        var accepted = results();
        end(accepted.getFirst(), START);
        // When
        driver.advanceWallClockTime(KEPT.multipliedBy(5));
        // Then
        assertThat(remembered()).containsExactly("post-1");
        // When: the last word on the other one
        end(accepted.getLast(), START.plus(KEPT.multipliedBy(5)));
        driver.advanceWallClockTime(KEPT.plus(Duration.ofHours(2)));
        // Then
        assertThat(remembered()).isEmpty();
        assertThat(keys(RequestStores.RESULTS)).isEmpty();
    }

    @Test
    void aRequestThatWasRefusedIsForgottenToo() {
        // Given
        send(aRequest("post-1").setTargets(List.of()).build());
        assertThat(remembered()).containsExactly("post-1");
        // When
        driver.advanceWallClockTime(KEPT.plusSeconds(1));
        // Then
        assertThat(remembered()).isEmpty();
        assertThat(keys(RequestStores.RESULTS)).isEmpty();
    }

    @Test
    void aResultThatCannotBeReadStopsNothing() {
        // Given
        send(aRequest("post-1").setTargets(List.of()).build());
        send(aRequest("post-2").setTargets(List.of()).build());
        var results = driver.<String, byte[]>getKeyValueStore(RequestStores.RESULTS);
        var ofTheFirst = keys(RequestStores.RESULTS).stream()
                .filter(key -> key.startsWith("post-1"))
                .toList();
        assertThat(ofTheFirst).isNotEmpty().allSatisfy(key -> results.put(key, new byte[] {1, 2, 3}));
        // When
        driver.advanceWallClockTime(KEPT.plusSeconds(1));
        // Then
        assertThat(remembered()).containsExactly("post-1");
    }

    @Test
    void aRunLooksAtSoManyRequestsAndTheNextOneGoesOn() {
        // Given: open ones before and behind those that are over
        var open = 5;
        for (var i = 0; i < RequestPurge.MOST_AT_ONCE + 2 * open; i++) {
            var request = aRequest("post-%04d".formatted(i));
            send(
                    i < open || i >= RequestPurge.MOST_AT_ONCE + open
                            ? request.build()
                            : request.setTargets(List.of()).build());
        }
        // When
        driver.advanceWallClockTime(KEPT.plusSeconds(1));
        // Then
        assertThat(remembered()).hasSize(open + 2 * open);
        // When
        driver.advanceWallClockTime(RequestPurge.EVERY);
        // Then
        assertThat(remembered()).hasSize(2 * open);
    }

    @Test
    void aResultOfARequestThatIsNotKnownIsNotRemembered() {
        // Given
        send(POST);
        var accepted = results().getFirst();
        // When
        end(PostResult.newBuilder(accepted).setRequestId("post-2").build(), START);
        // Then
        assertThat(keys(RequestStores.RESULTS)).hasSize(2).allMatch(key -> key.startsWith("post-1"));
    }

    private void send(PublishRequest request) {
        pipe(Topics.REQUESTS, request.getRequestId(), serdes.write(Topics.REQUESTS, request));
    }

    /** The dispatcher says the last word. */
    private void end(PostResult accepted, Instant at) {
        var published = PostResult.newBuilder(accepted)
                .setStatus(ResultStatus.PUBLISHED)
                .setIsFinal(true)
                .setAt(at)
                .build();
        pipe(Topics.RESULTS, published.getRequestId(), serdes.write(Topics.RESULTS, published));
    }

    private void pipe(Topic<?> topic, String key, byte[] value) {
        driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value);
    }

    private List<PostResult> results() {
        return driver
                .createOutputTopic(Topics.RESULTS.name(), new StringDeserializer(), new ByteArrayDeserializer())
                .readValuesToList()
                .stream()
                .map(value -> serdes.read(Topics.RESULTS, value))
                .toList();
    }

    private List<String> remembered() {
        return keys(RequestStores.REQUESTS);
    }

    private List<String> keys(String store) {
        var keys = new ArrayList<String>();
        try (var all = driver.<String, byte[]>getKeyValueStore(store).all()) {
            all.forEachRemaining(entry -> keys.add(entry.key));
        }
        return keys;
    }
}
