package io.broadside.simulator.instagram;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.graph.PageTokens;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.instagram.InstagramChange.TokenState;
import io.broadside.simulator.instagram.InstagramState.Profile;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Instagram, by both logins. */
public final class InstagramPlatform implements SimulatedPlatform<InstagramAccount> {
    public static final Platform ID = new Platform("instagram");
    public static final App DEFAULT_APP =
            new App("5000000001", "sim-instagram-app-secret", "sim-instagram-app-secret", "sim-instagram-verify-token");

    private static final Duration TOKEN_LIVES = Duration.ofDays(60);
    /** Old enough to be refreshed. */
    private static final Duration DEMO_TOKEN_AGE = Duration.ofDays(2);

    private final InstagramState state;
    private final PageTokens pages;
    private final InstagramApi api;
    private final InstagramWebhooks webhooks;

    /**
     * Declares its sections.
     *
     * @param pages what Facebook knows about the tokens of Pages
     */
    public InstagramPlatform(Foundation foundation, PageTokens pages) {
        var app = foundation.app(ID, DEFAULT_APP);
        this.state = new InstagramState(foundation.journal(), foundation.publications());
        this.pages = pages;
        this.api = new InstagramApi(foundation, state, app, pages, this::revokeTokens);
        this.webhooks = new InstagramWebhooks(foundation.clock(), app, state);
    }

    @Override
    public Platform id() {
        return ID;
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public List<String> endpoints() {
        return InstagramApi.ENDPOINTS;
    }

    @Override
    public Class<InstagramAccount> accountType() {
        return InstagramAccount.class;
    }

    /** The first two belong to the Pages of the same name, the third to none. Their tokens are two days old. */
    @Override
    public List<InstagramAccount> demoAccounts(Instant now) {
        return List.of(
                account(1, "harbour_bakery", now).withPageId("1000000001"),
                account(2, "harbour_coffee", now).withPageId("1000000002"),
                account(3, "town_library", now));
    }

    @Override
    public InstagramAccount save(InstagramAccount account) {
        account.pageId().ifPresent(page -> pages.link(page, account.id()));
        state.commit(new InstagramChange.AccountSaved(account));
        return account;
    }

    @Override
    public List<InstagramAccount> accounts() {
        return state.accounts();
    }

    @Override
    public void expireToken(String accountId) {
        state.commit(new InstagramChange.TokenEnded(known(accountId).account().accessToken(), TokenState.EXPIRED));
    }

    /** Those of its own login; tokens of the Page are Facebook's. */
    @Override
    public void revokeTokens(String accountId) {
        state.commit(new InstagramChange.TokenEnded(known(accountId).account().accessToken(), TokenState.REVOKED));
    }

    @Override
    public Tally tally() {
        return api.tally();
    }

    @Override
    public WebhookDialect webhooks() {
        return webhooks;
    }

    @Override
    public boolean answersFor(Platform host, Request request) {
        return host.equals(Platform.FACEBOOK) && api.isNamed(request);
    }

    private Profile known(String accountId) {
        return state.profile(accountId)
                .orElseThrow(() -> new IllegalArgumentException("no such Instagram account: " + accountId));
    }

    private static InstagramAccount account(int number, String username, Instant now) {
        var issuedAt = now.minus(DEMO_TOKEN_AGE);
        return InstagramAccount.of("1784000000000000" + number, username, "sim-instagram-access-" + number + "-token")
                .withIssuedAt(issuedAt)
                .withExpiresAt(issuedAt.plus(TOKEN_LIVES));
    }
}
