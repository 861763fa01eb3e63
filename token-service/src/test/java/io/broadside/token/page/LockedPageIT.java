package io.broadside.token.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.testkit.SettableClock;
import io.broadside.token.FakeConnections;
import io.broadside.token.connect.Disconnecting;
import io.broadside.token.connect.PasteForm;
import io.broadside.token.connect.StoredConnections;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.signin.Envelopes;
import io.broadside.token.signin.SignInConfig;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page where a key is needed: by HTTP, but without Kafka. */
class LockedPageIT {

    private static final String KEY = "the-api-key";

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final ScriptedCalls calls = new ScriptedCalls();
    private final StoredConnections stored = new StoredConnections();
    private final Vertx vertx = Vertx.vertx();
    private final CookieClient browser = new CookieClient();
    private HttpServer server;

    @BeforeEach
    void start() throws Exception {
        serve(KEY);
    }

    /** From now on this key is the one that is known. */
    private void serve(String key) throws Exception {
        var vault = Vault.open(new VaultConfig(
                Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
        var settings = Settings.from(Map.of("X_CLIENT_ID", "x-id", "TOKEN_RETURN_URLS", "https://app.example/"));
        var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
        var platforms = TokenPlatforms.all(TokenPlatforms.Config.from(settings), calls, clock);
        var ways = SignIns.all(SignIns.Config.from(settings), calls, clock);
        var connections = new FakeConnections();
        var pages = new Pages(
                SignInConfig.from(settings),
                // Browsers would send nothing marked Secure to this server: the way they see it is another one.
                () -> URI.create("http://connect.example"),
                ApiKeys.of("KEYS", List.of(hash)),
                platforms,
                ways,
                connections,
                _ -> Optional.empty(),
                stored.acceptance(vault, clock),
                new PasteForm(platforms, stored.pasting(platforms, vault, clock)),
                new Disconnecting(connections, (_, _, _) -> true, ways, calls, vault, clock),
                new Envelopes(vault, clock),
                clock);
        var router = Router.router(vertx);
        pages.accept(router);
        server = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "localhost")
                .await();
    }

    @AfterEach
    void stop() {
        browser.close();
        vertx.close().await();
    }

    @Test
    void whoHasNoKeySeesNothingAndBeginsNothing() throws Exception {
        // When
        var page = browser.get(at("/"));
        // Then
        assertThat(page.statusCode()).isEqualTo(401);
        assertThat(page.body()).contains("API key").doesNotContain("Connect X");
        assertThat(browser.get(at("/connect/x?profileId=bakery")).statusCode()).isEqualTo(401);
        assertThat(json("POST", "/v1/connect-links", "{\"profileId\":\"bakery\"}", "")
                        .statusCode())
                .isEqualTo(401);
        assertThat(json("DELETE", "/v1/connections/c1", "", "").statusCode()).isEqualTo(401);
        assertThat(browser.get(at("/v1/connections/c1/health")).statusCode()).isEqualTo(401);
    }

    @Test
    void aWrongKeyOpensNothing() throws Exception {
        // When
        var answer = enter("wrong");
        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("This key is not known.").doesNotContain("wrong");
        assertThat(browser.get(at("/")).statusCode()).isEqualTo(401);
    }

    @Test
    void aKeyThatIsTakenOutTakesItsVisitorsAlong() throws Exception {
        // Given
        enter(KEY);
        assertThat(browser.get(at("/")).statusCode()).isEqualTo(200);
        // When: the service is started with another key
        serve("another-key");
        // Then
        assertThat(browser.get(at("/")).statusCode()).isEqualTo(401);
    }

    @Test
    void whoHasShownTheKeyMayConnectUntilTheyLeave() throws Exception {
        // When
        var answer = enter(KEY);
        // Then
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("set-cookie").orElseThrow())
                .contains("SameSite=Strict")
                .doesNotContain(KEY);
        var page = browser.get(at("/connections?profileId=bakery"));
        assertThat(page.body()).contains("Connect X").doesNotContain("Connect TikTok");
        assertThat(browser.get(at("/connect/x?profileId=bakery")).statusCode()).isEqualTo(302);
        assertThat(browser.get(at("/connect/tiktok?profileId=bakery")).body()).contains("TIKTOK_CLIENT_KEY");
        browser.post(at("/session/end"), Map.of("form", CookieClient.field(page, "form")));
        assertThat(browser.get(at("/connect/x?profileId=bakery")).statusCode()).isEqualTo(401);
    }

