package io.broadside.token.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.FreshToken;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.token.ConnectionId;
import io.broadside.token.connect.ConnectionWriter.Change;
import io.broadside.token.platform.Grant;
import io.broadside.token.platform.TokenPlatform;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a connection of a token, however it came here.
 *
 * <ol>
 *   <li>The same account of the same profile is the same connection. Connecting again replaces the token and keeps everything
 *       else: id, time of the first connection. What waited for a token goes on, because there is a newer one.
 *   <li>Token, credential, connection and event become durable together, before this returns.
 *   <li>What was not seen to be stored may be handed over again: if it was, the connection stays as it is by then. Its refresh token may
 *       have been used since, and would be dead.
 * </ol>
 *
 * Safe for use by many threads.
 */
public final class Acceptance {

    private static final Logger LOGGER = LoggerFactory.getLogger(Acceptance.class);

    private static final int MOST_UNSEEN = 10_000;

    private final ConnectionStore store;
    private final Vault vault;
    private final Clock clock;

    /** By connection: what was not seen to be stored. */
    private final Map<String, Unseen> unseen = new ConcurrentHashMap<>();

    /** @param hash of the tokens */
    private record Unseen(String hash, Instant grantedAt) {

        boolean became(Connection connection) {
            return connection.getGrantedAt().equals(Optional.of(grantedAt)) && !isLost(connection);
        }
    }

    public Acceptance(ConnectionWriter writer, Vault vault, Clock clock) {
        this((ConnectionStore) writer, vault, clock);
    }

    Acceptance(ConnectionStore store, Vault vault, Clock clock) {
        this.store = store;
        this.vault = vault;
        this.clock = clock;
    }

    /**
     * Seals and stores what was granted.
     *
     * @throws NotStoredException if it did not become durable, or that cannot be found out now
     */
    public Connection accept(String profileId, TokenPlatform platform, Grant grant, Trace trace)
            throws NotStoredException {
        var id = ConnectionId.of(profileId, platform.id(), grant.account().id());
        var hash = hash(grant);
        var former =
                Optional.ofNullable(unseen.get(id)).filter(known -> known.hash().equals(hash));
        // On the topic, times are whole milliseconds. One pair keeps its time: whichever try of it was stored is known
        // by that.
        var now = former.map(Unseen::grantedAt).orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.MILLIS));
        try {
            var connection = store.write(
                    id,
                    before -> former.isPresent()
                                    && before.filter(former.get()::became).isPresent()
                            ? Optional.empty()
                            : Optional.of(change(id, before, profileId, platform, grant, now)),
                    trace);
            unseen.remove(id);
            LOGGER.atInfo()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("profileId", profileId)
                    .addKeyValue("platform", platform.id())
                    .addKeyValue("tokenVersion", connection.getTokenVersion())
                    .log("token accepted");
            return connection;
        } catch (NotStoredException e) {
            LOGGER.atWarn()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("cause", e.getMessage())
                    .log("token not stored, or not seen to be");
            if (former.isEmpty() && unseen.size() < MOST_UNSEEN) {
                unseen.put(id, new Unseen(hash, now));
            }
            throw e;
        }
    }

    private Change change(
            String id,
            Optional<Connection> before,
            String profileId,
            TokenPlatform platform,
            Grant grant,
            Instant now) {
        var version = before.map(Connection::getTokenVersion).orElse(0L) + 1;
        var account = grant.account();
        @Nullable Instant expiresAt = grant.expiresAt().orElse(null);
        @Nullable Instant refreshExpiresAt = grant.refreshExpiresAt().orElse(null);
        var connection = Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId(profileId)
                .setPlatform(platform.id())
                .setAccountId(account.id())
                .setAccountName(account.name())
                .setAccountKind(account.kind().orElse(platform.policy().accountKind()))
                .setGrantedBy(account.grantedBy()
                        .or(() -> before.flatMap(Connection::getGrantedBy))
                        .orElse(null))
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(version)
                .setAccessExpiresAt(expiresAt)
                .setRefreshExpiresAt(refreshExpiresAt)
                .setDataAccessExpiresAt(grant.dataAccessExpiresAt().orElse(null))
                .setScopes(grant.scopes())
                .setMissingScopes(grant.missingScopes())
                .setIsRenewable(grant.renewing().isPresent())
                .setConnectedAt(before.map(Connection::getConnectedAt).orElse(now))
                .setRefreshedAt(now)
                .setGrantedAt(now)
                // Whoever pastes the same token again has been warned of its end already; another end is warned of
                // anew.
                .setWarnedOf(before.flatMap(Connection::getWarnedOf).orElse(null))
                .setWarnedDays(before.map(Connection::getWarnedDays).orElse(0))
                .setUpdatedAt(now)
                .build();
        var token = FreshToken.newBuilder()
                .setConnectionId(id)
                .setPlatform(platform.id())
                .setVersion(version)
                .setSealedAccessToken(ByteBuffer.wrap(vault.seal(KeysetName.ACCESS, grant.accessToken(), id)))
                .setIssuedAt(now)
                .setExpiresAt(expiresAt)
                .setScopes(grant.scopes())
                .build();
        var credential = Credential.newBuilder()
                .setConnectionId(id)
                .setPlatform(platform.id())
                .setVersion(version)
                .setSealedRefreshToken(sealed(grant.renewing(), id))
                .setSealedUserToken(sealed(grant.userToken(), id))
                .setRefreshExpiresAt(refreshExpiresAt)
                .setStoredAt(now)
                .build();
        return new Change(connection, token, credential, event(connection, before, now));
    }

    private @Nullable ByteBuffer sealed(Optional<Secret> secret, String id) {
        return secret.map(it -> ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, it, id)))
                .orElse(null);
    }

    private static boolean isLost(Connection connection) {
        return switch (connection.getStatus()) {
            case NEEDS_REAUTH, REVOKED, DISCONNECTED -> true;
            case UNKNOWN, HEALTHY, EXPIRING -> false;
        };
    }

    private static String hash(Grant grant) {
        var tokens = grant.accessToken().reveal()
                + "\n"
                + grant.renewing().map(Secret::reveal).orElse("");
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(tokens.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private static ConnectionEvent event(Connection connection, Optional<Connection> before, Instant at) {
        var wasLost = before.filter(Acceptance::isLost).isPresent();
        return ConnectionEvent.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setProfileId(connection.getProfileId())
                .setPlatform(connection.getPlatform())
                .setKind(wasLost ? ConnectionEventKind.RECOVERED : ConnectionEventKind.CONNECTED)
                .setAt(at)
                .build();
    }
}
