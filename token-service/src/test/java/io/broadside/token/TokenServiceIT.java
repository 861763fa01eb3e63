package io.broadside.token;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.instagram.InstagramAccount;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service as a whole: a real broker, and the simulated platforms. */
@ExtendWith(KafkaExtension.class)
class TokenServiceIT {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final List<Topic<?>> WRITTEN = List.of(
            Topics.REFRESH_REQUESTS,
            Topics.FRESH_TOKENS,
            Topics.CONNECTIONS,
            Topics.CREDENTIALS,
            Topics.CONNECTION_EVENTS,
            Topics.API_CALLS,
            Topics.DEAD_LETTERS);

    /** The same for all tests: connections of one are still there in the next. */
    @TempDir
    private static Path KEYS;

    /** In every token of a test: looked for where no token may be. */
    private final String canary = "canary" + UUID.randomUUID().toString().replace("-", "");

    private final String profile = "profile-" + UUID.randomUUID();
    private final HttpClient http = HttpClient.newHttpClient();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final KafkaForTest kafka;
    private final PlatformSimulator simulator;
    private final KafkaClients clients;

    TokenServiceIT(KafkaForTest kafka) {
        this.kafka = kafka;
        this.simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
        this.clients = new KafkaClients(KafkaConfig.from(Settings.from(environment())), "test");
    }

    @BeforeEach
    void listenToTheLog() {
        log.start();
        rootLogger().addAppender(log);
    }

    @AfterEach
    void stop() {
        rootLogger().detachAppender(log);
        clients.close();
        simulator.close();
        http.close();
    }

    @Test
    void aPastedPageTokenIsSealedAndUsable() throws Exception {
        // Given
        var token = canary + "-page";
        simulator.control().add(FacebookPage.of("1000000042", "Harbour Bakery", token));
        try (var service = start()) {
            // When
            var answer = post(
                    service,
                    new JsonObject()
                            .put("profileId", profile)
                            .put("platform", "facebook")
                            .put("accessToken", token));
            // Then
            assertThat(answer.statusCode()).isEqualTo(201);
            var shown = new JsonObject(answer.body());
            assertThat(shown.getString("accountName")).isEqualTo("Harbour Bakery");
            assertThat(shown.getString("status")).isEqualTo("HEALTHY");
            assertThat(shown.getJsonArray("missingScopes")).isEmpty();
            var id = shown.getString("connectionId");
            assertThat(answer.headers().firstValue("location")).contains("/v1/connections/" + id);
            var fresh = newest(Topics.FRESH_TOKENS, id);
            assertThat(vault().unseal(KeysetName.ACCESS, fresh.getSealedAccessToken(), id)
                            .reveal())
                    .isEqualTo(token);
            assertThat(newest(Topics.CREDENTIALS, id).getSealedRefreshToken()).isEmpty();
            assertThat(kindsOf(id)).containsExactly(ConnectionEventKind.CONNECTED);
            assertThat(new JsonObject(get(service, "/v1/connections/" + id).body()))
                    .isEqualTo(shown);
            assertThat(new JsonObject(get(service, "/v1/profiles/" + profile + "/connections")
                                    .body())
                            .getJsonArray("connections"))
                    .containsExactly(shown);
            assertThat(get(service, "/v1/connections/" + UUID.randomUUID()).statusCode())
                    .isEqualTo(404);
        }
        assertThatNobodyReads(canary);
    }

    @Test
    void aTokenThePlatformRefusesIsRefusedWithASentence() throws Exception {
        try (var service = start()) {
            // When
            var answer = post(
                    service,
                    new JsonObject()
                            .put("profileId", profile)
                            .put("platform", "x")
                            .put("accessToken", canary));
            // Then
            assertThat(answer.statusCode()).isEqualTo(422);
            var error = new JsonObject(answer.body()).getJsonObject("error");
            assertThat(error.getString("code")).isEqualTo("TOKEN_REVOKED");
            assertThat(error.getJsonArray("faults").getJsonObject(0).getString("field"))
                    .isEqualTo("accessToken");
        }
        assertThatNobodyReads(canary);
    }

