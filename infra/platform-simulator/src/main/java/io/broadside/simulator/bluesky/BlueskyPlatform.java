package io.broadside.simulator.bluesky;

import io.broadside.simulator.account.BlueskyAccount;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A server of the AT Protocol, as that of its makers was seen to answer. */
public final class BlueskyPlatform implements SimulatedPlatform<BlueskyAccount> {
    private static final Duration ACCESS_TOKEN_LIVES = Duration.ofHours(2);

    private final BlueskyState state;
    private final BlueskyApi api;

    public BlueskyPlatform(Foundation foundation) {
        this.state = new BlueskyState(foundation.journal(), foundation.publications());
        this.api = new BlueskyApi(foundation, state);
    }

    @Override
    public Platform id() {
        return Platform.BLUESKY;
    }

    @Override
    public Api api() {
        return api;
    }

    @Override
    public List<String> endpoints() {
        return BlueskyApi.ENDPOINTS;
    }

    @Override
    public Class<BlueskyAccount> accountType() {
        return BlueskyAccount.class;
    }

    /** Access tokens live 2 hours; {@code sim-bluesky-password-1} and the others begin sessions of their own. */
    @Override
    public List<BlueskyAccount> demoAccounts(Instant now) {
        return List.of(
                account(1, "harbourbakery.test", now),
                account(2, "harbourcoffee.test", now),
                account(3, "townlibrary.test", now));
    }

    @Override
    public BlueskyAccount save(BlueskyAccount account) {
        state.commit(new BlueskyChange.AccountSaved(account));
        return account;
    }

    @Override
    public List<BlueskyAccount> accounts() {
        return state.accounts();
    }

    @Override
    public void expireToken(String did) {
        state.commit(new BlueskyChange.AccessTokenExpired(known(did).accessToken()));
    }

    /** As the real server does: what renews is dead, and the access token lives on until it ends. */
    @Override
    public void revokeTokens(String did) {
        state.commit(new BlueskyChange.SessionsEnded(known(did).id()));
    }

    @Override
    public Tally tally() {
        return api.tally();
    }

    /** There are none: who wants to know reads the stream of events. */
    @Override
    public WebhookDialect webhooks() {
        return new WebhookDialect() {
            @Override
            public String secret() {
                return "";
            }

            @Override
            public Optional<Challenge> challenge(URI callback) {
                return Optional.empty();
            }

            @Override
            public Message message(Delivery delivery, String secret) {
                throw new IllegalArgumentException("Bluesky has no webhooks");
            }
        };
    }

    private BlueskyAccount known(String did) {
        return state.repo(did)
                .map(BlueskyState.Repo::account)
                .orElseThrow(() -> new IllegalArgumentException("no such Bluesky account: " + did));
    }

    private static BlueskyAccount account(int number, String handle, Instant now) {
        var digit = Integer.toString(number + 1);
        return BlueskyAccount.of(
                        "did:plc:" + "sim".repeat(7) + digit.repeat(3),
                        handle,
                        "sim-bluesky-access-" + number + ".token",
                        "sim-bluesky-refresh-" + number + ".token")
                .withAppPassword("sim-bluesky-password-" + number)
                .withTokens(
                        "sim-bluesky-access-" + number + ".token",
                        "sim-bluesky-refresh-" + number + ".token",
                        now.plus(ACCESS_TOKEN_LIVES));
    }
}
