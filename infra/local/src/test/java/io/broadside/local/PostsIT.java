package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.CallLog;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Posts as somebody sees them who has nothing but HTTP: all services, one stack. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PostsIT {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final long QUARTER_HOUR = 900;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private LocalStack stack;
    private StackClient client;
    private String coffeeOnX;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    void startStack(@TempDir Path data) throws Exception {
        stack = LocalStack.start(FreePorts.find(), data, _ -> {});
        client = new StackClient(stack.ports());
        coffeeOnX = Objects.requireNonNull(DemoAccounts.connect(stack, client).get("coffee/x"))
                .accountId();
        await().atMost(LONG).until(client::isReady);
    }

    @AfterAll
    void stopStack() {
        client.close();
        stack.close();
        http.close();
    }

    @AfterEach
    void restoreLimits() throws Exception {
        limit("xPostsPer15Minutes", 100);
        limit("facebookCallsPerHour", 0);
    }

    @Test
    void aPostIsPublishedAndItsStoryTold() throws Exception {
        // Given
        var id = newId();
        // When
        var accepted = send("POST", "/v1/posts", body(id, "Good morning", "bakery facebook", "bakery x"));
        // Then
        assertThat(accepted.statusCode()).isEqualTo(202);
        var post = awaitState(id, "FINAL");
        assertThat(post.path("targets")).allSatisfy(target -> {
            assertThat(target.path("status").asText()).isEqualTo("PUBLISHED");
            assertThat(target.path("remoteId").asText()).isNotEmpty();
        });
        var onX = await().atMost(LONG).until(() -> callsOf(post(id), 1), calls -> !calls.isEmpty());
        assertThat(onX).anySatisfy(call -> {
            assertThat(call.path("endpoint").asText()).isEqualTo("tweets.create");
            assertThat(call.path("status").asInt()).isEqualTo(201);
            assertThat(call.path("tokenVersion").asLong()).isPositive();
            assertThat(call.path("rateHeaders").path("x-rate-limit-limit").asText())
                    .isEqualTo("100");
        });
        assertThat(new Story(Clock.systemUTC()).of(post(id)))
                .anyMatch(line -> line.startsWith("bakery on x: published, see https://x.com/"))
                .anyMatch(line -> line.contains("Called tweets.create of 127.0.0.1: answered 201"));
    }

    @Test
    void aRequestThatCannotWorkIsRefusedAtOnceWithEveryFaultThoughItIsScheduled() throws Exception {
        // Given
        var id = newId();
        var request = body(id, "long ".repeat(100), "bakery x", "bakery facebook", "nobody x", "bakery myspace");
        request.put("publishAt", Instant.now().plusSeconds(3600).toString());
        // When
        var refused = send("POST", "/v1/posts", request);
        var validated = send("POST", "/v1/posts/validate", request);
        // Then
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(validated.statusCode()).isEqualTo(400);
        assertThat(validated.body()).isEqualTo(refused.body());
        var faults = JSON.readTree(refused.body()).path("error").path("faults");
        assertThat(faults)
                .extracting(fault -> fault.path("targetIndex").asInt() + " "
                        + fault.path("rule").asText())
                .containsExactly("0 maxWeightedLength", "2 knownConnection", "3 knownPlatform");
        assertThat(client.post(id, Optional.empty())).isEmpty();
    }

    @Test
    void aScheduledPostIsCancelled() throws Exception {
        // Given
        var id = newId();
        var request = body(id, "Never mind", "library x");
        request.put("publishAt", Instant.now().plusSeconds(3600).toString());
        send("POST", "/v1/posts", request);
        awaitStatus(id, "SCHEDULED");
        // When
        var cancelled = send("DELETE", "/v1/posts/" + id, JSON.createObjectNode());
        // Then
        assertThat(cancelled.statusCode()).isEqualTo(202);
        awaitStatus(id, "CANCELLED");
        assertThat(post(id).path("state").asText()).isEqualTo("FINAL");
    }

    @Test
    void anotherRequestUnderAUsedIdIsRefused() throws Exception {
        // Given
        var id = newId();
        send("POST", "/v1/posts", body(id, "The first", "library x"));
        // Then
        assertThat(send("POST", "/v1/posts", body(id, "The second", "library x"))
                        .statusCode())
                .isEqualTo(409);
        assertThat(send("POST", "/v1/posts", body(id, "The first", "library x")).statusCode())
                .isIn(200, 202);
    }

    @Test
    void onXPostsWaitAtFourFifthsOfTheLimitAndScheduledOnesGoOut() throws Exception {
        // Given: a window that does not end in the middle of this
        Assumptions.assumeTrue(QUARTER_HOUR - Instant.now().getEpochSecond() % QUARTER_HOUR > 90);
        var used = createdOnX();
        var most = used + 10;
        limit("xPostsPer15Minutes", most);
        var mayUse = most * 80 / 100;
        // When: so many that four fifths are reached. One after the other: those sent at once have no order among them.
        for (var i = used; i < mayUse; i++) {
            var id = newId();
            send("POST", "/v1/posts", body(id, "Post " + i + " of many " + id, "coffee x"));
            awaitStatus(id, "PUBLISHED");
        }
        var last = newId();
        send("POST", "/v1/posts", body(last, "One too many " + last, "coffee x"));
        // Then
        awaitStatus(last, "WAITING");
        var waiting = post(last).path("targets").get(0);
        assertThat(waiting.path("waitingFor").asText()).isEqualTo("BUDGET");
        assertThat(Instant.parse(waiting.path("waitingUntil").asText()).getEpochSecond() % QUARTER_HOUR)
                .isZero();
        assertThat(waiting.path("error").path("message").asText())
                .startsWith("Goes out at ")
                .contains("because X allows " + most + " posts for this account in 15 minutes");
        assertThat(waiting.path("attempt").asInt()).as("it costs no attempt").isZero();
        assertThat(createdOnX()).isEqualTo(mayUse);
        // When
        var scheduled = newId();
        var request = body(scheduled, "This one was scheduled " + scheduled, "coffee x");
        request.put("publishAt", Instant.now().plusSeconds(1).toString());
        send("POST", "/v1/posts", request);
        // Then
        awaitStatus(scheduled, "PUBLISHED");
        assertThat(stack.simulator().control().calls(0))
                .as("nothing was refused")
                .noneMatch(call -> call.status() == 429);
        send("DELETE", "/v1/posts/" + last, JSON.createObjectNode());
    }

    @Test
    void onFacebookPostsWaitAtFourFifthsOfThePagesCalls() throws Exception {
        // Given: two calls a post, so that four fifths are reached with the fourth
        limit("facebookCallsPerHour", 10);
        for (var i = 0; i < 4; i++) {
            var id = newId();
            send("POST", "/v1/posts", body(id, "Post " + i + " of many " + id, "library facebook"));
            awaitStatus(id, "PUBLISHED");
        }
        // When
        var id = newId();
        send("POST", "/v1/posts", body(id, "One too many " + id, "library facebook"));
        // Then
        awaitStatus(id, "WAITING");
        var waiting = post(id).path("targets").get(0);
        assertThat(waiting.path("waitingFor").asText()).isEqualTo("BUDGET");
        assertThat(waiting.path("error").path("message").asText())
                .matches(
                        "Goes out at .* because Facebook counts 80% of the calls for this account as used, and the rest is"
                                + " kept for scheduled posts\\.");
        assertThat(stack.simulator().control().calls(0))
                .as("nothing was refused")
                .noneMatch(call -> call.endpoint().equals("page.feed") && call.status() != 200);
        send("DELETE", "/v1/posts/" + id, JSON.createObjectNode());
    }

    private int createdOnX() {
        return (int) stack.simulator().control().calls(0).stream()
                .filter(call -> call.endpoint().equals("tweets.create"))
                .filter(call -> call.account().equals(Optional.of(coffeeOnX)))
                .map(CallLog.Call::status)
                .filter(status -> status == 201)
                .count();
    }

    private void limit(String name, int value) throws IOException, InterruptedException {
        var settings = HttpRequest.newBuilder(stack.simulator().uri().resolve("/control/settings"))
                .PUT(HttpRequest.BodyPublishers.ofString(
                        JSON.createObjectNode().put(name, value).toString()))
                .build();
        assertThat(http.send(settings, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(200);
    }

    private static String newId() {
        return "posts-it-" + UUID.randomUUID();
    }

    private static ObjectNode body(String id, String text, String... targets) {
        var request = JSON.createObjectNode().put("requestId", id);
        request.putObject("content").put("text", text);
        var list = request.putArray("targets");
        for (var target : targets) {
            var parts = target.split(" ", 2);
            list.addObject().put("profileId", parts[0]).put("platform", parts[1]);
        }
        return request;
    }

    private JsonNode post(String id) throws IOException, InterruptedException {
        return client.post(id, Optional.empty()).orElseThrow();
    }

    private static List<JsonNode> callsOf(JsonNode post, int target) {
        return StreamSupport.stream(
                        post.path("targets").get(target).path("timeline").spliterator(), false)
                .filter(entry -> entry.has("call"))
                .map(entry -> entry.path("call"))
                .toList();
    }

    private JsonNode awaitState(String id, String state) {
        return await().atMost(LONG)
                .until(() -> post(id), post -> post.path("state").asText().equals(state));
    }

    private void awaitStatus(String id, String status) {
        // The whole post is what a failure prints: its status alone does not say why.
        await().atMost(LONG).untilAsserted(() -> {
            var post = post(id);
            assertThat(post.path("targets").get(0).path("status").asText())
                    .as(post.toString())
                    .isEqualTo(status);
        });
    }

    private HttpResponse<String> send(String method, String path, JsonNode body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(
                                stack.ports().at(stack.ports().postsApi()).resolve(path))
                        .timeout(LONG)
                        .header("content-type", "application/json")
                        .method(
                                method,
                                method.equals("POST")
                                        ? HttpRequest.BodyPublishers.ofString(body.toString())
                                        : HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
