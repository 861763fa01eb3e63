package io.broadside.simulator.tiktok;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.tiktok.TikTokState.Creator;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** TikTok. */
public final class TikTokPlatform implements SimulatedPlatform<TikTokCreator> {
    /** Its webhooks are signed with the client secret. */
    public static final App DEFAULT_APP =
            new App("sim-tiktok-client-key", "sim-tiktok-client-secret", "sim-tiktok-client-secret", "");

    private static final Duration ACCESS_TOKEN_LIVES = Duration.ofHours(2);
    private static final Duration REFRESH_TOKEN_LIVES = Duration.ofDays(180);

    private final TikTokState state;
    private final TikTokApi api;
    private final TikTokWebhooks webhooks;

    public TikTokPlatform(Foundation foundation) {
        var app = foundation.app(Platform.TIKTOK, DEFAULT_APP);
        this.state = new TikTokState(foundation.journal(), foundation.publications());
        this.api = new TikTokApi(foundation, state, app);
        this.webhooks = new TikTokWebhooks(foundation.clock(), state, app);
    }

    @Override
    public Platform id() {
        return Platform.TIKTOK;
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public List<String> endpoints() {
        return TikTokApi.ENDPOINTS;
    }

    @Override
    public Class<TikTokCreator> accountType() {
        return TikTokCreator.class;
    }

    /** Access tokens live 2 hours: {@code sim-tiktok-refresh-1-token} and the others get new ones, once. */
    @Override
    public List<TikTokCreator> demoAccounts(Instant now) {
        return List.of(
                creator(1, "harbourbakery", now), creator(2, "harbourcoffee", now), creator(3, "townlibrary", now));
    }

    @Override
    public TikTokCreator save(TikTokCreator creator) {
        state.commit(new TikTokChange.CreatorSaved(creator));
        return creator;
    }

    @Override
    public List<TikTokCreator> accounts() {
        return state.accounts();
    }

    @Override
    public void expireToken(String openId) {
        state.commit(new TikTokChange.AccessTokenExpired(known(openId).account().accessToken()));
    }

    @Override
    public void revokeTokens(String openId) {
        api.revoke(known(openId).account());
    }

    @Override
    public Tally tally() {
        return api.tally();
    }

    @Override
    public WebhookDialect webhooks() {
        return webhooks;
    }

    private Creator known(String openId) {
        return state.creator(openId)
                .orElseThrow(() -> new IllegalArgumentException("no such TikTok creator: " + openId));
    }

    private static TikTokCreator creator(int number, String username, Instant now) {
        return TikTokCreator.of(
                        "-000sim" + number + "OpenId_tiktok",
                        username,
                        "sim-tiktok-access-" + number + "-token",
                        "sim-tiktok-refresh-" + number + "-token")
                .withExpiresAt(now.plus(ACCESS_TOKEN_LIVES), now.plus(REFRESH_TOKEN_LIVES));
    }
}
