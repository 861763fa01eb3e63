package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.publisher.PublisherConfig;
import io.broadside.retry.RetryConfig;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.Topics;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.BlueskyAccount;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.token.TokenConfig;
import io.broadside.token.platform.TokenPair;
import io.broadside.webhook.WebhookConfig;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that Broadside wrote, logged and answered in a run in which posts went out, tokens were renewed and much failed is
 * searched for the secrets of that run. What the simulator keeps is not: it is the platforms, which know their tokens.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CanaryIT {

    private static final Logger LOGGER = LoggerFactory.getLogger(CanaryIT.class);
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final String PROFILE = "aviary";
    private static final Set<String> PASTED = Set.of("bluesky", "facebook", "linkedin", "x");
    private static final String PHOTO = "sample.jpg";
    private static final String FILM = "video-1MB.mp4";
    private static final String SIGNED_IN = "fledglings";

    /** Where somebody signs in, and as whom: those who have but one account there. */
    private static final Map<String, String> SIGN_INS = Map.of(
            "facebook", "2000000002",
            "instagram", "17840000000000003",
            "x", "1111111111111111111");

    /** In every token that is pasted. */
    private final String canary = "canary" + UUID.randomUUID().toString().replace("-", "");

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final List<String> answers = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private Path data;
    private LocalStack stack;
    private StackClient client;

    @BeforeAll
    void startStack(@TempDir Path directory) throws Exception {
        data = directory;
        log.start();
        rootLogger().addAppender(log);
        stack = LocalStack.start(FreePorts.find(), data, _ -> {});
        client = new StackClient(stack.ports());
    }

    @AfterAll
    void stopStack() {
        client.close();
        stack.close();
        rootLogger().detachAppender(log);
        http.close();
    }

    @Test
    void noSecretIsInAnythingThatBroadsideWritesLogsOrAnswers() throws Exception {
        // Given
        publishAndRenewAndFail();
        // When
        var search = new CanarySearch(secrets());
        searchEverything(search);
        // Then
        assertThat(search.hits()).isEmpty();
        assertThat(search.searched()).as("bytes searched").isGreaterThan(100_000);
        LOGGER.info(
                "searched {} bytes for {} secrets: 0 hits",
                search.searched(),
                secrets().size());

        // And: what is planted is found, wherever it is
        var planted = "canary" + UUID.randomUUID().toString().replace("-", "");
        LOGGER.info("planted {}", HexFormat.of().formatHex(planted.getBytes(UTF_8)));
        Files.writeString(data.resolve("state").resolve("planted"), planted);
        produce(Topics.API_CALLS.name(), planted);
        ask(stack.ports().tokenService(), "/v1/connections/" + planted);
        answers.add(planted);
        var sharp = new CanarySearch(List.of(planted));
        searchEverything(sharp);
        assertThat(sharp.hits())
                .anyMatch(hit -> hit.startsWith("log"))
                .anyMatch(hit -> hit.startsWith("file"))
                .anyMatch(hit -> hit.startsWith("topic " + Topics.API_CALLS.name()))
                .anyMatch(hit -> hit.startsWith("answer"));
    }

    private void publishAndRenewAndFail() throws Exception {
        var control = stack.simulator().control();
        var page = FacebookPage.of("1990000001", "Aviary", canary + "-page");
        var user = XUser.of("2990000001", "aviary", canary + "-x", canary + "-x-refresh");
        var creator = TikTokCreator.of("-000aviary", "aviary", canary + "-tiktok", canary + "-tiktok-refresh");
        var doomed = XUser.of("2990000002", "doomed", canary + "-doomed", canary + "-doomed-refresh");
        for (var account : List.<Account>of(page, user, creator)) {
            control.add(account);
            answers.add(client.connect(PROFILE, account).toString());
        }
        control.add(doomed);
        answers.add(client.connect("doomed", doomed).toString());
        for (var account : List.<Account>of(
                LinkedInMember.of("canaryMember", "Wren", canary + "-linkedin"),
                BlueskyAccount.of(
                        "did:plc:canaryaaaaaaaaaaaaaaaaaa",
                        "canary.broadside.example",
                        canary + ".bluesky",
                        canary + ".bluesky-refresh"))) {
            control.add(account);
            answers.add(client.connect(PROFILE, account).toString());
        }
        for (var way : SIGN_INS.entrySet()) {
            signIn(way.getKey(), way.getValue());
        }
        signIn("tiktok", "");
        badRequests();
        control.inject(Failure.of(Platform.FACEBOOK, "post.show", FailureKind.SERVER_ERROR_AFTER_EFFECT)
                .account(page.id()));
        control.inject(Failure.of(Platform.FACEBOOK, "page.feed", FailureKind.RATE_LIMITED_WITH_RETRY_AFTER)
                .account(page.id())
                .seconds(1));
        // Renewed by what publishing finds; and one renewal whose answer is lost.
        control.expireToken(Platform.X, user.id());
        control.expireToken(Platform.X, doomed.id());
        control.inject(Failure.of(Platform.X, "oauth2.token", FailureKind.CUT_AFTER_EFFECT)
                .account(doomed.id()));
        try (var results = client.tail(Topics.RESULTS, false);
                var events = client.tail(Topics.CONNECTION_EVENTS, true)) {
            publish("canary-1", PROFILE, PHOTO, PASTED);
            publish("canary-2", "doomed", PHOTO, Set.of("x"));
            publish("canary-3", SIGNED_IN, PHOTO, SIGN_INS.keySet());
            // TikTok fetches photos from verified addresses alone.
            publish("canary-4", PROFILE, FILM, Set.of("tiktok"));
            publish("canary-5", SIGNED_IN, FILM, Set.of("tiktok"));
            var board = new Board();
            await().atMost(LONG).pollInSameThread().until(() -> {
                results.next(Duration.ofMillis(200)).forEach(board::take);
                return board.counts().getOrDefault(ResultStatus.PUBLISHED, 0L) == PASTED.size() + SIGN_INS.size() + 2;
            });
            var kinds = new ArrayList<ConnectionEventKind>();
            await().atMost(LONG).pollInSameThread().until(() -> {
                events.next(Duration.ofMillis(200)).forEach(event -> kinds.add(event.getKind()));
                return kinds.contains(ConnectionEventKind.REFRESHED)
                        && kinds.contains(ConnectionEventKind.NEEDS_REAUTH);
            });
        }
        // Bytes that are no event become dead letters.
        produce(Topics.REFRESH_REQUESTS.name(), "no event");
        try (var letters = client.tail(Topics.DEAD_LETTERS, true)) {
            await().atMost(LONG)
                    .pollInSameThread()
                    .until(() -> !letters.next(Duration.ofMillis(200)).isEmpty());
        }
    }

    /** As a person does, who follows where the browser is sent: codes and secrets of apps go to and fro. */
    private void signIn(String way, String person) throws Exception {
        var address = URI.create(
                "http://localhost:" + stack.ports().tokenService() + "/connect/" + way + "?profileId=" + SIGNED_IN);
        var answer = http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        while (answer.statusCode() / 100 == 3) {
            address = address.resolve(answer.headers().firstValue("location").orElseThrow());
            if (isOfBroadside(answer.uri())) {
                answers.add(answer.headers().map() + answer.body());
                address = URI.create(address + (person.isEmpty() ? "" : "&sim_user=" + person));
            }
            answer = http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
        }
        answers.add(answer.headers().map() + answer.body());
        assertThat(answer.body()).as(way).contains("Connected");
    }

    private boolean isOfBroadside(URI address) {
        return address.getPort() == stack.ports().tokenService();
    }

    /** Tokens in requests that are not taken: what is answered must not quote them. */
    private void badRequests() throws Exception {
        for (var body : List.of(
                "{\"profileId\":\"p\",\"platform\":\"x\",\"accessToken\":\"" + canary + "-refused\"}",
                "{\"profileId\":\"p\",\"platform\":\"x\",\"accessToken\":\"" + canary + "\"",
                "{\"profileId\":\"p\",\"platform\":\"" + canary + "-no-platform",
                "{\"profileId\":7,\"platform\":\"x\",\"accessToken\":[\"" + canary + "\"]}")) {
            var answer = http.send(
                    HttpRequest.newBuilder(at(stack.ports().tokenService(), "/v1/connections"))
                            .header("content-type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isBetween(400, 599);
            answers.add(answer.headers().map() + answer.body());
        }
    }

    /** Those of this run, and the beginnings of all that the platforms gave out; and the keys of our own apps. */
    private List<String> secrets() {
        return List.of(
                canary,
                "sim-bluesky-access-",
                "sim-bluesky-refresh-",
                "sim-facebook-code-",
                "sim-facebook-page-",
                "sim-facebook-user-",
                "sim-instagram-access-",
                "sim-instagram-code-",
                "sim-instagram-short",
                "sim-tiktok-code",
                "act.sim-",
                "rft.sim-",
                "sim-x-access-",
                "sim-x-code-",
                "sim-x-refresh-",
                InstagramPlatform.DEFAULT_APP.clientSecret(),
                SimulatorConfig.FACEBOOK_APP_SECRET,
                SimulatorConfig.FACEBOOK_VERIFY_TOKEN,
                SimulatorConfig.LINKEDIN_CLIENT_SECRET,
                SimulatorConfig.TIKTOK_CLIENT_SECRET,
                SimulatorConfig.X_CLIENT_SECRET,
                SimulatorConfig.X_CONSUMER_SECRET);
    }

    private void searchEverything(CanarySearch search) throws Exception {
        searchTopics(search);
        searchFiles(search);
        askEverything();
        answers.forEach(answer -> search.in("answer", answer));
        for (var event : List.copyOf(log.list)) {
            search.in("log", event.getLoggerName() + event.getFormattedMessage() + event.getKeyValuePairs());
            if (event.getThrowableProxy() != null) {
                search.in("log", ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
        }
        // What a debugger or a careless line would show of what holds the secrets.
        var environment = LocalStack.environment(stack.ports(), data, stack.simulator());
        search.in("toString", TokenConfig.from(environment.of("token")).toString());
        search.in("toString", PublisherConfig.from(environment.of("publisher")).toString());
        search.in("toString", RetryConfig.from(environment.of("retry")).toString());
        var secret = Secret.of(canary);
        search.in("toString", secret.toString());
        search.in(
                "toString",
                new TokenPair(secret, Optional.of(secret), Optional.empty(), Optional.empty(), List.of()).toString());
        search.in("toString", WebhookConfig.from(environment.of("webhook")).toString());
    }

    /** All that was ever written, also what was never committed. */
    private void searchTopics(CanarySearch search) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", stack.ports().bootstrapServers()));
                var consumer = new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers",
                                stack.ports().bootstrapServers(),
                                "isolation.level",
                                "read_uncommitted"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            var topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get();
            var partitions = topics.stream()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    var where = "topic " + record.topic();
                    if (record.key() != null) {
                        search.in(where, record.key());
                    }
                    if (record.value() != null) {
                        search.in(where, record.value());
                    }
                    record.headers().forEach(header -> {
                        search.in(where, header.key());
                        search.in(where, header.value());
                    });
                }
            }
        }
    }

    /** State of the services; what the broker keeps is read as topics, since it is compressed there. */
    private void searchFiles(CanarySearch search) throws Exception {
        for (var directory : List.of("state", "registry")) {
            try (var files = Files.walk(data.resolve(directory))) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    search.in("file " + file, Files.readAllBytes(file));
                }
            }
        }
    }

    private void askEverything() throws Exception {
        var ports = stack.ports();
        for (var port :
                List.of(ports.tokenManagement(), ports.publisher(), ports.retryService(), ports.webhookManagement())) {
            ask(port, "/metrics");
            ask(port, "/health/check");
        }
        ask(ports.tokenService(), "/v1/connections");
        for (var profile : List.of(PROFILE, SIGNED_IN)) {
            ask(ports.tokenService(), "/v1/profiles/" + profile + "/connections");
            ask(ports.tokenService(), "/connections?profileId=" + profile);
        }
        for (var number = 1; number <= 5; number++) {
            ask(ports.postsApi(), "/v1/posts/canary-" + number);
        }
        ask(ports.retryApi(), "/v1/dead-letters");
    }

    private void ask(int port, String path) throws Exception {
        var answer = http.send(HttpRequest.newBuilder(at(port, path)).build(), HttpResponse.BodyHandlers.ofString());
        answers.add(answer.headers().map() + answer.body());
    }

    private URI at(int port, String path) {
        return stack.ports().at(port).resolve(path);
    }

    private void produce(String topic, String value) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", (Object) stack.ports().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, "key".getBytes(UTF_8), value.getBytes(UTF_8)))
                    .get();
        }
    }

    private void publish(String id, String profile, String medium, Set<String> platforms) throws Exception {
        client.publish(PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(Content.newBuilder()
                        .setText("A bird sings: " + id)
                        .setMedia(List.of(Media.newBuilder()
                                .setUrl(stack.simulator()
                                        .uri()
                                        .resolve("/media/" + medium)
                                        .toString())
                                .setKind(medium.equals(FILM) ? MediaKind.VIDEO : MediaKind.IMAGE)
                                .build()))
                        .build())
                .setTargets(platforms.stream()
                        .map(platform -> Target.newBuilder()
                                .setProfileId(profile)
                                .setPlatform(platform)
                                .build())
                        .toList())
                .build());
    }

    private static ch.qos.logback.classic.Logger rootLogger() {
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }
}
