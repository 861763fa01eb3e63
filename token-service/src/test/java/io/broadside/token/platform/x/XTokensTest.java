package io.broadside.token.platform.x;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.BasicAuth;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.testkit.SettableClock;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.TokenPolicy.Renewal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XTokensTest {

    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());

    private final SettableClock clock = new SettableClock();
    private final ScriptedCalls calls = new ScriptedCalls();

    @Test
    void aRefreshBringsTheNextPair() {
        // Given: test vector A9.4
        calls.answer(200, """
                {"token_type":"bearer","expires_in":7200,"access_token":"at_2",\
                "scope":"tweet.read tweet.write users.read media.write offline.access","refresh_token":"rt_2"}""");
        // When
        var answer = refresh(confidential(), "rt_1");
        // Then
        assertThat(answer).isInstanceOfSatisfying(RefreshAnswer.Renewed.class, renewed -> {
            assertThat(renewed.tokens().accessToken()).isEqualTo(Secret.of("at_2"));
            assertThat(renewed.tokens().refreshToken()).contains(Secret.of("rt_2"));
            assertThat(renewed.tokens().lifetime()).contains(Duration.ofHours(2));
            assertThat(renewed.tokens().scopes()).contains("tweet.write", "offline.access");
        });
        var call = calls.calls().getFirst();
        assertThat(call.uri()).hasToString("https://api.example/2/oauth2/token");
        assertThat(call.basic()).contains(new BasicAuth("client", Secret.of("secret")));
        assertThat(call.body())
                .isEqualTo(new Body.Form(Map.of("grant_type", "refresh_token", "refresh_token", "rt_1")));
    }

    @Test
    void aNextRefreshTokenThatIsNoneLeavesItOpenWhatTheOldOneIsWorth() {
        // Given
        calls.answer(200, "{\"access_token\":\"at_2\",\"refresh_token\":\"rt 2\"}");
        // Then
        assertThat(refresh(confidential(), "rt_1")).isEqualTo(new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER));
    }

    @Test
    void aPublicClientNamesItselfInTheBody() {
        // Given
        calls.answer(200, "{\"access_token\":\"at_2\"}");
        // When
        refresh(new XConfig(URI.create("https://api.example/"), Optional.of("client"), Optional.empty()), "rt_1");
        // Then
        var call = calls.calls().getFirst();
        assertThat(call.basic()).isEmpty();
        assertThat(call.body())
                .isInstanceOfSatisfying(
                        Body.Form.class, form -> assertThat(form.fields()).containsEntry("client_id", "client"));
    }

    @Test
    void withoutAnAppNothingIsCalledAndTheConnectionDoesNotSuffer() {
        // When
        var answer =
                refresh(new XConfig(URI.create("https://api.example"), Optional.empty(), Optional.empty()), "rt_1");
        // Then
        assertThat(answer).isEqualTo(new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty()));
        assertThat(calls.calls()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {\"error\":\"invalid_request\",\"error_description\":\"Value passed for the token was invalid.\"}",
                "400 | {\"error\":\"invalid_grant\"}",
                "401 | {\"error\":\"invalid_grant\"}"
            })
    void aRefreshTokenThatIsDeadIsRefused(int status, String body) {
        // Given
        calls.answer(status, body);
        // When
        var answer = refresh(confidential(), "rt_1");
        // Then
        assertThat(answer).isInstanceOf(RefreshAnswer.Refused.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401 | {\"error\":\"unauthorized_client\"}",
                "400 | {\"error\":\"invalid_client\"}",
                "403 | {\"title\":\"Forbidden\",\"type\":\"https://api.x.com/2/problems/client-forbidden\"}",
                "402 | <html>"
            })
    void aRefusalOfOurAppIsNotOneOfTheToken(int status, String body) {
        // Given
        calls.answer(status, body);
        // When
        var answer = refresh(confidential(), "rt_1");
        // Then
        assertThat(answer).isEqualTo(new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"500 | {}", "503 | <html>Bad gateway</html>", "200 | <html>", "200 | {\"token_type\":\"bearer\"}"})
    void whateverMayHaveUsedTheTokenUpIsUnclear(int status, String body) {
        // Given
        calls.answer(status, body);
        // When
        var answer = refresh(confidential(), "rt_1");
        // Then
        assertThat(answer).isInstanceOf(RefreshAnswer.Unclear.class);
    }

    @Test
    void whatWasNotSentHasNotHappened() {
        // Given
        calls.noAnswer(ErrorCode.NO_CONNECTION, false).noAnswer(ErrorCode.TIMED_OUT, true);
        // When
        var notSent = refresh(confidential(), "rt_1");
        var maybeSent = refresh(confidential(), "rt_1");
        // Then
        assertThat(notSent).isEqualTo(new RefreshAnswer.NotNow(ErrorCode.NO_CONNECTION, Optional.empty()));
        assertThat(maybeSent).isEqualTo(new RefreshAnswer.Unclear(ErrorCode.TIMED_OUT));
    }

    @ParameterizedTest
    @CsvSource({"x-rate-limit-reset, 1795170600000", "x-rate-limit-reset, 999999999999", "retry-after, 999999999"})
    void noHeaderHoldsUpEverybodyForMoreThanAnHour(String header, String value) {
        calls.answer(429, Map.of(header, value), "{}");
        assertThat(refresh(confidential(), "rt_1"))
                .isEqualTo(new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.of(Duration.ofHours(1))));
    }

    @Test
    void aRateLimitNamesTheTimeToWait() {
        // Given
        var reset = clock.instant().plusSeconds(900).getEpochSecond();
        calls.answer(429, Map.of("x-rate-limit-reset", Long.toString(reset)), "{}");
        // When
        var answer = refresh(confidential(), "rt_1");
        // Then
        assertThat(answer)
                .isEqualTo(new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.of(Duration.ofMinutes(15))));
    }

    @Test
    void aTokenSaysWhoseItIs() {
        // Given
        calls.answer(200, "{\"data\":{\"id\":\"1111111111111111111\",\"name\":\"Harbour\",\"username\":\"harbour\"}}");
        // When
        var inspection = inspect();
        // Then
        assertThat(inspection)
                .isEqualTo(new Inspection.Found(
                        new Account("1111111111111111111", "harbour"), Optional.empty(), Optional.empty(), List.of()));
        assertThat(calls.calls().getFirst().bearer()).contains(Secret.of("at_1"));
    }

    @ParameterizedTest
    @CsvSource({"401, TOKEN_REVOKED", "403, PERMISSION_MISSING"})
    void aTokenThatIsNotAcceptedIsRefused(int status, ErrorCode code) {
        // Given
        calls.answer(status, "{\"title\":\"Unauthorized\"}");
        // When
        var inspection = inspect();
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource({"402, CREDITS_DEPLETED", "429, RATE_LIMITED", "503, SERVER_ERROR", "200, UNEXPECTED_ANSWER"})
    void troubleOfThePlatformIsNotTheTokensFault(int status, ErrorCode code) {
        // Given
        calls.answer(status, "<html>");
        // When
        var inspection = inspect();
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Unavailable.class,
                        unavailable -> assertThat(unavailable.code()).isEqualTo(code));
    }

    private Inspection inspect() {
        return new XTokens(confidential(), calls, clock).inspect(Secret.of("at_1"), CONTEXT);
    }

    private RefreshAnswer refresh(XConfig config, String refreshToken) {
        return switch (new XTokens(config, calls, clock).policy().renewal()) {
            case Renewal.ByRefreshToken(var isSingleUse, var refresher) -> {
                assertThat(isSingleUse).isTrue();
                yield refresher.refresh(Secret.of(refreshToken), CONTEXT);
            }
            case Renewal other -> throw new AssertionError(other);
        };
    }

    private static XConfig confidential() {
        return new XConfig(URI.create("https://api.example"), Optional.of("client"), Optional.of(Secret.of("secret")));
    }
}
