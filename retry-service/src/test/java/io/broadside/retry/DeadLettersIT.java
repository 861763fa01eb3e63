package io.broadside.retry;

import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.delayed;
import static io.broadside.retry.Fixtures.history;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.AttemptEnd;
import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.retry.letters.DeadLetterDesk;
import io.broadside.retry.letters.DeadLettersApi;
import io.broadside.retry.letters.Filed;
import io.broadside.retry.letters.Selection;
import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The workbench of the dead letters, on a running service: by code and over HTTP. */
@ExtendWith(KafkaExtension.class)
@SuppressWarnings("NullAway.Init")
class DeadLettersIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Clock CLOCK = Clock.tickMillis(ZoneOffset.UTC);
    private static final String KEY = "a-key-of-an-operator";

    private final KafkaForTest kafka;
    private final EventSerdes serdes;
    private final Producer<byte[], byte[]> producer;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String connection;
    private RetryService service;
    private KafkaClients clients;
    private DeadLetterDesk desk;

    DeadLettersIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.serdes = new EventSerdes(URI.create(kafka.registryUrl()), true);
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.connection = kafka.uniqueName("letters");
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        var config = RetryConfig.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                "KAFKA_TOPIC_PARTITIONS", "4",
                "STATE_DIR", directory.toString(),
                "RETRY_PORT", "0",
                "RETRY_API_PORT", "0",
                "RETRY_API_KEY_SHA256", sha256(KEY)));
        service = RetryService.start(config, CLOCK);
        clients = new KafkaClients(config.kafka(), "letters-it");
        desk = new DeadLetterDesk(clients, CLOCK);
    }

    @AfterEach
    void stop() {
        desk.close();
        clients.close();
        service.close();
        producer.close();
        serdes.close();
        http.close();
    }

    @Test
    void aLetterIsFoundByItsCauseExplainedWithEveryAttemptAndRedrivenOnce() {
        // Given
        giveUp(1);
        var filed = await().atMost(LIMIT)
                .until(this::letters, found -> found.size() == 1)
                .getFirst();

        // When
        var once = desk.redrive(only(filed), 100, 10, false);
        var twice = desk.redrive(only(filed), 100, 10, false);
        awaitCommands(1);
        // A command beyond the second redrive: what came of that would be here.
        giveUp(2);
        await().atMost(LIMIT).until(() -> letters().size() == 2);
        var third = desk.redrive(only(filed), 100, 10, false);
        desk.redrive(
                only(letters().stream()
                        .filter(letter -> !letter.id().equals(filed.id()))
                        .findFirst()
                        .orElseThrow()),
                100,
                10,
                false);
        var commands = awaitCommands(2);

        // Then
        assertThat(desk.groups(ours())).singleElement().satisfies(group -> {
            assertThat(group.code()).isEqualTo("ATTEMPTS_USED_UP");
            assertThat(group.platform()).isEqualTo("facebook");
            assertThat(group.lastError()).isEqualTo("SERVER_ERROR");
            assertThat(group.count()).isEqualTo(2);
        });
        assertThat(desk.one(filed.id())).contains(filed);
        assertThat(filed.letter().getCommand().orElseThrow().getHistory()).hasSize(100);
        assertThat(List.of(once.sent(), once.alreadyRedriven())).containsExactly(1L, 0L);
        assertThat(List.of(twice, third)).allSatisfy(again -> {
            assertThat(again.sent()).isZero();
            assertThat(again.alreadyRedriven()).isEqualTo(1);
        });
        assertThat(commands).extracting(PublishCommand::getRedrives).containsExactly(1, 1);
        assertThat(commands).extracting(PublishCommand::getRequestId).doesNotHaveDuplicates();
    }

    @Test
    void aSelectionLeavesAtTheRateThatWasAskedFor() {
        // Given
        for (var i = 0; i < 12; i++) {
            giveUp(i);
        }
        await().atMost(LIMIT).until(() -> letters().size() == 12);

        // When: asked for in two parts, as the limit is lower than what there is
        var trial = desk.redrive(ours(), 4, 100, true);
        var first = desk.redrive(ours(), 100, 2, false);
        var start = CLOCK.instant();
        var redriven = desk.redrive(ours(), 4, 10, false);
        var nothing = desk.redrive(ours(), 4, 10, false);
        awaitCommands(12);
        var took = Duration.between(start, CLOCK.instant());

        // Then: ten at four per second
        assertThat(trial.sent()).isEqualTo(12);
        assertThat(List.of(first.sent(), first.alreadyRedriven(), first.left())).containsExactly(2L, 0L, 10L);
        assertThat(List.of(redriven.sent(), redriven.alreadyRedriven(), redriven.left()))
                .containsExactly(10L, 2L, 0L);
        assertThat(List.of(nothing.sent(), nothing.alreadyRedriven())).containsExactly(0L, 12L);
        assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(2250));
    }

    @Test
    void whatWouldEndAtOnceIsSaidToBeforeItIsRedrivenAndDoes() {
        // Given: one whose deadline has passed, one that was taken back
        giveUp(post(1).setDeadline(CLOCK.instant().minusSeconds(1)));
        giveUp(post(2));
        await().atMost(LIMIT).until(() -> letters().size() == 2);
        var withdrawal = Fixtures.aWithdrawalOf(post(2).build());
        write(Topics.WITHDRAWALS, withdrawal);

        // When
        var outlooks = letters().stream().map(desk::outlook).toList();
        var trial = desk.redrive(ours(), 100, 10, true);
        // The second is due two seconds later: by then its withdrawal has been read.
        var redriven = desk.redrive(ours(), 0.5, 10, false);
        var ends = await().atMost(LIMIT).until(this::endsOfRedriven, found -> found.size() == 2);

        // Then
        assertThat(outlooks)
                .anySatisfy(outlook -> assertThat(outlook).contains("Its deadline", "has passed"))
                .anySatisfy(outlook -> assertThat(outlook).contains("taken back"));
        assertThat(List.of(trial.sent(), trial.pastDeadline())).containsExactly(2L, 1L);
        assertThat(List.of(redriven.sent(), redriven.pastDeadline())).containsExactly(2L, 1L);
        assertThat(ends)
                .extracting(PostResult::getStatus)
                .containsExactlyInAnyOrder(ResultStatus.FAILED, ResultStatus.CANCELLED);
        assertThat(commands()).isEmpty();
    }

    private List<PostResult> endsOfRedriven() {
        return kafka.readAll(Topics.RESULTS.name()).stream()
                .map(record -> serdes.read(Topics.RESULTS, record.value()))
                .filter(result -> result.getConnectionId().equals(Optional.of(connection)))
                .filter(result -> result.getIsFinal() && result.getRedrives() == 1)
                .toList();
    }

    @Test
    void whoeverHasAKeyDoesTheSameOverHttpAndNobodyElseDoes() throws Exception {
        // Given
        giveUp(1);
        var filed = await().atMost(LIMIT)
                .until(this::letters, found -> found.size() == 1)
                .getFirst();

        // When
        var refused = send("GET", "/v1/dead-letters", "", "another-key");
        var list = send("GET", "/v1/dead-letters?connectionId=" + connection, "", KEY);
        var one = send("GET", "/v1/dead-letters/" + filed.id(), "", KEY);
        var none = send("GET", "/v1/dead-letters/3-99999999", "", KEY);
        var unclear = send("POST", "/v1/dead-letters/redrive", "{}", KEY);
        var misspelt = List.of(
                send("GET", "/v1/dead-letters?connection=" + connection, "", KEY),
                send("POST", "/v1/dead-letters/redrive", "{\"all\":true,\"plattform\":\"x\"}", KEY),
                send("POST", "/v1/dead-letters/redrive", "{\"all\":true,\"platform\":null}", KEY),
                send("POST", "/v1/dead-letters/redrive", "{\"all\":true,\"limit\":null}", KEY),
                send("POST", "/v1/dead-letters/redrive", "{\"all\":\"true\"}", KEY));
        var redriven = send("POST", "/v1/dead-letters/redrive", "{\"ids\":[\"" + filed.id() + "\"]}", KEY);
        awaitCommands(1);

        // Then
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(new JsonObject(list.body()).getJsonArray("groups")).hasSize(1);
        var explained = new JsonObject(one.body());
        assertThat(explained.getJsonArray("history")).hasSize(100);
        assertThat(explained.getJsonArray("history").getJsonObject(0).getMap())
                .containsKeys("number", "startedAt", "durationMs", "step", "end", "errorCode", "httpStatus");
        assertThat(one.body()).doesNotContain("Hello");
        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(unclear.statusCode()).isEqualTo(422);
        assertThat(misspelt).extracting(HttpResponse::statusCode).containsOnly(422);
        assertThat(redriven.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(redriven.body()).getInteger("redriven")).isEqualTo(1);
    }

    @Test
    void whatCannotBeUnderstoodIsTheCallersAndARegistryThatIsAwayIsWaitedFor() throws Exception {
        // Given
        giveUp(1);
        await().atMost(LIMIT).until(() -> letters().size() == 1);
        var without = RetryConfig.from(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS",
                kafka.bootstrapServers(),
                "SCHEMA_REGISTRY_URL",
                "http://127.0.0.1:1",
                "STATE_DIR",
                "unused"));
        var vertx = Vertx.vertx();
        try (var blind = new KafkaClients(without.kafka(), "letters-blind");
                var blindDesk = new DeadLetterDesk(blind, CLOCK);
                var blindApi = DeadLettersApi.start(vertx, 0, ApiKeys.of("KEYS", List.of()), blindDesk)) {
            // When
            var unavailable = send(blindApi.port(), "GET", "/v1/dead-letters", "", KEY);
            var tooSlow = send("POST", "/v1/dead-letters/redrive", "{\"all\":true,\"ratePerSecond\":1e-300}", KEY);
            var twice = send("GET", "/v1/dead-letters?platform=x&platform=tiktok", "", KEY);
            // Then
            assertThat(unavailable.statusCode()).isEqualTo(503);
            assertThat(unavailable.headers().firstValue("retry-after")).isPresent();
            assertThat(tooSlow.statusCode()).isEqualTo(422);
            assertThat(twice.statusCode()).isEqualTo(422);
            assertThat(statusOf("/v1/dead-letters?code=%")).isEqualTo(400);
            assertThat(statusOf("/v1/dead-letters/%zz")).isEqualTo(400);
        } finally {
            vertx.close().await();
        }
    }

    /** Of what java.net.http would not send. */
    private int statusOf(String path) throws IOException {
        try (var socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), service.apiPort())) {
            var head =
                    "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + KEY;
            socket.getOutputStream().write((head + "\r\n\r\n").getBytes(UTF_8));
            var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            return Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()));
        }
    }

    private HttpResponse<String> send(String method, String path, String body, String key) throws Exception {
        return send(service.apiPort(), method, path, body, key);
    }

    private HttpResponse<String> send(int port, String method, String path, String body, String key) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("authorization", "Bearer " + key)
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private void giveUp(int number) {
        giveUp(post(number));
    }

    private PublishCommand.Builder post(int number) {
        return aCommand(connection + "-" + number, connection)
                .setAttempt(100)
                .setHistory(
                        history(100, AttemptEnd.UNAVAILABLE, Instant.now(CLOCK).minusSeconds(100)));
    }

    private void giveUp(PublishCommand.Builder command) {
        write(
                Topics.BACKOFF_5XX,
                delayed(DelayCause.UNAVAILABLE, command)
                        .setSince(CLOCK.instant())
                        .build());
    }

    private <V extends SpecificRecord> void write(Topic<V> topic, V value) {
        var _ = producer.send(
                new ProducerRecord<>(topic.name(), connection.getBytes(UTF_8), serdes.write(topic, value)));
        producer.flush();
    }

    private List<Filed> letters() {
        return desk.list(ours(), 100);
    }

    private Selection ours() {
        return new Selection(
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(connection),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static Selection only(Filed filed) {
        return new Selection(
                Set.of(filed.id()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private List<PublishCommand> awaitCommands(int count) {
        return await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(50))
                .until(this::commands, found -> found.size() >= count);
    }

    private List<PublishCommand> commands() {
        return kafka.readAll(Topics.commands("facebook").name()).stream()
                .filter(record -> new String(record.key(), UTF_8).equals(connection))
                .map(record -> serdes.read(Topics.commands("facebook"), record.value()))
                .toList();
    }

    private static String sha256(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    }
}
