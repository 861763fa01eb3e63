package io.broadside.token.refresh;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.events.DeadLetter;
import io.broadside.events.FreshToken;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Unreadable;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.token.platform.TokenPair;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.platform.TokenPolicy.Renewal;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The records that refreshes write. */
public final class RefreshRecords {

    private static final int MOST_OF_A_KEY = 1 << 10;
    private static final int MOST_OF_A_VALUE = 1 << 16;
    private static final int MOST_CAUSES = 8;

    private final EventSerdes serdes;
    private final Vault vault;
    private final TokenPlatforms platforms;
    private final Clock clock;

    public RefreshRecords(EventSerdes serdes, Vault vault, TokenPlatforms platforms, Clock clock) {
        this.serdes = serdes;
        this.vault = vault;
        this.platforms = platforms;
        this.clock = clock;
    }

    /** A new token and what renews it, which nobody sees one without the other. */
    Outputs renewed(KnownState state, TokenPair tokens, Instant askedAt, Trace trace) {
        var id = state.connection().getConnectionId();
        var version = state.version() + 1;
        var now = clock.instant();
        @Nullable Instant expiresAt = tokens.lifetime().map(askedAt::plus).orElse(null);
        // A refresh token that works many times stays what it is, and ends when it ends, whatever an answer leaves out.
        var isReused = isReused(state.connection().getPlatform());
        @Nullable
        Instant refreshExpiresAt = tokens.refreshLifetime()
                .map(askedAt::plus)
                .or(() -> state.connection().getRefreshExpiresAt().filter(_ -> isReused))
                .orElse(null);
        @Nullable
        ByteBuffer refreshToken = tokens.refreshToken()
                .map(token -> ByteBuffer.wrap(vault.seal(KeysetName.REFRESH, token, id)))
                .or(() -> state.sealedRefreshToken().filter(_ -> isReused))
                .orElse(null);
        var scopes = tokens.scopes().isEmpty() ? state.connection().getScopes() : tokens.scopes();
        var platform = state.connection().getPlatform();
        var kind = state.connection().getAccountKind();
        var missing = platforms
                .find(platform)
                .map(known -> known.policy().missingFrom(kind, scopes))
                .orElse(List.of());
        var credential = Credential.newBuilder()
                .setConnectionId(id)
                .setPlatform(platform)
                .setVersion(version)
                .setSealedRefreshToken(refreshToken)
                .setSealedUserToken(state.credential()
                        .flatMap(Credential::getSealedUserToken)
                        .orElse(null))
                .setRefreshExpiresAt(refreshExpiresAt)
                .setStoredAt(now)
                .build();
        var fresh = FreshToken.newBuilder()
                .setConnectionId(id)
                .setPlatform(platform)
                .setVersion(version)
                .setSealedAccessToken(ByteBuffer.wrap(vault.seal(KeysetName.ACCESS, tokens.accessToken(), id)))
                .setIssuedAt(askedAt)
                .setExpiresAt(expiresAt)
                .setScopes(scopes)
                .build();
        var withdrawn = platforms
                .find(platform)
                .map(known -> known.policy().withdrawn(kind, state.connection().getScopes(), scopes))
                .orElse(List.of());
        var connection = Connection.newBuilder(state.connection())
                .setStatus(ConnectionStatus.HEALTHY)
                .setStatusReason(null)
                .setTokenVersion(version)
                .setAccessExpiresAt(expiresAt)
                .setRefreshExpiresAt(refreshExpiresAt)
                .setScopes(scopes)
                .setMissingScopes(missing)
                .setIsRenewable(refreshToken != null)
                .setRefreshedAt(now)
                .setUpdatedAt(now)
                .build();
        var told = to(trace).add(Topics.CREDENTIALS, id, credential).add(Topics.FRESH_TOKENS, id, fresh);
        return withdrawn.isEmpty()
                ? told.add(Topics.CONNECTIONS, id, connection)
                        .add(
                                Topics.CONNECTION_EVENTS,
                                id,
                                event(connection, ConnectionEventKind.REFRESHED, now)
                                        .build())
                        .build()
                : needsReauth(told, connection, ErrorCode.PERMISSION_MISSING, withdrawn(withdrawn));
    }

