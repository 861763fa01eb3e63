package io.broadside.simulator.tiktok;

import io.broadside.simulator.account.TikTokCreator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Access and refresh tokens. All tokens that descend from one grant are a family, named by its first refresh token.
 */
final class TikTokTokens {
    private final Map<String, Access> accessTokens = new ConcurrentHashMap<>();
    private final Map<String, Refresh> refreshTokens = new ConcurrentHashMap<>();
    private final Set<String> revokedFamilies = ConcurrentHashMap.newKeySet();
    private final LongAdder refreshes = new LongAdder();
    private final LongAdder reuses = new LongAdder();

    Optional<Access> access(String token) {
        return Optional.ofNullable(accessTokens.get(token));
    }

    Optional<Refresh> refresh(String token) {
        return Optional.ofNullable(refreshTokens.get(token));
    }

    boolean isRevoked(String family) {
        return revokedFamilies.contains(family);
    }

    long refreshes() {
        return refreshes.sum();
    }

    long reuses() {
        return reuses.sum();
    }

    long familiesRevoked() {
        return revokedFamilies.size();
    }

    void countReuse() {
        reuses.increment();
    }

    /** A creator connected anew with tokens given from outside: whatever these strings meant before is forgotten. */
    void replace(TikTokCreator creator) {
        revokedFamilies.remove(creator.refreshToken());
        put(
                new Access(creator.id(), creator.refreshToken(), creator.scopes(), creator.expiresAt()),
                creator.accessToken(),
                creator.refreshToken(),
                creator.refreshExpiresAt());
    }

    void grant(TikTokChange.Granted granted) {
        var scopes = List.of(granted.scope().split(",", -1));
        put(
                new Access(granted.openId(), granted.refreshToken(), scopes, Optional.of(granted.expiresAt())),
                granted.accessToken(),
                granted.refreshToken(),
                Optional.of(granted.refreshExpiresAt()));
    }

    /** The used refresh token ends with this. */
    void rotate(TikTokChange.TokensRotated rotated) {
        var used = refreshTokens.get(rotated.usedRefreshToken());
        if (used != null) {
            refreshTokens.put(
                    rotated.usedRefreshToken(),
                    new Refresh(used.openId, used.family, used.scopes, true, used.expiresAt));
            put(
                    new Access(used.openId, used.family, used.scopes, Optional.of(rotated.expiresAt())),
                    rotated.accessToken(),
                    rotated.refreshToken(),
                    Optional.of(rotated.refreshExpiresAt()));
            refreshes.increment();
        }
    }

    void revoke(String family) {
        revokedFamilies.add(family);
    }

    void expire(String access) {
        accessTokens.computeIfPresent(
                access, (_, token) -> new Access(token.openId, token.family, token.scopes, Optional.of(Instant.EPOCH)));
    }

    private void put(Access access, String accessToken, String refreshToken, Optional<Instant> refreshExpiresAt) {
        accessTokens.put(accessToken, access);
        refreshTokens.put(
                refreshToken, new Refresh(access.openId, access.family, access.scopes, false, refreshExpiresAt));
    }

    /** An access token. */
    record Access(String openId, String family, List<String> scopes, Optional<Instant> expiresAt) {
        boolean isExpired(Instant now) {
            return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
        }
    }

    /**
     * A refresh token.
     *
     * @param used whether it was exchanged already
     */
    record Refresh(String openId, String family, List<String> scopes, boolean used, Optional<Instant> expiresAt) {
        boolean isExpired(Instant now) {
            return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
        }
    }
}
