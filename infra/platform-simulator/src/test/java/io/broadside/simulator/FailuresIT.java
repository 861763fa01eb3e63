package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.PAGE;
import static io.broadside.simulator.SimulatorClient.X_REFRESH;
import static io.broadside.simulator.SimulatorClient.X_USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.failure.Failures;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresIT {
    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);

    @AfterEach
    void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void limitsCallsWithoutSayingUntilWhen() throws Exception {
        // Given
        facebook(FailureKind.RATE_LIMITED);
        x(FailureKind.RATE_LIMITED);
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.status()).isEqualTo(400);
        assertThat(onFacebook.json().at("/error/code").asInt()).isEqualTo(80001);
        assertThat(onFacebook.header("X-Business-Use-Case-Usage")).isEmpty();
        assertThat(onX.status()).isEqualTo(429);
        assertThat(onX.header("x-rate-limit-reset")).isEmpty();
        assertNothingPublishedAndThenWorking();
    }

    @Test
    void limitsCallsAndSaysUntilWhen() throws Exception {
        // Given
        inject(failure(Platform.FACEBOOK, FailureKind.RATE_LIMITED_WITH_RETRY_AFTER)
                .seconds(1140));
        inject(failure(Platform.FACEBOOK, FailureKind.RATE_LIMITED_WITH_RETRY_AFTER)
                .seconds(7)
                .status(429));
        inject(failure(Platform.X, FailureKind.RATE_LIMITED_WITH_RETRY_AFTER).seconds(7));
        // When
        long before = Instant.now().getEpochSecond();
        var inMinutes = client.feed("a");
        var inSeconds = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(inMinutes.status()).isEqualTo(400);
        assertThat(inMinutes.header("Retry-After")).isEmpty();
        assertThat(inMinutes.header("X-Business-Use-Case-Usage"))
                .isEqualTo("{\"" + PAGE + "\":[{\"type\":\"pages\",\"call_count\":100,\"total_cputime\":20,"
                        + "\"total_time\":20,\"estimated_time_to_regain_access\":19}]}");
        assertThat(inSeconds.status()).isEqualTo(429);
        assertThat(inSeconds.json().at("/error/code").asInt()).isEqualTo(80001);
        assertThat(inSeconds.header("Retry-After")).isEqualTo("7");
        assertThat(inSeconds.header("X-Business-Use-Case-Usage")).isEmpty();
        assertThat(onX.header("x-rate-limit-remaining")).isEqualTo("0");
        assertThat(onX.header("Retry-After")).isEqualTo("7");
        assertThat(Long.parseLong(onX.header("x-rate-limit-reset"))).isBetween(before + 7, before + 18);
        assertNothingPublishedAndThenWorking();
    }

    @ParameterizedTest
    @CsvSource({"2026-01-01T00:00:10Z, 2026-01-01T00:00:17Z", "2026-01-01T00:00:10.9Z, 2026-01-01T00:00:18Z"})
    void namesAResetOnXThatIsNotBeforeTheRetryIsAllowed(Instant now, Instant reset) throws Exception {
        // Given
        var config = SimulatorConfig.onPort(0).withClock(Clock.fixed(now, ZoneOffset.UTC));
        try (var frozen = PlatformSimulator.start(config);
                var caller = new SimulatorClient(frozen)) {
            frozen.control()
                    .inject(failure(Platform.X, FailureKind.RATE_LIMITED_WITH_RETRY_AFTER)
                            .seconds(7));
            // When
            var refused = caller.tweet("a");
            // Then
            assertThat(refused.header("Retry-After")).isEqualTo("7");
            assertThat(refused.header("x-rate-limit-reset")).isEqualTo(Long.toString(reset.getEpochSecond()));
        }
    }

    @Test
    void failsBeforeTheEffect() throws Exception {
        // Given
        facebook(FailureKind.SERVER_ERROR_BEFORE_EFFECT);
        inject(failure(Platform.X, FailureKind.SERVER_ERROR_BEFORE_EFFECT).status(503));
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.status()).isEqualTo(500);
        assertThat(onFacebook.json().at("/error/code").asInt()).isEqualTo(2);
        assertThat(onFacebook.json().at("/error/is_transient").asBoolean()).isTrue();
        assertThat(onX.status()).isEqualTo(503);
        assertNothingPublishedAndThenWorking();
    }

    @Test
    void failsAlthoughThePostExists() throws Exception {
        // Given
        facebook(FailureKind.SERVER_ERROR_AFTER_EFFECT);
        x(FailureKind.SERVER_ERROR_AFTER_EFFECT);
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.status()).isEqualTo(500);
        assertThat(onX.status()).isEqualTo(500);
        assertThat(simulator.control().posts()).hasSize(2);
    }

    @Test
    void refusesWithTheCodeItIsTold() throws Exception {
        // Given
        inject(failure(Platform.FACEBOOK, FailureKind.REFUSED_BEFORE_EFFECT).code("368/1390008"));
        inject(failure(Platform.X, FailureKind.REFUSED_BEFORE_EFFECT)
                .code("usage-capped")
                .status(429));
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.status()).isEqualTo(400);
        assertThat(onFacebook.json().at("/error/code").asInt()).isEqualTo(368);
        assertThat(onFacebook.json().at("/error/error_subcode").asInt()).isEqualTo(1390008);
        assertThat(onX.status()).isEqualTo(429);
        assertThat(onX.text("/type")).endsWith("/usage-capped");
        assertNothingPublishedAndThenWorking();
    }

    @Test
    void refusesAlthoughThePostExists() throws Exception {
        // Given
        inject(failure(Platform.FACEBOOK, FailureKind.REFUSED_AFTER_EFFECT).code("1/99"));
        x(FailureKind.REFUSED_AFTER_EFFECT);
        // Then
        assertThat(client.feed("a").json().at("/error/error_subcode").asInt()).isEqualTo(99);
        assertThat(client.tweet("a").status()).isEqualTo(403);
        assertThat(simulator.control().posts()).hasSize(2);
    }

    @Test
    void hidesAnErrorInASuccess() throws Exception {
        // Given
        facebook(FailureKind.ERROR_IN_SUCCESS_BEFORE_EFFECT);
        x(FailureKind.ERROR_IN_SUCCESS_BEFORE_EFFECT);
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.status()).isEqualTo(200);
        assertThat(onFacebook.json().has("error")).isTrue();
        assertThat(onX.status()).isEqualTo(200);
        assertThat(onX.json().has("errors")).isTrue();
        assertNothingPublishedAndThenWorking();
    }

    @Test
    void answersWithoutTheIdOfWhatItPublished() throws Exception {
        // Given
        facebook(FailureKind.EMPTY_SUCCESS_AFTER_EFFECT);
        inject(failure(Platform.X, FailureKind.ERROR_IN_SUCCESS_AFTER_EFFECT));
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.status()).isEqualTo(200);
        assertThat(onFacebook.body()).isEqualTo("{}");
        assertThat(onX.json().has("data")).isFalse();
        assertThat(simulator.control().posts()).hasSize(2);
    }

    @Test
    void cutsTheConnectionBeforeTheEffect() throws Exception {
        // Given
        facebook(FailureKind.CUT_BEFORE_EFFECT);
        x(FailureKind.CUT_BEFORE_EFFECT);
        // Then
        assertThatThrownBy(() -> client.feed("a")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.tweet("a")).isInstanceOf(IOException.class);
        assertNothingPublishedAndThenWorking();
    }

    @Test
    void cutsTheConnectionAlthoughThePostExists() {
        // Given
        facebook(FailureKind.CUT_AFTER_EFFECT);
        x(FailureKind.CUT_AFTER_EFFECT);
        // Then
        assertThatThrownBy(() -> client.feed("a")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.tweet("a")).isInstanceOf(IOException.class);
        assertThat(simulator.control().posts()).hasSize(2);
        assertThat(simulator.control().report().x().calls()).containsEntry("tweets.create", Map.of(0, 1L));
    }

    @Test
    void rotatesTokensAlthoughTheAnswerIsLost() throws Exception {
        // Given
        inject(Failure.of(Platform.X, "oauth2.token", FailureKind.CUT_AFTER_EFFECT));
        // When
        assertThatThrownBy(() -> client.refresh(X_REFRESH)).isInstanceOf(IOException.class);
        // Then
        assertThat(client.refresh(X_REFRESH).status()).isEqualTo(400);
        assertThat(simulator.control().report().x().refreshTokenReuse()).isEqualTo(1);
    }

    @Test
    void answersLate() throws Exception {
        // Given
        inject(failure(Platform.X, FailureKind.SLOW).seconds(1));
        // When
        long start = System.nanoTime();
        var answer = client.tweet("a");
        // Then
        assertThat(answer.status()).isEqualTo(201);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(900));
    }

    @Test
    void neverAnswers() throws Exception {
        // Given
        x(FailureKind.HANG);
        x(FailureKind.HANG_AFTER_EFFECT);
        // When
        for (var text : new String[] {"without effect", "with effect"}) {
            var request = client.request("/x/2/tweets", SimulatorClient.X_TOKEN)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"text\":\"" + text + "\"}"));
            assertThatThrownBy(() -> client.send(request, Duration.ofMillis(500)))
                    .isInstanceOf(HttpTimeoutException.class);
        }
        // Then
        assertThat(simulator.control().posts())
                .singleElement()
                .satisfies(post -> assertThat(post.text()).isEqualTo("with effect"));
    }

    @Test
    void expiresTokens() throws Exception {
        // Given
        facebook(FailureKind.TOKEN_EXPIRED);
        x(FailureKind.TOKEN_EXPIRED);
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.json().at("/error/code").asInt()).isEqualTo(190);
        assertThat(onFacebook.json().at("/error/error_subcode").asInt()).isEqualTo(463);
        assertThat(onX.status()).isEqualTo(401);
        assertThat(client.tweet("a").status()).isEqualTo(401);
        var fresh = client.refresh(X_REFRESH).text("/access_token");
        assertThat(client.json("/x/2/tweets", fresh, "{\"text\":\"a\"}").status())
                .isEqualTo(201);
    }

    @Test
    void revokesTokensForEver() throws Exception {
        // Given
        facebook(FailureKind.TOKEN_REVOKED);
        x(FailureKind.TOKEN_REVOKED);
        // When
        client.feed("a");
        client.tweet("a");
        // Then
        assertThat(client.feed("a").json().at("/error/error_subcode").asInt()).isEqualTo(460);
        assertThat(client.tweet("a").status()).isEqualTo(401);
        assertThat(client.refresh(X_REFRESH).status()).isEqualTo(400);
        assertThat(simulator.control().posts()).isEmpty();
    }

    @Test
    void answersWithAPageOfTheGateway() throws Exception {
        // Given
        facebook(FailureKind.OUTAGE_PAGE);
        inject(failure(Platform.X, FailureKind.OUTAGE_PAGE).status(502));
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.status()).isEqualTo(503);
        assertThat(onFacebook.body()).startsWith("<!DOCTYPE html>");
        assertThat(onX.status()).isEqualTo(502);
        assertThat(onX.header("Content-Type")).startsWith("text/html");
        assertNothingPublishedAndThenWorking();
    }

    @Test
    void missesThePermission() throws Exception {
        // Given
        facebook(FailureKind.PERMISSION_MISSING);
        x(FailureKind.PERMISSION_MISSING);
        // When
        var onFacebook = client.feed("a");
        var onX = client.tweet("a");
        // Then
        assertThat(onFacebook.json().at("/error/code").asInt()).isEqualTo(200);
        assertThat(onX.status()).isEqualTo(403);
        assertThat(onX.text("/detail")).isEqualTo("You are not permitted to perform this action.");
        assertNothingPublishedAndThenWorking();
    }

    @Test
    void strikesOnlyTheNamedAccountAndAsOftenAsTold() throws Exception {
        // Given
        inject(Failure.of(Platform.X, "*", FailureKind.SERVER_ERROR_BEFORE_EFFECT)
                .account(X_USER)
                .times(2));
        // When
        var other = client.json("/x/2/tweets", "sim-x-access-2-token", "{\"text\":\"a\"}");
        // Then
        assertThat(other.status()).isEqualTo(201);
        assertThat(client.tweet("a").status()).isEqualTo(500);
        assertThat(client.get("/x/2/users/me", SimulatorClient.X_TOKEN).status())
                .isEqualTo(500);
        assertThat(client.tweet("a").status()).isEqualTo(201);
    }

    @Test
    void throwsTheSameDiceAgain() {
        // Given
        var failure = Failure.of(Platform.X, "tweets.create", FailureKind.RATE_LIMITED)
                .forEver()
                .probability(0.5, 42);
        // Then
        assertThat(struckOf100(failure)).isEqualTo(struckOf100(failure)).isBetween(30L, 70L);
    }

    @Test
    void isSteeredOverHttpToo() throws Exception {
        // When
        var injected = client.json(
                "/control/failures",
                "",
                "{\"platform\":\"x\",\"endpoint\":\"tweets.create\",\"kind\":\"outage-page\",\"times\":-1}");
        var wrong = client.json("/control/failures", "", "{\"platform\":\"x\",\"kind\":\"nonsense\"}");
        // Then
        assertThat(injected.status()).isEqualTo(201);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(client.tweet("a").status()).isEqualTo(503);
        assertThat(client.get("/control/failures", "").text("/failures/0/failure/kind"))
                .isEqualTo("outage-page");
        client.delete("/control/failures", "");
        assertThat(client.tweet("a").status()).isEqualTo(201);
    }

    private long struckOf100(Failure failure) {
        var failures = new Failures();
        failures.inject(failure);
        return IntStream.range(0, 100)
                .filter(_ -> failures.next(Platform.X, "tweets.create", Optional.empty())
                        .isPresent())
                .count();
    }

    private void assertNothingPublishedAndThenWorking() throws Exception {
        assertThat(simulator.control().posts()).isEmpty();
        assertThat(client.feed("a").status()).isEqualTo(200);
        assertThat(client.tweet("a").status()).isEqualTo(201);
    }

    private void facebook(FailureKind kind) {
        inject(failure(Platform.FACEBOOK, kind));
    }

    private void x(FailureKind kind) {
        inject(failure(Platform.X, kind));
    }

    private void inject(Failure failure) {
        simulator.control().inject(failure);
    }

    private static Failure failure(Platform platform, FailureKind kind) {
        return Failure.of(platform, platform.equals(Platform.X) ? "tweets.create" : "page.feed", kind);
    }
}
