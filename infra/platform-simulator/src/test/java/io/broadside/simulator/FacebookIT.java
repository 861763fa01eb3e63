package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.PAGE;
import static io.broadside.simulator.SimulatorClient.PAGE_TOKEN;
import static io.broadside.simulator.SimulatorClient.USER_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.account.Platform;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FacebookIT {
    private static final String FEED = "/facebook/v26.0/" + PAGE + "/feed";
    private static final String PHOTOS = "/facebook/v26.0/" + PAGE + "/photos";

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void publishesAMessageWithALink() throws Exception {
        // When
        var answer = client.form(FEED, PAGE_TOKEN, Map.of("message", "Hello", "link", "https://example.org/a"));
        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/id")).matches(PAGE + "_[0-9]+");
        assertThat(answer.header("facebook-api-version")).isEqualTo("v26.0");
        assertThat(answer.header("X-App-Usage")).contains("call_count");
        assertThat(simulator.control().posts(Platform.FACEBOOK)).singleElement().satisfies(post -> {
            assertThat(post.text()).isEqualTo("Hello");
            assertThat(post.link()).contains("https://example.org/a");
            assertThat(post.id()).isEqualTo(answer.text("/id"));
        });
    }

    @Test
    void attachesAPhotoThatWasUploadedUnpublished() throws Exception {
        // Given
        var url = simulator.uri() + "/media/sample.jpg";
        var photo =
                client.form(PHOTOS, PAGE_TOKEN, Map.of("url", url, "published", "false", "alt_text_custom", "blue"));
        // When
        var post = client.form(
                FEED, PAGE_TOKEN, Map.of("attached_media", "[{\"media_fbid\":\"" + photo.text("/id") + "\"}]"));
        // Then
        assertThat(photo.body()).isEqualTo("{\"id\":\"" + photo.text("/id") + "\"}");
        assertThat(post.text("/id")).matches(PAGE + "_[0-9]+");
        var read = client.get("/facebook/v26.0/" + post.text("/id") + "?fields=attachments", PAGE_TOKEN);
        assertThat(read.text("/attachments/data/0/target/id")).isEqualTo(photo.text("/id"));
    }

    @Test
    void takesAPhotoUrlAsItIsWhenItIsToldNotToFetch() throws Exception {
        // Given
        simulator.control().set("facebookFetchesPhotos", false);
        // When
        var photo =
                client.form(PHOTOS, PAGE_TOKEN, Map.of("url", "https://cdn.example.org/p.jpg", "published", "false"));
        // Then
        assertThat(photo.status()).isEqualTo(200);
        assertThat(photo.json().has("post_id")).isFalse();
    }

    @Test
    void publishesAnUploadedPhotoAtOnce() throws Exception {
        // When
        var answer = client.multipart(PHOTOS, PAGE_TOKEN, Map.of("message", "Look"), "source", client.image());
        // Then
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("/post_id")).startsWith(PAGE + "_");
        assertThat(simulator.control().posts())
                .singleElement()
                .satisfies(post ->
                        assertThat(post.media()).singleElement().asString().startsWith("content:"));
    }

    @Test
    void refusesAPhotoThatIsNone() throws Exception {
        // When
        var answer = client.form(PHOTOS, PAGE_TOKEN, Map.of("url", simulator.uri() + "/control/health"));
        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(324);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void readsBackInTheSameCall() throws Exception {
        // When
        var answer = client.json(
                FEED + "?fields=id,permalink_url", "", "{\"message\":\"Hi\",\"access_token\":\"" + PAGE_TOKEN + "\"}");
        // Then
        assertThat(answer.text("/permalink_url")).startsWith("https://www.facebook.com/" + PAGE + "/posts/");
    }

    @Test
    void pagesThroughTheFeed() throws Exception {
        // Given
        for (var message : new String[] {"one", "two", "three"}) {
            client.feed(message);
        }
        // When
        var first = client.get(FEED + "?fields=id,message,created_time,is_published&limit=2&since=1", PAGE_TOKEN);
        var second = client.get(
                first.text("/paging/next").substring(simulator.uri().toString().length()), PAGE_TOKEN);
        // Then
        assertThat(first.json().at("/data").findValuesAsText("message")).containsExactly("three", "two");
        assertThat(first.text("/data/0/created_time")).matches("....-..-..T..:..:..\\+0000");
        assertThat(second.json().at("/data").findValuesAsText("message")).containsExactly("one");
        assertThat(second.json().at("/paging").has("next")).isFalse();
    }

    @Test
    void refusesTheSamePostTwiceInARow() throws Exception {
        // Given
        client.feed("Hello");
        // When
        var again = client.feed("Hello");
        // Then
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.json().at("/error/code").asInt()).isEqualTo(506);
        assertThat(simulator.control().report().facebook().duplicateAttemptsRefused())
                .isEqualTo(1);
    }

    @Test
    void refusesAnEmptyPostAndWhatItDoesNotKnow() throws Exception {
        // Given
        client.feed("Hi");
        // When
        var answers = List.of(
                client.form(FEED, PAGE_TOKEN, Map.of()),
                client.form(FEED, PAGE_TOKEN, Map.of("message", "Hi", "alt_text", "?")),
                client.get(FEED + "?limit=0", PAGE_TOKEN),
                client.get(FEED + "?fields=nonsense", PAGE_TOKEN));
        // Then
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().at("/error/code").asInt()).isEqualTo(100);
            assertThat(answer.text("/error/type")).isEqualTo("OAuthException");
            assertThat(answer.text("/error/fbtrace_id")).startsWith("A");
        });
    }

    @Test
    void connectsByCode() throws Exception {
        // Given
        var app = "client_id=" + SimulatorConfig.FACEBOOK_APP_ID + "&redirect_uri=http%3A%2F%2Flocalhost%2Fback";
        var consent = client.get("/facebook/v26.0/dialog/oauth?" + app + "&state=s1&response_type=code", "");
        var code = consent.header("Location").replaceAll(".*[?&]code=([^&]+).*", "$1");
        var exchange = "/facebook/v26.0/oauth/access_token?" + app + "&client_secret="
                + SimulatorConfig.FACEBOOK_APP_SECRET + "&code=" + code;
        // When
        var token = client.get(exchange, "");
        // Then
        assertThat(consent.status()).isEqualTo(302);
        assertThat(consent.header("Location"))
                .startsWith("http://localhost/back?")
                .endsWith("&state=s1");
        assertThat(client.get("/facebook/v26.0/me/accounts", token.text("/access_token"))
                        .json()
                        .at("/data"))
                .hasSize(2);
        assertThat(client.get(exchange, "").status()).isEqualTo(400);
    }

    @Test
    void refusesTokensThatAreMissingUnknownOrOfAnotherKind() throws Exception {
        assertThat(client.form(FEED, "", Map.of("message", "a"))
                        .json()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(104);
        assertThat(client.form(FEED, "nonsense", Map.of("message", "a"))
                        .json()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(190);
        assertThat(client.form(FEED, USER_TOKEN, Map.of("message", "a"))
                        .json()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(200);
        assertThat(client.form(FEED, "sim-facebook-page-2-token", Map.of("message", "a"))
                        .json()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(200);
    }

    @Test
    void servesOldVersionsByLiveOnesAndRefusesFutureOnes() throws Exception {
        // When
        var old = client.get("/facebook/v19.0/me", PAGE_TOKEN);
        var future = client.get("/facebook/v99.0/me", PAGE_TOKEN);
        // Then
        assertThat(old.status()).isEqualTo(200);
        assertThat(old.header("facebook-api-version")).isEqualTo("v21.0");
        assertThat(future.status()).isEqualTo(400);
        assertThat(future.json().at("/error/code").asInt()).isEqualTo(2500);
    }

    @Test
    void commentsAndDeletes() throws Exception {
        // Given
        var post = client.feed("Hello").text("/id");
        // When
        var comment = client.form("/facebook/v26.0/" + post + "/comments", PAGE_TOKEN, Map.of("message", "First"));
        var deleted = client.delete("/facebook/v26.0/" + post, PAGE_TOKEN);
        // Then
        assertThat(client.get("/facebook/v26.0/" + comment.text("/id"), PAGE_TOKEN)
                        .text("/message"))
                .isEqualTo("First");
        assertThat(deleted.body()).isEqualTo("{\"success\":true}");
        var gone = client.get("/facebook/v26.0/" + post, PAGE_TOKEN);
        assertThat(gone.json().at("/error/code").asInt()).isEqualTo(100);
        assertThat(gone.json().at("/error/error_subcode").asInt()).isEqualTo(33);
        assertThat(simulator.control().report().facebook().published()).isEqualTo(1);
    }

    @Test
    void listsThePagesOfAPersonWithTheirTokens() throws Exception {
        // When
        var answer = client.get(
                "/facebook/v26.0/me/accounts?fields=id,name,username,access_token,tasks&limit=100", USER_TOKEN);
        // Then
        assertThat(answer.json().at("/data").findValuesAsText("access_token"))
                .containsExactly(PAGE_TOKEN, "sim-facebook-page-2-token");
        assertThat(client.get("/facebook/v26.0/me", USER_TOKEN).text("/id")).isEqualTo("2000000001");
        assertThat(client.get("/facebook/v26.0/me/permissions", USER_TOKEN)
                        .json()
                        .at("/data")
                        .findValuesAsText("permission"))
                .contains("pages_manage_posts");
    }

    @Test
    void replacesAnExpiredPageTokenWhenThePersonAsks() throws Exception {
        // Given
        simulator.control().expireToken(Platform.FACEBOOK, PAGE);
        var refused = client.feed("Hello");
        // When
        var accounts = client.get("/facebook/v26.0/me/accounts?fields=access_token", USER_TOKEN);
        // Then
        assertThat(refused.json().at("/error/error_subcode").asInt()).isEqualTo(463);
        var token = accounts.text("/data/0/access_token");
        assertThat(token).isNotEqualTo(PAGE_TOKEN);
        assertThat(client.form(FEED, token, Map.of("message", "Hello")).status())
                .isEqualTo(200);
    }

    @Test
    void inspectsAndExchangesTokens() throws Exception {
        // Given
        var app = SimulatorConfig.FACEBOOK_APP_ID + "%7C" + SimulatorConfig.FACEBOOK_APP_SECRET;
        // When
        var exchanged = client.get(
                "/facebook/v26.0/oauth/access_token?grant_type=fb_exchange_token&client_id="
                        + SimulatorConfig.FACEBOOK_APP_ID + "&client_secret=" + SimulatorConfig.FACEBOOK_APP_SECRET
                        + "&fb_exchange_token=" + USER_TOKEN,
                "");
        var page = client.get("/facebook/v26.0/debug_token?input_token=" + PAGE_TOKEN + "&access_token=" + app, "");
        var user = client.get(
                "/facebook/debug_token?input_token=" + exchanged.text("/access_token") + "&access_token=" + app, "");
        // Then
        assertThat(exchanged.text("/token_type")).isEqualTo("bearer");
        assertThat(exchanged.json().at("/expires_in").asInt()).isEqualTo(5183944);
        assertThat(page.text("/data/type")).isEqualTo("PAGE");
        assertThat(page.json().at("/data/is_valid").asBoolean()).isTrue();
        assertThat(page.json().at("/data/expires_at").asLong()).isZero();
        assertThat(page.text("/data/profile_id")).isEqualTo(PAGE);
        assertThat(user.text("/data/type")).isEqualTo("USER");
        assertThat(user.text("/data/user_id")).isEqualTo("2000000001");
    }

    @Test
    void subscribesAPage() throws Exception {
        // When
        var answer = client.form(
                "/facebook/v26.0/" + PAGE + "/subscribed_apps",
                PAGE_TOKEN,
                Map.of("subscribed_fields", "feed,mention"));
        // Then
        assertThat(answer.body()).isEqualTo("{\"success\":true}");
        assertThat(client.get("/facebook/v26.0/" + PAGE + "/subscribed_apps", PAGE_TOKEN)
                        .json()
                        .at("/data/0/subscribed_fields")
                        .toString())
                .isEqualTo("[\"feed\",\"mention\"]");
    }

    @Test
    void refusesAPageThatCallsTooOften() throws Exception {
        // Given
        simulator.control().set("facebookCallsPerHour", 1);
        client.feed("one");
        // When
        var answer = client.feed("two");
        // Then
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/error/code").asInt()).isEqualTo(80001);
        assertThat(answer.header("X-Business-Use-Case-Usage")).contains("\"call_count\":100");
    }
}
