package io.broadside.simulator.account;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * An account of Bluesky and the newest tokens of its session.
 *
 * @param id its DID
 * @param name its handle
 * @param appPassword begins a session; absent: nothing does
 * @param expiresAt when the access token expires; absent: never, which the real network does not have
 */
public record BlueskyAccount(
        String id,
        String name,
        String accessToken,
        String refreshToken,
        Optional<String> appPassword,
        Optional<Instant> expiresAt)
        implements Account {
    public BlueskyAccount {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(accessToken, "accessToken");
        requireNonNull(refreshToken, "refreshToken");
    }

    @Override
    public Platform platform() {
        return Platform.BLUESKY;
    }

    @Override
    public Tokens tokens() {
        return new Tokens(accessToken, Optional.of(refreshToken));
    }

    public static BlueskyAccount of(String did, String handle, String accessToken, String refreshToken) {
        return new BlueskyAccount(did, handle, accessToken, refreshToken, Optional.empty(), Optional.empty());
    }

    public BlueskyAccount withAppPassword(String password) {
        return new BlueskyAccount(id, name, accessToken, refreshToken, Optional.of(password), expiresAt);
    }

    public BlueskyAccount withTokens(String access, String refresh, Instant accessExpiresAt) {
        return new BlueskyAccount(id, name, access, refresh, appPassword, Optional.of(accessExpiresAt));
    }
}
