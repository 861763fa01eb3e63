package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.CancelRequest;
import io.broadside.events.Content;
import io.broadside.events.DeadLetter;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of requests, good and bad, as somebody sees it who has nothing but Kafka: all services, one stack. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RequestsIT {

    private static final Duration LONG = Duration.ofMinutes(3);

    private LocalStack stack;
    private StackClient client;
    private EventSerdes serdes;
    private KafkaProducer<byte[], byte[]> producer;
    private StackClient.Tail<PostResult> results;
    private StackClient.Tail<DeadLetter> deadLetters;
    private final List<PostResult> seen = new ArrayList<>();

    @BeforeAll
    void startStack(@TempDir Path data) throws Exception {
        stack = LocalStack.start(FreePorts.find(), data, _ -> {});
        client = new StackClient(stack.ports());
        serdes = new EventSerdes(stack.ports().at(stack.ports().registry()), true);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", stack.ports().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        DemoAccounts.connect(stack, client);
    }

    @AfterAll
    void stopStack() {
        producer.close();
        serdes.close();
        client.close();
        stack.close();
    }

    @BeforeEach
    void openTopics() {
        seen.clear();
        results = client.tail(Topics.RESULTS, false);
        deadLetters = client.tail(Topics.DEAD_LETTERS, false);
    }

    @AfterEach
    void closeTopics() {
        results.close();
        deadLetters.close();
    }

    @Test
    void aGoodRequestIsPublishedOnEveryTarget() throws Exception {
        // When
        var id = publish("Good morning", to("bakery", "facebook"), to("bakery", "x"));
        // Then
        assertThat(finals(id, 2)).allSatisfy(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
            assertThat(result.getRemoteId()).isPresent();
        });
    }

    @Test
    void everyServiceAsksTheBroker() throws Exception {
        var ports = stack.ports();
        try (var http = HttpClient.newHttpClient()) {
            for (var port : List.of(
                    ports.tokenManagement(), ports.publisher(), ports.retryService(), ports.webhookManagement())) {
                var health = http.send(
                        HttpRequest.newBuilder(ports.at(port).resolve("/health/check"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(health.body()).contains("1 brokers");
            }
        }
    }

    @Test
    void theSameRequestTwiceIsPostedOnce() throws Exception {
        // Given
        var request = request("twice-" + UUID.randomUUID(), "Only once, please", to("coffee", "x"));
        client.publish(request);
        finals(request.getRequestId(), 1);
        var before = stack.simulator().control().posts().size();
        // When
        client.publish(request);
        // Then
        await().atMost(LONG).until(() -> {
            seen.addAll(results.next(Duration.ofMillis(100)));
            return seen.stream().anyMatch(PostResult::getIsRepeat);
        });
        assertThat(stack.simulator().control().posts()).hasSize(before);
    }

    @Test
    void anUnknownPlatformFailsWithItsNameAndTheOthersGoOn() throws Exception {
        // When
        var id = publish("Hello", to("bakery", "myspace"), to("library", "x"));
        // Then
        var ends = finals(id, 2);
        assertThat(code(ends.getFirst())).isEqualTo("UNKNOWN_PLATFORM");
        assertThat(ends.getLast().getStatus()).isEqualTo(ResultStatus.PUBLISHED);
    }

    @Test
    void anUnknownProfileFails() throws Exception {
        assertThat(code(finals(publish("Hello", to("nobody", "x")), 1).getFirst()))
                .isEqualTo("UNKNOWN_CONNECTION");
    }

    @Test
    void aPostWithoutTextFails() throws Exception {
        // When
        var end = finals(publish(null, to("bakery", "x")), 1).getFirst();
        // Then
        assertThat(code(end)).isEqualTo("INVALID_REQUEST");
        assertThat(end.getError().orElseThrow().getFaults().getFirst().getField())
                .startsWith("content");
    }

    @Test
    void aTextTooLongForOnePlatformFailsThereWithTheLimit() throws Exception {
        // When
        var ends = finals(publish("long ".repeat(100), to("bakery", "x"), to("library", "facebook")), 2);
        // Then
        var fault = ends.getFirst().getError().orElseThrow().getFaults().getFirst();
        assertThat(fault.getField()).isEqualTo("content.text");
        assertThat(fault.getLimit()).contains("280");
        assertThat(ends.getLast().getStatus()).isEqualTo(ResultStatus.PUBLISHED);
    }

    @Test
    void bytesThatAreNoEventGoToTheDeadLettersAndThePartitionGoesOn() throws Exception {
        // Given: the same key, so the same partition
        var id = "after-garbage-" + UUID.randomUUID();
        // When
        send(id, "{\"this\":\"is JSON\"}".getBytes(UTF_8));
        client.publish(request(id, "After the garbage " + id, to("bakery", "facebook")));
        // Then
        assertThat(finals(id, 1).getFirst().getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        await().atMost(LONG)
                .until(() -> deadLetters.next(Duration.ofMillis(100)).stream()
                        .anyMatch(letter -> letter.getCode().equals("UNREADABLE_RECORD")
                                && letter.getSource().getTopic().equals("publish.requests")));
    }

    @Test
    void garbageAmongTheCommandsAndTheWaitingGoesToTheDeadLettersToo() throws Exception {
        // When
        for (var topic : List.of("publish.commands.facebook", "publish.waiting", "publish.backoff.429")) {
            producer.send(new ProducerRecord<>(topic, "some-connection".getBytes(UTF_8), new byte[] {0, 0, 0}))
                    .get(1, TimeUnit.MINUTES);
        }
        // Then
        var sources = new ArrayList<String>();
        await().atMost(LONG).until(() -> {
            deadLetters
                    .next(Duration.ofMillis(100))
                    .forEach(letter -> sources.add(letter.getSource().getTopic()));
            return sources.size() >= 3;
        });
        assertThat(sources)
                .containsExactlyInAnyOrder("publish.commands.facebook", "publish.waiting", "publish.backoff.429");
        assertThat(finals(publish("Still going " + UUID.randomUUID(), to("bakery", "facebook")), 1)
                        .getFirst()
                        .getStatus())
                .isEqualTo(ResultStatus.PUBLISHED);
    }

    @Test
    void aRequestUnderAnotherKeyIsPublishedAllTheSame() throws Exception {
        // Given
        var request = request("right-" + UUID.randomUUID(), "Wrong key", to("library", "facebook"));
        // When
        send("wrong-key", serdes.write(Topics.REQUESTS, request));
        // Then
        assertThat(finals(request.getRequestId(), 1).getFirst().getStatus()).isEqualTo(ResultStatus.PUBLISHED);
    }

    @Test
    void aCancelledPostDoesNotGoOut() throws Exception {
        // Given
        var id = "cancelled-" + UUID.randomUUID();
        client.publish(PublishRequest.newBuilder(request(id, "Never mind", to("library", "x")))
                .setPublishAt(Instant.now().plusSeconds(3600))
                .build());
        await().atMost(LONG).until(() -> {
            seen.addAll(results.next(Duration.ofMillis(100)));
            return seen.stream().anyMatch(result -> result.getStatus() == ResultStatus.SCHEDULED);
        });
        // When
        var cancel = CancelRequest.newBuilder()
                .setRequestId(id)
                .setRequestedAt(Instant.now())
                .build();
        producer.send(new ProducerRecord<>(
                        Topics.CANCELLATIONS.name(), id.getBytes(UTF_8), serdes.write(Topics.CANCELLATIONS, cancel)))
                .get(1, TimeUnit.MINUTES);
        // Then
        assertThat(finals(id, 1).getFirst().getStatus()).isEqualTo(ResultStatus.CANCELLED);
    }

    @Test
    void somebodyElsesProcessWithNothingButTheSchemaFilesPublishesAndReadsTheResult(@TempDir Path work)
            throws Exception {
        // Given: a class path without a class of ours but the one that stands for somebody else
        var foreign = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("broadside-") || entry.contains("broadside-confluent-serde"))
                .filter(entry -> !entry.endsWith("classes")
                        || entry.endsWith("test-classes")
                        || entry.contains("confluent-serde"))
                .collect(Collectors.joining(File.pathSeparator));
        // When
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        foreign,
                        SomebodyElse.class.getName(),
                        schemaFiles().toString(),
                        stack.ports().bootstrapServers(),
                        stack.ports().at(stack.ports().registry()).toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("out.txt").toFile())
                .start();
        // Then
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var said = Files.readString(work.resolve("out.txt"));
        assertThat(said).contains("The result is PUBLISHED");
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static Path schemaFiles() {
        // Tests run in their module's directory.
        return Path.of("../../schemas/avsc").toAbsolutePath().normalize();
    }

    private void send(String key, byte[] value) throws Exception {
        producer.send(new ProducerRecord<>(Topics.REQUESTS.name(), key.getBytes(UTF_8), value))
                .get(1, TimeUnit.MINUTES);
    }

    private String publish(@Nullable String text, Target... targets) throws IOException, InterruptedException {
        var id = "it-" + UUID.randomUUID();
        client.publish(request(id, text == null ? null : text + " " + (text.length() > 200 ? "" : id), targets));
        return id;
    }

    private static PublishRequest request(String id, @Nullable String text, Target... targets) {
        return PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(Content.newBuilder().setText(text).build())
                .setTargets(List.of(targets))
                .build();
    }

    private static Target to(String profile, String platform) {
        return Target.newBuilder().setProfileId(profile).setPlatform(platform).build();
    }

    /** The final results of a request, in the order of its targets. */
    private List<PostResult> finals(String requestId, int count) {
        await().atMost(LONG).until(() -> {
            seen.addAll(results.next(Duration.ofMillis(100)));
            return finalsOf(requestId).size() >= count;
        });
        return finalsOf(requestId);
    }

    private List<PostResult> finalsOf(String requestId) {
        return seen.stream()
                .filter(result -> result.getRequestId().equals(requestId) && result.getIsFinal())
                .sorted(Comparator.comparingInt(PostResult::getTargetIndex))
                .toList();
    }

    private static String code(PostResult result) {
        return result.getError().orElseThrow().getCode();
    }
}
