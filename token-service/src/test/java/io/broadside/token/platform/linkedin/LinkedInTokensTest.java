package io.broadside.token.platform.linkedin;

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
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkedInTokensTest {

    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());
    private static final String ME = "{\"sub\":\"AbC123\",\"name\":\"Ann Baker\"}";
    private static final String ACTIVE = "{\"active\":true,\"status\":\"active\",\"expires_at\":1800000000,"
            + "\"scope\":\"openid,profile,w_member_social\"}";
    private static final String ORGANIZATIONS =
            "{\"elements\":[{\"organizationalTarget\":\"urn:li:organization:5550001\",\"role\":\"ADMINISTRATOR\"}]}";

    private final ScriptedCalls calls = new ScriptedCalls();
    private final LinkedInTokens linkedIn = new LinkedInTokens(
            new LinkedInConfig(
                    URI.create("https://api.example"),
                    URI.create("https://www.example/"),
                    Optional.of(new LinkedInConfig.App("app", Secret.of("secret")))),
            calls);

    @Test
    void aTokenIsOfItsMember() {
        // Given
        calls.answer(200, ME).answer(200, ACTIVE);
        // When
        var inspection = linkedIn.inspect(Secret.of("at"), CONTEXT);
        // Then
        assertThat(inspection).isInstanceOfSatisfying(Inspection.Found.class, found -> {
            assertThat(found.account().id()).isEqualTo("AbC123");
            assertThat(found.account().name()).isEqualTo("Ann Baker");
            assertThat(found.account().kind()).isEmpty();
            assertThat(found.expiresAt()).contains(Instant.ofEpochSecond(1_800_000_000));
            assertThat(found.scopes()).containsExactly("openid", "profile", "w_member_social");
        });
        assertThat(calls.calls().getLast().uri()).hasToString("https://www.example/oauth/v2/introspectToken");
        assertThat(calls.calls().getLast().body())
                .isEqualTo(new Body.Form(Map.of("client_id", "app", "client_secret", "secret", "token", "at")));
    }

    @Test
    void orOfAnOrganizationThatTheMemberAdministers() {
        // Given
        calls.answer(200, ME).answer(200, ORGANIZATIONS).answer(200, ACTIVE);
        // When
        var inspection = linkedIn.inspect(Secret.of("at"), Optional.of("5550001"), CONTEXT);
        // Then
        assertThat(inspection).isInstanceOfSatisfying(Inspection.Found.class, found -> {
            assertThat(found.account().id()).isEqualTo("5550001");
            assertThat(found.account().kind()).contains("organization");
            assertThat(found.account().grantedBy()).contains("AbC123");
        });
    }

    @Test
    void anOrganizationIsFoundInWhicheverPieceOfTheListItStands() {
        // Given
        calls.answer(200, ME)
                .answer(200, organizations(0, 100, "ADMINISTRATOR"))
                .answer(200, organizations(100, 1, "CONTENT_ADMINISTRATOR"))
                .answer(200, ACTIVE);
        // When
        var inspection = linkedIn.inspect(Secret.of("at"), Optional.of("6660100"), CONTEXT);
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Found.class,
                        found -> assertThat(found.account().id()).isEqualTo("6660100"));
        assertThat(calls.calls().get(1).uri().getQuery()).contains("start=0", "count=100");
        assertThat(calls.calls().get(2).uri().getQuery()).contains("start=100", "count=100");
    }

    @Test
    void aPieceThatIsSmallerThanAskedForIsNotTheLastIfLinkedInSaysSo() {
        // Given
        var ten = organizations(0, 10, "ADMINISTRATOR");
        calls.answer(200, ME)
                .answer(200, ten.replaceFirst("\\{", "{\"paging\":{\"start\":0,\"count\":10},"))
                .answer(200, organizations(10, 1, "ADMINISTRATOR"))
                .answer(200, ACTIVE);
        // Then
        assertThat(linkedIn.inspect(Secret.of("at"), Optional.of("6660010"), CONTEXT))
                .isInstanceOf(Inspection.Found.class);
    }

    @Test
    void aListWithoutEndEndsNoConnection() {
        // Given
        calls.answer(200, ME);
        for (int i = 0; i < 10; i++) {
            calls.answer(200, organizations(0, 100, "ADMINISTRATOR"));
        }
        // Then
        assertThat(linkedIn.inspect(Secret.of("at"), Optional.of("5550001"), CONTEXT))
                .isInstanceOf(Inspection.Unavailable.class);
    }

    @Test
    void anAnswerThatIsNoListEndsNoConnection() {
        calls.answer(200, ME).answer(200, "<html>");
        assertThat(linkedIn.inspect(Secret.of("at"), Optional.of("5550001"), CONTEXT))
                .isInstanceOf(Inspection.Unavailable.class);
    }

    @Test
    void whoOnlyAnalysesAnOrganizationDoesNotSpeakForIt() {
        calls.answer(200, ME).answer(200, organizations(0, 1, "ANALYST"));
        assertThat(linkedIn.inspect(Secret.of("at"), Optional.of("6660000"), CONTEXT))
                .isInstanceOf(Inspection.Refused.class);
    }

    private static String organizations(int first, int number, String role) {
        return IntStream.range(first, first + number)
                .mapToObj(i -> "{\"organizationalTarget\":\"urn:li:organization:" + (6_660_000 + i) + "\",\"role\":\""
                        + role + "\"}")
                .collect(Collectors.joining(",", "{\"elements\":[", "]}"));
    }

    @Test
    void andOfNoOther() {
        calls.answer(200, ME).answer(200, ORGANIZATIONS);
        assertThat(linkedIn.inspect(Secret.of("at"), Optional.of("5550002"), CONTEXT))
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.PERMISSION_MISSING));
    }

    @Test
    void anEndThatNoCalendarHasIsNoEnd() {
        calls.answer(200, ME).answer(200, "{\"active\":true,\"expires_at\":9223372036854775807}");
        assertThat(linkedIn.inspect(Secret.of("at"), CONTEXT))
                .isInstanceOfSatisfying(
                        Inspection.Found.class,
                        found -> assertThat(found.expiresAt()).isEmpty());
    }

    @Test
    void aTokenOfAnotherAppIsRefused() {
        calls.answer(200, ME).answer(200, "{\"active\":false}");
        assertThat(linkedIn.inspect(Secret.of("at"), CONTEXT)).isInstanceOf(Inspection.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({
        "401, TOKEN_REVOKED, Refused",
        "403, PERMISSION_MISSING, Refused",
        "429, RATE_LIMITED, Unavailable",
        "503, SERVER_ERROR, Unavailable",
        "418, UNEXPECTED_ANSWER, Unavailable",
    })
    void saysWhatIsWrongWithAPastedToken(int status, ErrorCode code, String what) {
        calls.answer(status, "{}");
        var inspection = linkedIn.inspect(Secret.of("at"), CONTEXT);
        assertThat(inspection.getClass().getSimpleName()).isEqualTo(what);
        assertThat(inspection.toString()).contains(code.name());
    }

    @Test
    void aRefreshTokenComesBackAsItWasAndItsEndComesNearer() {
        // Given
        calls.answer(
                200,
                "{\"access_token\":\"at-2\",\"expires_in\":5184000,\"refresh_token\":\"rt\","
                        + "\"refresh_token_expires_in\":86400,\"scope\":\"w_member_social\"}");
        // When
        var answer = refresh();
        // Then
        assertThat(answer).isInstanceOfSatisfying(RefreshAnswer.Renewed.class, renewed -> {
            assertThat(renewed.tokens().refreshToken()).contains(Secret.of("rt"));
            assertThat(renewed.tokens().lifetime()).contains(Duration.ofDays(60));
            assertThat(renewed.tokens().refreshLifetime()).contains(Duration.ofDays(1));
        });
        assertThat(calls.calls().getFirst().uri()).hasToString("https://www.example/oauth/v2/accessToken");
        assertThat(calls.calls().getFirst().body())
                .isEqualTo(new Body.Form(Map.of(
                        "grant_type",
                        "refresh_token",
                        "refresh_token",
                        "rt",
                        "client_id",
                        "app",
                        "client_secret",
                        "secret")));
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request, Refused",
        "400, invalid_grant, Refused",
        "401, invalid_client, NotNow",
        "429, , NotNow",
        "500, , Unclear",
    })
    void tellsARefusalFromTroubleThatPasses(int status, String error, String expected) {
        calls.answer(status, error == null ? "{}" : "{\"error\":\"" + error + "\"}");
        assertThat(refresh().getClass().getSimpleName()).isEqualTo(expected);
    }

    private RefreshAnswer refresh() {
        return switch (linkedIn.policy().renewal()) {
            case Renewal.ByRefreshToken(var isSingleUse, var refresher) -> {
                assertThat(isSingleUse).isFalse();
                yield refresher.refresh(Secret.of("rt"), CONTEXT);
            }
            case Renewal other -> throw new AssertionError(other);
        };
    }
}
