package io.broadside.retry;

import io.broadside.events.Connection;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.schemas.ErrorCode;
import java.util.Optional;

/** Waits that only a person can end. */
final class People {

    private static final long NO_TOKEN = 0;

    private People() {}

    /** Why a connection needs a person; empty if it does not. */
    static Optional<NeedsPerson> neededBy(Connection connection) {
        return switch (connection.getStatus()) {
            case NEEDS_REAUTH, REVOKED ->
                Optional.of(new NeedsPerson(connection.getTokenVersion(), code(connection, ErrorCode.TOKEN_REVOKED)));
            case DISCONNECTED ->
                // Its tokens are deleted: whichever is waited for, a person brings it.
                Optional.of(new NeedsPerson(NO_TOKEN, code(connection, ErrorCode.CONNECTION_DISCONNECTED)));
            case HEALTHY, EXPIRING, UNKNOWN -> Optional.empty();
        };
    }

    private static String code(Connection connection, ErrorCode otherwise) {
        return connection.getStatusReason().orElse(otherwise.name());
    }

    /** The wait for a token as what it is. */
    static DelayedCommand waitedFor(DelayedCommand delayed, NeedsPerson why) {
        return DelayedCommand.newBuilder(delayed)
                .setCause(DelayCause.PERSON)
                .setNotBefore(null)
                .setErrorCode(why.code())
                .setDetail(
                        "The account must be connected again; the post goes out after that, unless its deadline passes.")
                .build();
    }
}