    @Test
    void aPlatformThatIsAwayMeansLater() throws Exception {
        // Given
        simulator.control().inject(Failure.of(Platform.X, "users.me", FailureKind.SERVER_ERROR_BEFORE_EFFECT));
        try (var service = start()) {
            // When
            var answer = post(
                    service,
                    new JsonObject()
                            .put("profileId", profile)
                            .put("platform", "x")
                            .put("accessToken", canary));
            // Then
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("retry-after")).isPresent();
        }
        assertThatNobodyReads(canary);
    }

    @Test
    void aStormOfRequestsCostsOneCallPerTokenVersion() throws Exception {
        // Given
        var user = anXUser(7);
        try (var service = start()) {
            var id = connectExpired(service, user);
            awaitVersion(service, id, 2);
            // When
            ask(id, 1, 500, RefreshReason.REFUSED);
            ask(id, 2, 500, RefreshReason.REFUSED);
            // Then
            awaitVersion(service, id, 3);
            awaitAllServed();
            var report = simulator.control().report().x();
            assertThat(report.refreshTokenReuse()).isZero();
            assertThat(report.tokenRefreshes()).isEqualTo(2);
            assertThat(report.calls().get("oauth2.token")).isEqualTo(Map.of(200, 2L));
            var fresh = newest(Topics.FRESH_TOKENS, id);
            var token = vault().unseal(KeysetName.ACCESS, fresh.getSealedAccessToken(), id);
            assertThat(simulator.control().accounts())
                    .anyMatch(account -> account instanceof XUser known
                            && known.accessToken().equals(token.reveal()));
            assertThat(new JsonObject(get(service, "/v1/connections/" + id).body()).getLong("tokenVersion"))
                    .isEqualTo(3);
        }
        assertThatNobodyReads(canary);
        assertThatNobodyReads("sim-x-");
    }

    @Test
    void severalInstancesAndARebalanceChangeNothingAboutThat() throws Exception {
        // Given
        var users = IntStream.range(20, 40).mapToObj(this::anXUser).toList();
        try (var first = start()) {
            var ids = users.stream().map(user -> connectHealthy(first, user)).toList();
            // When
            for (var id : ids) {
                ask(id, 1, 10, RefreshReason.REFUSED);
            }
            try (var _ = start()) {
                for (var id : ids) {
                    ask(id, 1, 10, RefreshReason.MANUAL);
                    awaitVersion(first, id, 2);
                    ask(id, 2, 10, RefreshReason.REFUSED);
                }
            }
            ids.forEach(id -> awaitVersion(first, id, 3));
            awaitAllServed();
            // Then
            var report = simulator.control().report().x();
            assertThat(report.refreshTokenReuse()).isZero();
            assertThat(report.tokenFamiliesRevoked()).isZero();
            assertThat(report.tokenRefreshes()).isEqualTo(2L * ids.size());
        }
    }

    @Test
    void callsThatTakeTheirTimeLoseNothingWhenAnInstanceJoins() throws Exception {
        // Given: each takes longer than a rebalance
        var users = IntStream.range(60, 72).mapToObj(this::anXUser).toList();
        simulator
                .control()
                .inject(Failure.of(Platform.X, "oauth2.token", FailureKind.SLOW)
                        .seconds(8)
                        .times(users.size()));
        var patient = Map.of("HTTP_CALL_TIMEOUT", "12s", "DISPATCH_CALL_LIMIT", "14s");
        try (var first = start(patient)) {
            var ids = users.stream().map(user -> connectHealthy(first, user)).toList();
            for (var id : ids) {
                ask(id, 1, 1, RefreshReason.REFUSED);
            }
            // All are under way.
            await().atMost(SOON).until(() -> simulator.control().failures().isEmpty());
            // When
            try (var _ = start(patient)) {
                ids.forEach(id -> awaitVersion(first, id, 2));
                awaitAllServed();
            }
            // Then
            var report = simulator.control().report().x();
            assertThat(report.refreshTokenReuse()).isZero();
            assertThat(report.tokenRefreshes()).isEqualTo(users.size());
            for (var id : ids) {
                assertThat(kindsOf(id)).doesNotContain(ConnectionEventKind.NEEDS_REAUTH);
            }
        }
    }

    @Test
    void aTokenNearItsEndIsRenewedUnasked() throws Exception {
        // Given
        var user = anXUser(8);
        try (var service = start()) {
            // When
            var id = connectExpired(service, user);
            // Then
            awaitVersion(service, id, 2);
            assertThat(kindsOf(id)).containsExactly(ConnectionEventKind.CONNECTED, ConnectionEventKind.REFRESHED);
            assertThat(newest(Topics.FRESH_TOKENS, id).getExpiresAt())
                    .hasValueSatisfying(
                            end -> assertThat(end).isAfter(Instant.now().plusSeconds(7000)));
        }
    }

    @Test
    void aRevokedConnectionAsksForAPersonOnceAndComesBackWhenPastedAgain() throws Exception {
        // Given
        var user = anXUser(9);
        try (var service = start()) {
            var id = connectHealthy(service, user);
            simulator.control().revokeTokens(Platform.X, user.id());
            // When
            ask(id, 1, 5, RefreshReason.REFUSED);
            // Then
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kindsOf(id)).contains(ConnectionEventKind.NEEDS_REAUTH));
            awaitAllServed();
            assertThat(newest(Topics.CONNECTIONS, id).getStatusReason()).contains("TOKEN_REVOKED");

            var again = XUser.of(user.id(), user.name(), canary + "-again", canary + "-again-refresh");
            simulator.control().add(again);
            assertThat(connectHealthy(service, again)).isEqualTo(id);
            assertThat(newest(Topics.FRESH_TOKENS, id).getVersion()).isEqualTo(2);
            assertThat(kindsOf(id))
                    .containsExactly(
                            ConnectionEventKind.CONNECTED,
                            ConnectionEventKind.NEEDS_REAUTH,
                            ConnectionEventKind.RECOVERED);
        }
        assertThatNobodyReads(canary);
    }

    @Test
    void anAnswerThatGotLostIsNoticedAtOnce() throws Exception {
        // Given
        var user = anXUser(10);
        simulator.control().inject(Failure.of(Platform.X, "oauth2.token", FailureKind.CUT_AFTER_EFFECT));
        try (var service = start()) {
            // When
            var id = connectExpired(service, user);
            // Then
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kindsOf(id)).contains(ConnectionEventKind.NEEDS_REAUTH));
            assertThat(eventsOf(id).getLast().getDetail())
                    .hasValueSatisfying(detail -> assertThat(detail).contains("used it up"));
        }
        assertThatNobodyReads(canary);
    }

    @Test
    void anOutageIsWaitedOut() throws Exception {
        // Given
        var user = anXUser(11);
        simulator
                .control()
                .inject(Failure.of(Platform.X, "oauth2.token", FailureKind.SERVER_ERROR_BEFORE_EFFECT)
                        .times(3));
        try (var service = start()) {
            // When
            var id = connectExpired(service, user);
            // Then
            awaitVersion(service, id, 2);
            assertThat(kindsOf(id)).containsExactly(ConnectionEventKind.CONNECTED, ConnectionEventKind.REFRESHED);
            assertThat(simulator.control().report().x().refreshTokenReuse()).isZero();
        }
    }

    @Test
    void aRecordThatIsNoRequestIsKeptAndTheOthersGoOn() throws Exception {
        // Given
        var user = anXUser(12);
        var garbage = "no Avro " + UUID.randomUUID();
        try (var service = start();
                var producer = clients.producer("garbage")) {
            var id = connectHealthy(service, user);
            producer.send(new ProducerRecord<>(
                            Topics.REFRESH_REQUESTS.name(), id.getBytes(UTF_8), garbage.getBytes(UTF_8)))
                    .get();
            // When
            ask(id, 1, 1, RefreshReason.MANUAL);
            // Then
            awaitVersion(service, id, 2);
            assertThat(kafka.readAll(Topics.DEAD_LETTERS.name()).stream()
                            .map(record -> clients.serdes().read(Topics.DEAD_LETTERS, record.value()))
                            .map(letter -> letter.getRawValue().orElseThrow())
                            .map(value -> UTF_8.decode(value).toString()))
                    .contains(garbage);
        }
    }

    @Test
    void aPermissionTakenBackAtThePlatformIsKnownAtOnce() throws Exception {
        // Given
        var user = anXUser(13);
        try (var service = start()) {
            var id = connectHealthy(service, user);
            awaitWatching();
            var told = Instant.now();
            // When
            tell("x", user.id(), InboundKind.TOKEN_REVOKED, told);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kindsOf(id))
                            .containsExactly(ConnectionEventKind.CONNECTED, ConnectionEventKind.DEAUTHORIZED));
            // Then
            assertThat(eventsOf(id).getLast().getAt()).isBefore(told.plusSeconds(30));
            assertThat(newest(Topics.CONNECTIONS, id).getStatus()).isEqualTo(ConnectionStatus.REVOKED);
            tell("x", user.id(), InboundKind.TOKEN_REVOKED, told);
            tell("x", "somebody-else", InboundKind.TOKEN_REVOKED, told);
            awaitWatching();
            assertThat(kindsOf(id)).hasSize(2);
        }
    }

    @Test
    void whoLeavesAFacebookAppTakesThePagesAlongAndTheirTokensIfTheyAskForIt() throws Exception {
        // Given
        var token = canary + "-page-left";
        simulator
                .control()
                .add(FacebookPage.of("1000000043", "Left Bakery", token).withUserId("2000000043"));
        try (var service = start()) {
            var id = connect(
                    service,
                    new JsonObject()
                            .put("profileId", profile)
                            .put("platform", "facebook")
                            .put("accessToken", token));
            assertThat(newest(Topics.CONNECTIONS, id).getGrantedBy()).contains("2000000043");
            // When
            tell("facebook", "2000000043", InboundKind.ACCOUNT_DEAUTHORIZED, Instant.now());
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kindsOf(id)).contains(ConnectionEventKind.DEAUTHORIZED));
            tell("facebook", "2000000043", InboundKind.DATA_DELETION_REQUESTED, Instant.now());
            // Then
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kindsOf(id)).contains(ConnectionEventKind.DISCONNECTED));
            assertThat(get(service, "/v1/connections/" + id).statusCode()).isEqualTo(404);
            for (var topic : List.of(Topics.FRESH_TOKENS, Topics.CREDENTIALS, Topics.CONNECTIONS)) {
                assertThat(kafka.readAll(topic.name()).stream()
                                .filter(record -> id.equals(new String(record.key(), UTF_8)))
                                .reduce((_, later) -> later)
                                .orElseThrow()
                                .value())
                        .as(topic.name())
                        .isNull();
            }
        }
    }

    @Test
    void whoRemovesTheAppAtInstagramIsKnownByTheIdThatInstagramNames() throws Exception {
        // Given
        var token = canary + "-instagram-left";
        simulator.control().add(InstagramAccount.of("17840000000000044", "left_library", token));
        var more =
                Map.of("INSTAGRAM_API_URI", simulator.uri(InstagramPlatform.ID).toString());
        try (var receiver = new MetaReceiver();
                var service = start(more)) {
            simulator.control().registerWebhook(InstagramPlatform.ID, receiver.uri());
            var id = connect(
                    service,
                    new JsonObject()
                            .put("profileId", profile)
                            .put("platform", "instagram")
                            .put("accessToken", token));
            // When
            var told = simulator
                    .control()
                    .deliver(InstagramPlatform.ID, Delivery.of(Delivery.Kind.REVOKED, "17840000000000044", ""));
            var person = MetaReceiver.personIn(told.body());
            tell("instagram", person, InboundKind.ACCOUNT_DEAUTHORIZED, Instant.now());
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kindsOf(id)).contains(ConnectionEventKind.DEAUTHORIZED));
            tell("instagram", person, InboundKind.DATA_DELETION_REQUESTED, Instant.now());
            // Then
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(kindsOf(id)).contains(ConnectionEventKind.DISCONNECTED));
            assertThat(get(service, "/v1/connections/" + id).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void theApiIsForThoseWithAKeyAndTheServiceIsReady() throws Exception {
        // Given: the hash of "open sesame"
        var hash = "41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb";
        try (var service = start(Map.of("TOKEN_API_KEYS", hash))) {
            // When
            var without = get(service, "/v1/connections");
            var with = send(HttpRequest.newBuilder(uri(service, "/v1/connections"))
                    .header("Authorization", "Bearer open sesame"));
            // Then
            assertThat(without.statusCode()).isEqualTo(401);
            assertThat(with.statusCode()).isEqualTo(200);
            await().atMost(SOON).untilAsserted(() -> {
                var ready = send(HttpRequest.newBuilder(
                        URI.create("http://localhost:" + service.managementPort() + "/health/ready")));
                assertThat(ready.statusCode()).describedAs(ready.body()).isEqualTo(200);
            });
        }
    }

    private TokenService start() {
        return start(Map.of());
    }

    private TokenService start(Map<String, String> more) {
        var environment = new HashMap<>(environment());
        environment.putAll(more);
        return TokenService.start(TokenConfig.from(environment), Clock.systemUTC());
    }

    private Map<String, String> environment() {
        return Map.ofEntries(
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers()),
                Map.entry("SCHEMA_REGISTRY_URL", kafka.registryUrl()),
                Map.entry("KAFKA_TOPIC_PARTITIONS", "4"),
                Map.entry("DISPATCH_CALL_LIMIT", "10s"),
                Map.entry("HTTP_CALL_TIMEOUT", "3s"),
                Map.entry(
                        "VAULT_ACCESS_KEYSET_FILE", KEYS.resolve("access.json").toString()),
                Map.entry(
                        "VAULT_REFRESH_KEYSET_FILE",
                        KEYS.resolve("refresh.json").toString()),
                Map.entry("VAULT_CREATE_MISSING", "true"),
                Map.entry("TOKEN_PORT", "0"),
                Map.entry("TOKEN_MANAGEMENT_PORT", "0"),
                Map.entry("TOKEN_REFRESH_SCAN_INTERVAL", "100ms"),
                Map.entry("FACEBOOK_API_URI", simulator.facebook().toString()),
                Map.entry("FACEBOOK_APP_ID", SimulatorConfig.FACEBOOK_APP_ID),
                Map.entry("FACEBOOK_APP_SECRET", SimulatorConfig.FACEBOOK_APP_SECRET),
                Map.entry("X_API_URI", simulator.x().toString()),
                Map.entry("X_CLIENT_ID", SimulatorConfig.X_CLIENT_ID),
                Map.entry("X_CLIENT_SECRET", SimulatorConfig.X_CLIENT_SECRET));
    }

    private Vault vault() {
        return Vault.open(VaultConfig.from(Settings.from(environment())));
    }

    private XUser anXUser(int number) {
        var user = XUser.of(
                        "90000000000000" + number,
                        "user_" + number,
                        canary + "-access-" + number,
                        canary + "-refresh-" + number)
                .withExpiresAt(Instant.now().plus(Duration.ofHours(2)));
        simulator.control().add(user);
        return user;
    }

    private String connectHealthy(TokenService service, XUser user) {
        return connect(
                service,
                new JsonObject()
                        .put("profileId", profile)
                        .put("platform", "x")
                        .put("accessToken", user.accessToken())
                        .put("refreshToken", user.refreshToken())
                        .put("expiresInSeconds", 7200));
    }

    private String connectExpired(TokenService service, XUser user) {
        simulator.control().expireToken(Platform.X, user.id());
        return connect(
                service,
                new JsonObject()
                        .put("profileId", profile)
                        .put("platform", "x")
                        .put("accessToken", user.accessToken())
                        .put("refreshToken", user.refreshToken())
                        .put("expiresInSeconds", 0)
                        .put("verify", false)
                        .put("accountId", user.id())
                        .put("accountName", user.name()));
    }

    private String connect(TokenService service, JsonObject body) {
        try {
            var answer = post(service, body);
            assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(201);
            return new JsonObject(answer.body()).getString("connectionId");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("the service did not answer", e);
        }
    }

    private void ask(String id, long version, int times, RefreshReason reason)
            throws InterruptedException, ExecutionException {
        var request = RefreshRequest.newBuilder()
                .setConnectionId(id)
                .setPlatform("x")
                .setTokenVersion(version)
                .setReason(reason)
                .setRequestedAt(Instant.now())
                .build();
        var value = clients.serdes().write(Topics.REFRESH_REQUESTS, request);
        try (var producer = clients.producer("requests");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var sent = IntStream.range(0, times)
                    .mapToObj(_ -> threads.submit(() -> producer.send(
                                    new ProducerRecord<>(Topics.REFRESH_REQUESTS.name(), id.getBytes(UTF_8), value))
                            .get()))
                    .toList();
            for (var future : sent) {
                future.get();
            }
        }
    }

    private void awaitVersion(TokenService service, String id, long version) {
        await().atMost(SOON).untilAsserted(() -> {
            var shown = new JsonObject(get(service, "/v1/connections/" + id).body());
            assertThat(shown.getLong("tokenVersion")).isGreaterThanOrEqualTo(version);
        });
    }

    /** The group has committed beyond the last record of each partition: nothing is left to be done. */
    private void awaitAllServed() {
        var records = kafka.readAll(Topics.REFRESH_REQUESTS.name());
        await().atMost(SOON).untilAsserted(() -> {
            var committed = kafka.admin()
                    .listConsumerGroupOffsets("broadside-token-refresh")
                    .partitionsToOffsetAndMetadata()
                    .get();
            assertThat(records).allSatisfy(record -> {
                var partition = new TopicPartition(record.topic(), record.partition());
                assertThat(committed)
                        .hasEntrySatisfying(
                                partition, done -> assertThat(done.offset()).isGreaterThan(record.offset()));
            });
        });
    }

    private void tell(String platform, String account, InboundKind kind, Instant at)
            throws InterruptedException, ExecutionException {
        var event = InboundEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setPlatform(platform)
                .setApp("demo")
                .setAccountId(account)
                .setKind(kind)
                .setPlatformKind("told")
                .setOccurredAt(at)
                .setReceivedAt(at)
                .setDeliveryId("delivery-1")
                .build();
        try (var producer = clients.producer("platforms")) {
            producer.send(new ProducerRecord<>(
                            Topics.INBOUND_EVENTS.name(),
                            (platform + ":" + account).getBytes(UTF_8),
                            clients.serdes().write(Topics.INBOUND_EVENTS, event)))
                    .get();
        }
    }

    /** The service has its partitions, and has read all that was told. */
    private void awaitWatching() {
        await().atMost(SOON).ignoreExceptions().untilAsserted(() -> {
            var committed = kafka.admin()
                    .listConsumerGroupOffsets("broadside-token-inbound")
                    .partitionsToOffsetAndMetadata()
                    .get();
            var members =
                    kafka
                            .admin()
                            .describeConsumerGroups(List.of("broadside-token-inbound"))
                            .all()
                            .get()
                            .values()
                            .stream()
                            .flatMap(group -> group.members().stream())
                            .toList();
            assertThat(members)
                    .isNotEmpty()
                    .allSatisfy(member ->
                            assertThat(member.assignment().topicPartitions()).isNotEmpty());
            var seen = committed.values().stream()
                    .mapToLong(offset -> offset == null ? 0 : offset.offset())
                    .sum();
            assertThat(seen)
                    .isEqualTo(kafka.readAll(Topics.INBOUND_EVENTS.name()).size());
        });
    }

    private <V extends SpecificRecord> V newest(Topic<V> topic, String key) {
        return kafka.readAll(topic.name()).stream()
                .filter(record -> key.equals(new String(record.key(), UTF_8)))
                .reduce((_, later) -> later)
                .map(record -> clients.serdes().read(topic, record.value()))
                .orElseThrow(() -> new AssertionError("nothing of " + key + " on " + topic));
    }

    private List<ConnectionEvent> eventsOf(String id) {
        return kafka.readAll(Topics.CONNECTION_EVENTS.name()).stream()
                .filter(record -> id.equals(new String(record.key(), UTF_8)))
                .map(record -> clients.serdes().read(Topics.CONNECTION_EVENTS, record.value()))
                .toList();
    }

    private List<ConnectionEventKind> kindsOf(String id) {
        return eventsOf(id).stream().map(ConnectionEvent::getKind).toList();
    }

    /** Neither in the bytes of any topic, nor in a line of the log. */
    private void assertThatNobodyReads(String secret) {
        for (var topic : WRITTEN) {
            assertThat(kafka.readAll(topic.name()).stream()
                            .flatMap(record -> Stream.of(record.key(), record.value()))
                            .filter(Objects::nonNull)
                            .map(bytes -> new String(bytes, ISO_8859_1)))
                    .describedAs("bytes of " + topic)
                    .noneMatch(text -> text.contains(secret));
        }
        assertThat(List.copyOf(log.list).stream()
                        .map(event ->
                                event.getFormattedMessage() + event.getKeyValuePairs() + event.getThrowableProxy()))
                .noneMatch(line -> line.contains(secret));
    }

    private HttpResponse<String> post(TokenService service, JsonObject body) throws IOException, InterruptedException {
        var answer = send(HttpRequest.newBuilder(uri(service, "/v1/connections"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.encode())));
        assertThat(answer.body()).doesNotContain(canary);
        return answer;
    }

    private HttpResponse<String> get(TokenService service, String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(service, path)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(TokenService service, String path) {
        return URI.create("http://localhost:" + service.port() + path);
    }

    private static ch.qos.logback.classic.Logger rootLogger() {
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }
}
