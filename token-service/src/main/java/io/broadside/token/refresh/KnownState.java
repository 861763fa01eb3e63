package io.broadside.token.refresh;

import io.broadside.events.Connection;
import io.broadside.events.Credential;
import io.broadside.events.RefreshRequest;
import io.broadside.token.KnownConnections;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A connection and what renews it. Both are written in one transaction, but come from two topics: for a moment one of them
 * may be ahead, and then the newer version is the one that counts.
 */
record KnownState(Connection connection, Optional<Credential> credential) {

    static Optional<KnownState> of(KnownConnections connections, String connectionId) {
        return connections
                .connection(connectionId)
                .map(connection -> new KnownState(connection, connections.credential(connectionId)));
    }

    /** The version of the current token. */
    long version() {
        return Math.max(
                connection.getTokenVersion(),
                credential.map(Credential::getVersion).orElse(0L));
    }

    /** Whether a request has nothing to ask for any more: there is a newer token, or a person is asked for one. */
    boolean hasServed(RefreshRequest request) {
        return request.getTokenVersion() < version()
                || (request.getTokenVersion() == version() && waitsForPerson(connection));
    }

    /** Whether both tables tell of the same version. */
    boolean isWhole() {
        return credential.isEmpty() || credential.get().getVersion() == connection.getTokenVersion();
    }

    /** Whether the connection is the newer of the two: its credential is still to come. */
    boolean isConnectionAhead() {
        return credential.isPresent() && credential.get().getVersion() < connection.getTokenVersion();
    }

    /**
     * The same, where the connection has the version of the newest token. Somebody may have written what it was before over what it
     * became, as a look at a connection does that ends just when a person pastes a token; the token is there, all the same.
     */
    KnownState byNewest() {
        return connection.getTokenVersion() == version()
                ? this
                : new KnownState(
                        Connection.newBuilder(connection)
                                .setTokenVersion(version())
                                .build(),
                        credential);
    }

    /** The refresh token that belongs to the current version. */
    Optional<ByteBuffer> sealedRefreshToken() {
        return credential.flatMap(Credential::getSealedRefreshToken);
    }

    private static boolean waitsForPerson(Connection connection) {
        return switch (connection.getStatus()) {
            case NEEDS_REAUTH, REVOKED, DISCONNECTED -> true;
            case UNKNOWN, HEALTHY, EXPIRING -> false;
        };
    }
}