    /** The same token under a newer version, so that what waits for one goes on with it. */
    Outputs kept(KnownState state, ByteBuffer sealedToken, Trace trace) {
        var before = state.connection();
        var id = before.getConnectionId();
        var version = state.version() + 1;
        var now = clock.instant();
        var outputs = to(trace);
        state.credential()
                .ifPresent(credential -> outputs.add(
                        Topics.CREDENTIALS,
                        id,
                        Credential.newBuilder(credential).setVersion(version).build()));
        var connection = Connection.newBuilder(before)
                .setTokenVersion(version)
                .setUpdatedAt(now)
                .build();
        var token = FreshToken.newBuilder()
                .setConnectionId(id)
                .setPlatform(before.getPlatform())
                .setVersion(version)
                .setSealedAccessToken(sealedToken)
                .setIssuedAt(before.getRefreshedAt())
                .setExpiresAt(before.getAccessExpiresAt().orElse(null))
                .setScopes(before.getScopes())
                .build();
        return outputs.add(Topics.FRESH_TOKENS, id, token)
                .add(Topics.CONNECTIONS, id, connection)
                .add(
                        Topics.CONNECTION_EVENTS,
                        id,
                        event(connection, ConnectionEventKind.REFRESHED, now)
                                .setDetail("Its token was refused, and accepted when it was looked at: it is kept.")
                                .build())
                .build();
    }

    private boolean isReused(String platform) {
        return platforms
                .find(platform)
                .map(known -> known.policy().renewal())
                .filter(renewal -> renewal instanceof Renewal.ByRefreshToken(var isSingleUse, var _) && !isSingleUse)
                .isPresent();
    }

    private static String withdrawn(List<String> scopes) {
        return "Connect the account again and grant what is missing: the right to " + String.join(", ", scopes)
                + " was taken back.";
    }

    /**
     * What is stored of the current token, sealed with the newest keys; nothing if it was deleted meanwhile. The connection is
     * written with it: whoever changes it at the same moment looks whether that was the last word.
     */
    Outputs resealed(KnownState state, Optional<FreshToken> token, Trace trace) {
        var before = state.connection();
        if (before.getStatus() == ConnectionStatus.DISCONNECTED) {
            return Outputs.none();
        }
        var id = before.getConnectionId();
        var outputs = to(trace);
        state.credential()
                .ifPresent(credential -> outputs.add(
                        Topics.CREDENTIALS,
                        id,
                        Credential.newBuilder(credential)
                                .setSealedRefreshToken(credential
                                        .getSealedRefreshToken()
                                        .map(bytes -> anew(KeysetName.REFRESH, bytes, id))
                                        .orElse(null))
                                .setSealedUserToken(credential
                                        .getSealedUserToken()
                                        .map(bytes -> anew(KeysetName.REFRESH, bytes, id))
                                        .orElse(null))
                                .build()));
        token.filter(fresh -> fresh.getVersion() == state.version())
                .ifPresent(fresh -> outputs.add(
                        Topics.FRESH_TOKENS,
                        id,
                        FreshToken.newBuilder(fresh)
                                .setSealedAccessToken(anew(KeysetName.ACCESS, fresh.getSealedAccessToken(), id))
                                .build()));
        return outputs.add(
                        Topics.CONNECTIONS,
                        id,
                        Connection.newBuilder(before)
                                .setUpdatedAt(clock.instant())
                                .build())
                .build();
    }

    private ByteBuffer anew(KeysetName keyset, ByteBuffer bytes, String id) {
        return ByteBuffer.wrap(vault.seal(keyset, vault.unseal(keyset, bytes, id), id));
    }

    /** The connection needs a person from now on. */
    Outputs needsReauth(KnownState state, ErrorCode reason, String detail, Trace trace) {
        return needsReauth(to(trace), state.connection(), reason, detail);
    }

