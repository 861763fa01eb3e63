package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultException;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.KnownConnections;
import io.broadside.token.platform.PlatformCalls;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPair;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends connections that somebody no longer wants.
 *
 * <ol>
 *   <li>The connection is DISCONNECTED and its tokens are forgotten, durably, whatever the platform says. Its version grows with
 *       that, so that a refresh under way does not bring it back; what that refresh brings is taken back at the platform.
 *   <li>Then the permission is taken back at the platform, where it has a call for that, once and within a time limit. What comes
 *       of it is told, and changes nothing. Where it cannot be seen whether the first is durable, this is left to whoever
 *       disconnects it again here.
 *   <li>Where taking it back would end other connections of the same person too, it is left alone until the last of them goes.
 * </ol>
 *
 * Safe for use by many threads.
 */
public final class Disconnecting {

    private static final Logger LOGGER = LoggerFactory.getLogger(Disconnecting.class);

    private static final Duration REVOKED_WITHIN = Duration.ofSeconds(5);

    private static final int MOST_UNSETTLED = 1_000;

    private final KnownConnections connections;
    private final Losses losses;
    private final SignIns ways;
    private final PlatformCalls calls;
    private final Vault vault;
    private final Clock clock;

    /** What is to be taken back once it is seen that their connections are DISCONNECTED: stored it is nowhere any more. */
    private final Map<String, ByteBuffer> unsettled = new ConcurrentHashMap<>();

    /** What became of the permission at the platform. */
    public enum AtPlatform {
        /** It is taken back. */
        REVOKED,
        /** The platform has no call for it, or nothing is left to take it back with: the person can do it there. */
        NOT_OFFERED,
        /** Other connections rest on the same permission. */
        STILL_IN_USE,
        /** The platform did not confirm it. */
        NOT_CONFIRMED
    }

    /** What came of it. */
    public sealed interface Ending {

        record Disconnected(Connection connection, AtPlatform permission) implements Ending {}

        record Unknown() implements Ending {}

        /**
         * It did not become durable, or that cannot be said now: doing it again does no harm, and takes back what this time was left
         * at the platform.
         */
        record NotNow() implements Ending {}
    }

    public Disconnecting(
            KnownConnections connections, Losses losses, SignIns ways, PlatformCalls calls, Vault vault, Clock clock) {
        this.connections = connections;
        this.losses = losses;
        this.ways = ways;
        this.calls = calls;
        this.vault = vault;
        this.clock = clock;
    }

    public Ending disconnect(String connectionId, Trace trace) {
        if (!connections.bringUpToDate()) {
            return new Ending.NotNow();
        }
        var before = connections.connection(connectionId);
        if (before.isEmpty()) {
            return new Ending.Unknown();
        }
        var tokens = new ArrayList<ByteBuffer>();
        try {
            var _ = losses.settle(
                    connectionId,
                    current -> {
                        var loss = current.flatMap(this::loss);
                        if (loss.isPresent()) {
                            // Before it is forgotten; a renewal that came in between has brought another one.
                            sealedToken(connectionId).ifPresent(tokens::add);
                        }
                        return loss;
                    },
                    trace);
        } catch (NotStoredException e) {
            LOGGER.atWarn()
                    .addKeyValue("connectionId", connectionId)
                    .addKeyValue("cause", e.getMessage())
                    .log("disconnection not stored, or not seen to be");
            if (!tokens.isEmpty() && unsettled.size() < MOST_UNSETTLED) {
                unsettled.put(connectionId, tokens.getLast());
            }
            if (!connections.bringUpToDate() || !isDisconnected(connectionId)) {
                return new Ending.NotNow();
            }
        }
        var former = unsettled.remove(connectionId);
        var newest = tokens.isEmpty() ? Optional.ofNullable(former) : Optional.of(tokens.getLast());
        var permission = takenBack(before.get(), newest.flatMap(token -> opened(token, connectionId)), trace);
        LOGGER.atInfo()
                .addKeyValue("connectionId", connectionId)
                .addKeyValue("platform", before.get().getPlatform())
                .addKeyValue("permission", permission)
                .log("disconnected");
        return new Ending.Disconnected(connections.connection(connectionId).orElseGet(before::get), permission);
    }

