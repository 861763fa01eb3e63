package io.broadside.token.platform.tiktok;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.TokenPolicy.Renewal;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TikTokTokensTest {

    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());

    private final ScriptedCalls calls = new ScriptedCalls();

    @Test
    void knowsTheAccountByItsOpenId() {
        // Given
        calls.answer(
                200,
                "{\"data\":{\"user\":{\"open_id\":\"-000abc\",\"display_name\":\"Harbour\"}},"
                        + "\"error\":{\"code\":\"ok\",\"message\":\"\",\"log_id\":\"1\"}}");
        // Then
        assertThat(tiktok().inspect(Secret.of("act.1"), CONTEXT))
                .isInstanceOfSatisfying(Inspection.Found.class, found -> {
                    assertThat(found.account().id()).isEqualTo("-000abc");
                    assertThat(found.account().name()).isEqualTo("Harbour");
                });
        assertThat(calls.calls().getFirst().uri())
                .hasToString("https://open.example/v2/user/info/?fields=open_id,display_name");
    }

    @ParameterizedTest
    @CsvSource({
        "401, access_token_invalid, Refused",
        "401, scope_not_authorized, Refused",
        "429, rate_limit_exceeded, Unavailable",
        "500, internal_error, Unavailable",
        "200, access_token_invalid, Refused",
    })
    void saysWhatIsWrongWithAPastedTokenWhateverTheStatus(int status, String code, String expected) {
        calls.answer(status, "{\"data\":{},\"error\":{\"code\":\"" + code + "\"}}");
        assertThat(tiktok().inspect(Secret.of("act.1"), CONTEXT).getClass().getSimpleName())
                .isEqualTo(expected);
    }

    @Test
    void eachRenewalBringsTheNextPair() {
        // Given
        calls.answer(
                200,
                "{\"open_id\":\"-000abc\",\"scope\":\"user.info.basic,video.publish\",\"access_token\":\"act.2\","
                        + "\"expires_in\":7200,\"refresh_token\":\"rft.2\",\"refresh_expires_in\":15552000,"
                        + "\"token_type\":\"Bearer\"}");
        // When
        var answer = refresh(tiktok());
        // Then
        assertThat(answer).isInstanceOfSatisfying(RefreshAnswer.Renewed.class, renewed -> {
            assertThat(renewed.tokens().accessToken()).isEqualTo(Secret.of("act.2"));
            assertThat(renewed.tokens().refreshToken()).contains(Secret.of("rft.2"));
            assertThat(renewed.tokens().lifetime()).contains(Duration.ofHours(2));
            assertThat(renewed.tokens().refreshLifetime()).contains(Duration.ofDays(180));
            assertThat(renewed.tokens().scopes()).containsExactly("user.info.basic", "video.publish");
        });
        assertThat(calls.calls().getFirst().uri()).hasToString("https://open.example/v2/oauth/token/");
        assertThat(calls.calls().getFirst().body())
                .isEqualTo(new Body.Form(Map.of(
                        "client_key",
                        "key",
                        "client_secret",
                        "secret",
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        "rft.1")));
    }

    @ParameterizedTest
    @CsvSource({"400, Refused", "200, Refused", "500, Unclear"})
    void aRefusalIsOneWhateverItsStatus(int status, String expected) {
        calls.answer(
                status, "{\"error\":\"invalid_grant\",\"error_description\":\"Refresh token is invalid or expired.\"}");
        assertThat(refresh(tiktok()).getClass().getSimpleName()).isEqualTo(expected);
    }

    @Test
    void withoutAnAppNothingIsCalledAndTheConnectionDoesNotSuffer() {
        var tiktok = new TikTokTokens(new TikTokConfig(URI.create("https://open.example"), Optional.empty()), calls);
        assertThat(refresh(tiktok)).isEqualTo(new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, Optional.empty()));
        assertThat(calls.calls()).isEmpty();
    }

    private TikTokTokens tiktok() {
        return new TikTokTokens(
                new TikTokConfig(
                        URI.create("https://open.example"),
                        Optional.of(new TikTokConfig.App("key", Secret.of("secret")))),
                calls);
    }

    private static RefreshAnswer refresh(TikTokTokens tiktok) {
        return switch (tiktok.policy().renewal()) {
            case Renewal.ByRefreshToken(var isSingleUse, var refresher) -> {
                assertThat(isSingleUse).isTrue();
                yield refresher.refresh(Secret.of("rft.1"), CONTEXT);
            }
            case Renewal other -> throw new AssertionError(other);
        };
    }
}
