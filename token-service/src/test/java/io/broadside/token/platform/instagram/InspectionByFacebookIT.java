package io.broadside.token.platform.instagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.CallJournal;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.tracing.Trace;
import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.SimulatorConfig;
import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.instagram.InstagramAccount;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.RefreshAnswer;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The token of a Page, shown as the daily look does: Instagram's own host would refuse it, well as it is. */
@SuppressWarnings("NullAway.Init")
class InspectionByFacebookIT {

    private static final String ID = "17840000000000077";
    private static final String PAGE = "1000000077";
    private static final Secret PAGE_TOKEN = Secret.of("page-token-77");
    private static final Secret USER_TOKEN = Secret.of("user-token-77");

    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final Vertx vertx = Vertx.vertx();
    private PlatformHttp http;
    private TokenPlatform instagram;

    @BeforeEach
    void connect() {
        simulator
                .control()
                .add(FacebookPage.of(PAGE, "Harbour Bakery", PAGE_TOKEN.reveal())
                        .withUserToken(USER_TOKEN.reveal()));
        simulator.control().add(InstagramAccount.of(ID, "harbour", "IG-77").withPageId(PAGE));
        var settings = Settings.from(Map.of(
                "INSTAGRAM_API_URI",
                simulator.uri(InstagramPlatform.ID).toString(),
                "FACEBOOK_API_URI",
                simulator.facebook().toString(),
                "FACEBOOK_APP_ID",
                SimulatorConfig.FACEBOOK_APP_ID,
                "FACEBOOK_APP_SECRET",
                SimulatorConfig.FACEBOOK_APP_SECRET));
        http = new PlatformHttp(
                vertx, HttpConfig.from(settings), CallJournal.none(), new SimpleMeterRegistry(), Clock.systemUTC());
        instagram = TokenPlatforms.all(TokenPlatforms.Config.from(settings), http::call, Clock.systemUTC())
                .find("instagram")
                .orElseThrow();
    }

    @AfterEach
    void stop() {
        http.close();
        vertx.close().await();
        simulator.close();
    }

    @Test
    void theTokenOfThePageIsAcceptedAndItsScopesAreThoseOfThisLogin() {
        // When
        var inspection = look();
        // Then
        assertThat(inspection).isInstanceOfSatisfying(Inspection.Found.class, found -> {
            assertThat(found.account().id()).isEqualTo(ID);
            assertThat(found.account().kind()).contains("facebook_login");
            assertThat(instagram.policy().missingFrom("facebook_login", found.scopes()))
                    .isEmpty();
            assertThat(instagram.policy().missingFrom("instagram_login", found.scopes()))
                    .isNotEmpty();
        });
    }

    @Test
    void onceItIsWithdrawnItIsRefused() {
        // Given
        simulator.control().revokeTokens(Platform.FACEBOOK, PAGE);
        // Then
        assertThat(look())
                .isInstanceOfSatisfying(
                        Inspection.Withdrawn.class,
                        withdrawn -> assertThat(withdrawn.sentence()).contains("changed the password"));
    }

    @Test
    void onceItHasExpiredANewOneIsTakenWithThePersonsToken() {
        // Given
        simulator.control().expireToken(Platform.FACEBOOK, PAGE);
        var account = new Account(ID, "harbour", Optional.empty(), Optional.of("facebook_login"));
        // When
        var derived = instagram.derive(USER_TOKEN, account, CallContext.forApp(Trace.root()));
        // Then
        assertThat(derived)
                .get()
                .isInstanceOfSatisfying(
                        RefreshAnswer.Renewed.class,
                        renewed -> assertThat(instagram.inspect(
                                        renewed.tokens().accessToken(), account, CallContext.forApp(Trace.root())))
                                .isInstanceOf(Inspection.Found.class));
    }

    private Inspection look() {
        var account = new Account(ID, "harbour", Optional.empty(), Optional.of("facebook_login"));
        return instagram.inspect(PAGE_TOKEN, account, CallContext.forApp(Trace.root()));
    }
}
