package io.broadside.token.platform.facebook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.ScriptedCalls;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FacebookTokensTest {

    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());
    private static final String ME = "{\"id\":\"1000000001\",\"name\":\"Harbour Bakery\"}";

    private final ScriptedCalls calls = new ScriptedCalls();

    @Test
    void withoutAnAppTheTokenOnlySaysWhoseItIs() {
        // Given
        calls.answer(200, ME);
        // When
        var inspection = inspect(Optional.empty());
        // Then
        assertThat(inspection)
                .isEqualTo(new Inspection.Found(
                        new Account("1000000001", "Harbour Bakery"), Optional.empty(), Optional.empty(), List.of()));
        var call = calls.calls().getFirst();
        assertThat(call.uri()).hasToString("https://graph.example/v26.0/me?fields=id,name");
        assertThat(call.bearer()).contains(Secret.of("page|token"));
    }

    @Test
    void anEndThatNoCalendarHasIsNoEnd() {
        // Given
        calls.answer(200, ME).answer(200, """
                        {"data":{"type":"PAGE","is_valid":true,"expires_at":9223372036854775807,\
                        "data_access_expires_at":18446744073709551617,"scopes":["pages_show_list"]}}""");
        // When
        var inspection = inspect(anApp());
        // Then
        assertThat(inspection).isInstanceOfSatisfying(Inspection.Found.class, found -> {
            assertThat(found.expiresAt()).isEmpty();
            assertThat(found.dataAccessExpiresAt()).isEmpty();
        });
    }

    @Test
    void withAnAppScopesAndEndsAreLookedUp() {
        // Given
        calls.answer(200, ME).answer(200, """
                        {"data":{"app_id":"1","type":"PAGE","is_valid":true,"expires_at":0,\
                        "data_access_expires_at":1795170600,"scopes":["pages_show_list","pages_manage_posts"]}}""");
        // When
        var inspection = inspect(anApp());
        // Then
        assertThat(inspection)
                .isEqualTo(new Inspection.Found(
                        new Account("1000000001", "Harbour Bakery"),
                        Optional.empty(),
                        Optional.of(Instant.ofEpochSecond(1_795_170_600L)),
                        List.of("pages_show_list", "pages_manage_posts")));
        var call = calls.calls().getLast();
        assertThat(call.uri()).hasToString("https://graph.example/v26.0/debug_token?input_token=page%7Ctoken");
        assertThat(call.bearer()).contains(Secret.of("1|app-secret"));
    }

    @Test
    void theTokenOfAPersonIsNotTheTokenOfAPage() {
        // Given
        calls.answer(200, ME).answer(200, "{\"data\":{\"type\":\"USER\",\"is_valid\":true}}");
        // When
        var inspection = inspect(anApp());
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.sentence()).contains("/me/accounts"));
    }

    @Test
    void aTokenThatIsSaidToBeInvalidIsRefused() {
        // Given
        calls.answer(200, ME)
                .answer(200, "{\"data\":{\"is_valid\":false,\"error\":{\"code\":190,\"subcode\":463},\"scopes\":[]}}");
        // When
        var inspection = inspect(anApp());
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.TOKEN_EXPIRED));
    }

    @ParameterizedTest
    @CsvSource({"190, APP_REFUSED", "101, APP_REFUSED"})
    void anAppThatIsRefusedIsTheOperatorsMatter(int code, ErrorCode expected) {
        // Given
        calls.answer(200, ME).answer(400, error(code, 0));
        // When
        var inspection = inspect(anApp());
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Unavailable.class,
                        unavailable -> assertThat(unavailable.code()).isEqualTo(expected));
    }

    @Test
    void aTokenOfAnotherAppIsRefused() {
        // Given
        calls.answer(200, ME).answer(400, error(100, 0));
        // When
        var inspection = inspect(anApp());
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.sentence()).contains("another app"));
    }

    @ParameterizedTest
    @CsvSource({"458, removed the app", "460, changed the password"})
    void whatThePersonDidIsNoRefusalThatMayBeDoubted(int subcode, String what) {
        // Given
        calls.answer(400, error(190, subcode));
        // When
        var inspection = inspect(Optional.empty());
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Withdrawn.class,
                        withdrawn -> assertThat(withdrawn.sentence()).contains(what));
    }

    @ParameterizedTest
    @CsvSource({
        "400, 190, 463, TOKEN_EXPIRED",
        "400, 190, 459, TOKEN_REVOKED",
        "401, 190, 0, TOKEN_REVOKED",
        "403, 200, 0, PERMISSION_MISSING",
        "400, 10, 0, PERMISSION_MISSING",
        "400, 2500, 0, UNKNOWN_REFUSAL"
    })
    void refusalsAreTakenByTheirCodes(int status, int code, int subcode, ErrorCode expected) {
        // Given
        calls.answer(status, error(code, subcode));
        // When
        var inspection = inspect(Optional.empty());
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "400, 4, RATE_LIMITED",
        "400, 80001, RATE_LIMITED",
        "500, 2, SERVER_ERROR",
        "400, 1, SERVER_ERROR",
        "503, 0, SERVER_ERROR",
        "404, 0, UNEXPECTED_ANSWER"
    })
    void troubleOfThePlatformIsNotTheTokensFault(int status, int code, ErrorCode expected) {
        // Given
        calls.answer(status, code == 0 ? "<html>Sorry, something went wrong.</html>" : error(code, 0));
        // When
        var inspection = inspect(Optional.empty());
        // Then
        assertThat(inspection)
                .isInstanceOfSatisfying(
                        Inspection.Unavailable.class,
                        unavailable -> assertThat(unavailable.code()).isEqualTo(expected));
    }

    @Test
    void noAnswerMeansLater() {
        // Given
        calls.noAnswer(ErrorCode.NO_CONNECTION, false);
        // When
        var inspection = inspect(Optional.empty());
        // Then
        assertThat(inspection).isInstanceOf(Inspection.Unavailable.class);
    }

    @Test
    void aPagesTokenIsTakenAnewWithThePersonsOwn() {
        // Given: of many Pages
        calls.answer(
                200,
                "{\"data\":[{\"id\":\"1\",\"access_token\":\"other\"}],\"paging\":{\"cursors\":{\"after\":\"MQ\"},\"next\":\"https://next\"}}");
        calls.answer(200, "{\"data\":[{\"id\":\"2\",\"access_token\":\"new\"}],\"paging\":{\"cursors\":{}}}");
        // When
        var answer = derive("2");
        // Then
        assertThat(answer)
                .isInstanceOfSatisfying(
                        RefreshAnswer.Renewed.class,
                        renewed -> assertThat(renewed.tokens().accessToken()).isEqualTo(Secret.of("new")));
        assertThat(calls.calls().getLast().uri().toString()).contains("after=MQ");
    }

    @Test
    void aPageThatThePersonNoLongerSeesIsRefused() {
        // Given
        calls.answer(200, "{\"data\":[{\"id\":\"1\",\"access_token\":\"other\"}]}");
        // Then
        assertThat(derive("2")).isInstanceOf(RefreshAnswer.Refused.class);
    }

    @ParameterizedTest
    @CsvSource({"400, 190, Refused", "400, 4, NotNow", "500, 2, Unclear", "200, 0, NotNow"})
    void errorsTellAPersonsTokenThatIsDeadFromTrouble(int status, int code, String expected) {
        // Given
        calls.answer(status, code == 0 ? "<html>Welcome</html>" : error(code, 0));
        // Then
        assertThat(derive("2").getClass().getSimpleName()).isEqualTo(expected);
    }

    private RefreshAnswer derive(String pageId) {
        var config = new FacebookConfig(URI.create("https://graph.example"), "v26.0", Optional.empty());
        return new FacebookTokens(config, calls)
                .derive(Secret.of("person"), new Account(pageId, "Bakery"), CONTEXT)
                .orElseThrow();
    }

    private Inspection inspect(Optional<FacebookConfig.App> app) {
        var config = new FacebookConfig(URI.create("https://graph.example"), "v26.0", app);
        return new FacebookTokens(config, calls).inspect(Secret.of("page|token"), CONTEXT);
    }

    private static Optional<FacebookConfig.App> anApp() {
        return Optional.of(new FacebookConfig.App("1", Secret.of("app-secret")));
    }

    private static String error(int code, int subcode) {
        return "{\"error\":{\"message\":\"(#" + code + ")\",\"type\":\"OAuthException\",\"code\":" + code
                + (subcode == 0 ? "" : ",\"error_subcode\":" + subcode) + "}}";
    }
}
