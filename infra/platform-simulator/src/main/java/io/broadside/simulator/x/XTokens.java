package io.broadside.simulator.x;

import io.broadside.simulator.account.XUser;
import io.broadside.simulator.x.XChange.Cause;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Access and refresh tokens. All tokens that descend from one grant are a family, named by its first refresh token.
 */
final class XTokens {
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

    /** Token pairs issued for a refresh token. */
    long refreshes() {
        return refreshes.sum();
    }

    /** Refresh tokens that came a second time, and were refused. */
    long reuses() {
        return reuses.sum();
    }

    long familiesRevoked() {
        return revokedFamilies.size();
    }

    void countReuse() {
        reuses.increment();
    }

    /** A user connected anew with tokens given from outside: whatever these strings meant before is forgotten. */
    void replace(XUser user) {
        revokedFamilies.remove(user.refreshToken());
        put(user.id(), user.refreshToken(), user.accessToken(), user.refreshToken(), user.expiresAt());
    }

    void grant(String userId, String access, String refresh, Instant expiresAt) {
        put(userId, refresh, access, refresh, Optional.of(expiresAt));
    }

    void rotate(String usedRefresh, String access, String refresh, Instant expiresAt) {
        var used = refreshTokens.get(usedRefresh);
        if (used != null) {
            refreshTokens.put(usedRefresh, new Refresh(used.userId, used.family, true));
            put(used.userId, used.family, access, refresh, Optional.of(expiresAt));
            refreshes.increment();
        }
    }

    void revoke(String family, Cause cause) {
        if (cause == Cause.REFRESH_TOKEN_REUSED) {
            reuses.increment();
        }
        revokedFamilies.add(family);
    }

    void expire(String access) {
        accessTokens.computeIfPresent(
                access, (_, token) -> new Access(token.userId, token.family, Optional.of(Instant.EPOCH)));
    }

    private void put(String userId, String family, String access, String refresh, Optional<Instant> expiresAt) {
        accessTokens.put(access, new Access(userId, family, expiresAt));
        refreshTokens.put(refresh, new Refresh(userId, family, false));
    }

    /** An access token. */
    record Access(String userId, String family, Optional<Instant> expiresAt) {
        boolean isExpired(Instant now) {
            return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
        }
    }

    /**
     * A refresh token.
     *
     * @param used whether it was exchanged already
     */
    record Refresh(String userId, String family, boolean used) {}
}
