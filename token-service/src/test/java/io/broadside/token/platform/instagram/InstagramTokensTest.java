package io.broadside.token.platform.instagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.TokenPolicy.Renewal;
import io.broadside.token.platform.facebook.FacebookConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstagramTokensTest {

    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());

    private final ScriptedCalls calls = new ScriptedCalls();
    private final InstagramTokens instagram = new InstagramTokens(
            new InstagramConfig(URI.create("https://graph.example"), "v26.0"),
            new FacebookConfig(URI.create("https://facebook.example"), "v26.0", Optional.empty()),
            calls);

    @Test
    void knowsTheAccountByTheIdThatIsPublishedTo() {
        // Given
        calls.answer(200, "{\"user_id\":\"17841400000000001\",\"username\":\"harbour\",\"id\":\"99\"}");
        // When
        var inspection = instagram.inspect(Secret.of("IG-1"), CONTEXT);
        // Then
        assertThat(inspection).isInstanceOfSatisfying(Inspection.Found.class, found -> {
            assertThat(found.account().id()).isEqualTo("17841400000000001");
            assertThat(found.account().name()).isEqualTo("harbour");
            assertThat(found.account().grantedBy()).contains("99");
        });
        assertThat(calls.calls().getFirst().uri())
                .hasToString("https://graph.example/v26.0/me?fields=id,user_id,username");
        assertThat(instagram.policy().accountKind()).isEqualTo("instagram_login");
    }

    @Test
    void anAccountThatWasConnectedWithFacebookIsAskedForThere() {
        // Given
        calls.answer(200, "{\"username\":\"harbour\",\"id\":\"17841400000000001\"}");
        var account =
                new Account("17841400000000001", "harbour", Optional.of("person-1"), Optional.of("facebook_login"));
        // When
        var inspection = instagram.inspect(Secret.of("page-token"), account, CONTEXT);
        // Then
        assertThat(inspection).isInstanceOf(Inspection.Found.class);
        assertThat(calls.calls())
                .extracting(call -> call.uri().toString())
                .containsExactly("https://facebook.example/v26.0/17841400000000001?fields=username");
    }

    @Test
    void aTokenBringsItsSuccessor() {
        // Given
        calls.answer(
                200,
                "{\"access_token\":\"IG-2\",\"token_type\":\"bearer\",\"expires_in\":5183944,"
                        + "\"permissions\":\"instagram_business_basic,instagram_business_content_publish\"}");
        // When
        var answer = refresh();
        // Then
        assertThat(answer).isInstanceOfSatisfying(RefreshAnswer.Renewed.class, renewed -> {
            assertThat(renewed.tokens().accessToken()).isEqualTo(Secret.of("IG-2"));
            assertThat(renewed.tokens().refreshToken()).contains(Secret.of("IG-2"));
            assertThat(renewed.tokens().lifetime()).contains(Duration.ofSeconds(5_183_944));
            assertThat(renewed.tokens().scopes()).contains("instagram_business_content_publish");
        });
        assertThat(calls.calls().getFirst().uri())
                .hasToString(
                        "https://graph.example/refresh_access_token?grant_type=ig_refresh_token&access_token=IG-1");
    }

    @Test
    void aLifeThatNoCalendarHasIsALongOne() {
        // Given
        calls.answer(200, "{\"access_token\":\"IG-2\",\"expires_in\":9223372036854775807}");
        // When
        var answer = refresh();
        // Then
        assertThat(answer)
                .isInstanceOfSatisfying(
                        RefreshAnswer.Renewed.class,
                        renewed -> assertThat(renewed.tokens().lifetime()).contains(Duration.ofDays(3650)));
    }

    @Test
    void whatCannotGoIntoAHeaderIsNoToken() {
        calls.answer(200, "{\"access_token\":\"IG 2\",\"expires_in\":5183944}");
        assertThat(refresh()).isEqualTo(new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER));
    }

    @ParameterizedTest
    @CsvSource({
        "400, '{\"error\":{\"code\":190,\"error_subcode\":463}}', Refused[platformCode=190/463]",
        "400, '{\"error\":{\"code\":10}}', Refused[platformCode=10]",
        "400, '{\"error\":{\"code\":100}}', Refused[platformCode=100]",
        "400, '{\"error\":{\"code\":230}}', Refused[platformCode=230]",
        "400, '{\"error\":{\"code\":999}}', 'NotNow[cause=UNKNOWN_REFUSAL, retryAfter=Optional.empty]'",
        "400, '{\"error\":{\"code\":4}}', 'NotNow[cause=RATE_LIMITED, retryAfter=Optional.empty]'",
        "500, '{\"error\":{\"code\":2}}', Unclear[cause=SERVER_ERROR]",
        "502, '<html>', Unclear[cause=SERVER_ERROR]",
        "200, '{}', Unclear[cause=UNEXPECTED_ANSWER]",
    })
    void tellsARefusalFromTroubleThatPasses(int status, String body, String expected) {
        calls.answer(status, body);
        assertThat(refresh()).hasToString(expected);
    }

    @Test
    void aLostAnswerLeavesOpenWhetherTheTokenWasReplaced() {
        calls.noAnswer(ErrorCode.TIMED_OUT, true).noAnswer(ErrorCode.NO_CONNECTION, false);
        assertThat(refresh()).isEqualTo(new RefreshAnswer.Unclear(ErrorCode.TIMED_OUT));
        assertThat(refresh()).isInstanceOf(RefreshAnswer.NotNow.class);
    }

    @Test
    void saysWhatIsWrongWithAPastedToken() {
        calls.answer(400, "{\"error\":{\"code\":190,\"error_subcode\":463}}");
        assertThat(instagram.inspect(Secret.of("IG-1"), CONTEXT))
                .isEqualTo(new Inspection.Refused(
                        ErrorCode.TOKEN_EXPIRED, "Instagram says that this token has expired. Get a new one."));
    }

    private RefreshAnswer refresh() {
        return switch (instagram.policy().renewal()) {
            case Renewal.ByItself(var refresher) -> refresher.refresh(Secret.of("IG-1"), CONTEXT);
            case Renewal other -> throw new AssertionError(other);
        };
    }
}
