package io.broadside.token.health;

import io.broadside.events.Connection;
import java.time.Duration;
import java.time.Instant;

/**
 * When a connection's token is shown to its platform: once a day, each connection at its own time of the day, so that a million of
 * them are spread over all of it. Tokens that are renewed within the day are not: each renewal shows that they are well.
 */
final class InspectionPlan {

    private static final Duration DAY = Duration.ofDays(1);

    /** A token that was looked at, or is as new, since then waits for the next time. */
    private static final Duration RECENT = Duration.ofHours(12);

    private InspectionPlan() {}

    static boolean isDue(Connection connection, Instant now) {
        return Findings.isInspectable(connection)
                && !isRenewedWithinTheDay(connection)
                && !now.isBefore(next(connection));
    }

    /** Its next time. */
    static Instant next(Connection connection) {
        var last = connection
                .getInspectedAt()
                .filter(connection.getRefreshedAt()::isBefore)
                .orElse(connection.getRefreshedAt());
        var earliest = last.plus(RECENT).getEpochSecond();
        var slot = Math.floorMod(mixed(connection.getConnectionId()), DAY.toSeconds());
        return Instant.ofEpochSecond(earliest + Math.floorMod(slot - earliest, DAY.toSeconds()));
    }

    private static boolean isRenewedWithinTheDay(Connection connection) {
        return connection.getIsRenewable()
                && connection
                        .getAccessExpiresAt()
                        .filter(end -> end.isBefore(connection.getRefreshedAt().plus(DAY)))
                        .isPresent();
    }

    /** Fibonacci hashing: ids that differ in their last digit only are far apart. */
    static long mixed(String id) {
        return (id.hashCode() * 0x9E37_79B9_7F4A_7C15L) >>> 20;
    }
}
