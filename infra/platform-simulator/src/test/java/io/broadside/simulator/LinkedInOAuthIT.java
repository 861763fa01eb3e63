package io.broadside.simulator;

import static io.broadside.simulator.LinkedInClient.MEMBER;
import static io.broadside.simulator.LinkedInClient.ORGANIZATION;
import static io.broadside.simulator.LinkedInClient.PERSON;
import static io.broadside.simulator.LinkedInClient.REFRESH;
import static io.broadside.simulator.LinkedInClient.TOKEN;
import static io.broadside.simulator.LinkedInClient.encoded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.broadside.simulator.SimulatorClient.Answer;
import io.broadside.simulator.account.LinkedInMember;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.Signatures;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkedInOAuthIT {
    private static final String SCOPES = "openid profile w_member_social";

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final LinkedInClient linkedIn = new LinkedInClient(client);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void connectsByCodeOnceAndWithTheSecretInTheBody() throws Exception {
        // Given
        var code = code(SCOPES);
        var fields = Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", "http://localhost/back");
        // When
        var basic = client.basicForm(
                "/linkedin/oauth/v2/accessToken",
                SimulatorConfig.LINKEDIN_CLIENT_ID,
                SimulatorConfig.LINKEDIN_CLIENT_SECRET,
                fields);
        var tokens = linkedIn.form("/oauth/v2/accessToken", fields);
        var again = linkedIn.form("/oauth/v2/accessToken", fields);
        // Then
        assertThat(basic.status()).isEqualTo(401);
        assertThat(basic.text("/error")).isEqualTo("invalid_client");
        assertThat(tokens.status()).isEqualTo(200);
        assertThat(tokens.json().path("expires_in").asInt()).isEqualTo(5_184_000);
        assertThat(tokens.json().path("refresh_token_expires_in").asInt()).isEqualTo(31_536_000);
        assertThat(client.get("/linkedin/v2/userinfo", tokens.text("/access_token"))
                        .text("/sub"))
                .isEqualTo(MEMBER);
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.text("/error")).isEqualTo("invalid_request");
    }

    @Test
    void endsEarlierTokensWithAConsentToOtherScopes() throws Exception {
        // When
        exchange(code(SCOPES));
        // Then
        assertThat(linkedIn.post(PERSON, "hello").text("/code")).isEqualTo("REVOKED_ACCESS_TOKEN");
        assertThat(linkedIn.refresh(REFRESH).status()).isEqualTo(400);
    }

    @Test
    void keepsEarlierTokensWithAConsentToTheSameScopes() throws Exception {
        // When
        exchange(code(String.join(" ", LinkedInMember.ALL_SCOPES)));
        // Then
        assertThat(linkedIn.post(ORGANIZATION, "hello").status()).isEqualTo(201);
    }

    @Test
    void doesNotGrantWhatIsClosed() throws Exception {
        // When
        var consent = authorize("openid r_member_social");
        // Then
        assertThat(consent.status()).isEqualTo(302);
        assertThat(consent.header("Location"))
                .startsWith("http://localhost/back?error=unauthorized_scope_error&")
                .endsWith("&state=s1");
    }

    @Test
    void refreshesAgainAndAgainWithTheSameTokenUntilItsEnd() throws Exception {
        // When
        var first = linkedIn.refresh(REFRESH);
        var second = linkedIn.refresh(REFRESH);
        // Then
        assertThat(first.text("/refresh_token")).isEqualTo(REFRESH);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.text("/access_token")).isNotEqualTo(first.text("/access_token"));
        assertThat(second.json().path("refresh_token_expires_in").asLong())
                .isBetween(365L * 86_400 - 120, 365L * 86_400);
        assertThat(linkedIn.get("/rest/organizationAcls?q=roleAssignee", second.text("/access_token"))
                        .status())
                .isEqualTo(200);
        assertThat(simulator.control().report().of(Platform.LINKEDIN).tokenRefreshes())
                .isEqualTo(2);
    }

    @Test
    void refusesARefreshTokenThatIsOverOrWasNeverIssued() throws Exception {
        // Given
        simulator.control().revokeTokens(Platform.LINKEDIN, MEMBER);
        // Then
        for (var token : List.of(REFRESH, "never-issued")) {
            var answer = linkedIn.refresh(token);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.body())
                    .isEqualTo("{\"error\":\"invalid_request\",\"error_description\":"
                            + "\"The provided authorization grant or refresh token is invalid, expired or revoked\"}");
        }
    }

    @Test
    void givesNoRefreshTokenToAnApplicationThatIsNotApproved() throws Exception {
        // Given
        simulator.control().set("linkedinRefreshTokens", false);
        // Then
        assertThat(exchange(code(SCOPES)).json().has("refresh_token")).isFalse();
    }

    @Test
    void tellsWhatBecameOfATokenToWhoeverAsks() throws Exception {
        // Given
        var active = introspect(TOKEN);
        simulator.control().expireToken(Platform.LINKEDIN, MEMBER);
        var expired = introspect(TOKEN);
        linkedIn.form("/oauth/v2/revoke", Map.of("token", TOKEN));
        var revoked = introspect(TOKEN);
        // Then
        assertThat(active.json().path("active").asBoolean()).isTrue();
        assertThat(active.text("/status")).isEqualTo("active");
        assertThat(active.text("/scope")).contains("w_member_social,w_organization_social");
        assertThat(expired.text("/status")).isEqualTo("expired");
        assertThat(revoked.text("/status")).isEqualTo("revoked");
        assertThat(introspect("never-issued").json().path("active").asBoolean()).isFalse();
        assertThat(linkedIn.post(PERSON, "hello").text("/code")).isEqualTo("REVOKED_ACCESS_TOKEN");
    }

    @Test
    void tellsTokensApart() throws Exception {
        assertThat(linkedIn.json("/rest/posts", "", "{}").text("/code")).isEqualTo("EMPTY_ACCESS_TOKEN");
        assertThat(linkedIn.json("/rest/posts", "nobody's", "{}").text("/code")).isEqualTo("INVALID_ACCESS_TOKEN");
        assertThat(linkedIn.json("/rest/posts", REFRESH, "{}").text("/code")).isEqualTo("INVALID_ACCESS_TOKEN");
        simulator.control().expireToken(Platform.LINKEDIN, MEMBER);
        assertThat(linkedIn.post(PERSON, "hello").text("/code")).isEqualTo("EXPIRED_ACCESS_TOKEN");
    }

    @Test
    void remembersEverythingAcrossARestart(@TempDir Path data) throws Exception {
        // Given
        var config = SimulatorConfig.onPort(0).withDataDirectory(data);
        String urn;
        try (var first = PlatformSimulator.start(config);
                var caller = new SimulatorClient(first)) {
            var before = new LinkedInClient(caller);
            before.refresh(REFRESH);
            var image = before.image(ORGANIZATION, caller.image());
            urn = before.post(ORGANIZATION, "hello", "{\"media\":{\"id\":\"" + image + "\"}}")
                    .header("x-restli-id");
            before.json(
                    "/rest/socialActions/" + encoded(urn) + "/comments",
                    "{\"actor\":\"" + ORGANIZATION + "\",\"object\":\"" + urn + "\",\"message\":{\"text\":\"first\"}}");
        }
        // When
        try (var second = PlatformSimulator.start(config);
                var caller = new SimulatorClient(second)) {
            var after = new LinkedInClient(caller);
            // Then
            assertThat(after.get("/rest/posts/" + encoded(urn)).text("/commentary"))
                    .isEqualTo("hello");
            assertThat(after.get("/rest/socialActions/" + encoded(urn) + "/comments")
                            .json()
                            .path("elements"))
                    .hasSize(1);
            assertThat(second.control().report().of(Platform.LINKEDIN).published())
                    .isEqualTo(1);
            assertThat(second.control().report().of(Platform.LINKEDIN).tokenRefreshes())
                    .isEqualTo(1);
            assertThat(after.post(ORGANIZATION, "next").header("x-restli-id")).isGreaterThan(urn);
        }
    }

    @Test
    void deliversSignedNotificationsOfOrganizations() throws Exception {
        // Given
        var received = new CopyOnWriteArrayList<String>();
        var receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/good", exchange -> receive(exchange, received));
        receiver.createContext("/bad", exchange -> answer(exchange, 200, "{}"));
        receiver.start();
        var base = "http://127.0.0.1:" + receiver.getAddress().getPort();
        try {
            // When
            var refused = simulator.control().registerWebhook(Platform.LINKEDIN, URI.create(base + "/bad"));
            var registered = simulator.control().registerWebhook(Platform.LINKEDIN, URI.create(base + "/good"));
            var comment = Delivery.of(Delivery.Kind.COMMENT, "5550001", "Nice!").about("urn:li:share:7");
            var delivered = simulator.control().deliver(Platform.LINKEDIN, comment);
            var forged = simulator.control().deliver(Platform.LINKEDIN, comment.asForged());
            // Then
            assertThat(refused.verified()).isFalse();
            assertThat(registered.verified()).isTrue();
            assertThat(delivered.status()).isEqualTo(200);
            assertThat(forged.status()).isEqualTo(401);
            assertThat(received.getFirst())
                    .contains("\"organizationalEntity\":\"urn:li:organization:5550001\"")
                    .contains("\"action\":\"COMMENT\"")
                    .contains("\"sourcePost\":\"urn:li:share:7\"");
            assertThatThrownBy(() -> simulator
                            .control()
                            .deliver(Platform.LINKEDIN, Delivery.of(Delivery.Kind.REVOKED, MEMBER, "")))
                    .isInstanceOf(IllegalArgumentException.class);
        } finally {
            receiver.stop(0);
        }
    }

    private static void receive(HttpExchange exchange, List<String> received) throws IOException {
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        if (query.startsWith("challengeCode=")) {
            var code = query.substring("challengeCode=".length(), query.indexOf('&'));
            var response =
                    Signatures.hex(SimulatorConfig.LINKEDIN_CLIENT_SECRET, code.getBytes(StandardCharsets.UTF_8));
            answer(exchange, 200, "{\"challengeCode\":\"" + code + "\",\"challengeResponse\":\"" + response + "\"}");
            return;
        }
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.add(body);
        var expected = Signatures.hex(
                SimulatorConfig.LINKEDIN_CLIENT_SECRET, ("hmacsha256=" + body).getBytes(StandardCharsets.UTF_8));
        answer(exchange, expected.equals(exchange.getRequestHeaders().getFirst("X-LI-Signature")) ? 200 : 401, "{}");
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Answer authorize(String scopes) throws Exception {
        return client.get(
                "/linkedin/oauth/v2/authorization?response_type=code&client_id=" + SimulatorConfig.LINKEDIN_CLIENT_ID
                        + "&redirect_uri=http%3A%2F%2Flocalhost%2Fback&state=s1&sim_user=" + MEMBER + "&scope="
                        + encoded(scopes),
                "");
    }

    private String code(String scopes) throws Exception {
        return authorize(scopes).header("Location").replaceAll(".*[?&]code=([^&]+).*", "$1");
    }

    private Answer exchange(String code) throws Exception {
        return linkedIn.form(
                "/oauth/v2/accessToken",
                Map.of("grant_type", "authorization_code", "code", code, "redirect_uri", "http://localhost/back"));
    }

    private Answer introspect(String token) throws Exception {
        return linkedIn.form("/oauth/v2/introspectToken", Map.of("token", token));
    }
}