    private Outputs needsReauth(Outputs.Builder to, Connection before, ErrorCode reason, String detail) {
        var now = clock.instant();
        var connection = Connection.newBuilder(before)
                .setStatus(ConnectionStatus.NEEDS_REAUTH)
                .setStatusReason(reason.name())
                .setUpdatedAt(now)
                .build();
        var event = event(connection, ConnectionEventKind.NEEDS_REAUTH, now)
                .setReason(reason.name())
                .setDetail(detail)
                .build();
        var id = connection.getConnectionId();
        return to.add(Topics.CONNECTIONS, id, connection)
                .add(Topics.CONNECTION_EVENTS, id, event)
                .build();
    }

    /** The same request, as a later attempt. */
    Outputs again(RefreshRequest request, int attempt, Trace trace) {
        var next = RefreshRequest.newBuilder(request).setAttempt(attempt).build();
        return to(trace)
                .add(Topics.REFRESH_REQUESTS, request.getConnectionId(), next)
                .build();
    }

    /** The same request, under the key it should have had. */
    Outputs underItsOwnKey(RefreshRequest request, Trace trace) {
        return to(trace)
                .add(Topics.REFRESH_REQUESTS, request.getConnectionId(), request)
                .build();
    }

    Outputs deadLetter(Unreadable unreadable) {
        var record = unreadable.record();
        var key = record.key() == null ? "" : new String(record.key(), UTF_8);
        var letter = DeadLetter.newBuilder()
                .setSource(unreadable.position())
                .setRawKey(start(record.key(), MOST_OF_A_KEY).orElse(null))
                .setRawValue(start(record.value(), MOST_OF_A_VALUE).orElse(null))
                .setCode(ErrorCode.UNREADABLE_RECORD.name())
                .setDetail("The record on " + record.topic()
                        + " is not a RefreshRequest in Confluent's Avro format. Correct whoever writes it.")
                .setCause(causes(unreadable.cause()))
                .setAt(clock.instant())
                .build();
        return to(unreadable.trace()).add(Topics.DEAD_LETTERS, key, letter).build();
    }

    Outputs deadLetter(Work<RefreshRequest> work, Throwable cause) {
        var letter = DeadLetter.newBuilder()
                .setSource(work.position())
                .setRawKey(ByteBuffer.wrap(work.key().getBytes(UTF_8)))
                .setRawValue(ByteBuffer.wrap(serdes.write(Topics.REFRESH_REQUESTS, work.value())))
                .setCode(ErrorCode.INTERNAL.name())
                .setDetail("Broadside failed while renewing the token of this connection. The cause says where.")
                .setCause(causes(cause))
                .setAt(clock.instant())
                .build();
        return to(work.trace()).add(Topics.DEAD_LETTERS, work.key(), letter).build();
    }

    private Outputs.Builder to(Trace trace) {
        return Outputs.to(serdes, trace.child());
    }

    private static ConnectionEvent.Builder event(Connection connection, ConnectionEventKind kind, Instant at) {
        return ConnectionEvent.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setProfileId(connection.getProfileId())
                .setPlatform(connection.getPlatform())
                .setKind(kind)
                .setAt(at);
    }

    private static Optional<ByteBuffer> start(byte @Nullable [] bytes, int most) {
        return Optional.ofNullable(bytes)
                .map(all -> ByteBuffer.wrap(all.length > most ? Arrays.copyOf(all, most) : all));
    }

    /** Where it happened, and nothing of what the exceptions say: a parser's message quotes what it could not read. */
    private static String causes(Throwable thrown) {
        var lines = new ArrayList<String>();
        for (@Nullable Throwable cause = thrown;
                cause != null && lines.size() < MOST_CAUSES;
                cause = cause.getCause()) {
            var at = cause.getStackTrace().length == 0 ? "" : " at " + cause.getStackTrace()[0];
            lines.add(cause.getClass().getName() + at);
        }
        return String.join("\n", lines);
    }
}
