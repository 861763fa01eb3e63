package io.broadside.token.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.Platform;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.broadside.token.TokenConfig;
import io.broadside.token.TokenService;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The daily look at a token, and who is told of what it finds: with a broker, a platform, a mail server and somebody's endpoint. */
@ExtendWith(KafkaExtension.class)
class HealthIT {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String PAGE = "1000000077";
    private static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);

    @TempDir
    private static Path keys;

    /** What came to the endpoint. */
    private record Received(String id, String timestamp, String signature, String body) {}

    private final String token = "canary" + UUID.randomUUID();
    private final HttpClient http = HttpClient.newHttpClient();
    private final GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer endpoint;
    private final KafkaForTest kafka;
    private final PlatformSimulator simulator;
    private final KafkaClients clients;

    HealthIT(KafkaForTest kafka) throws IOException {
        this.kafka = kafka;
        this.simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
        this.endpoint = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        mail.start();
        this.clients = new KafkaClients(KafkaConfig.from(Settings.from(environment())), "test");
    }

    @BeforeEach
    void listen() {
        endpoint.createContext("/hook", this::receive);
        endpoint.start();
    }

    @AfterEach
    void stop() {
        clients.close();
        simulator.close();
        http.close();
        endpoint.stop(0);
        mail.stop();
    }

    @Test
    void whatTheDailyLookFindsIsToldEverywhereAtOnce() throws Exception {
        // Given: a Page is connected, and its token is withdrawn without a word, as when somebody changes the password
        simulator.control().add(FacebookPage.of(PAGE, "Harbour Bakery", token));
        String id;
        try (var service = TokenService.start(TokenConfig.from(environment()), Clock.systemUTC())) {
            id = connect(service);
            awaitListening("broadside-token-notices-mail");
            awaitListening("broadside-token-notices-webhook");
        }
        simulator.control().revokeTokens(Platform.FACEBOOK, PAGE);

        // When: two days later
        var later = Clock.offset(Clock.systemUTC(), Duration.ofDays(2));
        try (var _ = TokenService.start(TokenConfig.from(environment()), later)) {
            await().atMost(SOON).untilAsserted(() -> assertThat(received).hasSizeGreaterThanOrEqualTo(2));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(mail.getReceivedMessages()).isNotEmpty());
        }

        // Then
        assertThat(newest(Topics.CONNECTIONS, id).getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        var event = newest(Topics.CONNECTION_EVENTS, id);
        assertThat(event.getKind()).isEqualTo(ConnectionEventKind.NEEDS_REAUTH);
        assertThat(event.getDetail().orElseThrow()).contains("changed the password");
        // And as soon as it was known; the room is for a busy machine
        var known = refusalOf(id).timestamp();
        assertThat(lastRecord(Topics.CONNECTION_EVENTS, id).timestamp() - known).isBetween(-30_000L, 30_000L);
        // And the endpoint, which failed at first, got the same again
        assertThat(received)
                .extracting(Received::id)
                .containsOnly(received.getFirst().id());
        assertThat(received)
                .extracting(Received::body)
                .containsOnly(received.getFirst().body());
        assertThat(received)
                .allSatisfy(delivery -> assertThat(delivery.signature()).isEqualTo(signatureOf(delivery)));
        assertThat(new JsonObject(received.getFirst().body()).getString("type")).isEqualTo("connection.needs_reauth");
        var message = mail.getReceivedMessages()[0];
        assertThat(message.getSubject()).contains("Harbour Bakery");
        assertThat(message.getContent().toString())
                .contains("changed the password")
                .doesNotContain(token);
        assertThat(received).noneMatch(delivery -> delivery.body().contains(token));
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            received.add(new Received(
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            exchange.sendResponseHeaders(received.size() == 1 ? 503 : 204, -1);
        }
    }

    private static String signatureOf(Received delivery) throws GeneralSecurityException {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY), "HmacSHA256"));
        var signed = delivery.id() + "." + delivery.timestamp() + "." + delivery.body();
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
    }

    private String connect(TokenService service) throws IOException, InterruptedException {
        var body = new JsonObject()
                .put("profileId", "bakery")
                .put("platform", "facebook")
                .put("accessToken", token);
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + service.port() + "/v1/connections"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new JsonObject(answer.body()).getString("connectionId");
    }

    /** A channel that is new tells what happens from its start on: it must have started. */
    private void awaitListening(String group) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(kafka.admin()
                                .listConsumerGroupOffsets(group)
                                .partitionsToOffsetAndMetadata()
                                .get())
                        .hasSize(4));
    }

    private <V extends SpecificRecord> V newest(Topic<V> topic, String key) {
        return clients.serdes().read(topic, lastRecord(topic, key).value());
    }

    /** The call in which the platform refused the token. */
    private ConsumerRecord<byte[], byte[]> refusalOf(String id) {
        return kafka.readAll(Topics.API_CALLS.name()).stream()
                .filter(record -> id.equals(new String(record.key(), UTF_8)))
                .filter(record -> clients.serdes()
                        .read(Topics.API_CALLS, record.value())
                        .getEndpoint()
                        .equals("me"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the token was not shown"));
    }

    private ConsumerRecord<byte[], byte[]> lastRecord(Topic<?> topic, String key) {
        return kafka.readAll(topic.name()).stream()
                .filter(record -> key.equals(new String(record.key(), UTF_8)))
                .reduce((_, later) -> later)
                .orElseThrow(() -> new AssertionError("nothing of " + key + " on " + topic));
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()),
                Map.entry("SCHEMA_REGISTRY_URL", kafka.registryUrl()),
                Map.entry("KAFKA_TOPIC_PARTITIONS", "4"),
                Map.entry(
                        "VAULT_ACCESS_KEYSET_FILE", keys.resolve("access.json").toString()),
                Map.entry(
                        "VAULT_REFRESH_KEYSET_FILE",
                        keys.resolve("refresh.json").toString()),
                Map.entry("VAULT_CREATE_MISSING", "true"),
                Map.entry("TOKEN_PORT", "0"),
                Map.entry("TOKEN_MANAGEMENT_PORT", "0"),
                Map.entry("TOKEN_HEALTH_INTERVAL", "200ms"),
                Map.entry("FACEBOOK_API_URI", simulator.facebook().toString()),
                Map.entry("FACEBOOK_APP_ID", SimulatorConfig.FACEBOOK_APP_ID),
                Map.entry("FACEBOOK_APP_SECRET", SimulatorConfig.FACEBOOK_APP_SECRET),
                Map.entry("TOKEN_NOTICE_MAIL_TO", "owner@example.com"),
                Map.entry(
                        "TOKEN_NOTICE_SMTP",
                        "smtp+plain://127.0.0.1:" + mail.getSmtp().getPort()),
                Map.entry(
                        "TOKEN_NOTICE_WEBHOOK_URL",
                        "http://127.0.0.1:" + endpoint.getAddress().getPort() + "/hook"),
                Map.entry("TOKEN_NOTICE_WEBHOOK_SECRET", "whsec_" + KEY));
    }
}
