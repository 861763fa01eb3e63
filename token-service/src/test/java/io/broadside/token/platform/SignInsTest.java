package io.broadside.token.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.BasicAuth;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.testkit.SettableClock;
import io.broadside.token.platform.SignIn.Asking;
import io.broadside.token.platform.SignIn.Code;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way to sign in: what it asks for, how it exchanges, what accounts it opens. */
class SignInsTest {

    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());
    private static final URI CALLBACK = URI.create("https://connect.example/connect/way/callback");
    private static final Asking ASKING = new Asking(CALLBACK, "the-state", Optional.of("the-challenge"), false);
    private static final Code CODE = new Code(Secret.of("the-code"), CALLBACK, Optional.of(Secret.of("the-verifier")));

    private static final Map<String, String> SET_UP = Map.ofEntries(
            Map.entry("BLUESKY_CLIENT_ID", "https://us.example/bluesky.json"),
            Map.entry("X_API_URI", "https://x.example"),
            Map.entry("X_CLIENT_ID", "x-id"),
            Map.entry("X_CLIENT_SECRET", "x-secret"),
            Map.entry("TIKTOK_API_URI", "https://tiktok.example"),
            Map.entry("TIKTOK_CLIENT_KEY", "t-key"),
            Map.entry("TIKTOK_CLIENT_SECRET", "t-secret"),
            Map.entry("LINKEDIN_API_URI", "https://api.linkedin.example"),
            Map.entry("LINKEDIN_OAUTH_URI", "https://linkedin.example"),
            Map.entry("LINKEDIN_CLIENT_ID", "l-id"),
            Map.entry("LINKEDIN_CLIENT_SECRET", "l-secret"),
            Map.entry("FACEBOOK_API_URI", "https://graph.example"),
            Map.entry("FACEBOOK_DIALOG_URI", "https://facebook.example"),
            Map.entry("FACEBOOK_APP_ID", "f-id"),
            Map.entry("FACEBOOK_APP_SECRET", "f-secret"),
            Map.entry("INSTAGRAM_API_URI", "https://instagram.example"),
            Map.entry("INSTAGRAM_OAUTH_URI", "https://oauth.instagram.example"),
            Map.entry("INSTAGRAM_APP_ID", "i-id"),
            Map.entry("INSTAGRAM_APP_SECRET", "i-secret"));

    private final SettableClock clock = new SettableClock();
    private final ScriptedCalls calls = new ScriptedCalls();
    private final SignIns ways = ways(SET_UP);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x                  | https://x.com/i/oauth2/authorize?response_type=code&client_id=x-id&redirect_uri=https%3A%2F%2Fconnect.example%2Fconnect%2Fway%2Fcallback&scope=tweet.read%20tweet.write%20users.read%20media.write%20offline.access&state=the-state&code_challenge=the-challenge&code_challenge_method=S256
            tiktok             | https://www.tiktok.com/v2/auth/authorize/?client_key=t-key&response_type=code&scope=user.info.basic%2Cvideo.publish%2Cvideo.list&redirect_uri=https%3A%2F%2Fconnect.example%2Fconnect%2Fway%2Fcallback&state=the-state
            linkedin           | https://www.linkedin.com/oauth/v2/authorization?response_type=code&client_id=l-id&redirect_uri=https%3A%2F%2Fconnect.example%2Fconnect%2Fway%2Fcallback&state=the-state&scope=openid%20profile%20w_member_social%20w_organization_social%20r_organization_social%20rw_organization_admin
            facebook           | https://facebook.example/v26.0/dialog/oauth?client_id=f-id&redirect_uri=https%3A%2F%2Fconnect.example%2Fconnect%2Fway%2Fcallback&state=the-state&response_type=code&scope=pages_show_list%2Cpages_read_engagement%2Cpages_manage_posts%2Cpages_manage_engagement
            instagram          | https://www.instagram.com/oauth/authorize?client_id=i-id&redirect_uri=https%3A%2F%2Fconnect.example%2Fconnect%2Fway%2Fcallback&response_type=code&scope=instagram_business_basic%2Cinstagram_business_content_publish%2Cinstagram_business_manage_comments&state=the-state
            instagram-facebook | https://facebook.example/v26.0/dialog/oauth?client_id=f-id&redirect_uri=https%3A%2F%2Fconnect.example%2Fconnect%2Fway%2Fcallback&state=the-state&response_type=code&scope=instagram_basic%2Cinstagram_content_publish%2Cinstagram_manage_comments%2Cpages_show_list%2Cpages_read_engagement
            """)
    void peopleAreSentToThePlatform(String way, URI address) {
        assertThat(way(way).authorization(ASKING)).isEqualTo(address);
    }

    @Test
    void facebookIsAskedAgainForWhatWasDeclined() {
        assertThat(way("facebook")
                        .authorization(new Asking(CALLBACK, "s", Optional.empty(), true))
                        .getQuery())
                .contains("auth_type=rerequest");
    }

    @Test
    void withoutAnAppNobodyCanSignIn() {
        assertThat(ways(Map.of()).all())
                .hasSize(7)
                .allSatisfy(way -> assertThat(way.missingSettings()).isNotEmpty());
        assertThat(ways.all())
                .allSatisfy(way -> assertThat(way.missingSettings()).isEmpty());
    }

    @Test
    void halfAnInstagramAppIsNone() {
        assertThatThrownBy(() -> ways(Map.of("INSTAGRAM_APP_ID", "1")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("INSTAGRAM_APP_SECRET");
    }

    @Test
    void xProvesItselfWithTheVerifierAndItsSecret() {
        // Given
        calls.answer(200, """
                {"token_type":"bearer","expires_in":7200,"access_token":"at","refresh_token":"rt",\
                "scope":"tweet.read users.read offline.access"}""").answer(200, """
                {"data":{"id":"1111","username":"harbour"}}""");
        // When
        var grant = only(opened("x"));
        // Then
        assertThat(grant.account()).isEqualTo(new Account("1111", "harbour"));
        assertThat(grant.renewing()).contains(Secret.of("rt"));
        assertThat(grant.expiresAt()).contains(SettableClock.START.plus(Duration.ofHours(2)));
        assertThat(grant.missingScopes()).containsExactly("tweet.write", "media.write");
        var exchange = calls.calls().getFirst();
        assertThat(exchange.uri()).hasToString("https://x.example/2/oauth2/token");
        assertThat(exchange.basic()).contains(new BasicAuth("x-id", Secret.of("x-secret")));
        assertThat(exchange.body())
                .isEqualTo(new Body.Form(Map.of(
                        "grant_type",
                        "authorization_code",
                        "code",
                        "the-code",
                        "redirect_uri",
                        CALLBACK.toString(),
                        "code_verifier",
                        "the-verifier")));
        assertThat(calls.calls().getLast().bearer()).contains(Secret.of("at"));
    }

    @Test
    void tikTokSaysWhatWasUnticked() {
        // Given
        calls.answer(200, """
                {"open_id":"o1","scope":"user.info.basic,video.list","access_token":"act","expires_in":7200,\
                "refresh_token":"rft","refresh_expires_in":15552000,"token_type":"Bearer"}""").answer(200, """
                {"data":{"user":{"open_id":"o1","display_name":"Harbour"}},"error":{"code":"ok"}}""");
        // When
        var grant = only(opened("tiktok"));
        // Then
        assertThat(grant.missingScopes()).containsExactly("video.publish");
        assertThat(grant.refreshExpiresAt()).contains(SettableClock.START.plus(Duration.ofDays(180)));
        assertThat(calls.calls().getFirst().body())
                .isInstanceOfSatisfying(
                        Body.Form.class,
                        form -> assertThat(form.fields())
                                .containsEntry("client_key", "t-key")
                                .containsEntry("client_secret", "t-secret")
                                .doesNotContainKey("code_verifier"));
    }

    @Test
    void aMemberOfLinkedInOpensOrganizationsToo() {
        // Given
        calls.answer(200, """
                        {"access_token":"at","expires_in":5184000,"refresh_token":"rt","refresh_token_expires_in":31536000,\
                        "scope":"openid,profile,w_member_social,w_organization_social,rw_organization_admin"}""")
                .answer(200, "{\"sub\":\"m1\",\"name\":\"Ada\"}")
                .answer(200, "{\"active\":true,\"expires_at\":1800000000,\"scope\":\"openid\"}")
                .answer(200, """
                        {"elements":[{"organizationalTarget":"urn:li:organization:5550001",\
                        "role":"CONTENT_ADMINISTRATOR","organizationalTarget~":{"localizedName":"Harbour Bakery"}},\
                        {"organizationalTarget":"urn:li:organization:5550002","role":"ANALYST"},\
                        {"organizationalTarget":"urn:li:organizationBrand:7"}]}""");
        // When
        var grants = opened("linkedin");
        // Then
        assertThat(grants)
                .extracting(Grant::account)
                .containsExactly(
                        new Account("m1", "Ada"),
                        new Account("5550001", "Harbour Bakery", Optional.of("m1"), Optional.of("organization")));
        assertThat(grants.getFirst().missingScopes()).isEmpty();
        assertThat(grants.getLast().missingScopes()).containsExactly("r_organization_social");
        assertThat(grants).allSatisfy(grant -> {
            assertThat(grant.renewing()).contains(Secret.of("rt"));
            assertThat(grant.userToken()).isEmpty();
            assertThat(grant.refreshExpiresAt()).contains(SettableClock.START.plus(Duration.ofDays(365)));
        });
    }

    @Test
    void withoutThatPermissionThereIsTheMemberAlone() {
        // Given
        calls.answer(
                        200,
                        "{\"access_token\":\"at\",\"expires_in\":5184000,\"scope\":\"openid,profile,w_member_social\"}")
                .answer(200, "{\"sub\":\"m1\",\"name\":\"Ada\"}")
                .answer(200, "{\"active\":true}");
        // When
        var grant = only(opened("linkedin"));
        // Then
        assertThat(grant.renewing()).isEmpty();
        assertThat(grant.userToken()).contains(Secret.of("at"));
    }

    @Test
    void facebookOpensPagesWithTokensOfTheirOwn() {
        // Given
        calls.answer(200, "{\"access_token\":\"short\",\"expires_in\":5000}")
                .answer(200, "{\"access_token\":\"long\",\"expires_in\":5183944}")
                .answer(200, """
                        {"data":{"user_id":"u1","is_valid":true,"data_access_expires_at":1800000000,\
                        "scopes":["pages_show_list","pages_read_engagement"]}}""")
                .answer(200, """
                        {"data":[{"id":"1","name":"Bakery","access_token":"page-1","tasks":["CREATE_CONTENT"]},\
                        {"id":"2","name":"Looked at","access_token":"page-2","tasks":["ANALYZE"]}],\
                        "paging":{"cursors":{"after":"more"},"next":"https://graph.example/secret"}}""")
                .answer(200, "{\"data\":[{\"id\":\"3\",\"name\":\"Coffee\",\"access_token\":\"page-3\"}]}");
        // When
        var grants = opened("facebook");
        // Then
        assertThat(grants)
                .extracting(Grant::account)
                .containsExactly(
                        new Account("1", "Bakery", Optional.of("u1"), Optional.empty()),
                        new Account("3", "Coffee", Optional.of("u1"), Optional.empty()));
        assertThat(grants.getFirst().accessToken()).isEqualTo(Secret.of("page-1"));
        assertThat(grants.getFirst().userToken()).contains(Secret.of("long"));
        assertThat(grants.getFirst().renewing()).isEmpty();
        assertThat(grants.getFirst().expiresAt()).isEmpty();
        assertThat(grants.getFirst().missingScopes()).containsExactly("pages_manage_posts");
        assertThat(calls.calls().get(1).uri().getQuery())
                .contains("grant_type=fb_exchange_token", "fb_exchange_token=short");
        assertThat(calls.calls().get(4).uri().getQuery()).contains("after=more");
    }

    @Test
    void pagesOfBusinessesAreAmongThem() {
        // Given
        calls.answer(200, "{\"access_token\":\"short\"}")
                .answer(200, "{\"access_token\":\"long\"}")
                .answer(200, "{\"data\":{\"user_id\":\"u1\",\"scopes\":[\"business_management\"]}}")
                .answer(200, "{\"data\":[{\"id\":\"1\",\"name\":\"Bakery\",\"access_token\":\"page-1\"}]}")
                .answer(200, "{\"data\":[{\"id\":\"700\"},{\"id\":\"800\"}]}")
                .answer(200, """
                        {"data":[{"id":"1","name":"Bakery","access_token":"page-1-again"},\
                        {"id":"2","name":"Coffee","access_token":"page-2"},{"id":"3","name":"Without a role"}]}""")
                .answer(400, "{\"error\":{\"code\":200}}")
                .answer(500, "<html>")
                .answer(200, "{\"data\":[{\"id\":\"4\",\"name\":\"Library\",\"access_token\":\"page-4\"}]}");
        // When
        var grants = opened("facebook");
        // Then
        assertThat(grants)
                .extracting(grant -> grant.account().id(), Grant::accessToken)
                .containsExactly(
                        tuple("1", Secret.of("page-1")),
                        tuple("2", Secret.of("page-2")),
                        tuple("4", Secret.of("page-4")));
        assertThat(calls.calls().subList(4, 9))
                .extracting(call -> call.uri().getPath())
                .containsExactly(
                        "/v26.0/me/businesses",
                        "/v26.0/700/owned_pages",
                        "/v26.0/700/client_pages",
                        "/v26.0/800/owned_pages",
                        "/v26.0/800/client_pages");
        assertThat(calls.calls().subList(4, 9))
                .allSatisfy(call -> assertThat(call.bearer()).contains(Secret.of("long")));
    }

    @Test
    void withoutAPageThereIsNothingToConnect() {
        // Given
        calls.answer(200, "{\"access_token\":\"short\"}")
                .answer(200, "{\"access_token\":\"long\"}")
                .answer(200, "{\"data\":{\"user_id\":\"u1\",\"scopes\":[]}}")
                .answer(200, "{\"data\":[]}");
        // When
        var accounts = step("facebook");
        // Then
        assertThat(failure(accounts).code()).isEqualTo(ErrorCode.PERMISSION_MISSING);
    }

    @Test
    void facebookOpensTheInstagramAccountsOfPages() {
        // Given
        calls.answer(200, "{\"access_token\":\"short\"}")
                .answer(200, "{\"access_token\":\"long\"}")
                .answer(200, "{\"data\":{\"user_id\":\"u1\",\"scopes\":[\"instagram_basic\",\"pages_show_list\"]}}")
                .answer(200, """
                        {"data":[{"id":"1","name":"Bakery","access_token":"page-1",\
                        "instagram_business_account":{"id":"178"}},{"id":"2","name":"Coffee","access_token":"page-2"}]}""")
                .answer(200, "{\"username\":\"harbour_bakery\",\"id\":\"178\"}");
        // When
        var grant = only(opened("instagram-facebook"));
        // Then
        assertThat(grant.account())
                .isEqualTo(new Account("178", "harbour_bakery", Optional.of("u1"), Optional.of("facebook_login")));
        assertThat(grant.accessToken()).isEqualTo(Secret.of("page-1"));
        assertThat(grant.renewing()).isEmpty();
        assertThat(grant.missingScopes()).containsExactly("instagram_content_publish", "pages_read_engagement");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"data\":[{\"access_token\":\"short\",\"user_id\":\"1\",\"permissions\":\"instagram_business_basic\"}]}",
                "{\"access_token\":\"short\",\"user_id\":1,\"permissions\":[\"instagram_business_basic\"]}"
            })
    void instagramGivesALongLivedTokenForTheShortOne(String answer) {
        // Given
        calls.answer(200, answer)
                .answer(200, "{\"access_token\":\"long\",\"token_type\":\"bearer\",\"expires_in\":5184000}")
                .answer(200, "{\"id\":\"278\",\"user_id\":\"178\",\"username\":\"harbour\"}");
        // When
        var grant = only(opened("instagram"));
        // Then
        assertThat(grant.account()).isEqualTo(new Account("178", "harbour", Optional.of("278"), Optional.empty()));
        assertThat(grant.renewing()).contains(Secret.of("long"));
        assertThat(grant.expiresAt()).contains(SettableClock.START.plus(Duration.ofDays(60)));
        assertThat(grant.missingScopes()).containsExactly("instagram_business_content_publish");
    }

    @Test
    void oddNumbersOfMetaAreNoEnds() {
        // Given
        calls.answer(200, "{\"access_token\":\"short\",\"expires_in\":9223372036854775807}")
                .answer(200, "{\"access_token\":\"long\",\"expires_in\":9223372036854775807}")
                .answer(200, """
                        {"data":{"user_id":"u1","data_access_expires_at":9223372036854775807,"scopes":[]}}""")
                .answer(200, "{\"data\":[{\"id\":\"1\",\"access_token\":\"page-1\"}]}")
                .answer(200, "{\"access_token\":\"short\"}")
                .answer(200, "{\"access_token\":\"long\",\"expires_in\":9223372036854775807}")
                .answer(200, "{\"user_id\":\"178\"}");
        // When
        var page = only(opened("facebook"));
        var account = only(opened("instagram"));
        // Then
        assertThat(page.dataAccessExpiresAt()).isEmpty();
        assertThat(account.expiresAt()).contains(SettableClock.START.plus(Duration.ofDays(3650)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x         | 400 | {"error":"invalid_request"}                           | UNKNOWN_REFUSAL
            x         | 401 | {"error":"unauthorized_client"}                       | APP_REFUSED
            x         | 503 | <html>                                                | SERVER_ERROR
            tiktok    | 200 | {"error":"invalid_grant"}                             | UNKNOWN_REFUSAL
            linkedin  | 401 | {"error":"invalid_client"}                            | APP_REFUSED
            linkedin  | 400 | {"error":"invalid_grant"}                             | UNKNOWN_REFUSAL
            facebook  | 400 | {"error":{"code":100,"type":"OAuthException"}}        | UNKNOWN_REFUSAL
            facebook  | 400 | {"error":{"code":101,"type":"OAuthException"}}        | APP_REFUSED
            facebook  | 500 | {"error":{"code":2}}                                  | SERVER_ERROR
            facebook  | 200 | <html>                                                | UNEXPECTED_ANSWER
            instagram | 400 | {"error_type":"OAuthException","code":400}            | UNKNOWN_REFUSAL
            instagram | 502 | <html>                                                | SERVER_ERROR
            """)
    void aCodeThatIsNotTakenIsExplained(String way, int status, String body, ErrorCode code) {
        // Given
        calls.answer(status, body);
        // When
        var exchanged = way(way).exchange(CODE, CONTEXT);
        // Then
        assertThat(failure(exchanged).code()).isEqualTo(code);
        assertThat(failure(exchanged).sentence()).endsWith(".").doesNotContain("the-code", "the-verifier", "-secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "tiktok", "linkedin", "facebook", "instagram", "instagram-facebook"})
    void aPlatformThatIsAwayMeansLater(String way) {
        // Given
        calls.noAnswer(ErrorCode.NO_CONNECTION, false);
        // When
        var exchanged = way(way).exchange(CODE, CONTEXT);
        // Then
        assertThat(failure(exchanged).code()).isEqualTo(ErrorCode.NO_CONNECTION);
    }

    @Test
    void onlySomePlatformsTakePermissionsBack() {
        var token = Secret.of("rt");
        assertThat(way("x").revocation(token)).isPresent();
        assertThat(way("tiktok").revocation(token))
                .hasValueSatisfying(
                        call -> assertThat(call.uri()).hasToString("https://tiktok.example/v2/oauth/revoke/"));
        assertThat(way("linkedin").revocation(token))
                .hasValueSatisfying(
                        call -> assertThat(call.uri()).hasToString("https://linkedin.example/oauth/v2/revoke"));
        assertThat(List.of("facebook", "instagram", "instagram-facebook"))
                .allSatisfy(id -> assertThat(way(id).revocation(token)).isEmpty());
    }

    private List<Grant> opened(String way) {
        return switch (step(way)) {
            case Step.Done<List<Grant>>(var grants) -> grants;
            case Step.Failed<List<Grant>> failed -> throw new AssertionError(failed);
        };
    }

    private Step<List<Grant>> step(String way) {
        return way(way).exchange(CODE, CONTEXT).then(person -> way(way).accounts(person, CONTEXT));
    }

    private static Grant only(List<Grant> grants) {
        assertThat(grants).hasSize(1);
        return grants.getFirst();
    }

    private static <T> Step.Failed<T> failure(Step<T> step) {
        return switch (step) {
            case Step.Failed<T> failed -> failed;
            case Step.Done<T> done -> throw new AssertionError(done);
        };
    }

    private SignIn way(String id) {
        return ways.find(id).orElseThrow();
    }

    private SignIns ways(Map<String, String> environment) {
        return SignIns.all(SignIns.Config.from(Settings.from(environment)), calls, clock);
    }
}