    @Test
    void aPastedTokenIsTakenAndNeverShown() throws Exception {
        // Given
        enter(KEY);
        var page = browser.get(at("/connections?profileId=bakery"));
        calls.answer(401, "{}").answer(200, "{\"data\":{\"id\":\"1111\",\"username\":\"harbour\"}}");
        var form = Map.of(
                "form", CookieClient.field(page, "form"),
                "profileId", "bakery",
                "platform", "x",
                "accessToken", "canary-token");
        // When
        var refused = browser.post(at("/connections/paste"), form);
        var taken = browser.post(at("/connections/paste"), form);
        // Then
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body())
                .contains("X does not accept this access token")
                .doesNotContain("canary");
        assertThat(taken.statusCode()).isEqualTo(303);
        assertThat(taken.headers().firstValue("location")).contains("/connections?profileId=bakery&done=connected");
        assertThat(stored.byId()).hasSize(1);
    }

    @Test
    void whatAnotherSiteSendsIsNotTaken() throws Exception {
        // Given
        enter(KEY);
        var page = browser.get(at("/connections?profileId=bakery"));
        // When
        var answer = browser.send(HttpRequest.newBuilder(at("/connections/paste"))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "cross-site")
                .POST(HttpRequest.BodyPublishers.ofString("form=" + CookieClient.field(page, "form"))));
        // Then
        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @Test
    void aLinkThatAsksForTooMuchIsRefused() throws Exception {
        assertThat(json("POST", "/v1/connect-links", "{", KEY).statusCode()).isEqualTo(400);
        for (var body : List.of(
                "{}",
                "{\"profileId\":\"two words\"}",
                "{\"profileId\":\"bakery\",\"platforms\":[\"myspace\"]}",
                "{\"profileId\":\"bakery\",\"platforms\":[]}",
                "{\"profileId\":\"bakery\",\"platforms\":[\"bluesky\"]}",
                "{\"profileId\":\"bakery\",\"expiresInSeconds\":5}",
                "{\"profileId\":\"bakery\",\"expiresInSeconds\":\"never\"}",
                "{\"profileId\":\"bakery\",\"expiresInSeconds\":60.5}",
                "{\"profileId\":\"bakery\",\"expiresInSeconds\":null}",
                "{\"profileId\":\"bakery\",\"platforms\":\"x\"}",
                "{\"profileId\":\"bakery\",\"platforms\":[\"x\",7]}",
                "{\"profileId\":7}",
                "{\"profileId\":\"bakery\",\"returnUrl\":[]}",
                "{\"profileId\":\"bakery\",\"returnUrl\":\"https://evil.example/\"}")) {
            assertThat(json("POST", "/v1/connect-links", body, KEY).statusCode())
                    .describedAs(body)
                    .isEqualTo(422);
        }
        assertThat(json("POST", "/v1/connect-links", "{\"profileId\":\"bakery\"}", KEY)
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void aLinkThatIsAskedForWithAnotherFieldIsRefused() throws Exception {
        // When
        var answer = json(
                "POST", "/v1/connect-links", "{\"profileId\":\"bakery\",\"platform\":\"x\",\"expiresIn\":60}", KEY);
        // Then
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("platform: there is no such field", "expiresInSeconds");
    }

    private HttpResponse<String> enter(String key) throws Exception {
        var form = CookieClient.field(browser.get(at("/")), "form");
        return browser.post(at("/session"), Map.of("form", form, "key", key));
    }

    private HttpResponse<String> json(String method, String path, String body, String key) throws Exception {
        var request = HttpRequest.newBuilder(at(path))
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        return browser.send(key.isEmpty() ? request : request.header("authorization", "Bearer " + key));
    }

    private URI at(String path) {
        return URI.create("http://localhost:" + server.actualPort() + path);
    }
}
