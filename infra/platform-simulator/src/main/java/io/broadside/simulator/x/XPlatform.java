package io.broadside.simulator.x;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.XUser;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** X. */
public final class XPlatform implements SimulatedPlatform<XUser> {
    /** Its webhooks are signed with the consumer secret, which is not the secret of OAuth 2.0. */
    public static final App DEFAULT_APP =
            new App("sim-x-client-id", "sim-x-client-secret", "sim-x-consumer-secret", "");

    private static final Duration ACCESS_TOKEN_LIVES = Duration.ofHours(2);

    private final XState state;
    private final XAccounts accounts;
    private final XApi api;
    private final XWebhooks webhooks;

    public XPlatform(Foundation foundation) {
        var app = foundation.app(Platform.X, DEFAULT_APP);
        this.state = new XState(foundation.journal(), foundation.publications());
        this.accounts = new XAccounts(state);
        this.api = new XApi(foundation, state, accounts, app);
        this.webhooks = new XWebhooks(foundation.clock(), app);
    }

    @Override
    public Platform id() {
        return Platform.X;
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public List<String> endpoints() {
        return XApi.ENDPOINTS;
    }

    @Override
    public Class<XUser> accountType() {
        return XUser.class;
    }

    /** Access tokens live 2 hours: {@code sim-x-refresh-1-token} and the others get new ones, once. */
    @Override
    public List<XUser> demoAccounts(Instant now) {
        return List.of(user(1, "harbour_bakery", now), user(2, "harbour_coffee", now), user(3, "town_library", now));
    }

    @Override
    public XUser save(XUser user) {
        return accounts.save(user);
    }

    @Override
    public List<XUser> accounts() {
        return state.users();
    }

    @Override
    public void expireToken(String userId) {
        accounts.expireToken(userId);
    }

    @Override
    public void revokeTokens(String userId) {
        accounts.revokeTokens(userId);
    }

    @Override
    public Tally tally() {
        return api.tally();
    }

    @Override
    public WebhookDialect webhooks() {
        return webhooks;
    }

    private static XUser user(int number, String username, Instant now) {
        return XUser.of(
                        Integer.toString(number).repeat(19),
                        username,
                        "sim-x-access-" + number + "-token",
                        "sim-x-refresh-" + number + "-token")
                .withExpiresAt(now.plus(ACCESS_TOKEN_LIVES));
    }
}
