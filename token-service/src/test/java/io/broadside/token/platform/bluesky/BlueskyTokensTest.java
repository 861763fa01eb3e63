package io.broadside.token.platform.bluesky;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.DpopKey;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.testkit.SettableClock;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenPlatform.Handed;
import io.broadside.token.platform.TokenPolicy.Renewal;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlueskyTokensTest {

    private static final CallContext CONTEXT = CallContext.forApp(Trace.root());
    private static final URI SERVICE = URI.create("https://bsky.example");
    private static final URI HOME = URI.create("https://home.example");
    private static final String DID = "did:plc:aaaabbbbccccddddeeeeffff";
    private static final BlueskyConfig CONFIG = new BlueskyConfig(
            SERVICE, URI.create("https://plc.example"), Optional.of("https://us.example/client.json"), false);

    private final SettableClock clock = new SettableClock();
    private final ScriptedCalls calls = new ScriptedCalls();
    private final BlueskyTokens tokens = new BlueskyTokens(CONFIG, calls, clock);
    private final BlueskySignIn signIn =
            new BlueskySignIn(CONFIG, List.of("atproto", "transition:generic"), calls, clock);

    @Test
    void anAppPasswordBecomesASessionAndIsKeptNowhere() {
        // Given
        calls.answer(200, session("first"));
        // When
        var grant = done(begin(Optional.empty()));
        // Then
        assertThat(grant.account().id()).isEqualTo(DID);
        assertThat(grant.account().name()).isEqualTo("alice.test");
        assertThat(grant.expiresAt()).contains(clock.instant().plusSeconds(7200));
        assertThat(grant.refreshExpiresAt()).contains(clock.instant().plus(Duration.ofDays(90)));
        assertThat(Sealed.open(grant.accessToken(), CONFIG).service()).isEqualTo(SERVICE);
        assertThat(grant.accessToken().reveal()).doesNotContain("abcd-efgh");
        assertThat(grant.renewing().orElseThrow().reveal()).doesNotContain("abcd-efgh");
        assertThat(calls.calls().getFirst().uri()).hasToString(SERVICE + "/xrpc/com.atproto.server.createSession");
    }

    @Test
    void aServerThatSomebodyNamesGoesWithTheTokenAndIsCalledOnThePublicInternetOnly() {
        // Given
        calls.answer(200, session("first"));
        // When
        var grant = done(begin(Optional.of("https://PDS.example.org/")));
        // Then
        assertThat(calls.calls().getFirst().onlyPublic()).isTrue();
        assertThat(Sealed.open(grant.accessToken(), CONFIG).service()).hasToString("https://pds.example.org");
    }

    @Test
    void theServerWhereTheAccountLivesIsTheOneThatItsIdentityNames() {
        // Given
        calls.answer(200, livingAt(DID, "https://Mushroom.host.example/"));
        // When
        var grant = done(begin(Optional.empty()));
        // Then
        assertThat(Sealed.open(grant.accessToken(), CONFIG).service()).hasToString("https://mushroom.host.example");
        assertThat(Sealed.open(grant.renewing().orElseThrow(), CONFIG).service())
                .hasToString("https://mushroom.host.example");
    }

    @Test
    void anAccountThatHasMovedIsFoundAtItsNextRenewal() {
        // Given
        calls.answer(200, livingAt(DID, "https://truffle.host.example"));
        // When
        var answer = refresh(Sealed.ofSession(HOME, jwt("r1", 60)));
        // Then
        assertThat(answer)
                .isInstanceOfSatisfying(
                        RefreshAnswer.Renewed.class,
                        renewed -> assertThat(Sealed.open(renewed.tokens().accessToken(), CONFIG)
                                        .service())
                                .hasToString("https://truffle.host.example"));
    }

    @ParameterizedTest
    @CsvSource({
        "did:plc:aaaabbbbccccddddeeeeffff, http://localhost:2583",
        "did:plc:aaaabbbbccccddddeeeeffff, https://10.1.2.3",
        "did:plc:aaaabbbbccccddddeeeeffff, nowhere",
        "did:plc:zzzzbbbbccccddddeeeeffff, https://mushroom.host.example"
    })
    void anIdentityThatLeadsNowhereLeavesTheSessionWhereItBegan(String whose, String home) {
        // Given
        calls.answer(200, livingAt(whose, home));
        // When
        var grant = done(begin(Optional.empty()));
        // Then
        assertThat(Sealed.open(grant.accessToken(), CONFIG).service()).isEqualTo(SERVICE);
    }

    /** The answer to a sign-in, or a renewal, with the identity of an account that lives there. */
    private String livingAt(String did, String server) {
        return session("first")
                .replaceFirst(
                        "\\{",
                        "{\"didDoc\":{\"id\":\"" + did
                                + "\",\"service\":[{\"id\":\"#atproto_labeler\",\"serviceEndpoint\":\"https://label.example\"},"
                                + "{\"id\":\"#atproto_pds\",\"serviceEndpoint\":\"" + server + "\"}]},");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://127.0.0.1",
                "https://localhost",
                "http://pds.example.org",
                "https://10.1.2.3",
                "https://pds.internal",
                "https://pds.example.org:8443",
                "https://[::1]",
                "https://[",
                "https://ann@pds.example.org",
                "https://pds.example.org?to=elsewhere"
            })
    void aServerInsideANetworkIsNotEvenAsked(String server) {
        assertThat(begin(Optional.of(server)))
                .isInstanceOfSatisfying(
                        Step.Failed.class, it -> assertThat(it.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        assertThat(calls.calls()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "401, AuthenticationRequired, TOKEN_REVOKED",
        "401, AuthFactorTokenRequired, PERMISSION_MISSING",
        "401, AccountTakedown, TOKEN_REVOKED",
        "429, RateLimitExceeded, RATE_LIMITED",
        "500, InternalServerError, SERVER_ERROR"
    })
    void saysWhyNoSessionBegins(int status, String error, ErrorCode code) {
        calls.answer(status, error(error));
        assertThat(begin(Optional.empty()))
                .isInstanceOfSatisfying(
                        Step.Failed.class, it -> assertThat(it.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'did':'did:plc: aaaabbbbccccddddeeeefff','accessJwt':'a.b.c','refreshJwt':'d.e.f'}",
                "{'did':'did:web:home.example/../x','accessJwt':'a.b.c','refreshJwt':'d.e.f'}",
                "{'did':'did:plc:aaaabbbbccccddddeeeeffff','accessJwt':'a.b.c\\r\\nx: y','refreshJwt':'d.e.f'}",
                "{'did':'did:plc:aaaabbbbccccddddeeeeffff','accessJwt':'a.b.c','refreshJwt':'d e f'}",
                "{'did':'did:plc:aaaabbbbccccddddeeeeffff','accessJwt':'a.b.c'}",
                "[]"
            })
    void nothingIsKeptOfAServerThatSaysNonsense(String answer) {
        calls.answer(200, answer.replace('\'', '"'));
        assertThat(begin(Optional.of("https://pds.example.org")))
                .isInstanceOfSatisfying(
                        Step.Failed.class, it -> assertThat(it.code()).isEqualTo(ErrorCode.UNEXPECTED_ANSWER));
    }

    @Test
    void anEndThatNoCalendarHasIsNoEnd() {
        // Given
        var endless = "e30."
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString("{\"exp\":9000000000000000000}".getBytes(UTF_8))
                + ".sig";
        calls.answer(200, "{\"did\":\"%1$s\",\"accessJwt\":\"%2$s\",\"refreshJwt\":\"%2$s\"}".formatted(DID, endless));
        // When
        var grant = done(begin(Optional.empty()));
        // Then
        assertThat(grant.expiresAt()).isEmpty();
        assertThat(grant.account().name()).isEqualTo(DID);
    }

    @Test
    void aSessionIsRenewedAtItsServer() {
        // Given
        calls.answer(200, session("second"));
        // When
        var answer = refresh(Sealed.ofSession(HOME, jwt("r1", 60)));
        // Then
        assertThat(answer).isInstanceOfSatisfying(RefreshAnswer.Renewed.class, renewed -> {
            var pair = renewed.tokens();
            assertThat(pair.lifetime()).contains(Duration.ofHours(2));
            assertThat(Sealed.open(pair.accessToken(), CONFIG).service()).isEqualTo(HOME);
            assertThat(Sealed.open(pair.refreshToken().orElseThrow(), CONFIG).service())
                    .isEqualTo(HOME);
        });
        var call = calls.calls().getFirst();
        assertThat(call.uri()).hasToString(HOME + "/xrpc/com.atproto.server.refreshSession");
        assertThat(call.body()).isEqualTo(new Body.None());
        assertThat(call.onlyPublic()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ExpiredToken", "InvalidToken", "AccountTakedown"})
    void aRefreshTokenThatIsDeadNeedsAPerson(String error) {
        calls.answer(400, error(error));
        assertThat(refresh(Sealed.ofSession(SERVICE, "r"))).isEqualTo(new RefreshAnswer.Refused(error));
    }

    @Test
    void aRefreshThatIsLimitedWaitsUntilTheSecondThatTheServerNames() {
        var reset = clock.instant().plusSeconds(290).getEpochSecond();
        calls.answer(429, Map.of("ratelimit-reset", Long.toString(reset)), error("RateLimitExceeded"));
        assertThat(refresh(Sealed.ofSession(SERVICE, "r")))
                .isEqualTo(new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.of(Duration.ofSeconds(290))));
    }

    @Test
    void aServerThatSomebodyNamedHoldsUpNobodyElse() {
        calls.answer(429, Map.of("retry-after", "86400"), error("RateLimitExceeded"));
        assertThat(refresh(Sealed.ofSession(HOME, "r")))
                .isEqualTo(new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.empty()));
    }

    @Test
    void notEvenWhenATokenIsLookedAt() {
        calls.answer(429, Map.of("retry-after", "60"), error("RateLimitExceeded"))
                .answer(429, Map.of("retry-after", "60"), error("RateLimitExceeded"));
        assertThat(pauseAfterALook(HOME)).isEmpty();
        assertThat(pauseAfterALook(SERVICE)).contains(Duration.ofMinutes(1));
    }

    private Optional<Duration> pauseAfterALook(URI server) {
        var inspection = tokens.inspect(Sealed.ofSession(server, "a.b.c").toSecret(), CONTEXT);
        return ((Inspection.Unavailable) inspection).retryAfter();
    }

    @ParameterizedTest
    @CsvSource({"retry-after, 999999999", "ratelimit-reset, 1795170600000"})
    void noHeaderHoldsUpEverybodyForMoreThanAnHour(String header, String value) {
        calls.answer(429, Map.of(header, value), error("RateLimitExceeded"));
        assertThat(refresh(Sealed.ofSession(SERVICE, "r")))
                .isEqualTo(new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.of(Duration.ofHours(1))));
    }

    @Test
    void aFaultOfTheServerLeavesOpenWhetherTheTokenWasUsed() {
        calls.answer(500, error("InternalServerError"));
        assertThat(refresh(Sealed.ofSession(SERVICE, "r")))
                .isEqualTo(new RefreshAnswer.Unclear(ErrorCode.SERVER_ERROR));
    }

    @Test
    void aBareTokenIsOneOfTheConfiguredServer() {
        // Given
        calls.answer(200, "{\"did\":\"" + DID + "\",\"handle\":\"alice.test\"}");
        // When
        var inspection = tokens.inspect(Secret.of("a.b.c"), CONTEXT);
        // Then
        assertThat(inspection).isInstanceOf(Inspection.Found.class);
        assertThat(calls.calls().getFirst().uri()).hasToString(SERVICE + "/xrpc/com.atproto.server.getSession");
        assertThat(calls.calls().getFirst().onlyPublic()).isFalse();
    }

    @Test
    void aSignInByOAuthIsPushedProvedAndBoundToTheAccountsHome() {
        // Given
        calls.answer(404, "")
                .answer(200, metadata(SERVICE))
                .answer(400, Map.of("dpop-nonce", "n1"), "{\"error\":\"use_dpop_nonce\"}")
                .answer(201, "{\"request_uri\":\"urn:r1\",\"expires_in\":299}");
        // When
        var asking = new SignIn.Asking(URI.create("https://us.example/cb"), "state", Optional.of("challenge"), false);
        var beginning = done(signIn.begin(asking, CONTEXT));
        // Then
        assertThat(beginning.authorization())
                .hasToString(
                        SERVICE + "/authorize?client_id=https%3A%2F%2Fus.example%2Fclient.json&request_uri=urn%3Ar1");
        assertThat(((Body.Form) calls.calls().get(3).body()).fields())
                .containsEntry("code_challenge", "challenge")
                .containsEntry("scope", "atproto transition:generic");

        // Given
        calls.answer(
                200,
                "{\"access_token\":\"at1\",\"token_type\":\"DPoP\",\"refresh_token\":\"ref-1\",\"expires_in\":3599,"
                        + "\"scope\":\"atproto transition:generic\",\"sub\":\"" + DID + "\"}");
        var code = new SignIn.Code(
                Secret.of("code"),
                URI.create("https://us.example/cb"),
                Optional.of(Secret.of("verifier")),
                beginning.kept());
        // When
        var person = done(signIn.exchange(code, CONTEXT));
        // Then
        assertThat(calls.calls().getLast().headers()).containsKey("dpop");
        calls.answer(200, "{\"service\":[{\"id\":\"#atproto_pds\",\"serviceEndpoint\":\"" + HOME + "\"}]}")
                .answer(200, "{\"authorization_servers\":[\"" + SERVICE + "\"]}")
                .answer(200, "{\"did\":\"" + DID + "\",\"handle\":\"alice.test\"}");
        var grant = done(signIn.accounts(person, CONTEXT)).getFirst();
        assertThat(grant.account().id()).isEqualTo(DID);
        assertThat(calls.calls().getLast().headers()).containsEntry("authorization", "DPoP at1");
        var access = Sealed.open(grant.accessToken(), CONFIG);
        assertThat(access.service()).isEqualTo(HOME);
        assertThat(access.key()).isPresent();
        assertThat(access.tokenEndpoint()).isEmpty();
        assertThat(Sealed.open(grant.renewing().orElseThrow(), CONFIG).tokenEndpoint())
                .contains(URI.create(SERVICE + "/token"));
        assertThat(grant.missingScopes()).isEmpty();
    }

    @Test
    void anIssuerThatTheAccountsHomeDoesNotNameGivesOutNothing() {
        // Given: an issuer that says whose account it likes
        var issued = new Sealed(
                SERVICE,
                Secret.of("at1"),
                Optional.of(DpopKey.generate()),
                Optional.empty(),
                Optional.of(DID),
                Optional.empty());
        var person =
                new Person(issued.toSecret(), Optional.empty(), Optional.empty(), Optional.empty(), List.of("atproto"));
        calls.answer(200, "{\"service\":[{\"id\":\"#atproto_pds\",\"serviceEndpoint\":\"" + HOME + "\"}]}")
                .answer(200, "{\"authorization_servers\":[\"https://other.example\"]}");
        // When
        var accounts = signIn.accounts(person, CONTEXT);
        // Then
        assertThat(accounts)
                .isInstanceOfSatisfying(
                        Step.Failed.class, it -> assertThat(it.code()).isEqualTo(ErrorCode.PERMISSION_MISSING));
        assertThat(calls.calls()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({
        "did:plc:zzzzbbbbccccddddeeeeffff, https://home.example, 3",
        "did:plc:aaaabbbbccccddddeeeeffff, https://[, 1",
        "did:plc:aaaabbbbccccddddeeeeffff, https://home.example|x, 1"
    })
    void whereAnAccountLivesMustBeAPlaceThatSaysItIsTheAccount(String whose, String home, int callsMade) {
        // Given
        var issued = new Sealed(
                SERVICE,
                Secret.of("at1"),
                Optional.of(DpopKey.generate()),
                Optional.empty(),
                Optional.of(DID),
                Optional.empty());
        var person =
                new Person(issued.toSecret(), Optional.empty(), Optional.empty(), Optional.empty(), List.of("atproto"));
        calls.answer(200, "{\"service\":[{\"id\":\"#atproto_pds\",\"serviceEndpoint\":\"" + home + "\"}]}")
                .answer(200, "{\"authorization_servers\":[\"" + SERVICE + "\"]}")
                .answer(200, "{\"did\":\"" + whose + "\",\"handle\":\"alice.test\"}");
        // When
        var accounts = signIn.accounts(person, CONTEXT);
        // Then
        assertThat(accounts)
                .isInstanceOfSatisfying(
                        Step.Failed.class, it -> assertThat(it.code()).isEqualTo(ErrorCode.UNEXPECTED_ANSWER));
        assertThat(calls.calls()).hasSize(callsMade);
    }

    @Test
    void aTokenOfOAuthIsRenewedWithItsKeyAndKeepsIt() {
        // Given
        var key = DpopKey.generate();
        var refreshToken = new Sealed(
                HOME,
                Secret.of("ref-1"),
                Optional.of(key),
                Optional.of(URI.create(SERVICE + "/token")),
                Optional.empty(),
                Optional.empty());
        calls.answer(200, "{\"access_token\":\"at2\",\"refresh_token\":\"ref-2\",\"expires_in\":3599}");
        // When
        var answer = refresh(refreshToken);
        // Then
        assertThat(answer).isInstanceOfSatisfying(RefreshAnswer.Renewed.class, renewed -> {
            var next = Sealed.open(renewed.tokens().refreshToken().orElseThrow(), CONFIG);
            assertThat(next.token()).isEqualTo(Secret.of("ref-2"));
            assertThat(next.tokenEndpoint()).contains(URI.create(SERVICE + "/token"));
            assertThat(next.key().orElseThrow().toJwk()).isEqualTo(key.toJwk());
            assertThat(Sealed.open(renewed.tokens().accessToken(), CONFIG).service())
                    .isEqualTo(HOME);
        });
    }

    @Test
    void theEndOfASignInByOAuthDoesNotMoveWithRenewals() {
        // Given: an hour left of two weeks
        var end = clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofHours(1));
        var refreshToken = new Sealed(
                        HOME,
                        Secret.of("ref-1"),
                        Optional.of(DpopKey.generate()),
                        Optional.of(URI.create(SERVICE + "/token")),
                        Optional.empty(),
                        Optional.empty())
                .until(end);
        calls.answer(200, "{\"access_token\":\"at2\",\"refresh_token\":\"ref-2\",\"expires_in\":3599}");
        // When
        var answer = refresh(refreshToken);
        // Then
        assertThat(answer).isInstanceOfSatisfying(RefreshAnswer.Renewed.class, renewed -> {
            assertThat(renewed.tokens().refreshLifetime()).contains(Duration.between(clock.instant(), end));
            assertThat(Sealed.open(renewed.tokens().refreshToken().orElseThrow(), CONFIG)
                            .ends())
                    .contains(end);
        });
    }

    @Test
    void aServerThatSomebodyNamedIsCalledOnlyOnThePublicInternetAlsoWhenASessionIsEnded() {
        // Given
        var ofAServerThatSomebodyNamed =
                Sealed.ofSession(URI.create("https://pds.example"), "r").toSecret();
        // When
        var named = signIn.revocation(ofAServerThatSomebodyNamed);
        var usual = signIn.revocation(Sealed.ofSession(SERVICE, "r").toSecret());
        // Then
        assertThat(named.orElseThrow().onlyPublic()).isTrue();
        assertThat(usual.orElseThrow().onlyPublic()).isFalse();
    }

    @Test
    void aRefreshTokenThatWasReplayedNeedsAPerson() {
        var refreshToken = new Sealed(
                HOME,
                Secret.of("ref-1"),
                Optional.of(DpopKey.generate()),
                Optional.of(URI.create(SERVICE + "/token")),
                Optional.empty(),
                Optional.empty());
        calls.answer(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Refresh token replayed\"}");
        assertThat(refresh(refreshToken)).isEqualTo(new RefreshAnswer.Refused("invalid_grant"));
    }

    private Step<Grant> begin(Optional<String> server) {
        var handed = new Handed(Secret.of("abcd-efgh-ijkl-mnop"), Optional.of("@alice.test"), server);
        return tokens.signIn(handed, CONTEXT).orElseThrow();
    }

    private RefreshAnswer refresh(Sealed refreshToken) {
        return ((Renewal.ByRefreshToken) tokens.policy().renewal())
                .refresher()
                .refresh(refreshToken.toSecret(), CONTEXT);
    }

    private static <T> T done(Step<T> step) {
        assertThat(step).isInstanceOf(Step.Done.class);
        return ((Step.Done<T>) step).value();
    }

    private String session(String name) {
        return "{\"did\":\"" + DID + "\",\"handle\":\"alice.test\",\"accessJwt\":\"" + jwt(name, 7200)
                + "\",\"refreshJwt\":\"" + jwt(name, Duration.ofDays(90).toSeconds()) + "\"}";
    }

    private String jwt(String id, long seconds) {
        var claims = "{\"jti\":\"" + id + "\",\"exp\":"
                + clock.instant().plusSeconds(seconds).getEpochSecond() + "}";
        return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(UTF_8)) + ".sig";
    }

    private static String metadata(URI issuer) {
        return "{\"issuer\":\"%1$s\",\"authorization_endpoint\":\"%1$s/authorize\",\"token_endpoint\":\"%1$s/token\",\"pushed_authorization_request_endpoint\":\"%1$s/par\"}"
                .formatted(issuer);
    }

    private static String error(String name) {
        return "{\"error\":\"" + name + "\",\"message\":\"m\"}";
    }
}
