package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.X_REFRESH;
import static io.broadside.simulator.SimulatorClient.X_TOKEN;
import static io.broadside.simulator.SimulatorClient.X_USER;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.http.Json;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class XIT {
    private static final Instant NOW = Instant.ofEpochSecond(1_795_169_730);
    private static final String DUPLICATE = """
            {"detail":"You are not allowed to create a Tweet with duplicate content.","type":"about:blank",\
            "title":"Forbidden","status":403}""";

    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(Clock.fixed(NOW, ZoneOffset.UTC)));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void createsAPostAndSaysHowManyAreLeft() throws Exception {
        // When
        var answer = client.tweet("hello");
        // Then
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text("/data/text")).isEqualTo("hello");
        assertThat(answer.text("/data/id")).matches("[0-9]{19}");
        assertThat(answer.header("x-rate-limit-limit")).isEqualTo("100");
        assertThat(answer.header("x-rate-limit-remaining")).isEqualTo("99");
        assertThat(answer.header("x-rate-limit-reset")).isEqualTo("1795170600");
    }

    @Test
    void continuesAThread() throws Exception {
        // Given
        var first = client.tweet("1/2").text("/data/id");
        // When
        var second = client.json(
                "/x/2/tweets", X_TOKEN, "{\"text\":\"2/2\",\"reply\":{\"in_reply_to_tweet_id\":\"" + first + "\"}}");
        // Then
        assertThat(second.status()).isEqualTo(201);
        var read = client.get(
                "/x/2/tweets/" + second.text("/data/id") + "?tweet.fields=referenced_tweets,conversation_id", X_TOKEN);
        assertThat(read.text("/data/referenced_tweets/0/id")).isEqualTo(first);
        assertThat(read.text("/data/conversation_id")).isEqualTo(first);
    }

    @Test
    void refusesTheSamePostAgain() throws Exception {
        // Given
        client.tweet("hello");
        // When
        var again = client.tweet("hello");
        // Then
        assertThat(again.status()).isEqualTo(403);
        assertThat(again.body()).isEqualTo(DUPLICATE);
        assertThat(simulator.control().report().x().duplicateAttemptsRefused()).isEqualTo(1);
    }

    @Test
    void rotatesRefreshTokensAndKillsTheFamilyOfAReusedOne() throws Exception {
        // Given
        simulator.control().add(XUser.of("42", "rotating", "at_1", "rt_1"));
        // When
        var rotated = client.refresh("rt_1");
        var worked = client.get("/x/2/users/me", rotated.text("/access_token"));
        var reused = client.refresh("rt_1");
        // Then
        assertThat(rotated.status()).isEqualTo(200);
        assertThat(rotated.text("/token_type")).isEqualTo("bearer");
        assertThat(rotated.json().at("/expires_in").asInt()).isEqualTo(7200);
        assertThat(rotated.text("/scope")).isEqualTo("tweet.read tweet.write users.read media.write offline.access");
        assertThat(worked.text("/data/username")).isEqualTo("rotating");
        assertThat(reused.status()).isEqualTo(400);
        assertThat(reused.body()).isEqualTo("""
                        {"error":"invalid_request","error_description":"Value passed for the token was invalid."}""");
        assertThat(client.get("/x/2/users/me", rotated.text("/access_token")).status())
                .isEqualTo(401);
        assertThat(client.refresh(rotated.text("/refresh_token")).status()).isEqualTo(400);
        var numbers = simulator.control().report().x();
        assertThat(numbers.tokenRefreshes()).isEqualTo(1);
        assertThat(numbers.refreshTokenReuse()).isEqualTo(1);
        assertThat(numbers.tokenFamiliesRevoked()).isEqualTo(1);
    }

    @Test
    void refreshesForPublicClientsAndRefusesStrangers() throws Exception {
        // When
        var publicClient = client.form(
                "/x/2/oauth2/token",
                "",
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        X_REFRESH,
                        "client_id",
                        SimulatorConfig.X_CLIENT_ID));
        var stranger = client.basicForm(
                "/x/2/oauth2/token", "somebody", "else", Map.of("grant_type", "refresh_token", "refresh_token", "x"));
        // Then
        assertThat(publicClient.status()).isEqualTo(200);
        assertThat(stranger.status()).isEqualTo(401);
        assertThat(stranger.text("/error")).isEqualTo("unauthorized_client");
    }

    @Test
    void connectsByCodeWithItsVerifier() throws Exception {
        // Given: challenge of RFC 7636, appendix B
        var consent = client.get(
                "/x/i/oauth2/authorize?response_type=code&client_id=" + SimulatorConfig.X_CLIENT_ID
                        + "&redirect_uri=http%3A%2F%2Flocalhost%2Fback&scope=tweet.write&state=s1&sim_user=" + X_USER
                        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
                "");
        var code = consent.header("Location").replaceAll(".*[?&]code=([^&]+).*", "$1");
        // When
        var tokens = client.basicForm(
                "/x/2/oauth2/token",
                SimulatorConfig.X_CLIENT_ID,
                SimulatorConfig.X_CLIENT_SECRET,
                Map.of(
                        "grant_type", "authorization_code",
                        "code", code,
                        "redirect_uri", "http://localhost/back",
                        "code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        // Then
        assertThat(consent.status()).isEqualTo(302);
        assertThat(client.get("/x/2/users/me", tokens.text("/access_token")).text("/data/id"))
                .isEqualTo(X_USER);
        assertThat(client.refresh(tokens.text("/refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void revokesWhatAClientGivesBack() throws Exception {
        // When
        var answer = client.form(
                "/x/2/oauth2/revoke", "", Map.of("token", X_TOKEN, "client_id", SimulatorConfig.X_CLIENT_ID));
        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(client.tweet("hello").status()).isEqualTo(401);
    }

    @Test
    void refusesCallsBeyondTheWindowUntilItIsOver() throws Exception {
        // Given
        simulator.control().set("xPostsPer15Minutes", 1);
        client.tweet("one");
        // When
        var answer = client.tweet("two");
        // Then
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("x-rate-limit-remaining")).isEqualTo("0");
        assertThat(answer.header("x-rate-limit-reset")).isEqualTo("1795170600");
        assertThat(answer.json()).isEqualTo(Json.parse("""
                                {"title":"Too Many Requests","detail":"Too Many Requests","type":"about:blank","status":429}""").orElseThrow());
    }

    @Test
    void refusesWhatIsTooMuchForTheWholeAppInADay() throws Exception {
        // Given
        simulator.control().set("xPostsPerAppDay", 1);
        // When
        var first = client.tweet("one");
        var second = client.tweet("two");
        // Then
        assertThat(first.header("x-app-limit-24hour-remaining")).isEqualTo("0");
        assertThat(second.status()).isEqualTo(429);
        assertThat(second.header("x-rate-limit-remaining")).isEqualTo("98");
        assertThat(second.header("x-app-limit-24hour-limit")).isEqualTo("1");
        assertThat(second.header("x-app-limit-24hour-reset")).isEqualTo("1795219200");
    }

    @Test
    void refusesUnknownFieldsAndOtherContentTypes() throws Exception {
        // When
        var unknown = client.json("/x/2/tweets", X_TOKEN, "{\"text\":\"hello\",\"nonsense\":1}");
        var nested = client.json("/x/2/tweets", X_TOKEN, "{\"text\":\"hello\",\"reply\":{\"to\":\"1\"}}");
        var form = client.form("/x/2/tweets", X_TOKEN, Map.of("text", "hello"));
        // Then
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(unknown.text("/type")).endsWith("/invalid-request");
        assertThat(nested.status()).isEqualTo(400);
        assertThat(form.status()).isEqualTo(415);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void countsTextAsTheNetworkDoes() throws Exception {
        assertThat(client.tweet("中".repeat(141)).status()).isEqualTo(400);
        assertThat(client.tweet("中".repeat(140)).status()).isEqualTo(201);
        assertThat(client.tweet("https://www.twitter.com/aloha ".repeat(10)).status())
                .isEqualTo(201);
        assertThat(client.tweet("a".repeat(281)).text("/detail")).contains("text is too long");
    }

    @Test
    void postsAnImageOfItsOwnerOnly() throws Exception {
        // Given
        var upload = client.multipart(
                "/x/2/media/upload", X_TOKEN, Map.of("media_category", "tweet_image"), "media", client.image());
        var id = upload.text("/data/id");
        var post = "{\"text\":\"\",\"media\":{\"media_ids\":[\"" + id + "\"]}}";
        // When
        var described = client.json(
                "/x/2/media/metadata",
                X_TOKEN,
                "{\"id\":\"" + id + "\",\"metadata\":{\"alt_text\":{\"text\":\"blue\"}}}");
        var stranger = client.json("/x/2/tweets", "sim-x-access-2-token", post);
        var owner = client.json("/x/2/tweets", X_TOKEN, post);
        // Then
        assertThat(upload.text("/data/media_key")).isEqualTo("3_" + id);
        assertThat(upload.json().at("/data/expires_after_secs").asInt()).isEqualTo(86_400);
        assertThat(described.status()).isEqualTo(200);
        assertThat(stranger.status()).isEqualTo(400);
        assertThat(owner.status()).isEqualTo(201);
    }

    @Test
    void takesAnImageAsBase64() throws Exception {
        // When
        var upload = client.json(
                "/x/2/media/upload",
                X_TOKEN,
                Json.object()
                        .put("media", Base64.getEncoder().encodeToString(client.image()))
                        .put("media_category", "tweet_image")
                        .toString());
        // Then
        assertThat(upload.status()).isEqualTo(200);
    }

    @Test
    void showsShortenedLinksAndEscapesInTheTimeline() throws Exception {
        // Given
        client.tweet("Tom & Jerry http://test.co <3");
        // When
        var timeline = client.get(
                "/x/2/users/" + X_USER + "/tweets?start_time=2026-11-20T00:00:00Z&max_results=5"
                        + "&tweet.fields=created_at,entities,author_id",
                X_TOKEN);
        // Then
        assertThat(timeline.text("/data/0/text")).matches("Tom &amp; Jerry https://t\\.co/[0-9A-Za-z]{10} &lt;3");
        var url = timeline.json().at("/data/0/entities/urls/0");
        assertThat(url.path("expanded_url").asText()).isEqualTo("http://test.co");
        assertThat(timeline.text("/data/0/text")
                        .substring(url.path("start").asInt(), url.path("end").asInt()))
                .isEqualTo(url.path("url").asText());
        assertThat(timeline.json().at("/meta/result_count").asInt()).isEqualTo(1);
    }

    @Test
    void pagesThroughTheTimeline() throws Exception {
        // Given
        for (int i = 0; i < 7; i++) {
            client.tweet("post " + i);
        }
        // When
        var first = client.get("/x/2/users/" + X_USER + "/tweets?max_results=5", X_TOKEN);
        var second = client.get(
                "/x/2/users/" + X_USER + "/tweets?max_results=5&pagination_token=" + first.text("/meta/next_token"),
                X_TOKEN);
        // Then
        assertThat(first.json().at("/data").findValuesAsText("text"))
                .containsExactly("post 6", "post 5", "post 4", "post 3", "post 2");
        assertThat(second.json().at("/data").findValuesAsText("text")).containsExactly("post 1", "post 0");
        assertThat(second.json().at("/meta").has("next_token")).isFalse();
        assertThat(client.get("/x/2/users/" + X_USER + "/tweets?max_results=4", X_TOKEN)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void deletesAPost() throws Exception {
        // Given
        var id = client.tweet("hello").text("/data/id");
        // When
        var deleted = client.delete("/x/2/tweets/" + id, X_TOKEN);
        // Then
        assertThat(deleted.body()).isEqualTo("{\"data\":{\"deleted\":true}}");
        assertThat(client.get("/x/2/tweets/" + id, X_TOKEN).text("/type")).endsWith("/resource-not-found");
    }

    @Test
    void answersOnlyOwnPostsAndMentions() throws Exception {
        // Given
        var foreign = client.json("/x/2/tweets", "sim-x-access-2-token", "{\"text\":\"mine\"}")
                .text("/data/id");
        var mention = client.json("/x/2/tweets", "sim-x-access-2-token", "{\"text\":\"hi @harbour_bakery\"}")
                .text("/data/id");
        // When
        var refused = client.json(
                "/x/2/tweets", X_TOKEN, "{\"text\":\"a\",\"reply\":{\"in_reply_to_tweet_id\":\"" + foreign + "\"}}");
        var taken = client.json(
                "/x/2/tweets", X_TOKEN, "{\"text\":\"a\",\"reply\":{\"in_reply_to_tweet_id\":\"" + mention + "\"}}");
        // Then
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/type")).endsWith("/not-authorized-for-resource");
        assertThat(taken.status()).isEqualTo(201);
    }

    @Test
    void refusesExpiredAndUnknownTokens() throws Exception {
        // Given
        simulator.control().expireToken(Platform.X, X_USER);
        // When
        var expired = client.tweet("hello");
        // Then
        assertThat(expired.status()).isEqualTo(401);
        assertThat(expired.text("/title")).isEqualTo("Unauthorized");
        assertThat(client.get("/x/2/users/me", "nonsense").status()).isEqualTo(401);
        assertThat(client.refresh(X_REFRESH).status()).isEqualTo(200);
    }
}
