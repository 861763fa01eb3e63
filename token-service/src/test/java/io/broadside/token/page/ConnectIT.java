package io.broadside.token.page;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.schemas.Topics;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.LinkedInMember.Organization;
import io.broadside.testkit.KafkaExtension;
import io.broadside.testkit.KafkaForTest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signing in at every platform, from the first click to the stored token, by HTTP alone. */
@ExtendWith(KafkaExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConnectIT {

    /** The simulator's tokens and codes begin so; no browser, topic or page may show one. */
    private static final List<String> SECRETS = List.of(
            "sim-x-access",
            "sim-x-refresh",
            "sim-facebook-user",
            "sim-facebook-page",
            "sim-linkedin-access",
            "sim-linkedin-refresh",
            "sim-instagram-access",
            "sim-instagram-short",
            "act.sim-",
            "rft.sim-");

    @TempDir
    private static Path keys;

    private final KafkaForTest kafka;
    private ConnectingService stack;
    private CookieClient browser;
    private String profile;

    ConnectIT(KafkaForTest kafka) {
        this.kafka = kafka;
    }

    @BeforeAll
    void start() {
        stack = ConnectingService.start(kafka, keys, Map.of("TOKEN_RETURN_URLS", "https://app.example/done/"));
    }

    @AfterAll
    void stop() {
        stack.close();
    }

    @BeforeEach
    void openABrowser() {
        browser = new CookieClient();
        profile = "profile-" + UUID.randomUUID();
    }

    @AfterEach
    void nobodyHasSeenAToken() {
        var shown = browser.seen().stream()
                .filter(text -> !text.startsWith(stack.simulator().uri().toString()));
        assertThat(shown).noneMatch(text -> SECRETS.stream().anyMatch(text::contains));
        for (var topic : List.of(
                Topics.FRESH_TOKENS,
                Topics.CONNECTIONS,
                Topics.CREDENTIALS,
                Topics.CONNECTION_EVENTS,
                Topics.API_CALLS)) {
            assertThat(kafka.readAll(topic.name()).stream()
                            .flatMap(record -> Stream.of(record.key(), record.value()))
                            .filter(Objects::nonNull)
                            .map(bytes -> new String(bytes, ISO_8859_1)))
                    .describedAs("bytes of " + topic)
                    .noneMatch(text -> SECRETS.stream().anyMatch(text::contains));
        }
        browser.close();
    }

    @ParameterizedTest
    @CsvSource({
        "x, x, 1111111111111111111, harbour_bakery, user, true",
        "tiktok, tiktok, '', '', user, true",
        "instagram, instagram, 17840000000000003, town_library, instagram_login, true",
        "facebook, facebook, 2000000002, Town Library, page, false"
    })
    void whoSignsInIsConnected(
            String way, String platform, String person, String name, String kind, boolean isRenewable)
            throws Exception {
        // When
        var page = signIn(way, "", person);
        // Then
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("Connected").doesNotContain("Something is missing");
        var connection = connections().getJsonObject(0);
        assertThat(connection.getString("platform")).isEqualTo(platform);
        assertThat(connection.getString("accountName")).contains(name);
        assertThat(connection.getString("accountKind")).isEqualTo(kind);
        assertThat(connection.getString("status")).isEqualTo("HEALTHY");
        assertThat(connection.getJsonArray("missingScopes")).isEmpty();
        assertThat(connection.getBoolean("isRenewable")).isEqualTo(isRenewable);
    }

    @ParameterizedTest
    @CsvSource({
        "facebook, 2000000001, 1000000002, Harbour Coffee, page",
        "instagram-facebook, 2000000001, 17840000000000001, harbour_bakery, facebook_login"
    })
    void whoOpensSeveralChooses(String way, String person, String account, String name, String kind) throws Exception {
        // Given
        var page = signIn(way, "", person);
        assertThat(page.body()).contains("Choose an account", name);
        assertThat(connections()).isEmpty();
        // When
        var chosen = browser.post(
                stack.at("/connect/" + way + "/choose"),
                Map.of("choice", CookieClient.field(page, "choice"), "account", account));
        // Then
        assertThat(chosen.statusCode()).isEqualTo(200);
        assertThat(chosen.body()).contains("Connected", name);
        var connection = connections().getJsonObject(0);
        assertThat(connection.getString("accountId")).isEqualTo(account);
        assertThat(connection.getString("accountKind")).isEqualTo(kind);
        assertThat(connections()).hasSize(1);
    }

    @Test
    void aPageOfABusinessIsConnectedToo() throws Exception {
        // Given
        stack.simulator()
                .control()
                .add(FacebookPage.of("1000000099", "Owned Bakery", "sim-facebook-page-owned")
                        .withUserId("2000000099")
                        .withBusinessId("7000000001"));
        // When
        var page = signIn("facebook", "", "2000000099");
        // Then
        assertThat(page.body()).contains("Connected", "Owned Bakery");
        assertThat(connections().getJsonObject(0).getString("accountId")).isEqualTo("1000000099");
    }

    @Test
    void aMemberOfLinkedInChoosesAnOrganization() throws Exception {
        // Given
        var member = LinkedInMember.of("connectMember", "Ada", "sim-linkedin-access-ada")
                .withOrganizations(Organization.of("5550777", "Harbour Bakery Ltd"));
        stack.simulator().control().add(member);
        var page = signIn("linkedin", "", "connectMember");
        assertThat(page.body()).contains("Ada", "Harbour Bakery Ltd");
        // When
        browser.post(
                stack.at("/connect/linkedin/choose"),
                Map.of("choice", CookieClient.field(page, "choice"), "account", "5550777"));
        // Then
        var connection = connections().getJsonObject(0);
        assertThat(connection.getString("accountKind")).isEqualTo("organization");
        assertThat(connection.getString("accountName")).isEqualTo("Harbour Bakery Ltd");
        assertThat(connection.getJsonArray("missingScopes")).isEmpty();
    }

    @Test
    void whatTikTokDidNotGrantIsNamed() throws Exception {
        // When
        var page = signIn("tiktok", "", "", "&sim_scope=user.info.basic%2Cvideo.list");
        // Then
        assertThat(page.body()).contains("Something is missing", "video.publish");
        assertThat(connections().getJsonObject(0).getJsonArray("missingScopes")).containsExactly("video.publish");
    }

    @Test
    void whoDeclinesIsToldAndNothingHappens() throws Exception {
        // When
        var page = signIn("x", "", "", "&sim_deny=1");
        // Then
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.body()).contains("You did not give your consent on X");
        assertThat(connections()).isEmpty();
    }

    @Test
    void aCallbackWorksOnceAndInItsBrowserAlone() throws Exception {
        // Given
        var begun = browser.get(stack.at("/connect/x?profileId=" + profile));
        assertThat(begun.headers().firstValue("set-cookie").orElseThrow())
                .containsIgnoringCase("HttpOnly")
                .contains("SameSite=Lax", "Path=/connect");
        var callback = CookieClient.locationOf(browser.get(CookieClient.locationOf(begun)));
        // When
        try (var other = new CookieClient()) {
            var elsewhere = other.get(callback);
            // Then
            assertThat(elsewhere.statusCode()).isEqualTo(400);
            assertThat(elsewhere.body()).contains("begun in another browser");
            assertThat(connections()).isEmpty();
        }
        assertThat(browser.get(callback).statusCode()).isEqualTo(200);
        assertThat(browser.get(callback).statusCode()).isEqualTo(400);
        assertThat(connections().getJsonObject(0).getLong("tokenVersion")).isEqualTo(1);
    }

    @Test
    void whoConnectsAgainAsSomebodyElseChangesNothing() throws Exception {
        // Given
        signIn("x", "", "1111111111111111111");
        var before = connections();
        var id = before.getJsonObject(0).getString("connectionId");
        // When
        var page = signIn("x", "&connectionId=" + id, "2222222222222222222");
        // Then
        assertThat(page.body())
                .contains("harbour_coffee (2222222222222222222)", "harbour_bakery (1111111111111111111)");
        assertThat(connections()).isEqualTo(before);
        signIn("x", "&connectionId=" + id, "1111111111111111111");
        assertThat(connections().getJsonObject(0).getLong("tokenVersion")).isEqualTo(2);
    }

    @Test
    void aLinkIsForItsProfileAndPlatforms() throws Exception {
        // Given
        var made = browser.send(HttpRequest.newBuilder(stack.at("/v1/connect-links"))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(new JsonObject()
                        .put("profileId", profile)
                        .put("platforms", new JsonArray().add("x"))
                        .put("expiresInSeconds", 600)
                        .put("returnUrl", "https://app.example/done/connected")
                        .encode())));
        assertThat(made.statusCode()).isEqualTo(201);
        var url = URI.create(new JsonObject(made.body()).getString("url"));
        // When
        var page = browser.get(url);
        // Then
        assertThat(page.body()).contains("Connect X").doesNotContain("Connect TikTok", profile);
        assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                .contains("default-src 'none'");
        var token = url.getPath().substring("/link/".length());
        assertThat(browser.get(stack.at("/connect/tiktok?link=" + token)).statusCode())
                .isEqualTo(403);
        assertThat(browser.get(stack.at("/link/AAAA")).statusCode()).isEqualTo(403);
        var callback = CookieClient.locationOf(
                browser.get(CookieClient.locationOf(browser.get(stack.at("/connect/x?link=" + token)))));
        var back = CookieClient.locationOf(browser.get(callback));
        assertThat(back.toString()).startsWith("https://app.example/done/connected?status=connected&connectionId=");
        assertThat(connections()).hasSize(1);
    }

    @Test
    void nobodyIsSentWhereItIsNotAllowed() throws Exception {
        assertThat(browser.get(stack.at("/connect/x?profileId=" + profile + "&returnUrl=https%3A%2F%2Fevil.example%2F"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void disconnectingTakesThePermissionBackAtThePlatform() throws Exception {
        // Given
        signIn("x", "", "3333333333333333333");
        var id = connections().getJsonObject(0).getString("connectionId");
        var before = stack.simulator().control().report().x().tokenFamiliesRevoked();
        // When
        var answer = browser.send(
                HttpRequest.newBuilder(stack.at("/v1/connections/" + id)).DELETE());
        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        var shown = new JsonObject(answer.body());
        assertThat(shown.getString("status")).isEqualTo("DISCONNECTED");
        assertThat(shown.getString("permission")).isEqualTo("REVOKED");
        assertThat(stack.simulator().control().report().x().tokenFamiliesRevoked())
                .isEqualTo(before + 1);
        var health = new JsonObject(
                browser.get(stack.at("/v1/connections/" + id + "/health")).body());
        assertThat(health.getString("summary")).isEqualTo("Disconnected");
        assertThat(health.getJsonArray("recommendations")).isNotEmpty();
        // Then: it comes back as the same connection
        signIn("x", "", "3333333333333333333");
        assertThat(connections().getJsonObject(0).getString("status")).isEqualTo("HEALTHY");
        assertThat(connections().getJsonObject(0).getLong("tokenVersion")).isEqualTo(3);
    }

    @Test
    void formsOfOthersAreNotTaken() throws Exception {
        // Given
        signIn("x", "", "1111111111111111111");
        var id = connections().getJsonObject(0).getString("connectionId");
        var page = browser.get(stack.at("/connections?profileId=" + profile));
        var form = CookieClient.field(page, "form");
        // When
        var without = browser.post(stack.at("/connections/" + id + "/disconnect"), Map.of("x", "y"));
        HttpResponse<String> stolen;
        try (var other = new CookieClient()) {
            other.get(stack.at("/"));
            stolen = other.post(stack.at("/connections/" + id + "/disconnect"), Map.of("form", form));
        }
        // Then
        assertThat(without.statusCode()).isEqualTo(403);
        assertThat(stolen.statusCode()).isEqualTo(403);
        assertThat(connections().getJsonObject(0).getString("status")).isEqualTo("HEALTHY");
        assertThat(browser.post(stack.at("/connections/" + id + "/disconnect"), Map.of("form", form))
                        .statusCode())
                .isEqualTo(303);
        assertThat(connections().getJsonObject(0).getString("status")).isEqualTo("DISCONNECTED");
    }

    private HttpResponse<String> signIn(String way, String more, String person) throws Exception {
        return signIn(way, more, person, "");
    }

    /** Begins, signs in as this person (or the first), and comes back. */
    private HttpResponse<String> signIn(String way, String more, String person, String atThePlatform)
            throws IOException, InterruptedException {
        var begun = browser.get(stack.at("/connect/" + way + "?profileId=" + profile + more));
        assertThat(begun.statusCode()).isEqualTo(302);
        var who = person.isEmpty() ? "" : "&sim_user=" + person;
        return browser.follow(URI.create(CookieClient.locationOf(begun) + who + atThePlatform));
    }

    private JsonArray connections() throws IOException, InterruptedException {
        return new JsonObject(browser.get(stack.at("/v1/profiles/" + profile + "/connections"))
                        .body())
                .getJsonArray("connections");
    }
}
