package io.broadside.simulator.facebook;

import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.graph.PageTokens;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Facebook Pages. */
public final class FacebookPlatform implements SimulatedPlatform<FacebookPage> {
    public static final App DEFAULT_APP =
            new App("4000000001", "sim-facebook-app-secret", "sim-facebook-app-secret", "sim-facebook-verify-token");
    private static final Duration USER_TOKEN_LIVES = Duration.ofDays(60);

    private final FacebookState state;
    private final FacebookAccounts accounts;
    private final FacebookApi api;
    private final FacebookWebhooks webhooks;
    private final PageTokens pageTokens;

    public FacebookPlatform(Foundation foundation) {
        var app = foundation.app(Platform.FACEBOOK, DEFAULT_APP);
        this.state = new FacebookState(foundation.journal(), foundation.publications());
        this.accounts = new FacebookAccounts(foundation.clock(), state);
        var callers = new Callers(foundation.clock(), state, app);
        this.api = new FacebookApi(foundation, state, accounts, callers, app);
        this.pageTokens = new FacebookPageTokens(state, callers);
        this.webhooks = new FacebookWebhooks(foundation.clock(), app, accounts);
    }

    /** For Instagram, which is reached with them. */
    public PageTokens pageTokens() {
        return pageTokens;
    }

    @Override
    public Platform id() {
        return Platform.FACEBOOK;
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public List<String> endpoints() {
        return FacebookApi.ENDPOINTS;
    }

    @Override
    public Class<FacebookPage> accountType() {
        return FacebookPage.class;
    }

    /**
     * Pages 1 and 2 are managed by the person with {@code sim-facebook-user-1-token}, Page 3 by the one with
     * {@code sim-facebook-user-2-token}. Page tokens do not expire, user tokens do after 60 days.
     */
    @Override
    public List<FacebookPage> demoAccounts(Instant now) {
        return List.of(
                page(1, 1, "Harbour Bakery", now), page(2, 1, "Harbour Coffee", now), page(3, 2, "Town Library", now));
    }

    @Override
    public FacebookPage save(FacebookPage page) {
        return accounts.save(page);
    }

    @Override
    public List<FacebookPage> accounts() {
        return state.pages();
    }

    @Override
    public void expireToken(String pageId) {
        accounts.expireToken(pageId);
    }

    @Override
    public void revokeTokens(String pageId) {
        accounts.revokeTokens(pageId);
    }

    @Override
    public Tally tally() {
        return Tally.ofDuplicatesRefused(api.duplicatesRefused());
    }

    @Override
    public WebhookDialect webhooks() {
        return webhooks;
    }

    private static FacebookPage page(int number, int person, String name, Instant now) {
        return FacebookPage.of("100000000" + number, name, "sim-facebook-page-" + number + "-token")
                .withUserId("200000000" + person)
                .withUserToken("sim-facebook-user-" + person + "-token")
                .withUserExpiresAt(now.plus(USER_TOKEN_LIVES));
    }
}
