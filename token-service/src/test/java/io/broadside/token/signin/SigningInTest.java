package io.broadside.token.signin;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.ErrorCode;
import io.broadside.testkit.SettableClock;
import io.broadside.token.ConnectionId;
import io.broadside.token.connect.StoredConnections;
import io.broadside.token.platform.ScriptedCalls;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.Step;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.signin.SigningIn.Begun;
import io.broadside.token.signin.SigningIn.Return;
import io.broadside.token.signin.SigningIn.Wish;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SigningInTest {

    @TempDir
    private static Path keys;

    private final SettableClock clock = new SettableClock();
    private final Vault vault = Vault.open(
            new VaultConfig(Optional.of(keys.resolve("access.json")), Optional.of(keys.resolve("refresh.json")), true));
    private final StoredConnections stored = new StoredConnections();
    private final FakeSignIn way = new FakeSignIn();
    private final SigningIn signingIn = anInstance();

    @Test
    void theBrowserIsSentWithAStateThatOnlyItKnowsAndAChallenge() {
        // When
        var begun = begin(way, wish());
        // Then
        var asking = way.asked.getFirst();
        assertThat(asking.state()).matches("[A-Za-z0-9_-]{43}");
        assertThat(asking.challenge())
                .hasValueSatisfying(challenge -> assertThat(challenge).matches("[A-Za-z0-9_-]{43}"));
        assertThat(asking.redirectUri()).hasToString("https://connect.example/connect/x/callback");
        assertThat(begun.cookie().value()).doesNotContain(asking.state());
        assertThat(begin(way, wish()).cookie().name())
                .isNotEqualTo(begun.cookie().name());
    }

    @Test
    void theChallengeIsTheOneOfTheStandard() {
        // RFC 7636, appendix B
        assertThat(SigningIn.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
                .isEqualTo("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    @Test
    void whoComesBackInTheSameBrowserIsConnected() {
        // Given
        way.opening("1111");
        var begun = begin(way, wish());
        // When
        var ending = finish(begun, withCode());
        // Then
        assertThat(ending).isInstanceOfSatisfying(Ending.Connected.class, connected -> {
            assertThat(connected.connection().getProfileId()).isEqualTo("bakery");
            assertThat(connected.connection().getMissingScopes()).containsExactly("tweet.write");
        });
        assertThat(stored.byId()).containsOnlyKeys(ConnectionId.of("bakery", "x", "1111"));
        var code = way.exchanged.getFirst();
        assertThat(SigningIn.challenge(code.verifier().orElseThrow().reveal()))
                .isEqualTo(way.asked.getFirst().challenge().orElseThrow());
    }

    @Test
    void anotherInstanceFinishesWhatThisOneBegan() {
        // Given
        way.opening("1111");
        var begun = begin(way, wish());
        // When
        var ending = anInstance().finish(way, withCode(), cookies(begun.cookie()), Trace.root());
        // Then
        assertThat(ending).isInstanceOf(Ending.Connected.class);
    }

    @Test
    void aForeignBrowserIsTurnedAway() {
        // Given
        way.opening("1111");
        begin(way, wish());
        // When
        var ending = signingIn.finish(way, withCode(), _ -> Optional.empty(), Trace.root());
        // Then
        assertThatNothingHappened(ending, ErrorCode.INVALID_REQUEST);
        assertThat(way.exchanged).isEmpty();
    }

    @Test
    void theCookieOfAnotherSignInIsOfNoUse() {
        // Given
        way.opening("1111");
        var mine = begin(way, wish());
        var theirs = begin(way, wish());
        // When: somebody sends my browser back with the state of theirs
        var forged = new Return(Optional.of(way.asked.getLast().state()), Optional.of("their-code"), Optional.empty());
        var ending = signingIn.finish(
                way,
                forged,
                name -> name.equals(theirs.cookie().name())
                        ? Optional.of(mine.cookie().value())
                        : Optional.empty(),
                Trace.root());
        // Then
        assertThatNothingHappened(ending, ErrorCode.INVALID_REQUEST);
        assertThat(way.exchanged).isEmpty();
    }

    @Test
    void aForgedCookieIsOfNoUse() {
        // Given
        way.opening("1111");
        begin(way, wish());
        // When
        var ending = signingIn.finish(way, withCode(), _ -> Optional.of("AAAA"), Trace.root());
        // Then
        assertThatNothingHappened(ending, ErrorCode.INVALID_REQUEST);
    }

    @Test
    void aStateWorksOnce() {
        // Given
        way.opening("1111");
        var begun = begin(way, wish());
        finish(begun, withCode());
        stored.byId().clear();
        // When
        var ending = finish(begun, withCode());
        // Then
        assertThatNothingHappened(ending, ErrorCode.INVALID_REQUEST);
        assertThat(way.exchanged).hasSize(1);
    }

    @Test
    void aStateWorksForAWhile() {
        // Given
        way.opening("1111");
        var begun = begin(way, wish());
        clock.advance(Duration.ofMinutes(10));
        // When
        var ending = finish(begun, withCode());
        // Then
        assertThatNothingHappened(ending, ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource({
        "access_denied, PERMISSION_MISSING",
        "user_cancelled_authorize, PERMISSION_MISSING",
        "unauthorized_scope_error, APP_REFUSED",
        "server_error, SERVER_ERROR",
        "<script>, UNKNOWN_REFUSAL"
    })
    void whoDeclinesIsToldSo(String error, ErrorCode code) {
        // Given
        var begun = begin(way, wish());
        // When
        var ending = finish(
                begun, new Return(Optional.of(way.asked.getLast().state()), Optional.empty(), Optional.of(error)));
        // Then
        assertThatNothingHappened(ending, code);
        assertThat(((Ending.Failed) ending).sentence()).doesNotContain(error).contains("X");
    }

    @Test
    void whatThePlatformRefusesIsSaid() {
        // Given
        way.refusal = Optional.of(Step.failed(ErrorCode.APP_REFUSED, "X refuses the app."));
        var begun = begin(way, wish());
        // When
        var ending = finish(begun, withCode());
        // Then
        assertThat(ending)
                .isEqualTo(new Ending.Failed(
                        ErrorCode.APP_REFUSED, "X refuses the app.", Optional.empty(), Optional.of("bakery")));
    }

    @Test
    void whoOpensSeveralChooses() {
        // Given
        way.opening("1111", "2222");
        var choosing = aChoice();
        // When
        var ending = signingIn.choose(way, choosing.sealed(), "2222", cookies(choosing.key()), Trace.root());
        // Then
        assertThat(choosing.candidates())
                .containsExactly(
                        new Ending.Candidate("1111", "name-1111", "user"),
                        new Ending.Candidate("2222", "name-2222", "user"));
        assertThat(choosing.toString()).doesNotContain("canary");
        assertThat(ending)
                .isInstanceOfSatisfying(
                        Ending.Connected.class,
                        connected -> assertThat(connected.connection().getAccountId())
                                .isEqualTo("2222"));
        assertThat(stored.byId()).hasSize(1);
    }

    @Test
    void aChoiceIsForItsBrowserAndOnce() {
        // Given
        way.opening("1111", "2222");
        var choosing = aChoice();
        // When
        var elsewhere = signingIn.choose(way, choosing.sealed(), "1111", _ -> Optional.empty(), Trace.root());
        var unknown = signingIn.choose(way, aChoice().sealed(), "3333", cookies(choosing.key()), Trace.root());
        // Then
        assertThatNothingHappened(elsewhere, ErrorCode.INVALID_REQUEST);
        assertThatNothingHappened(unknown, ErrorCode.INVALID_REQUEST);
        signingIn.choose(way, choosing.sealed(), "1111", cookies(choosing.key()), Trace.root());
        stored.byId().clear();
        assertThatNothingHappened(
                signingIn.choose(way, choosing.sealed(), "2222", cookies(choosing.key()), Trace.root()),
                ErrorCode.INVALID_REQUEST);
    }

    @Test
    void anAccountThatWasNotOpenedCannotBeChosen() {
        // Given
        way.opening("1111", "2222");
        var choosing = aChoice();
        // When
        var ending = signingIn.choose(way, choosing.sealed(), "3333", cookies(choosing.key()), Trace.root());
        // Then
        assertThatNothingHappened(ending, ErrorCode.INVALID_REQUEST);
    }

    @Test
    void whoConnectsAgainAsSomebodyElseChangesNothing() {
        // Given
        way.opening("1111");
        finish(begin(way, wish()), withCode());
        var before = stored.byId().values().iterator().next();
        var other = new FakeSignIn().opening("2222");
        // When
        var begun = begin(other, again(before));
        var ending = signingIn.finish(
                other,
                new Return(Optional.of(other.asked.getLast().state()), Optional.of("code"), Optional.empty()),
                cookies(begun.cookie()),
                Trace.root());
        // Then
        assertThat(ending)
                .isInstanceOfSatisfying(
                        Ending.Failed.class,
                        failed -> assertThat(failed.sentence())
                                .contains("name-1111 (1111)", "name-2222 (2222)", "Nothing was changed"));
        assertThat(stored.byId().values()).containsExactly(before);
    }

    @Test
    void whoConnectsAgainNeedNotChoose() {
        // Given
        way.opening("1111");
        finish(begin(way, wish()), withCode());
        var before = stored.byId().values().iterator().next();
        way.opening("2222", "3333");
        // When
        var ending = finish(begin(way, again(before)), withCode());
        // Then
        assertThat(way.asked.getLast().isAgain()).isTrue();
        assertThat(ending)
                .isInstanceOfSatisfying(
                        Ending.Connected.class,
                        connected -> assertThat(connected.connection().getTokenVersion())
                                .isEqualTo(2));
    }

    @Test
    void whatCannotBeStoredMeansLater() {
        // Given
        way.opening("1111");
        stored.goAway();
        // When
        var ending = finish(begin(way, wish()), withCode());
        // Then
        assertThatNothingHappened(ending, ErrorCode.INTERNAL);
    }

    private void assertThatNothingHappened(Ending ending, ErrorCode code) {
        assertThat(ending)
                .isInstanceOfSatisfying(
                        Ending.Failed.class, failed -> assertThat(failed.code()).isEqualTo(code));
        assertThat(stored.byId()).isEmpty();
    }

    private Ending.Choosing aChoice() {
        return (Ending.Choosing) finish(begin(way, wish()), withCode());
    }

    private Begun begin(SignIn by, Wish wish) {
        return ((Step.Done<Begun>) signingIn.begin(by, wish, Trace.root())).value();
    }

    private Ending finish(Begun begun, Return back) {
        return signingIn.finish(way, back, cookies(begun.cookie()), Trace.root());
    }

    private Return withCode() {
        return new Return(Optional.of(way.asked.getLast().state()), Optional.of("code"), Optional.empty());
    }

    private static Function<String, Optional<String>> cookies(Ending.Key cookie) {
        return name -> Optional.of(cookie.value()).filter(_ -> name.equals(cookie.name()));
    }

    private static Wish wish() {
        return new Wish("bakery", Optional.empty(), Optional.empty());
    }

    private static Wish again(Connection connection) {
        return new Wish("bakery", Optional.of(connection), Optional.empty());
    }

    private SigningIn anInstance() {
        var config = new SignInConfig(Optional.empty(), ReturnUrls.of("URLS", List.of()), Duration.ofMinutes(10));
        var platforms =
                TokenPlatforms.all(TokenPlatforms.Config.from(Settings.from(Map.of())), new ScriptedCalls(), clock);
        return new SigningIn(
                config,
                () -> URI.create("https://connect.example"),
                platforms,
                stored.acceptance(vault, clock),
                new Envelopes(vault, clock),
                clock);
    }
}
