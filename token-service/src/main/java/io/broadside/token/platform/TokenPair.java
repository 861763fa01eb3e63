package io.broadside.token.platform;

import io.broadside.runtime.config.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a platform gives in exchange for a refresh token.
 *
 * @param refreshToken the next one; absent if there is none, and then only a person can renew the connection
 * @param lifetime how long the access token lives, counted from before the call
 * @param refreshLifetime how long the refresh token lives, likewise
 * @param scopes what it allows; empty if the platform does not say
 */
public record TokenPair(
        Secret accessToken,
        Optional<Secret> refreshToken,
        Optional<Duration> lifetime,
        Optional<Duration> refreshLifetime,
        List<String> scopes) {

    public TokenPair {
        scopes = List.copyOf(scopes);
    }
}
