package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.schemas.ErrorCode;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to be written of a connection, together.
 *
 * @param event what to tell, if anything
 * @param isRenewalWanted whether its token is to be renewed now
 */
record Change(Connection connection, Optional<ConnectionEvent> event, boolean isRenewalWanted) {

    static Change silently(Connection connection) {
        return new Change(connection, Optional.empty(), false);
    }

    static Change telling(Connection connection, ConnectionEvent event) {
        return new Change(connection, Optional.of(event), false);
    }

    /** The connection needs a person from now on, and it is said why. */
    static Change needsPerson(Connection connection, ErrorCode reason, String detail, Instant now) {
        var lost = Connection.newBuilder(connection)
                .setStatus(ConnectionStatus.NEEDS_REAUTH)
                .setStatusReason(reason.name())
                .setUpdatedAt(now)
                .build();
        return telling(
                lost,
                event(lost, ConnectionEventKind.NEEDS_REAUTH, now)
                        .setReason(reason.name())
                        .setDetail(detail)
                        .build());
    }

    static ConnectionEvent.Builder event(Connection connection, ConnectionEventKind kind, Instant at) {
        return ConnectionEvent.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setProfileId(connection.getProfileId())
                .setPlatform(connection.getPlatform())
                .setKind(kind)
                .setAt(at);
    }
}
