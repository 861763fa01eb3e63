package io.broadside.publisher;

import io.broadside.events.Connection;
import io.broadside.publisher.platform.Cause;
import io.broadside.schemas.ErrorCode;
import java.util.Arrays;
import java.util.Optional;

/**
 * Why nothing can be posted with a connection until a person has acted.
 *
 * @param tokenVersion the newest token that does not help
 */
record PersonNeeded(long tokenVersion, ErrorCode code) {

    /** Empty for a connection that can be posted with. */
    static Optional<PersonNeeded> of(Connection connection) {
        return switch (connection.getStatus()) {
            case NEEDS_REAUTH, REVOKED -> Optional.of(new PersonNeeded(connection.getTokenVersion(), code(connection)));
            case HEALTHY, EXPIRING, DISCONNECTED, UNKNOWN -> Optional.empty();
        };
    }

    Cause cause() {
        return new Cause(
                code,
                "The account must be connected again; the post goes out after that, unless its deadline passes.",
                Optional.empty(),
                Optional.empty());
    }

    private static ErrorCode code(Connection connection) {
        var name = connection.getStatusReason().orElse("");
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst()
                .orElse(ErrorCode.TOKEN_REVOKED);
    }
}
