package io.broadside.publisher.posts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import io.broadside.events.ApiCall;
import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The posts API on a real broker, without a fan-out: two instances, and a third that comes and goes. */
@ExtendWith(KafkaExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PostsServerIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Clock CLOCK = Clock.systemUTC();

    private final KafkaForTest kafka;
    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Vertx vertx = Vertx.vertx();
    private final AnyRequest requests = new AnyRequest();
    private final List<String> complaints = new ArrayList<>();
    private Path directory;
    private KafkaClients clients;
    private PostsServer one;
    private PostsServer two;
    private Document document;

    PostsServerIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.serdes = new EventSerdes(URI.create(kafka.registryUrl()), true);
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    @BeforeAll
    void start(@TempDir Path states) throws Exception {
        directory = states;
        clients = clients("one", kafka.bootstrapServers());
        TopicSetup.ensure(clients, Topics.all(List.of()));
        one = start("one");
        two = start("two");
        document = new Document(
                http.send(HttpRequest.newBuilder(uri(one, "/openapi.json")).build(), BodyHandlers.ofString())
                        .body());
    }

    @AfterAll
    void close() {
        one.close();
        two.close();
        clients.close();
        producer.close();
        serdes.close();
        http.close();
        vertx.close().await();
        assertThat(complaints).as("every answer is as the document says").isEmpty();
    }

    @Test
    void aRequestIsDurableWhenItIsAccepted() throws Exception {
        // Given
        var id = kafka.uniqueName("accepted");
        // When
        var answer = post(one, body(id, "Hello"));
        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.headers().firstValue("location")).contains("/v1/posts/" + id);
        var view = JSON.readTree(answer.body());
        assertThat(view.path("state").asText()).isEqualTo("RECEIVED");
        assertThat(view.path("targets").get(0).path("platform").asText()).isEqualTo("x");
        assertThat(recordsOf(id)).singleElement().satisfies(request -> {
            assertThat(request.getContent().getText()).contains("Hello");
            assertThat(request.getLabels()).containsEntry("campaign", "spring");
        });
    }

    @Test
    void theSameRequestAgainHasNoEffectAndAnotherUnderItsIdIsRefused() throws Exception {
        // Given
        var id = kafka.uniqueName("again");
        post(one, body(id, "Hello"));
        // When
        var same = post(one, body(id, "Hello"));
        var other = post(one, body(id, "Something else"));
        // Then
        assertThat(same.statusCode()).isEqualTo(202);
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(error(other).path("code").asText()).isEqualTo("REQUEST_ID_REUSED");
        assertThat(recordsOf(id)).hasSize(1);
    }

    @Test
    void theSameRequestOnceEverythingIsThroughIsAnsweredWithWhatBecameOfIt() throws Exception {
        // Given
        var id = kafka.uniqueName("through");
        post(one, body(id, "Hello"));
        send(
                Topics.RESULTS,
                id,
                result(id, 0, ResultStatus.PUBLISHED).setRemoteId("remote-1").build());
        awaitState(one, id, "FINAL");
        // When
        var again = post(one, body(id, "Hello"));
        // Then
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(JSON.readTree(again.body())
                        .path("targets")
                        .get(0)
                        .path("remoteId")
                        .asText())
                .isEqualTo("remote-1");
    }

    @Test
    void faultsAreAllToldAndNothingIsSent() throws Exception {
        // Given
        var id = kafka.uniqueName("refused");
        // When
        var unreadable = post(one, "{");
        var misspelt = post(one, "{\"requestId\":\"" + id + "\",\"contents\":{},\"targets\":[]}");
        var refused = post(one, body(id, "bad for all targets"));
        // Then
        assertThat(unreadable.statusCode()).isEqualTo(400);
        assertThat(misspelt.statusCode()).isEqualTo(400);
        assertThat(error(misspelt).path("faults")).hasSize(2);
        assertThat(refused.statusCode()).isEqualTo(400);
        var fault = error(refused).path("faults").get(0);
        assertThat(fault.path("targetIndex").asInt()).isZero();
        assertThat(fault.path("field").asText()).isEqualTo("content.text");
        assertThat(recordsOf(id)).isEmpty();
    }

    @Test
    void validatingSendsNothing() throws Exception {
        // Given
        var id = kafka.uniqueName("validated");
        // When
        var good = send(one, "POST", "/v1/posts/validate", "/v1/posts/validate", body(id, "Hello"));
        var bad = send(one, "POST", "/v1/posts/validate", "/v1/posts/validate", body(id, "bad"));
        // Then
        assertThat(good.statusCode()).isEqualTo(200);
        assertThat(bad.statusCode()).isEqualTo(400);
        assertThat(recordsOf(id)).isEmpty();
        assertThat(get(one, id).statusCode()).isEqualTo(404);
    }

    @Test
    void aRequestTooLargeForTheTopicIsRefusedBeforeItIsSent() throws Exception {
        // Given
        var id = kafka.uniqueName("large");
        // When
        var tooLarge = post(one, body(id, "x".repeat(600_000)));
        var tooLong = post(one, body(id, "x".repeat(3_000_000)));
        // Then
        assertThat(tooLarge.statusCode()).isEqualTo(400);
        assertThat(error(tooLarge).path("faults").get(0).path("rule").asText()).isEqualTo("maxBytes");
        assertThat(tooLong.statusCode()).isEqualTo(413);
    }

    @Test
    void whatIsNotSentAsJsonIsRefused() throws Exception {
        // When
        var answer = http.send(
                HttpRequest.newBuilder(uri(one, "/v1/posts"))
                        .header("content-type", "text/plain")
                        .POST(BodyPublishers.ofString(body("plain", "Hello")))
                        .build(),
                BodyHandlers.ofString());
        // Then
        checked("POST", "/v1/posts", answer);
        assertThat(answer.statusCode()).isEqualTo(415);
    }

    @Test
    void anyInstanceTellsTheWholeTimeline() throws Exception {
        // Given
        var id = kafka.uniqueName("told");
        post(one, body(id, "Hello"));
        var begun = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        send(
                Topics.RESULTS,
                id,
                result(id, 0, ResultStatus.ACCEPTED).setAt(begun).build());
        send(
                Topics.API_CALLS,
                "connection-1",
                call(id).setStartedAt(begun.plusMillis(20)).build());
        send(
                Topics.RESULTS,
                id,
                result(id, 0, ResultStatus.PUBLISHED)
                        .setAt(begun.plusMillis(150))
                        .build());
        awaitState(two, id, "FINAL");
        // When
        var view = JSON.readTree(get(two, id).body());
        // Then
        var timeline = view.path("targets").get(0).path("timeline");
        assertThat(timeline).hasSize(3);
        assertThat(timeline.get(0).path("result").path("status").asText()).isEqualTo("ACCEPTED");
        var call = timeline.get(1).path("call");
        assertThat(call.path("status").asInt()).isEqualTo(429);
        assertThat(call.path("platformCode").asText()).isEqualTo("88");
        assertThat(call.path("durationMs").asLong()).isEqualTo(120);
        assertThat(call.path("tokenVersion").asLong()).isEqualTo(7);
        assertThat(call.path("rateHeaders").path("x-rate-limit-remaining").asText())
                .isEqualTo("0");
        assertThat(timeline.get(2).path("result").path("status").asText()).isEqualTo("PUBLISHED");
    }

    @Test
    void aPostThatCameOverKafkaIsKnownAtOnce() throws Exception {
        for (var i = 0; i < 20; i++) {
            // Given
            var id = kafka.uniqueName("over-kafka");
            send(Topics.REQUESTS, id, request(id));
            // Then: no instance has heard of it when it is asked, and says so only when that is the truth
            assertThat(get(two, id).statusCode()).isEqualTo(200);
        }
        assertThat(get(two, kafka.uniqueName("nobody")).statusCode()).isEqualTo(404);
    }

    @Test
    void anIdIsWhateverAnIdMayBe() throws Exception {
        // Given
        var id = kafka.uniqueName("a/b?c=d&e%20f#g:{h}");
        // When
        var answer = post(one, body(id, "Hello"));
        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        var told = send(one, "GET", answer.headers().firstValue("location").orElseThrow(), "/v1/posts/{requestId}", "");
        assertThat(JSON.readTree(told.body()).path("requestId").asText()).isEqualTo(id);
    }

    @Test
    void whatHasNotGoneOutIsCancelled() throws Exception {
        // Given
        var id = kafka.uniqueName("cancelled");
        post(one, body(id, "Hello"));
        // When
        var cancelled = delete(two, id, "?connectionId=connection-1&reason=a%20mistake");
        // Then
        assertThat(cancelled.statusCode()).isEqualTo(202);
        var cancel = kafka.readAll(Topics.CANCELLATIONS.name()).stream()
                .filter(record -> id.equals(new String(record.key(), UTF_8)))
                .map(record -> serdes.read(Topics.CANCELLATIONS, record.value()))
                .toList();
        assertThat(cancel).singleElement().satisfies(record -> {
            assertThat(record.getConnectionId()).contains("connection-1");
            assertThat(record.getReason()).contains("a mistake");
        });
    }

    @Test
    void aCancellationThatIsMisspeltTakesNothingBack() throws Exception {
        // Given
        var id = kafka.uniqueName("misspelt");
        post(one, body(id, "Hello"));
        send(Topics.RESULTS, id, result(id, 0, ResultStatus.SCHEDULED).build());
        awaitState(one, id, "IN_PROGRESS");
        // Then
        assertThat(delete(one, id, "?connection=connection-1").statusCode()).isEqualTo(400);
        assertThat(delete(one, id, "?connectionId=nobodys").statusCode()).isEqualTo(404);
        assertThat(delete(one, id, "?connectionId=connection-1&connectionId=connection-2")
                        .statusCode())
                .isEqualTo(400);
        assertThat(kafka.readAll(Topics.CANCELLATIONS.name()))
                .noneMatch(record -> id.equals(new String(record.key(), UTF_8)));
    }

    @Test
    void whatIsThroughOrUnknownCannotBeCancelled() throws Exception {
        // Given
        var id = kafka.uniqueName("too-late");
        post(one, body(id, "Hello"));
        send(Topics.RESULTS, id, result(id, 0, ResultStatus.PUBLISHED).build());
        awaitState(one, id, "FINAL");
        // Then
        assertThat(delete(one, id, "").statusCode()).isEqualTo(200);
        assertThat(delete(one, kafka.uniqueName("nobody"), "").statusCode()).isEqualTo(404);
        assertThat(kafka.readAll(Topics.CANCELLATIONS.name()))
                .noneMatch(record -> id.equals(new String(record.key(), UTF_8)));
    }

    @Test
    void aPostOfVeryManyCallsStillSaysWhereItStands() throws Exception {
        // Given
        var id = kafka.uniqueName("many-calls");
        post(one, body(id, "Hello"));
        send(Topics.RESULTS, id, result(id, 0, ResultStatus.PUBLISHED).build());
        // When
        var begun = CLOCK.instant();
        for (var i = 0; i <= 4000; i++) {
            var call = call(id).setStartedAt(begun.plusMillis(i)).build();
            var _ = producer.send(new ProducerRecord<>(
                    Topics.API_CALLS.name(), "connection-1".getBytes(UTF_8), serdes.write(Topics.API_CALLS, call)));
        }
        producer.flush();
        // Then
        var view = await().atMost(LIMIT)
                .until(
                        () -> JSON.readTree(get(one, id).body()),
                        found -> found.path("isCutShort").asBoolean());
        assertThat(view.path("state").asText()).isEqualTo("FINAL");
        assertThat(view.path("targets").path(0).path("status").asText()).isEqualTo("PUBLISHED");
        assertThat(post(one, body(id, "Hello")).statusCode()).isEqualTo(200);
        assertThat(post(one, body(id, "Another")).statusCode()).isEqualTo(409);
    }

    @Test
    void anInstanceThatComesBackKnowsWhatHappenedMeanwhile() throws Exception {
        // Given
        var id = kafka.uniqueName("meanwhile");
        try (var third = start("three")) {
            post(third, body(id, "Hello"));
        }
        send(Topics.RESULTS, id, result(id, 0, ResultStatus.PUBLISHED).build());
        // When
        try (var third = start("three")) {
            // Then
            awaitState(third, id, "FINAL");
            assertThat(JSON.readTree(get(third, id).body()).path("receivedAt").asText())
                    .isNotEmpty();
        }
    }

    @Test
    void withKeysNobodyWithoutOneLearnsAnything() throws Exception {
        // Given
        var hash = "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb"; // of "open sesame"
        var config = new PostsConfig(true, "127.0.0.1", 0, ApiKeys.of("KEYS", List.of(hash)), Duration.ofDays(7));
        try (var own = clients("keys", kafka.bootstrapServers());
                var closed = PostsServer.start(vertx, config, own, requests, CLOCK)) {
            // Then
            assertThat(post(closed, body("whatever", "Hello")).statusCode()).isEqualTo(401);
            assertThat(get(closed, "whatever").statusCode()).isEqualTo(401);
            var elsewhere =
                    http.send(HttpRequest.newBuilder(uri(closed, "/nothing")).build(), BodyHandlers.ofString());
            assertThat(elsewhere.statusCode()).isEqualTo(401);
            var admitted = http.send(
                    HttpRequest.newBuilder(uri(closed, "/v1/posts/whatever"))
                            .header("authorization", "Bearer open sesame")
                            .build(),
                    BodyHandlers.ofString());
            assertThat(admitted.statusCode()).isEqualTo(404);
        }
    }

    @Test
    void theDocumentHasWhatTheApiHasAndNothingElse() {
        // Given
        var store = TimelineStore.open(directory.resolve("document"), Duration.ofDays(1));
        try (var timelines = new Timelines(store, clients, requests, Duration.ofDays(1), CLOCK);
                var posts = new PostsProducer(clients)) {
            // When
            var routes = new PostsApi(requests, timelines, posts, serdes, CLOCK).routes();
            // Then
            assertThat(routes.stream().map(route -> route.method() + " " + route.path()))
                    .containsExactlyInAnyOrderElementsOf(document.operations());
        }
    }

    @Test
    void theDocumentTakesWhatTheApiTakes() {
        assertThat(document.complaint("PublishRequest", body("documented", "Hello")))
                .isEmpty();
        assertThat(document.complaint("PublishRequest", "{\"requestId\":\"r\",\"content\":{}}"))
                .isPresent();
        assertThat(document.complaint(
                        "PublishRequest", "{\"requestId\":\"r\",\"content\":{},\"targets\":[],\"tragets\":[]}"))
                .isPresent();
    }

    @Test
    void withoutKafkaARequestIsNotAcceptedAndItsSenderToldToComeBack(@TempDir Path data) throws Exception {
        // Given
        var broker = EmbeddedBroker.start(BrokerConfig.in(data));
        try (var own = clients("away", broker.bootstrapServers())) {
            TopicSetup.ensure(own, Topics.all(List.of()));
            try (var server = PostsServer.start(vertx, config(), own, requests, CLOCK)) {
                await().atMost(LIMIT).until(() -> server.check().isOk());
                broker.close();
                // When
                var answer = post(server, body(kafka.uniqueName("away"), "Hello"));
                // Then
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(answer.headers().firstValue("retry-after")).isPresent();
                assertThat(error(answer).path("message").asText()).contains("same requestId");
            }
        } finally {
            broker.close();
        }
    }

    private static PostsConfig config() {
        return new PostsConfig(true, "127.0.0.1", 0, ApiKeys.of("KEYS", List.of()), Duration.ofDays(7));
    }

    private KafkaClients clients(String instance, String bootstrapServers) {
        var settings = Settings.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                bootstrapServers,
                "SCHEMA_REGISTRY_URL",
                kafka.registryUrl(),
                "KAFKA_TOPIC_PARTITIONS",
                "3",
                "STATE_DIR",
                directory.resolve(instance).toString()));
        return new KafkaClients(KafkaConfig.from(settings), "posts-it-" + instance);
    }

    private PostsServer start(String instance) {
        var server = PostsServer.start(
                vertx,
                config(),
                instance.equals("one") ? clients : clients(instance, kafka.bootstrapServers()),
                requests,
                CLOCK);
        await().atMost(LIMIT).until(() -> server.check().isOk());
        return server;
    }

    private void awaitState(PostsServer server, String id, String state) {
        await().atMost(LIMIT)
                .until(() -> JSON.readTree(get(server, id).body())
                        .path("state")
                        .asText()
                        .equals(state));
    }

    private HttpResponse<String> post(PostsServer server, String body) throws IOException, InterruptedException {
        return send(server, "POST", "/v1/posts", "/v1/posts", body);
    }

    private HttpResponse<String> get(PostsServer server, String id) throws IOException, InterruptedException {
        return send(server, "GET", "/v1/posts/" + id, "/v1/posts/{requestId}", "");
    }

    private HttpResponse<String> delete(PostsServer server, String id, String query)
            throws IOException, InterruptedException {
        return send(server, "DELETE", "/v1/posts/" + id + query, "/v1/posts/{requestId}", "");
    }

    private HttpResponse<String> send(PostsServer server, String method, String path, String documented, String body)
            throws IOException, InterruptedException {
        var publisher = body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        var answer = http.send(
                HttpRequest.newBuilder(uri(server, path))
                        .timeout(LIMIT)
                        .header("content-type", "application/json")
                        .method(method, publisher)
                        .build(),
                BodyHandlers.ofString());
        checked(method, documented, answer);
        return answer;
    }

    private void checked(String method, String path, HttpResponse<String> answer) {
        document.complaint(method, path, answer.statusCode(), answer.body())
                .ifPresent(complaint -> complaints.add(answer.body() + " -> " + complaint));
    }

    private static URI uri(PostsServer server, String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    private static JsonNode error(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body()).path("error");
    }

    private List<PublishRequest> recordsOf(String id) {
        return kafka.readAll(Topics.REQUESTS.name()).stream()
                .filter(record -> id.equals(new String(record.key(), UTF_8)))
                .map(record -> serdes.read(Topics.REQUESTS, record.value()))
                .toList();
    }

    private <V extends SpecificRecord> void send(Topic<V> topic, String key, V value) throws Exception {
        producer.send(new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), serdes.write(topic, value)))
                .get();
    }

    private static String body(String id, String text) {
        return EventJson.of(PublishRequest.newBuilder(request(id))
                        .setContent(Content.newBuilder().setText(text).build())
                        .setLabels(Map.of("campaign", "spring"))
                        .build())
                .toString();
    }

    private static PublishRequest request(String id) {
        return PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(Content.newBuilder().setText("Hello").build())
                .setTargets(List.of(Target.newBuilder()
                        .setProfileId("bakery")
                        .setPlatform("x")
                        .build()))
                .build();
    }

    private static PostResult.Builder result(String id, int targetIndex, ResultStatus status) {
        return PostResult.newBuilder()
                .setRequestId(id)
                .setTargetIndex(targetIndex)
                .setCommandId("command-of-" + id)
                .setPlatform("x")
                .setConnectionId("connection-1")
                .setStatus(status)
                .setIsFinal(status == ResultStatus.PUBLISHED)
                .setAt(Instant.now().truncatedTo(ChronoUnit.MILLIS));
    }

    private static ApiCall.Builder call(String id) {
        return ApiCall.newBuilder()
                .setConnectionId("connection-1")
                .setPlatform("x")
                .setEndpoint("tweets.create")
                .setMethod("POST")
                .setHost("api.x.com")
                .setPath("/2/tweets")
                .setDurationMs(120)
                .setStatus(429)
                .setPlatformCode("88")
                .setRequestId(id)
                .setCommandId("command-of-" + id)
                .setAttempt(1)
                .setTokenVersion(7L)
                .setRateHeaders(Map.of("x-rate-limit-remaining", "0"));
    }

    /** Takes every request but those whose text begins with "bad". */
    private static final class AnyRequest implements Requests {

        @Override
        public boolean isValidId(String requestId) {
            return !requestId.isEmpty() && requestId.chars().allMatch(c -> c > ' ' && c < 0x7F);
        }

        @Override
        public String fingerprint(PublishRequest request) {
            return request.toString();
        }

        @Override
        public boolean isHome(String requestId, int partition) {
            return true;
        }

        @Override
        public List<TargetFault> faults(PublishRequest request) {
            return request.getContent().getText().orElse("").startsWith("bad")
                    ? List.of(new TargetFault(Optional.of(0), fault("content.text", "good")))
                    : List.of();
        }

        @Override
        public Optional<Fault> tooLarge(int bytes) {
            return bytes > 512 << 10 ? Optional.of(fault("", "maxBytes")) : Optional.empty();
        }

        private static Fault fault(String field, String rule) {
            return Fault.newBuilder()
                    .setField(field)
                    .setRule(rule)
                    .setMessage("Mend it.")
                    .build();
        }
    }
}
