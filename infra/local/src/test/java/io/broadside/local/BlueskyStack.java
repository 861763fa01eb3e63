package io.broadside.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Connection;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.events.Target;
import io.broadside.publisher.PublisherConfig;
import io.broadside.retry.RetryConfig;
import io.broadside.retry.RetryService;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.TopicSetup;
import io.broadside.runtime.service.Closing;
import io.broadside.schemas.Topics;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.token.TokenConfig;
import io.broadside.token.TokenService;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/** Broker, token-service and retry-service in this process, a publisher-service in one of its own, and the real Bluesky behind it. */
final class BlueskyStack implements AutoCloseable {

    static final Duration LONG = Duration.ofMinutes(3);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Closing parts = new Closing();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Board board = new Board();
    private final Map<String, Connection> connections = new HashMap<>();
    private final Ports ports;
    private final StackClient client;
    private final PlatformSimulator simulator;
    private final Instance publisher;
    private final StackClient.Tail<PostResult> results;
    private final StackClient.Tail<Connection> connectionsTail;

    private BlueskyStack(Path data, RealBluesky bluesky) throws IOException, InterruptedException {
        ports = FreePorts.find();
        parts.add(http);
        // It has the pictures.
        simulator = parts.add(PlatformSimulator.start(SimulatorConfig.onPort(ports.simulator())));
        parts.add(SchemaRegistry.start(RegistryConfig.inMemory().withPort(ports.registry())));
        parts.add(EmbeddedBroker.start(
                BrokerConfig.in(data.resolve("kafka")).withPort(ports.kafka()).withControllerPort(ports.controller())));
        var shared =
                new HashMap<>(LocalStack.environment(ports, data, simulator).of("shared"));
        shared.put("BLUESKY_SERVICE_URI", bluesky.uri().toString());
        shared.put("BLUESKY_DIRECTORY_URI", bluesky.directory().toString());
        var ours = ports.at(ports.tokenService()).toString();
        shared.put("TOKEN_PUBLIC_URI", ours);
        // What a server takes for the description of an app that runs on somebody's own machine.
        shared.put(
                "BLUESKY_CLIENT_ID",
                "http://localhost?redirect_uri=" + URLEncoder.encode(ours + "/connect/bluesky/callback", UTF_8)
                        + "&scope=atproto%20transition%3Ageneric");
        shared.put("BROADSIDE_PLATFORMS", "bluesky");
        // A killed publisher is back under its name within seconds, and waits out what a call may take.
        shared.put("DISPATCH_INTENT_MAX_AGE", "1s");
        shared.put("DISPATCH_CALL_LIMIT", "5s");
        shared.put("HTTP_CALL_TIMEOUT", "3s");
        shared.put("PUBLISHER_MEDIA_SLICE", "1s");
        var environment = new LocalStack.Environment(shared, data);
        try (var clients =
                new KafkaClients(PublisherConfig.from(environment.of("setup")).kafka(), "setup")) {
            TopicSetup.ensure(clients, Topics.all(List.of("bluesky")));
        }
        parts.add(TokenService.start(TokenConfig.from(environment.of("token")), Clock.systemUTC()));
        parts.add(RetryService.start(RetryConfig.from(environment.of("retry")), Clock.systemUTC()));
        publisher = parts.add(Instance.of(
                "publisher",
                List.of(),
                List.of("io.broadside.publisher.Main"),
                "300m",
                environment.of("publisher"),
                Files.createDirectories(data.resolve("logs"))));
        publisher.start();
        client = parts.add(new StackClient(ports));
        results = parts.add(client.tail(Topics.RESULTS, true));
        connectionsTail = parts.add(client.tail(Topics.CONNECTIONS, true));
    }

    static BlueskyStack start(Path data, RealBluesky bluesky) throws IOException, InterruptedException {
        return new BlueskyStack(data, bluesky);
    }

    Instance publisher() {
        return publisher;
    }

    URI media(String name) {
        return simulator.uri().resolve("/media/" + name);
    }

    /** Hands over a password for apps, as a person does. The answer, whatever it is. */
    HttpResponse<String> connect(String profile, String handle, String appPassword)
            throws IOException, InterruptedException {
        return paste(JSON.createObjectNode()
                .put("profileId", profile)
                .put("platform", "bluesky")
                .put("accountId", handle)
                .put("accessToken", appPassword));
    }

    HttpResponse<String> paste(ObjectNode body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(ports.at(ports.tokenService()).resolve("/v1/connections"))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The same for one that has to be taken; the id of the connection. */
    String connected(String profile, RealBluesky.Account account) throws IOException, InterruptedException {
        var answer = connect(profile, account.handle(), account.appPassword());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        var connection = JSON.readTree(answer.body());
        assertThat(connection.path("accountId").asText()).isEqualTo(account.did());
        return connection.path("connectionId").asText();
    }

    URI tokenService() {
        return ports.at(ports.tokenService());
    }

    void publish(String requestId, String profile, Content content) throws IOException, InterruptedException {
        client.publish(PublishRequest.newBuilder()
                .setRequestId(requestId)
                .setContent(content)
                .setTargets(List.of(Target.newBuilder()
                        .setProfileId(profile)
                        .setPlatform("bluesky")
                        .build()))
                .build());
    }

    /** The one connection of a profile. */
    String connectionOf(String profile) throws IOException, InterruptedException {
        return client.connections(profile)
                .path("connections")
                .path(0)
                .path("connectionId")
                .asText();
    }

    /** So many demands at once to renew a version of a token. */
    void demand(String connectionId, long version, int times) throws IOException, InterruptedException {
        for (var i = 0; i < times; i++) {
            client.send(
                    Topics.REFRESH_REQUESTS,
                    connectionId,
                    RefreshRequest.newBuilder()
                            .setConnectionId(connectionId)
                            .setPlatform("bluesky")
                            .setTokenVersion(version)
                            .setReason(RefreshReason.REFUSED)
                            .setRequestedAt(Instant.now())
                            .build());
        }
    }

    Board board() {
        readOn();
        return board;
    }

    /** What is known of a post; fails if nothing is. */
    PostResult result(String requestId) {
        return board().of(requestId, 0).orElseThrow();
    }

    boolean isFinal(String requestId) {
        return board().of(requestId, 0).filter(PostResult::getIsFinal).isPresent();
    }

    boolean isWaiting(String requestId, DelayCause cause) {
        return board().of(requestId, 0)
                .flatMap(PostResult::getWaitingFor)
                .filter(cause::equals)
                .isPresent();
    }

    Connection connection(String connectionId) {
        awaitUntil(() -> {
            readOn();
            return connections.containsKey(connectionId);
        });
        return Objects.requireNonNull(connections.get(connectionId));
    }

    void awaitUntil(Callable<Boolean> condition) {
        await().pollInSameThread()
                .pollInterval(Duration.ofMillis(50))
                .atMost(LONG)
                .until(condition);
    }

    JsonNode json(String text) throws IOException {
        return JSON.readTree(text);
    }

    private void readOn() {
        results.next(Duration.ZERO).forEach(board::take);
        connectionsTail.next(Duration.ZERO).forEach(one -> connections.put(one.getConnectionId(), one));
    }

    @Override
    public void close() {
        parts.close();
    }
}
