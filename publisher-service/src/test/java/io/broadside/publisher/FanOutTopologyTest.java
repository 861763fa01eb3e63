package io.broadside.publisher;

import static io.broadside.publisher.Fixtures.aRequest;
import static io.broadside.publisher.Fixtures.anAccount;
import static io.broadside.publisher.Fixtures.to;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.CancelRequest;
import io.broadside.events.Content;
import io.broadside.events.ContentOverride;
import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.publisher.Connections.Account;
import io.broadside.publisher.Connections.Resolution;
import io.broadside.publisher.Fixtures.KnownConnections;
import io.broadside.publisher.platform.Platforms;
import io.broadside.schemas.CommandId;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
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
class FanOutTopologyTest {

    private static final Duration PATIENCE = Duration.ofMillis(1600);
    private static final Duration KEPT = Duration.ofDays(60);
    private static final PublishRequest TO_BOTH = aRequest("post-1")
            .setTargets(List.of(to("bakery", "fake"), to("coffee", "fake")))
            .build();

    private SchemaRegistry registry;
    private EventSerdes serdes;
    private KnownConnections connections;
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
        connections = new KnownConnections()
                .with(anAccount("connection-1", "bakery", "fake"))
                .with(anAccount("connection-2", "coffee", "fake"));
        platform = new FakePlatform();
        var platforms = Platforms.of(platform);
        var settings = new Properties();
        settings.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        driver = new TopologyTestDriver(topology(platforms), settings);
    }

    @AfterEach
    void stopTopology() {
        driver.close();
    }

    @Test
    void aRequestBecomesOneCommandForEachTarget() {
        // When
        send(aRequest("post-1")
                .setTargets(List.of(to("bakery", "fake"), to("coffee", "fake")))
                .build());
        // Then
        var commands = read(Topics.commands("fake"));
        assertThat(commands).extracting(pair -> pair.key).containsExactly("connection-1", "connection-2");
        assertThat(commands.getFirst().value.getCommandId()).isEqualTo(CommandId.of("post-1", "connection-1"));
        assertThat(commands.getFirst().value.getAccountId()).isEqualTo("account-of-connection-1");
        assertThat(commands.getFirst().value.getAccountKind()).isEqualTo("kind-of-connection-1");
        assertThat(results())
                .extracting(PostResult::getStatus)
                .containsExactly(ResultStatus.ACCEPTED, ResultStatus.ACCEPTED);
    }

    @Test
    void anAccountThatTwoProfilesHaveGetsThePostOnce() {
        // Given
        connections.with(
                new Account("connection-3", "twin", "fake", "account-of-connection-1", "kind-of-connection-1", true));
        // When
        send(aRequest("post-1")
                .setTargets(List.of(to("bakery", "fake"), to("twin", "fake")))
                .build());
        // Then
        assertThat(read(Topics.commands("fake"))).hasSize(1);
        assertThat(results())
                .extracting(PostResult::getStatus)
                .containsExactly(ResultStatus.ACCEPTED, ResultStatus.FAILED);
    }

    @Test
    void anOverrideChangesTheContentOfItsTargetOnly() {
        // When
        send(aRequest("post-1")
                .setTargets(List.of(
                        to("bakery", "fake"),
                        Target.newBuilder(to("coffee", "fake"))
                                .setOverride(ContentOverride.newBuilder()
                                        .setText("Hello, coffee")
                                        .build())
                                .build()))
                .build());
        // Then
        assertThat(read(Topics.commands("fake")))
                .extracting(pair -> pair.value.getContent().getText().orElseThrow())
                .containsExactly("Hello", "Hello, coffee");
    }

    @Test
    void aRequestForLaterWaitsForItsTime() {
        // When
        send(aRequest("post-1").setPublishAt(Instant.now().plusSeconds(3600)).build());
        // Then
        assertThat(read(Topics.commands("fake"))).isEmpty();
        var waiting = read(Topics.WAITING);
        assertThat(waiting).hasSize(1);
        assertThat(waiting.getFirst().value.getCause()).isEqualTo(DelayCause.SCHEDULED);
    }

    @Test
    void theSameRequestAgainHasNoNewEffectAndGivesItsResultsAgain() {
        // Given
        var request = aRequest("post-1").setLabels(Map.of("a", "1", "b", "2")).build();
        send(request);
        var published = PostResult.newBuilder(results().getFirst())
                .setStatus(ResultStatus.PUBLISHED)
                .setIsFinal(true)
                .setRemoteId("remote-1")
                .build();
        pipe(Topics.RESULTS, "post-1", serdes.write(Topics.RESULTS, published));
        read(Topics.commands("fake"));
        // When: the fields that do not matter differ
        send(PublishRequest.newBuilder(request)
                .setLabels(new TreeMap<>(Map.of("b", "2", "a", "1")))
                .setRequestedAt(Fixtures.NOW)
                .build());
        // Then
        assertThat(read(Topics.commands("fake"))).isEmpty();
        assertThat(results()).singleElement().satisfies(again -> {
            assertThat(again.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
            assertThat(again.getRemoteId()).contains("remote-1");
            assertThat(again.getIsRepeat()).isTrue();
        });
    }

    @Test
    void anotherRequestUnderAUsedIdIsRefused() {
        // Given
        send(aRequest("post-1").build());
        read(Topics.commands("fake"));
        results();
        // When
        send(aRequest("post-1")
                .setContent(Content.newBuilder().setText("Something else").build())
                .build());
        // Then
        assertThat(read(Topics.commands("fake"))).isEmpty();
        assertThat(codes()).containsExactly("REQUEST_ID_REUSED");
    }

    @Test
    void anUnknownPlatformIsRefusedAndItsNeighbourIsNot() {
        // When
        send(aRequest("post-1")
                .setTargets(List.of(to("bakery", "myspace"), to("bakery", "fake")))
                .build());
        // Then
        assertThat(read(Topics.commands("fake"))).hasSize(1);
        var refused = results().stream().filter(PostResult::getIsFinal).toList();
        assertThat(refused).singleElement().satisfies(result -> {
            assertThat(result.getTargetIndex()).isZero();
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("UNKNOWN_PLATFORM");
            assertThat(result.getError().orElseThrow().getFaults().getFirst().getField())
                    .isEqualTo("targets[0].platform");
        });
    }

    @Test
    void anUnknownProfileIsRefusedAfterAMomentOfPatience() {
        // When
        send(aRequest("post-1").setTargets(List.of(to("nobody", "fake"))).build());
        // Then
        assertThat(results())
                .as("a connection made a moment ago may still be on its way")
                .isEmpty();
        driver.advanceWallClockTime(PATIENCE);
        assertThat(codes()).containsExactly("UNKNOWN_CONNECTION");
    }

    @Test
    void aConnectionThatArrivesAMomentLateIsUsed() {
        // Given
        send(aRequest("post-1").setTargets(List.of(to("library", "fake"))).build());
        // When
        connections.with(anAccount("connection-3", "library", "fake"));
        driver.advanceWallClockTime(Duration.ofMillis(200));
        // Then
        assertThat(read(Topics.commands("fake"))).extracting(pair -> pair.key).containsExactly("connection-3");
    }

    @Test
    void aProfileWithSeveralAccountsMustSayWhichOne() {
        // Given
        connections.with("bakery", "fake", new Resolution.Ambiguous(2));
        // When
        send(aRequest("post-1").build());
        // Then
        assertThat(codes()).containsExactly("AMBIGUOUS_PROFILE");
    }

    @Test
    void textThatIsTooLongForThePlatformIsRefusedWithFieldRuleAndLimit() {
        // When
        send(aRequest("post-1")
                .setContent(Content.newBuilder()
                        .setText("This text is far too long for it")
                        .build())
                .build());
        // Then
        assertThat(results()).singleElement().satisfies(result -> {
            var fault = result.getError().orElseThrow().getFaults().getFirst();
            assertThat(fault.getField()).isEqualTo("content.text");
            assertThat(fault.getRule()).isEqualTo("maxLength");
            assertThat(fault.getLimit()).contains("20");
        });
    }

    @Test
    void anAccountNamedTwiceGetsOneCommand() {
        // When
        send(aRequest("post-1")
                .setTargets(List.of(
                        to("bakery", "fake"),
                        Target.newBuilder().setConnectionId("connection-1").build()))
                .build());
        // Then
        assertThat(read(Topics.commands("fake"))).hasSize(1);
        assertThat(codes()).containsExactly("INVALID_REQUEST");
    }

    @Test
    void bytesThatAreNoRequestBecomeADeadLetterAndTheNextRequestGoesOn() {
        // When
        pipe(Topics.REQUESTS, "post-1", "{\"json\":\"is not Avro\"}".getBytes(UTF_8));
        send(aRequest("post-2").build());
        // Then
        assertThat(read(Topics.DEAD_LETTERS)).singleElement().satisfies(letter -> {
            assertThat(letter.value.getCode()).isEqualTo("UNREADABLE_RECORD");
            assertThat(UTF_8.decode(letter.value.getRawValue().orElseThrow()).toString())
                    .isEqualTo("{\"json\":\"is not Avro\"}");
        });
        assertThat(read(Topics.commands("fake"))).hasSize(1);
    }

    @Test
    void aRequestAtWhichTheRulesFailEndsWithADeadLetterAndTheNextOneGoesOn() {
        // Given
        platform.rules = () -> {
            throw new StackOverflowError();
        };
        // When
        send(aRequest("post-1").build());
        platform.rules = () -> {
            throw new IllegalStateException("a bug");
        };
        send(aRequest("post-2").build());
        platform.rules = () -> {};
        send(aRequest("post-3").build());
        // Then
        assertThat(codes()).containsExactly("INTERNAL", "INTERNAL");
        assertThat(read(Topics.DEAD_LETTERS)).hasSize(2).allSatisfy(letter -> {
            assertThat(letter.value.getCode()).isEqualTo("INTERNAL");
            assertThat(letter.value.getRawValue()).isPresent();
        });
        assertThat(read(Topics.commands("fake"))).hasSize(1);
    }

    @Test
    void theRulesMayFailAtARequestThatWaitedForItsConnection() {
        // Given
        platform.rules = () -> {
            throw new StackOverflowError();
        };
        send(aRequest("post-1").setTargets(List.of(to("library", "fake"))).build());
        // When
        connections.with(anAccount("connection-3", "library", "fake"));
        driver.advanceWallClockTime(Duration.ofMillis(200));
        // Then
        assertThat(codes()).containsExactly("INTERNAL");
        assertThat(read(Topics.DEAD_LETTERS))
                .singleElement()
                .satisfies(letter ->
                        assertThat(letter.value.getSource().getTopic()).isEqualTo("publish.requests"));
    }

    @Test
    void aRequestThatIsTooLargeIsRememberedLikeAnyOtherThatIsRefused() {
        // Given
        var large = aRequest("post-1")
                .setLabels(Map.of("label", "x".repeat(600_000)))
                .build();
        send(large);
        // When
        send(aRequest("post-1").build());
        // Then
        assertThat(codes()).containsExactly("INVALID_REQUEST", "REQUEST_ID_REUSED");
        assertThat(read(Topics.commands("fake"))).isEmpty();
    }

    @Test
    void aRequestUnderAWrongKeyGoesBackUnderItsOwn() {
        // When
        pipe(
                Topics.REQUESTS,
                "wrong",
                serdes.write(Topics.REQUESTS, aRequest("post-1").build()));
        // Then: the driver pipes it through the topic once more
        assertThat(read(Topics.REQUESTS)).extracting(pair -> pair.key).containsExactly("post-1");
        assertThat(read(Topics.commands("fake"))).hasSize(1);
    }

    @Test
    void aRequestWithoutAnIdIsRefused() {
        // When
        pipe(Topics.REQUESTS, "", serdes.write(Topics.REQUESTS, aRequest("").build()));
        // Then
        assertThat(codes()).containsExactly("INVALID_REQUEST");
    }

    @Test
    void aCancellationWithdrawsEveryCommandOfItsRequest() {
        // Given
        send(aRequest("post-1")
                .setTargets(List.of(to("bakery", "fake"), to("coffee", "fake")))
                .build());
        // When
        var cancel = CancelRequest.newBuilder()
                .setRequestId("post-1")
                .setRequestedAt(Fixtures.NOW)
                .build();
        pipe(Topics.CANCELLATIONS, "post-1", serdes.write(Topics.CANCELLATIONS, cancel));
        // Then
        assertThat(read(Topics.WITHDRAWALS))
                .extracting(pair -> pair.key)
                .containsExactly("connection-1", "connection-2");
    }

    @Test
    void aCancellationThatComesBeforeItsRequestStopsIt() {
        // Given
        var cancel = CancelRequest.newBuilder()
                .setRequestId("post-1")
                .setRequestedAt(Fixtures.NOW)
                .build();
        pipe(Topics.CANCELLATIONS, "post-1", serdes.write(Topics.CANCELLATIONS, cancel));
        // When
        send(aRequest("post-1").build());
        // Then
        assertThat(read(Topics.commands("fake"))).isEmpty();
        assertThat(results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.CANCELLED);
    }

    @Test
    void aCancellationFromBeyondAllCalendarsIsForgottenLikeAnyOther() {
        // Given
        cancel(aCancellation().setRequestedAt(Instant.ofEpochMilli(Long.MAX_VALUE)));
        // When
        driver.advanceWallClockTime(Duration.ofHours(2));
        driver.advanceWallClockTime(Duration.ofDays(7));
        // Then
        assertThat(driver.getKeyValueStore(RequestStores.CANCELLED).approximateNumEntries())
                .isZero();
    }

    @Test
    void everyCancellationThatComesBeforeTheRequestCounts() {
        // Given
        cancel(aCancellation().setConnectionId("connection-1"));
        cancel(aCancellation().setConnectionId("connection-2"));
        // When
        send(TO_BOTH);
        // Then
        assertThat(read(Topics.commands("fake"))).isEmpty();
        assertThat(results())
                .extracting(PostResult::getStatus)
                .containsExactly(ResultStatus.CANCELLED, ResultStatus.CANCELLED);
    }

    @Test
    void aCancellationOfOneTargetDoesNotTakeBackThatOfAll() {
        // Given
        cancel(aCancellation());
        cancel(aCancellation().setConnectionId("connection-2"));
        // When
        send(TO_BOTH);
        // Then
        assertThat(read(Topics.commands("fake"))).isEmpty();
    }

    @Test
    void cancellationsCountWhileTheRequestWaitsForItsConnection() {
        // Given
        send(aRequest("post-1")
                .setTargets(List.of(to("bakery", "fake"), to("coffee", "fake"), to("library", "fake")))
                .build());
        cancel(aCancellation().setConnectionId("connection-1"));
        cancel(aCancellation().setConnectionId("connection-2"));
        // When
        connections.with(anAccount("connection-3", "library", "fake"));
        driver.advanceWallClockTime(Duration.ofMillis(200));
        // Then
        assertThat(read(Topics.commands("fake"))).extracting(pair -> pair.key).containsExactly("connection-3");
    }

    @Test
    void aCancellationThatAnEarlierVersionStoredCounts() {
        // Given
        var stored = aCancellation().setConnectionId("connection-1").build();
        driver.<String, byte[]>getKeyValueStore(RequestStores.CANCELLED)
                .put("post-1", serdes.write(Topics.CANCELLATIONS, stored));
        // When
        send(TO_BOTH);
        // Then
        assertThat(read(Topics.commands("fake"))).extracting(pair -> pair.key).containsExactly("connection-2");
        assertThat(driver.getKeyValueStore(RequestStores.CANCELLED).approximateNumEntries())
                .isZero();
    }

    @Test
    void anInvalidRequestSentAgainGetsItsAnswerAgain() {
        // Given
        var request = aRequest("post-1").setTargets(List.of()).build();
        send(request);
        var refused = results().getFirst();
        pipe(Topics.RESULTS, "post-1", serdes.write(Topics.RESULTS, refused));
        // When
        send(request);
        // Then
        assertThat(results())
                .singleElement()
                .satisfies(again -> assertThat(again.getIsRepeat()).isTrue());
    }

    @Test
    void whateverIsWrongWithARequestItsAnswerFitsARecord() {
        // When
        send(aRequest("post-1")
                .setLabels(Map.of("label", "x".repeat(400_000)))
                .setTargets(List.of(to("bakery", "y".repeat(100_000))))
                .build());
        pipe(
                Topics.REQUESTS,
                "z",
                serdes.write(Topics.REQUESTS, aRequest("z".repeat(900_000)).build()));
        // Then
        var answers = driver.createOutputTopic(
                        Topics.RESULTS.name(), new StringDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
        assertThat(answers)
                .hasSize(2)
                .allSatisfy(answer -> assertThat(answer.value().length).isLessThan(50_000));
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.key().length()).isLessThan(200));
    }

    @Test
    void theTopologyOnlyChangesOnPurpose() throws IOException {
        var platforms = Platforms.of(new FakePlatform());
        assertThat(topology(platforms).describe()).hasToString(resource("expected-topology.txt"));
    }

    private Topology topology(Platforms platforms) {
        return FanOutTopology.build(
                new FanOut(platforms, connections), serdes, platforms.ids(), new HomePartition(1), KEPT);
    }

    private CancelRequest.Builder aCancellation() {
        return CancelRequest.newBuilder().setRequestId("post-1").setRequestedAt(Fixtures.NOW);
    }

    private void cancel(CancelRequest.Builder cancel) {
        pipe(Topics.CANCELLATIONS, "post-1", serdes.write(Topics.CANCELLATIONS, cancel.build()));
    }

    private void send(PublishRequest request) {
        pipe(Topics.REQUESTS, request.getRequestId(), serdes.write(Topics.REQUESTS, request));
    }

    private void pipe(Topic<?> topic, String key, byte[] value) {
        driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value);
    }

    private <V extends SpecificRecord> List<KeyValue<String, V>> read(Topic<V> topic) {
        return driver
                .createOutputTopic(topic.name(), new StringDeserializer(), new ByteArrayDeserializer())
                .readKeyValuesToList()
                .stream()
                .map(pair -> new KeyValue<>(pair.key, serdes.read(topic, pair.value)))
                .toList();
    }

    private List<PostResult> results() {
        return read(Topics.RESULTS).stream().map(pair -> pair.value).toList();
    }

    private List<String> codes() {
        return results().stream()
                .filter(PostResult::getIsFinal)
                .map(result -> result.getError().orElseThrow().getCode())
                .toList();
    }

    private static String resource(String name) throws IOException {
        try (InputStream file = FanOutTopologyTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(file, name).readAllBytes(), UTF_8);
        }
    }
}
