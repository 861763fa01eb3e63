package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.events.QuarantineReason;
import io.broadside.events.QuarantinedDelivery;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.broadside.webhook.platform.Callback;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Vector;
import io.broadside.webhook.platform.Vectors;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole service on a real broker. Every test has a Page or user of its own, and looks for no others. */
@ExtendWith(KafkaExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebhookServiceIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration NOTHING_MORE_FOR = Duration.ofSeconds(1);

    private final HttpClient client = HttpClient.newHttpClient();
    private final KafkaForTest kafka;
    private final WebhookService service;
    private final EventSerdes serdes;

    WebhookServiceIT(KafkaForTest kafka, @TempDir Path state) {
        this.kafka = kafka;
        this.serdes = new EventSerdes(URI.create(kafka.registryUrl()), false);
        this.service = WebhookService.start(config(state, Map.of()), Clock.systemUTC());
    }

    private WebhookConfig config(Path state, Map<String, String> others) {
        var settings = new HashMap<>(Map.ofEntries(
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()),
                Map.entry("SCHEMA_REGISTRY_URL", kafka.registryUrl()),
                Map.entry("KAFKA_TOPIC_PARTITIONS", "3"),
                Map.entry("STATE_DIR", state.toString()),
                Map.entry("WEBHOOK_PORT", "0"),
                Map.entry("WEBHOOK_MANAGEMENT_PORT", "0"),
                Map.entry("WEBHOOK_PUBLIC_URI", "https://hooks.example.org"),
                Map.entry(
                        "WEBHOOK_APPS",
                        "facebook/demo,instagram/demo,threads/demo,linkedin/demo,tiktok/demo,x/demo,facebook/simulated,x/simulated"),
                Map.entry("WEBHOOK_FACEBOOK_DEMO_SECRETS", "the-former-secret," + Vectors.META_SECRET),
                Map.entry("WEBHOOK_FACEBOOK_DEMO_VERIFY_TOKEN", "the-verify-token"),
                Map.entry("WEBHOOK_INSTAGRAM_DEMO_SECRETS", Vectors.META_SECRET),
                Map.entry("WEBHOOK_INSTAGRAM_DEMO_VERIFY_TOKEN", "the-verify-token"),
                Map.entry("WEBHOOK_THREADS_DEMO_SECRETS", Vectors.META_SECRET),
                Map.entry("WEBHOOK_THREADS_DEMO_VERIFY_TOKEN", "the-verify-token"),
                Map.entry("WEBHOOK_LINKEDIN_DEMO_SECRETS", Vectors.LINKEDIN_SECRET),
                Map.entry("WEBHOOK_TIKTOK_DEMO_SECRETS", Vectors.TIKTOK_SECRET),
                Map.entry("WEBHOOK_X_DEMO_SECRETS", Vectors.X_SECRET),
                Map.entry("WEBHOOK_FACEBOOK_SIMULATED_SECRETS", SimulatorConfig.FACEBOOK_APP_SECRET),
                Map.entry("WEBHOOK_FACEBOOK_SIMULATED_VERIFY_TOKEN", SimulatorConfig.FACEBOOK_VERIFY_TOKEN),
                Map.entry("WEBHOOK_X_SIMULATED_SECRETS", SimulatorConfig.X_CONSUMER_SECRET)));
        settings.putAll(others);
        return WebhookConfig.from(settings);
    }

    @BeforeAll
    void isReady() {
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(get(service.managementPort(), "/health/ready"))
                        .satisfies(answer -> assertThat(answer.statusCode())
                                .as(answer.body())
                                .isEqualTo(200)));
    }

    @AfterAll
    void close() {
        service.close();
        serdes.close();
    }

    @Test
    void aSignedDeliveryIsAcknowledgedAndBecomesAnEvent() throws Exception {
        // When
        var answer = postToFacebook(comment("page-1", "c-1"));
        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(awaitEvents("facebook:page-1", 1)).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(InboundKind.COMMENT);
            assertThat(event.getObjectId()).contains("c-1");
            assertThat(event.getApp()).isEqualTo("demo");
        });
    }

    @Test
    void whatIsAcknowledgedIsOnTheTopicByteForByte() throws Exception {
        // Given
        var body = comment("page-2", "c-1");
        // When
        postToFacebook(body);
        // Then: not sooner or later, but now
        assertThat(read(Topics.INBOUND_RAW))
                .anySatisfy(record -> assertThat(text(record.value().getBody())).isEqualTo(body));
    }

    @Test
    void aForgedDeliveryIsRefusedAndSetAside() throws Exception {
        // When
        var answer = post(
                "/webhooks/facebook/demo",
                "x-hub-signature-256",
                "sha256=" + "0".repeat(64),
                comment("page-3", "forged"));
        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).isEmpty();
        assertThat(awaitQuarantined("page-3").getReason()).isEqualTo(QuarantineReason.SIGNATURE_MISMATCH);
    }

    @Test
    void aDeliveryWithoutASignatureIsRefusedAndSetAside() throws Exception {
        // When
        var answer = post("/webhooks/x/demo", "x-other", "1", "{\"data\":{\"tag\":\"unsigned-4\"}}");
        // Then
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(awaitQuarantined("unsigned-4").getReason()).isEqualTo(QuarantineReason.SIGNATURE_MISSING);
    }

    @Test
    void aSignedDeliveryThatIsNoJsonIsAcknowledgedAndSetAside() throws Exception {
        // When
        var answer = postToFacebook("{\"object\":\"page-5\",");
        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(awaitQuarantined("page-5").getReason()).isEqualTo(QuarantineReason.MALFORMED);
    }

    @Test
    void anEventDeliveredTwiceIsToldOnce() throws Exception {
        // When
        postToFacebook(comment("page-6", "c-1"));
        postToFacebook(comment("page-6", "c-1"));
        postToFacebook(comment("page-6", "c-2"));
        // Then: the third is behind the second, so the second would be here
        assertThat(awaitEvents("facebook:page-6", 2))
                .extracting(event -> event.getObjectId().orElse(""))
                .containsExactlyInAnyOrder("c-1", "c-2");
        await().during(NOTHING_MORE_FOR)
                .atMost(LIMIT)
                .until(() -> events("facebook:page-6").size() == 2);
    }

    @Test
    void aTopologyThatRestsTakesNothingAndGoesOnWhereItWas() throws Exception {
        // Given
        service.topology().rest();
        // When
        postToFacebook(comment("page-61", "c-1"));
        // Then
        await().during(NOTHING_MORE_FOR)
                .atMost(LIMIT)
                .until(() -> events("facebook:page-61").isEmpty());
        // When
        service.topology().goOn();
        // Then
        assertThat(awaitEvents("facebook:page-61", 1)).hasSize(1);
    }

    @Test
    void theDeliveriesOfXAreTakenAsTheyWereSigned() throws Exception {
        // When
        var answer = post(
                "/webhooks/x/demo",
                "x-twitter-webhooks-signature",
                Vectors.X_REVOCATION.signature().orElseThrow(),
                Vectors.X_REVOCATION.body());
        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(awaitEvents("x:1111111111111111111", 1))
                .extracting(InboundEvent::getKind)
                .containsExactly(InboundKind.TOKEN_REVOKED);
    }

    @Test
    void aBatchOfMoreThanAMegabyteIsTaken() throws Exception {
        // Given
        var body = comment("page-7", "c-1").replace("nice", "n" + "i".repeat(2_000_000) + "ce");
        // When
        var answer = postToFacebook(body);
        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(awaitEvents("facebook:page-7", 1))
                .singleElement()
                .satisfies(event -> assertThat(event.getText().orElse("")).hasSize(65_536));
    }

    @Test
    void handshakesAreAnswered() throws Exception {
        assertThat(get(service.port(), "/webhooks/x/demo?crc_token=crc-7f3a2b10-demo")
                        .body())
                .isEqualTo("{\"response_token\":\"sha256=lPT8QLpYgauY3X20GAmkvptWXM7z9vRVX6HGtREoFWQ=\"}");
        assertThat(get(service.port(), "/webhooks/linkedin/demo?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0")
                        .body())
                .isEqualTo("{\"challengeCode\":\"890e4665-4dfe-4ab1-b689-ed553bceeed0\",\"challengeResponse\":"
                        + "\"ddc04db9bcebfbba23dee5b16fe797c31e9c59eb8711774f57de1b053cee0cf7\"}");
        assertThat(get(service.port(), "/webhooks/tiktok/demo?challenge=1").statusCode())
                .isEqualTo(403);
        for (var product : List.of("instagram", "threads")) {
            assertThat(get(
                                    service.port(),
                                    "/webhooks/" + product
                                            + "/demo?hub.mode=subscribe&hub.challenge=115&hub.verify_token=the-verify-token")
                            .body())
                    .isEqualTo("115");
        }
        var meta = "/webhooks/facebook/demo?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
        assertThat(get(service.port(), meta + "the-verify-token").body()).isEqualTo("1158201444");
        assertThat(get(service.port(), meta + "another").statusCode()).isEqualTo(403);
        assertThat(get(service.port(), meta + "the-verify-token&hub.verify_token=the-verify-token")
                        .statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @MethodSource("io.broadside.webhook.platform.Vectors#all")
    void everyVectorIsTakenAsItWasSignedUnlessItIsTooOld(Vector vector) throws Exception {
        // When
        var path = "/webhooks/" + vector.platform().id() + "/demo"
                + (vector.callback() == Callback.WEBHOOK
                        ? ""
                        : "/" + vector.callback().id());
        var request = HttpRequest.newBuilder(uri(service.port(), path))
                .header("content-type", vector.contentType())
                .POST(BodyPublishers.ofByteArray(vector.bytes()));
        vector.signature().ifPresent(signature -> request.header(vector.signatureHeader(), signature));
        var answer = client.send(request.build(), BodyHandlers.ofString());
        // Then: the time that a signature names is of the past
        assertThat(answer.statusCode()).isEqualTo(vector.platform().traits().signsTime() ? 401 : 200);
    }

    @Test
    void whatASecretThatCameTooLateHadRefusedIsVerifiedAgain(@TempDir Path state) throws Exception {
        // Given: the platform signs with a new secret before we have it
        var body = comment("page-rotated", "c-1");
        var signature = "sha256="
                + HexFormat.of().formatHex(HmacSha256.sign(Secret.of("the-next-secret"), body.getBytes(UTF_8)));
        assertThat(post("/webhooks/facebook/demo", "x-hub-signature-256", signature, body)
                        .statusCode())
                .isEqualTo(401);
        post("/webhooks/facebook/demo", "x-hub-signature-256", signature, comment("page-rotated", "forged"));
        awaitQuarantined("page-rotated");
        try (var rotated = WebhookService.start(
                config(
                        state,
                        Map.of(
                                "WEBHOOK_FACEBOOK_DEMO_SECRETS",
                                "the-next-secret," + Vectors.META_SECRET,
                                // Of "open sesame".
                                "WEBHOOK_API_KEYS",
                                "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb")),
                Clock.systemUTC())) {
            // When
            var refused = reverify(rotated, "Bearer close sesame");
            var first = reverify(rotated, "Bearer open sesame");
            var second = reverify(rotated, "Bearer open sesame");
            // Then
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
            assertThat(new JsonObject(first.body()).getLong("accepted")).isEqualTo(1);
            assertThat(new JsonObject(first.body()).getLong("refused")).isPositive();
            assertThat(second.statusCode()).isEqualTo(200);
            assertThat(awaitEvents("facebook:page-rotated", 1))
                    .singleElement()
                    .satisfies(event -> assertThat(event.getObjectId()).contains("c-1"));
            await().during(NOTHING_MORE_FOR)
                    .atMost(LIMIT)
                    .until(() -> events("facebook:page-rotated").size() == 1);
        }
    }

    @Test
    void whatLinkedInAddsToItsIdsIsNotStoredWhenItIsVerifiedAgainEither(@TempDir Path state) throws Exception {
        // Given
        var body = Vectors.LINKEDIN_COMMENT
                .body()
                .replace("5550001", "5550777")
                .replace("\"subscriber\"", "\"decoratedGeneratedActivity\":{\"text\":\"so private\"},\"subscriber\"");
        var signature = HmacSha256.sign(Secret.of("the-next-secret"), ("hmacsha256=" + body).getBytes(UTF_8));
        post("/webhooks/linkedin/demo", "x-li-signature", HexFormat.of().formatHex(signature), body);
        awaitQuarantined("5550777");
        try (var rotated = WebhookService.start(
                config(
                        state,
                        Map.of(
                                "WEBHOOK_LINKEDIN_DEMO_SECRETS",
                                "the-next-secret",
                                // Of "open sesame".
                                "WEBHOOK_API_KEYS",
                                "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb")),
                Clock.systemUTC())) {
            // When
            var answer = reverify(rotated, "linkedin/demo", "Bearer open sesame");
            // Then
            assertThat(new JsonObject(answer.body()).getLong("accepted")).isEqualTo(1);
            assertThat(awaitEvents("linkedin:urn:li:organization:5550777", 1)).hasSize(1);
        }
        assertThat(read(Topics.INBOUND_RAW))
                .extracting(record -> text(record.value().getBody()))
                .filteredOn(text -> text.contains("5550777"))
                .singleElement()
                .asString()
                .doesNotContain("so private");
    }

    @Test
    void tellsHowOldTheOldestDeliveryIsThatNoEventWasMadeOfAndHowLongNoneHasCome() throws Exception {
        assertThat(get(service.managementPort(), "/metrics").body())
                .contains("broadside_webhook_arrears_seconds ", "broadside_webhook_silence_seconds{");
    }

    @Test
    void nobodyMayHaveTheQuarantineVerifiedWhereNoKeyIsSet() throws Exception {
        assertThat(reverify(service, "Bearer open sesame").statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({"FACEBOOK, 1000000002, 2000000001", "X, 2222222222222222222, 2222222222222222222"})
    void whatTheSimulatedPlatformsSendIsTakenAndWhatTheyForgeIsNot(Platform platform, String account, String person) {
        try (var simulator = PlatformSimulator.start(SimulatorConfig.onPort(0))) {
            // Given
            var control = simulator.control();
            var callback = uri(service.port(), "/webhooks/" + platform.id() + "/simulated");
            // When
            var handshake = control.registerWebhook(platform, callback);
            var statuses = Stream.of(Delivery.Kind.values())
                    .map(kind -> control.deliver(
                                    platform,
                                    Delivery.of(kind, account, "café/😀").times(2))
                            .status())
                    .toList();
            var forged = control.deliver(
                    platform,
                    Delivery.of(Delivery.Kind.COMMENT, account, "forged").asForged());
            // Then
            assertThat(handshake.verified()).as(handshake.detail()).isTrue();
            assertThat(statuses).containsExactly(200, 200, 200, 200);
            assertThat(forged.status()).isEqualTo(401);
            assertThat(awaitEvents(platform.id() + ":" + account, 3))
                    .extracting(InboundEvent::getKind)
                    .contains(InboundKind.COMMENT, InboundKind.POST_PUBLISHED, InboundKind.POST_DELETED);
            // At X the account is the person, so its events are four.
            assertThat(awaitEvents(platform.id() + ":" + person, person.equals(account) ? 4 : 1))
                    .extracting(InboundEvent::getKind)
                    .containsAnyOf(InboundKind.TOKEN_REVOKED, InboundKind.ACCOUNT_DEAUTHORIZED);
        }
    }

    private static String comment(String page, String comment) {
        return """
                {"object":"page","entry":[{"id":"%s","time":1795000000,"changes":[{"field":"feed","value":{"item":"comment",\
                "verb":"add","comment_id":"%s","post_id":"p-1","created_time":1795000000,"from":{"id":"u-1"},"message":"nice"}}]}]}""".formatted(page, comment);
    }

    private HttpResponse<String> postToFacebook(String body) throws IOException, InterruptedException {
        var signature = HmacSha256.sign(Secret.of(Vectors.META_SECRET), body.getBytes(UTF_8));
        return post(
                "/webhooks/facebook/demo",
                "x-hub-signature-256",
                "sha256=" + HexFormat.of().formatHex(signature),
                body);
    }

    private HttpResponse<String> post(String path, String header, String value, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(service.port(), path))
                .header("content-type", "application/json")
                .header(header, value)
                .POST(BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(port, path)).build(), BodyHandlers.ofString());
    }

    private static URI uri(int port, String path) {
        return URI.create("http://localhost:" + port + path);
    }

    private HttpResponse<String> reverify(WebhookService of, String authorization)
            throws IOException, InterruptedException {
        return reverify(of, "facebook/demo", authorization);
    }

    private HttpResponse<String> reverify(WebhookService of, String app, String authorization)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(of.managementPort(), "/webhooks/re-verify?app=" + app))
                .header("authorization", authorization)
                .POST(BodyPublishers.noBody())
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    private QuarantinedDelivery awaitQuarantined(String text) {
        return await().atMost(LIMIT)
                .until(
                        () -> read(Topics.INBOUND_QUARANTINE).stream()
                                .map(Read::value)
                                .filter(found ->
                                        text(found.getDelivery().getBody()).contains(text))
                                .findFirst(),
                        found -> found.isPresent())
                .orElseThrow();
    }

    private List<InboundEvent> awaitEvents(String key, int count) {
        return await().atMost(LIMIT).until(() -> events(key), events -> events.size() >= count);
    }

    private List<InboundEvent> events(String key) {
        return read(Topics.INBOUND_EVENTS).stream()
                .filter(record -> record.key().equals(key))
                .map(Read::value)
                .toList();
    }

    private <V extends SpecificRecord> List<Read<V>> read(Topic<V> topic) {
        return kafka.readAll(topic.name()).stream()
                .map(record -> new Read<>(keyOf(record), serdes.read(topic, record.value())))
                .toList();
    }

    private static String text(ByteBuffer body) {
        return UTF_8.decode(body.duplicate()).toString();
    }

    private static String keyOf(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), UTF_8);
    }

    private record Read<V>(String key, V value) {}
}
