package io.broadside.token.platform;

import io.broadside.runtime.config.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Somebody who has signed in at a platform and consented: what the platform gave for the code.
 *
 * @param expiresAt when the access token ends, if that is known
 * @param refreshExpiresAt when the refresh token ends, likewise
 * @param scopes what was granted; empty if the platform does not say
 */
public record Person(
        Secret accessToken,
        Optional<Secret> refreshToken,
        Optional<Instant> expiresAt,
        Optional<Instant> refreshExpiresAt,
        List<String> scopes) {

    public Person {
        scopes = List.copyOf(scopes);
    }

    /** Lifetimes count from before the call. */
    public static Person of(TokenPair tokens, Instant askedAt) {
        return new Person(
                tokens.accessToken(),
                tokens.refreshToken(),
                tokens.lifetime().map(askedAt::plus),
                tokens.refreshLifetime().map(askedAt::plus),
                tokens.scopes());
    }
}
