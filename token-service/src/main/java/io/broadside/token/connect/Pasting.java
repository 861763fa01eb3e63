package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.FreshToken;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.ConnectionId;
import io.broadside.token.connect.ConnectionWriter.Change;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a connection of a pasted token.
 *
 * <ol>
 *   <li>The token is shown to its platform first, unless the request says otherwise.
 *   <li>The same account of the same profile is the same connection. Pasting again replaces the token and keeps everything
 *       else: id, time of the first connection. What waited for a token goes on, because there is a newer one.
 *   <li>Token, credential, connection and event become durable together, before the answer.
 * </ol>
 *
 * Safe for use by many threads.
 */
public final class Pasting {

    private static final Logger LOGGER = LoggerFactory.getLogger(Pasting.class);

    private static final Duration PLATFORM_RETRY = Duration.ofSeconds(30);
    private static final Duration STORE_RETRY = Duration.ofSeconds(5);

    private final TokenPlatforms platforms;
    private final ConnectionStore store;
    private final Vault vault;
    private final Clock clock;

    public Pasting(TokenPlatforms platforms, ConnectionStore store, Vault vault, Clock clock) {
        this.platforms = platforms;
        this.store = store;
        this.vault = vault;
        this.clock = clock;
    }

    Pasted paste(PasteRequest request, Trace trace) {
        var platform = platforms
                .find(request.platform())
                .orElseThrow(() -> new IllegalArgumentException("Unknown platform: " + request.platform()));
        if (!request.isInspected()) {
            var id = request.accountId().orElseThrow();
            var account = new Account(id, request.accountName().orElse(id));
            var unseen = new Inspection.Found(account, Optional.empty(), Optional.empty(), List.of());
            return connected(request, platform, unseen, trace);
        }
        return switch (platform.inspect(request.accessToken(), request.accountId(), CallContext.forApp(trace))) {
            case Inspection.Found found -> accepted(request, platform, found, trace);
            case Inspection.Refused(var code, var sentence) ->
                new Pasted.Refused(
                        code, sentence, List.of(new FieldFault("accessToken", "refusedByPlatform", sentence)));
            case Inspection.Unavailable(var code, var sentence, var retryAfter) ->
                new Pasted.NotNow(code, sentence, retryAfter.orElse(PLATFORM_RETRY));
        };
    }

    private Pasted accepted(PasteRequest request, TokenPlatform platform, Inspection.Found found, Trace trace) {
        var expected = request.accountId();
        if (expected.isPresent() && !expected.get().equals(found.account().id())) {
            var sentence = "The token belongs to account " + found.account().id() + ", not to " + expected.get()
                    + ". Paste the token of that account, or leave accountId out.";
            return new Pasted.Refused(
                    ErrorCode.INVALID_REQUEST,
                    sentence,
                    List.of(new FieldFault("accountId", "otherAccount", sentence)));
        }
        return connected(request, platform, found, trace);
    }

    private Pasted connected(PasteRequest request, TokenPlatform platform, Inspection.Found found, Trace trace) {
        var id = ConnectionId.of(
                request.profileId(), platform.id(), found.account().id());
        try {
            var connection = store.write(id, before -> change(id, before, request, platform, found), trace);
            LOGGER.atInfo()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("profileId", request.profileId())
                    .addKeyValue("platform", platform.id())
                    .addKeyValue("tokenVersion", connection.getTokenVersion())
                    .log("token accepted");
            return new Pasted.Connected(connection);
        } catch (NotStoredException e) {
            LOGGER.atWarn()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("cause", e.getMessage())
                    .log("token not stored");
            return new Pasted.NotNow(
                    ErrorCode.INTERNAL, "The connection could not be stored now. Send the token again.", STORE_RETRY);
        }
    }

    private Change change(
            String id,
            Optional<Connection> before,
            PasteRequest request,
            TokenPlatform platform,
            Inspection.Found found) {
        var now = clock.instant();
        var version = before.map(Connection::getTokenVersion).orElse(0L) + 1;
        var renewing = platform.policy().renewing(request.accessToken(), request.refreshToken());
        @Nullable
        Instant expiresAt =
                found.expiresAt().or(() -> request.expiresIn().map(now::plus)).orElse(null);
        var connection = Connection.newBuilder()
                .setConnectionId(id)
                .setProfileId(request.profileId())
                .setPlatform(platform.id())
                .setAccountId(found.account().id())
                .setAccountName(found.account().name())
                .setAccountKind(found.account().kind().orElse(platform.policy().accountKind()))
                .setGrantedBy(found.account()
                        .grantedBy()
                        .or(() -> before.flatMap(Connection::getGrantedBy))
                        .orElse(null))
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(version)
                .setAccessExpiresAt(expiresAt)
                .setDataAccessExpiresAt(found.dataAccessExpiresAt().orElse(null))
                .setScopes(found.scopes())
                .setMissingScopes(platform.policy().missingFrom(found.scopes()))
                .setIsRenewable(renewing.isPresent())
                .setConnectedAt(before.map(Connection::getConnectedAt).orElse(now))
                .setRefreshedAt(now)
                .setUpdatedAt(now)
                .build();
        var token = FreshToken.newBuilder()
                .setConnectionId(id)
                .setPlatform(platform.id())
                .setVersion(version)
                .setSealedAccessToken(ByteBuffer.wrap(vault.seal(KeysetName.ACCESS, request.accessToken(), id)))
                .setIssuedAt(now)
                .setExpiresAt(expiresAt)
                .setScopes(found.scopes())
                .build();
        var credential = Credential.newBuilder()
                .setConnectionId(id)
                .setPlatform(platform.id())
                .setVersion(version)
                .setSealedRefreshToken(
                        renewing.map(refresh -> ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, refresh, id)))
                                .orElse(null))
                .setStoredAt(now)
                .build();
        return new Change(connection, token, credential, event(connection, before, now));
    }

    private static ConnectionEvent event(Connection connection, Optional<Connection> before, Instant at) {
        var wasLost = before.map(Connection::getStatus)
                .filter(status -> switch (status) {
                    case NEEDS_REAUTH, REVOKED, DISCONNECTED -> true;
                    case UNKNOWN, HEALTHY, EXPIRING -> false;
                })
                .isPresent();
        return ConnectionEvent.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setProfileId(connection.getProfileId())
                .setPlatform(connection.getPlatform())
                .setKind(wasLost ? ConnectionEventKind.RECOVERED : ConnectionEventKind.CONNECTED)
                .setAt(at)
                .build();
    }
}
