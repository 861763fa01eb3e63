package io.broadside.simulator.account;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * A user of X and the newest pair of tokens.
 *
 * @param expiresAt when the access token expires; absent: never, which the real network does not have
 */
public record XUser(String id, String name, String accessToken, String refreshToken, Optional<Instant> expiresAt)
        implements Account {
    public XUser {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(accessToken, "accessToken");
        requireNonNull(refreshToken, "refreshToken");
    }

    @Override
    public Platform platform() {
        return Platform.X;
    }

    @Override
    public Tokens tokens() {
        return new Tokens(accessToken, Optional.of(refreshToken));
    }

    public static XUser of(String id, String username, String accessToken, String refreshToken) {
        return new XUser(id, username, accessToken, refreshToken, Optional.empty());
    }

    public XUser withExpiresAt(Instant instant) {
        return new XUser(id, name, accessToken, refreshToken, Optional.of(instant));
    }

    public XUser withTokens(String access, String refresh, Instant accessExpiresAt) {
        return new XUser(id, name, access, refresh, Optional.of(accessExpiresAt));
    }
}
