package io.broadside.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.http.Json;
import io.broadside.testkit.SettableClock;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bluesky's double answers as the real server of its makers was seen to. */
class BlueskyIT {
    private static final String DID = "did:plc:simsimsimsimsimsimsim222";
    private static final String TOKEN = "sim-bluesky-access-1.token";
    private static final String REFRESH = "sim-bluesky-refresh-1.token";
    private static final String KEY = "3mabcdefghi2c";

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-20T10:15:30Z"));
    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(clock));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void aPutIsOnceHoweverOftenItIsMade() throws Exception {
        // When
        var created = put(KEY, record("Hello"));
        var again = put(KEY, record("Hello"));
        var other = put(KEY, record("Something else"));
        // Then
        assertThat(created.status()).isEqualTo(200);
        assertThat(created.json().has("commit")).isTrue();
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().has("commit")).isFalse();
        assertThat(again.text("/cid")).isEqualTo(created.text("/cid"));
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.text("/error")).isEqualTo("InvalidSwap");
        assertThat(simulator.control().posts()).hasSize(1);
    }

    @Test
    void createdTwiceItFallsOver() throws Exception {
        // Given
        post("com.atproto.repo.createRecord", TOKEN, body(KEY, record("Hello")));
        // When
        var again = post("com.atproto.repo.createRecord", TOKEN, body(KEY, record("Hello")));
        // Then
        assertThat(again.status()).isEqualTo(500);
        assertThat(again.text("/error")).isEqualTo("InternalServerError");
    }

    @Test
    void aUsedRefreshTokenBringsTheSameSuccessorForTwoHoursAndIsDeadAfterwards() throws Exception {
        // When
        var first = post("com.atproto.server.refreshSession", REFRESH, Json.object());
        var again = post("com.atproto.server.refreshSession", REFRESH, Json.object());
        clock.advance(Duration.ofHours(2));
        var late = post("com.atproto.server.refreshSession", REFRESH, Json.object());
        var next = post("com.atproto.server.refreshSession", first.text("/refreshJwt"), Json.object());
        // Then
        assertThat(first.status()).isEqualTo(200);
        assertThat(again.text("/refreshJwt")).isEqualTo(first.text("/refreshJwt"));
        assertThat(late.status()).isEqualTo(400);
        assertThat(late.text("/error")).isEqualTo("ExpiredToken");
        assertThat(next.status()).isEqualTo(200);
    }

    @Test
    void theOldAccessTokenWorksUntilItEndsAndThenComesAs400() throws Exception {
        // Given
        post("com.atproto.server.refreshSession", REFRESH, Json.object());
        simulator.control().revokeTokens(Platform.BLUESKY, DID);
        // When
        var before = put(KEY, record("Hello"));
        clock.advance(Duration.ofHours(3));
        var after = put(KEY, record("Hello"));
        // Then
        assertThat(before.status()).isEqualTo(200);
        assertThat(after.status()).isEqualTo(400);
        assertThat(after.text("/error")).isEqualTo("ExpiredToken");
    }

    @ParameterizedTest
    @CsvSource({
        "not-a-tid, Hello, 2026-11-20T11:40:00.000Z",
        "3mabcdefghi2c, Hello, 2026-11-20",
        "3mabcdefghi2c, Hello, ''",
    })
    void refusesWhatIsNoPost(String key, String text, String time) throws Exception {
        // When
        var answer = put(key, record(text).put("createdAt", time));
        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("/error")).isEqualTo("InvalidRequest");
    }

    @Test
    void countsWhatPeopleSee() throws Exception {
        assertThat(put(KEY, record("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67".repeat(120)))
                        .status())
                .isEqualTo(200);
        assertThat(put("3mabcdefghi2d", record("x".repeat(301))).status()).isEqualTo(400);
    }

    @Test
    void countsBytesAndLanguagesToo() throws Exception {
        // Given
        var families = record("\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67".repeat(167));
        var tongues = record("Hello");
        tongues.putArray("langs").add("en").add("de").add("fr").add("it");
        // When
        var tooLong = put(KEY, families);
        var tooMany = put(KEY, tongues);
        // Then
        assertThat(tooLong.text("/message")).contains("3000");
        assertThat(tooMany.text("/message")).contains("langs");
    }

    @Test
    void aPictureMustSayThatItIsNotDescribed() throws Exception {
        // Given
        var record = record("Picture");
        record.putObject("embed").putArray("images").addObject().putObject("image");
        // When
        var answer = put(KEY, record);
        // Then
        assertThat(answer.text("/message")).contains("Record/embed/images/0 must have the property \"alt\"");
    }

    @Test
    void handlesAreTheSameInCapitals() throws Exception {
        // Given
        var capitals = Json.object().put("identifier", "HarbourBakery.TEST").put("password", "sim-bluesky-password-1");
        // When
        var answer = post("com.atproto.server.createSession", "", capitals);
        // Then
        assertThat(answer.text("/did")).isEqualTo(DID);
    }

    @Test
    void knowsOnlyFilesThatItWasGiven() throws Exception {
        // Given
        var record = record("Picture");
        var image = record.putObject("embed")
                .put("$type", "app.bsky.embed.images")
                .putArray("images")
                .addObject();
        image.put("alt", "").putObject("image").putObject("ref").put("$link", "bafkreiunknown");
        var unknown = put(KEY, record);
        // When
        var uploaded = client.send(client.request("/bluesky/xrpc/com.atproto.repo.uploadBlob", TOKEN)
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofString("png")));
        image.set("image", uploaded.json().path("blob"));
        var known = put(KEY, record);
        var large = client.send(client.request("/bluesky/xrpc/com.atproto.repo.uploadBlob", TOKEN)
                .header("Content-Type", "video/mp4")
                .POST(BodyPublishers.ofByteArray(new byte[6 * 1024 * 1024])));
        // Then
        assertThat(unknown.text("/error")).isEqualTo("BlobNotFound");
        assertThat(known.status()).isEqualTo(200);
        assertThat(large.status()).isEqualTo(413);
    }

    @Test
    void readsByKeyAndByPageWithoutAToken() throws Exception {
        // Given
        put(KEY, record("Hello"));
        var query = "?collection=app.bsky.feed.post&repo=" + DID;
        // When
        var there = client.send(client.request("/bluesky/xrpc/com.atproto.repo.getRecord" + query + "&rkey=" + KEY, "")
                .GET());
        var missing = client.send(
                client.request("/bluesky/xrpc/com.atproto.repo.getRecord" + query + "&rkey=3mabcdefghi2d", "")
                        .GET());
        var list = client.send(client.request("/bluesky/xrpc/com.atproto.repo.listRecords" + query, "")
                .GET());
        // Then
        assertThat(there.text("/value/text")).isEqualTo("Hello");
        assertThat(missing.status()).isEqualTo(400);
        assertThat(missing.text("/error")).isEqualTo("RecordNotFound");
        assertThat(list.json().path("records")).hasSize(1);
    }

    @Test
    void pointsOfWritingRunOut() throws Exception {
        // Given
        simulator.control().set("blueskyPointsPerHour", 3);
        // When
        var first = put(KEY, record("Hello"));
        var second = put("3mabcdefghi2d", record("Hello again"));
        // Then
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.response().headers().firstValue("ratelimit-policy")).hasValue("3;w=3600");
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.text("/error")).isEqualTo("RateLimitExceeded");
        assertThat(second.response().headers().firstValue("ratelimit-reset")).isPresent();
    }

    @Test
    void signsInWithAPasswordSoManyTimes() throws Exception {
        // Given
        var right = Json.object().put("identifier", "harbourbakery.test").put("password", "sim-bluesky-password-1");
        var wrong = right.deepCopy().put("password", "wrong");
        // When
        var in = post("com.atproto.server.createSession", "", right);
        var out = post("com.atproto.server.createSession", "", wrong);
        for (int i = 0; i < 28; i++) {
            post("com.atproto.server.createSession", "", wrong);
        }
        var limited = post("com.atproto.server.createSession", "", right);
        // Then
        assertThat(in.text("/did")).isEqualTo(DID);
        assertThat(out.status()).isEqualTo(401);
        assertThat(limited.status()).isEqualTo(429);
    }

    @Test
    void anInjectedLossOfTheAnswerLeavesThePost() throws Exception {
        // Given
        simulator
                .control()
                .inject(Failure.of(
                        Platform.BLUESKY, "com.atproto.repo.putRecord", FailureKind.SERVER_ERROR_AFTER_EFFECT));
        // When
        var lost = put(KEY, record("Hello"));
        var again = put(KEY, record("Hello"));
        // Then
        assertThat(lost.status()).isEqualTo(500);
        assertThat(again.json().has("commit")).isFalse();
    }

    private Answer put(String key, ObjectNode record) throws IOException, InterruptedException {
        return post("com.atproto.repo.putRecord", TOKEN, body(key, record).putNull("swapRecord"));
    }

    private Answer post(String method, String token, ObjectNode body) throws IOException, InterruptedException {
        return client.send(client.request("/bluesky/xrpc/" + method, token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString())));
    }

    private static ObjectNode body(String key, ObjectNode record) {
        var body = Json.object()
                .put("repo", DID)
                .put("collection", "app.bsky.feed.post")
                .put("rkey", key);
        body.set("record", record);
        return body;
    }

    private static ObjectNode record(String text) {
        return Json.object()
                .put("$type", "app.bsky.feed.post")
                .put("text", text)
                .put("createdAt", "2026-11-20T11:40:00.000Z");
    }
}
