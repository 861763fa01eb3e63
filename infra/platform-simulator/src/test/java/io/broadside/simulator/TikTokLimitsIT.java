package io.broadside.simulator;

import static io.broadside.simulator.TikTokClient.CREATOR;
import static io.broadside.simulator.TikTokClient.REFRESH;
import static io.broadside.simulator.TikTokClient.TOKEN;
import static io.broadside.simulator.TikTokClient.info;
import static io.broadside.simulator.TikTokClient.upload;
import static io.broadside.simulator.TikTokClient.video;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.testkit.SettableClock;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What TikTok's double lets through, to whom, and how it fails. */
class TikTokLimitsIT {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-20T10:15:30Z"));
    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(clock));
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final TikTokClient tiktok = new TikTokClient(client);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void countsCallsByTheMinute() throws Exception {
        // Given
        simulator.control().set("tiktokInitsPerMinute", 2);
        tiktok.init(1_000, 1_000, 1);
        tiktok.init(1_000, 1_000, 1);
        // When
        var third = tiktok.init(1_000, 1_000, 1);
        clock.advance(Duration.ofMinutes(1));
        var later = tiktok.init(1_000, 1_000, 1);
        // Then
        assertThat(third.status()).isEqualTo(429);
        assertThat(third.text("/error/code")).isEqualTo("rate_limit_exceeded");
        assertThat(later.status()).isEqualTo(200);
    }

    @Test
    void holdsACreatorWhoPostsTooMuch() throws Exception {
        // Given
        simulator.control().set("tiktokPostsPerDay", 1);
        tiktok.publish("one", "SELF_ONLY");
        // When
        var init = tiktok.init(1_000, 1_000, 1);
        var asked = tiktok.creatorInfo();
        clock.advance(Duration.ofDays(1));
        simulator.control().add(TikTokCreator.of(CREATOR, "harbourbakery", TOKEN, REFRESH));
        var nextDay = tiktok.init(1_000, 1_000, 1);
        // Then
        assertThat(init.status()).isEqualTo(403);
        assertThat(init.text("/error/code")).isEqualTo("spam_risk_too_many_posts");
        assertThat(asked.status()).isEqualTo(200);
        assertThat(asked.text("/error/code")).isEqualTo("spam_risk_too_many_posts");
        assertThat(nextDay.status()).isEqualTo(200);
    }

    @Test
    void holdsDraftsThatNobodyTakesCareOf() throws Exception {
        // Given
        simulator.control().set("tiktokPendingSharesPerDay", 1);
        tiktok.inbox(upload(1_000, 1_000, 1));
        // When
        var second = tiktok.inbox(upload(1_000, 1_000, 1));
        // Then
        assertThat(second.status()).isEqualTo(403);
        assertThat(second.text("/error/code")).isEqualTo("spam_risk_too_many_pending_share");
        assertThat(tiktok.init(1_000, 1_000, 1).status()).isEqualTo(200);
    }

    @Test
    void letsAnUnauditedApplicationPostPrivatelyOnly() throws Exception {
        // Given
        simulator.control().set("tiktokIsAudited", false);
        simulator.control().set("tiktokUsersPerDay", 1);
        simulator
                .control()
                .add(TikTokCreator.of("p1", "one", "p1-token", "p1-refresh").asPrivate());
        simulator
                .control()
                .add(TikTokCreator.of("p2", "two", "p2-token", "p2-refresh").asPrivate());
        // When
        var ofPublicAccount = tiktok.init(info("hi", "SELF_ONLY"), upload(1_000, 1_000, 1));
        var ofPrivateAccount = init("p1-token");
        var again = init("p1-token");
        var oneTooMany = init("p2-token");
        // Then
        assertThat(ofPublicAccount.text("/error/code")).isEqualTo("unaudited_client_can_only_post_to_private_accounts");
        assertThat(ofPrivateAccount.text("/error/code")).isEqualTo("ok");
        assertThat(again.text("/error/code")).isEqualTo("ok");
        assertThat(oneTooMany.status()).isEqualTo(403);
        assertThat(oneTooMany.text("/error/code")).isEqualTo("reached_active_user_cap");
    }

    @Test
    void rotatesRefreshTokens() throws Exception {
        // When
        var rotated = tiktok.refresh(REFRESH);
        var reused = tiktok.refresh(REFRESH);
        simulator.control().set("tiktokInvalidGrantIs200", true);
        var reusedAgain = tiktok.refresh(REFRESH);
        // Then
        assertThat(rotated.status()).isEqualTo(200);
        assertThat(rotated.text("/open_id")).isEqualTo(CREATOR);
        assertThat(rotated.text("/token_type")).isEqualTo("Bearer");
        assertThat(rotated.text("/scope")).isEqualTo(TikTokCreator.ALL_SCOPES);
        assertThat(rotated.json().at("/expires_in").asInt()).isEqualTo(7_200);
        assertThat(rotated.json().at("/refresh_expires_in").asInt()).isEqualTo(15_552_000);
        assertThat(reused.status()).isEqualTo(400);
        assertThat(reused.text("/error")).isEqualTo("invalid_grant");
        assertThat(reused.json().at("/log_id").isTextual()).isTrue();
        assertThat(reusedAgain.status()).isEqualTo(200);
        assertThat(reusedAgain.text("/error")).isEqualTo("invalid_grant");
        assertThat(tiktok.refresh(rotated.text("/refresh_token")).text("/access_token"))
                .isNotEmpty();
        var numbers = simulator.control().report().of(Platform.TIKTOK);
        assertThat(numbers.tokenRefreshes()).isEqualTo(2);
        assertThat(numbers.refreshTokenReuse()).isEqualTo(2);
    }

    @Test
    void letsTokensExpire() throws Exception {
        // Given
        var fresh = tiktok.refresh(REFRESH);
        // When
        clock.advance(Duration.ofHours(2));
        var tooLate = tiktok.post("post/publish/creator_info/query/", fresh.text("/access_token"), "");
        clock.advance(Duration.ofDays(180));
        var muchTooLate = tiktok.refresh(fresh.text("/refresh_token"));
        // Then
        assertThat(tooLate.status()).isEqualTo(401);
        assertThat(tooLate.text("/error/code")).isEqualTo("access_token_invalid");
        assertThat(muchTooLate.text("/error")).isEqualTo("invalid_grant");
    }

    @Test
    void connectsByCode() throws Exception {
        // Given
        var consent = client.get(
                "/tiktok/v2/auth/authorize/?response_type=code&client_key=" + SimulatorConfig.TIKTOK_CLIENT_KEY
                        + "&redirect_uri=http%3A%2F%2Flocalhost%2Fback&scope=user.info.basic,video.publish,video.list"
                        + "&state=s1&sim_user=" + CREATOR + "&sim_scope=user.info.basic"
                        + "&code_challenge=13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
                        + "&code_challenge_method=S256",
                "");
        var encoded = consent.header("Location").replaceAll(".*[?&]code=([^&]+).*", "$1");
        var code = URLDecoder.decode(encoded, StandardCharsets.UTF_8);
        // When
        var undecoded = exchange(encoded);
        var tokens = exchange(code);
        // Then
        assertThat(consent.status()).isEqualTo(302);
        assertThat(consent.header("Location")).contains("state=s1").contains("scopes=user.info.basic&");
        assertThat(encoded).isNotEqualTo(code);
        assertThat(undecoded.text("/error")).isEqualTo("invalid_grant");
        assertThat(tokens.text("/open_id")).isEqualTo(CREATOR);
        assertThat(tokens.text("/scope")).isEqualTo("user.info.basic");
        // What was not granted is not there.
        var asked = tiktok.post("post/publish/creator_info/query/", tokens.text("/access_token"), "");
        assertThat(asked.status()).isEqualTo(401);
        assertThat(asked.text("/error/code")).isEqualTo("scope_not_authorized");
        assertThat(client.get("/tiktok/v2/user/info/?fields=open_id,username", tokens.text("/access_token"))
                        .text("/data/user/username"))
                .isEqualTo("harbourbakery");
    }

    @Test
    void endsTokensThatAreRevoked() throws Exception {
        // When
        var revoked = client.form(
                "/tiktok/v2/oauth/revoke/",
                "",
                Map.of(
                        "client_key",
                        SimulatorConfig.TIKTOK_CLIENT_KEY,
                        "client_secret",
                        SimulatorConfig.TIKTOK_CLIENT_SECRET,
                        "token",
                        TOKEN));
        // Then
        assertThat(revoked.body()).isEqualTo("{}");
        assertThat(tiktok.creatorInfo().status()).isEqualTo(401);
        assertThat(tiktok.refresh(REFRESH).text("/error")).isEqualTo("invalid_grant");
    }

    @Test
    void refusesStrangersTheTokenEndpoint() throws Exception {
        var answer =
                tiktok.token(Map.of("client_secret", "guess", "grant_type", "refresh_token", "refresh_token", REFRESH));
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.text("/error")).isEqualTo("invalid_client");
    }

    @ParameterizedTest
    @CsvSource({
        "creator_info.query, SERVER_ERROR_BEFORE_EFFECT, 500, internal_error",
        "creator_info.query, TOKEN_EXPIRED, 401, access_token_invalid",
        "creator_info.query, TOKEN_REVOKED, 401, access_token_invalid",
        "creator_info.query, PERMISSION_MISSING, 401, scope_not_authorized",
        "creator_info.query, RATE_LIMITED, 429, rate_limit_exceeded",
        "creator_info.query, REFUSED_BEFORE_EFFECT, 403, spam_risk",
        "creator_info.query, ERROR_IN_SUCCESS_BEFORE_EFFECT, 200, spam_risk",
    })
    void failsAsItIsTold(String endpoint, FailureKind kind, int status, String code) throws Exception {
        // Given
        simulator.control().inject(Failure.of(Platform.TIKTOK, endpoint, kind));
        // When
        var answer = tiktok.creatorInfo();
        // Then
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("/error/code")).isEqualTo(code);
    }

    @Test
    void beginsAPostAndSaysItDidNot() throws Exception {
        // Given
        simulator.control().inject(Failure.of(Platform.TIKTOK, "upload", FailureKind.SERVER_ERROR_AFTER_EFFECT));
        var begun = tiktok.init(1_000, 1_000, 1);
        // When
        var put = tiktok.put(begun.text("/data/upload_url"), video(1_000, 1), "bytes 0-999/1000");
        // Then
        assertThat(put.status()).isEqualTo(500);
        assertThat(simulator.control().posts(Platform.TIKTOK)).hasSize(1);
    }

    @Test
    void cutsTheConnectionAfterAChunk() throws Exception {
        // Given
        simulator.control().inject(Failure.of(Platform.TIKTOK, "upload", FailureKind.CUT_AFTER_EFFECT));
        var url = tiktok.init(1_000, 1_000, 1).text("/data/upload_url");
        // Then
        assertThatThrownBy(() -> tiktok.put(url, video(1_000, 1), "bytes 0-999/1000"))
                .isInstanceOf(IOException.class);
        assertThat(tiktok.put(url, video(1_000, 1), "bytes 0-999/1000").status())
                .isEqualTo(416);
    }

    @Test
    void remembersAnUploadAcrossARestart(@TempDir Path data) throws Exception {
        // Given
        var config = SimulatorConfig.onPort(0).withClock(clock).withDataDirectory(data);
        String url;
        String id;
        try (var first = PlatformSimulator.start(config);
                var firstClient = new SimulatorClient(first)) {
            var before = new TikTokClient(firstClient);
            var begun = before.init(11_000_000, 5_000_000, 2);
            url = begun.text("/data/upload_url").replaceFirst("http://[^/]+", "");
            id = begun.text("/data/publish_id");
            before.put(url, video(5_000_000, 1), "bytes 0-4999999/11000000");
        }
        // When
        try (var second = PlatformSimulator.start(config);
                var secondClient = new SimulatorClient(second)) {
            var after = new TikTokClient(secondClient);
            var last = after.put(url, new byte[6_000_000], "bytes 5000000-10999999/11000000");
            clock.advance(Duration.ofSeconds(10));
            // Then
            assertThat(last.status()).isEqualTo(201);
            assertThat(after.status(id).text("/data/status")).isEqualTo("PUBLISH_COMPLETE");
            assertThat(second.control().posts(Platform.TIKTOK)).hasSize(1);
            assertThat(after.init(1_000, 1_000, 1).text("/data/publish_id")).isNotEqualTo(id);
        }
    }

    private SimulatorClient.Answer exchange(String code) throws Exception {
        return tiktok.token(Map.of(
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                "http://localhost/back",
                "code_verifier",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    }

    private SimulatorClient.Answer init(String token) throws Exception {
        return tiktok.post(
                "post/publish/video/init/",
                token,
                "{\"post_info\":" + info("hi", "SELF_ONLY") + ",\"source_info\":" + upload(1_000, 1_000, 1) + "}");
    }
}