    /**
     * Takes back what a renewal brought for a connection that is disconnected by then: the permission it was disconnected with has
     * become this one.
     */
    public void tookTooLong(Connection connection, TokenPair tokens, Trace trace) {
        var permission = takenBack(connection, Optional.of(tokens.refreshToken().orElse(tokens.accessToken())), trace);
        LOGGER.atWarn()
                .addKeyValue("connectionId", connection.getConnectionId())
                .addKeyValue("platform", connection.getPlatform())
                .addKeyValue("permission", permission)
                .log("connection was disconnected during a refresh; the refreshed token is taken back");
    }

    private Optional<Loss> loss(Connection connection) {
        if (connection.getStatus() == ConnectionStatus.DISCONNECTED) {
            return Optional.empty();
        }
        var now = clock.instant();
        var lost = Connection.newBuilder(connection)
                .setStatus(ConnectionStatus.DISCONNECTED)
                .setStatusReason(ErrorCode.CONNECTION_DISCONNECTED.name())
                .setTokenVersion(connection.getTokenVersion() + 1)
                .setIsRenewable(false)
                .setUpdatedAt(now)
                .build();
        var event = ConnectionEvent.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setProfileId(connection.getProfileId())
                .setPlatform(connection.getPlatform())
                .setKind(ConnectionEventKind.DISCONNECTED)
                .setAt(now)
                .setReason(ErrorCode.CONNECTION_DISCONNECTED.name())
                .setDetail("Somebody disconnected the account here. Connect it again to publish to it.")
                .build();
        return Optional.of(new Loss(lost, event, Loss.Forgets.TOKENS));
    }

    private boolean isDisconnected(String connectionId) {
        return connections
                .connection(connectionId)
                .filter(now -> now.getStatus() == ConnectionStatus.DISCONNECTED)
                .isPresent();
    }

    /** What renews it, or else the person's token: either stands for the permission. */
    private Optional<ByteBuffer> sealedToken(String connectionId) {
        return connections
                .credential(connectionId)
                .flatMap(credential -> credential.getSealedRefreshToken().or(credential::getSealedUserToken));
    }

    private Optional<Secret> opened(ByteBuffer token, String connectionId) {
        try {
            return Optional.of(vault.unseal(KeysetName.REFRESH, token, connectionId));
        } catch (VaultException e) {
            LOGGER.atError()
                    .addKeyValue("connectionId", connectionId)
                    .addKeyValue("cause", e.getMessage())
                    .log("token cannot be opened; it is not revoked");
            return Optional.empty();
        }
    }

    private AtPlatform takenBack(Connection connection, Optional<Secret> token, Trace trace) {
        var way = ways.of(connection.getPlatform()).stream()
                .filter(known -> known.missingSettings().isEmpty())
                .findFirst();
        var call = way.flatMap(known -> token.flatMap(known::revocation));
        if (call.isEmpty()) {
            return AtPlatform.NOT_OFFERED;
        }
        if (way.filter(SignIn::revokesAllOfThePerson).isPresent() && isSharedWithOthers(connection)) {
            return AtPlatform.STILL_IN_USE;
        }
        return called(call.get(), connection, trace);
    }

    private AtPlatform called(Call call, Connection connection, Trace trace) {
        var context = new CallContext(
                connection.getConnectionId(),
                Optional.empty(),
                Optional.empty(),
                1,
                OptionalLong.empty(),
                trace,
                () -> Optional.of(REVOKED_WITHIN));
        return switch (calls.call(call, context)) {
            case Reply.Answer answer when answer.isSuccess() -> AtPlatform.REVOKED;
            case Reply.Answer _, Reply.NoAnswer _ -> AtPlatform.NOT_CONFIRMED;
        };
    }

    private boolean isSharedWithOthers(Connection connection) {
        var person = connection.getGrantedBy().orElse(connection.getAccountId());
        return StreamSupport.stream(connections.all().spliterator(), false)
                .filter(other -> other.getPlatform().equals(connection.getPlatform()))
                .filter(other -> !other.getConnectionId().equals(connection.getConnectionId()))
                .filter(other -> other.getStatus() != ConnectionStatus.DISCONNECTED)
                .anyMatch(other ->
                        other.getGrantedBy().orElse(other.getAccountId()).equals(person));
    }
}
