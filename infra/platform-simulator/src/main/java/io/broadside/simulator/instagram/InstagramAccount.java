package io.broadside.simulator.instagram;

import static java.util.Objects.requireNonNull;

import io.broadside.simulator.account.Account;
import io.broadside.simulator.account.Platform;
import java.time.Instant;
import java.util.Optional;

/**
 * A professional account.
 *
 * @param name username
 * @param accessToken long-lived token of the Instagram login
 * @param issuedAt when; absent: long enough ago to be refreshed
 * @param expiresAt absent: never, which the real network does not have
 * @param pageId the Page it belongs to: its token, and that of its person, work too, at Facebook's host
 */
public record InstagramAccount(
        String id,
        String name,
        String accessToken,
        Optional<Instant> issuedAt,
        Optional<Instant> expiresAt,
        Optional<String> pageId)
        implements Account {
    public InstagramAccount {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(accessToken, "accessToken");
    }

    public static InstagramAccount of(String id, String username, String accessToken) {
        return new InstagramAccount(id, username, accessToken, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public InstagramAccount withPageId(String page) {
        return new InstagramAccount(id, name, accessToken, issuedAt, expiresAt, Optional.of(page));
    }

    public InstagramAccount withIssuedAt(Instant instant) {
        return new InstagramAccount(id, name, accessToken, Optional.of(instant), expiresAt, pageId);
    }

    public InstagramAccount withExpiresAt(Instant instant) {
        return new InstagramAccount(id, name, accessToken, issuedAt, Optional.of(instant), pageId);
    }

    InstagramAccount withToken(String token, Instant issued, Instant expires) {
        return new InstagramAccount(id, name, token, Optional.of(issued), Optional.of(expires), pageId);
    }

    @Override
    public Platform platform() {
        return InstagramPlatform.ID;
    }

    @Override
    public Tokens tokens() {
        return new Tokens(accessToken, Optional.empty());
    }
}
