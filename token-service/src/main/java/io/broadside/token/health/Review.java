package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import io.broadside.token.platform.TokenPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the passing of time asks to be written of a connection. Asked again about what it brought, it asks for nothing more, so
 * that whoever writes it may do so as often as he likes.
 *
 * <ol>
 *   <li>30, 7 and 1 day before its end a person is warned, once for each; what was missed is not made up for: only the warning
 *       whose time is nearest is given.
 *   <li>Which warning was given, and of which end, stands in the connection itself, and is written together with the event.
 *   <li>When the end has come, by the clock and without a call, it needs a person.
 *   <li>A token that has ended and is not renewed, although it could be, is told of when that is noticed, once, without a day: nobody
 *       knows how long it could still be renewed.
 *   <li>Its status is that of its {@link Health}.
 * </ol>
 */
final class Review {

    /** Days before the end, the first warning first. */
    static final List<Integer> WARNINGS = List.of(30, 7, 1);

    private Review() {}

    /** What is to be written now; empty if nothing is. */
    static Optional<Change> of(Connection connection, TokenPlatform platform, Instant now) {
        if (!isDue(connection, platform, now)) {
            return Optional.empty();
        }
        var health = Health.of(connection, platform, now);
        if (health.status() == ConnectionStatus.NEEDS_REAUTH) {
            return Optional.of(Change.needsPerson(
                    connection, health.reason().orElseThrow(), health.sentence() + " " + health.recommendation(), now));
        }
        var warning = warningOf(connection, platform, now);
        if (warning.isPresent()) {
            return Optional.of(warned(connection, health, warning.getAsInt(), now));
        }
        var changed = Connection.newBuilder(connection)
                .setStatus(health.status())
                .setUpdatedAt(now)
                .build();
        // Nobody knows its end, and it is not well: there will be no other word of it.
        var isStuck = health.status() == ConnectionStatus.EXPIRING
                && health.actBefore().isEmpty();
        return Optional.of(
                isStuck ? Change.telling(changed, expiring(changed, health, now)) : Change.silently(changed));
    }

    /** Whether anything is to be written now; cheap, for looks at very many connections. */
    static boolean isDue(Connection connection, TokenPlatform platform, Instant now) {
        return !isLost(connection)
                && (Health.statusOf(connection, platform.policy(), now) != connection.getStatus()
                        || warningOf(connection, platform, now).isPresent());
    }

    /** Which warning is due and was not given; empty if none is. */
    static OptionalInt warningOf(Connection connection, TokenPlatform platform, Instant now) {
        var ending = Ending.of(connection, platform.policy(), now);
        if (ending.isEmpty() || ending.get().hasCome(now)) {
            return OptionalInt.empty();
        }
        var end = ending.get();
        var nearest = WARNINGS.stream()
                .mapToInt(Integer::intValue)
                .filter(days -> end.hasCome(now.plus(Duration.ofDays(days))))
                .min();
        var given = connection.getWarnedOf().filter(end::isAbout).isPresent() ? connection.getWarnedDays() : 0;
        return nearest.isPresent() && (given == 0 || nearest.getAsInt() < given) ? nearest : OptionalInt.empty();
    }

    /** Whether a person is asked for already. */
    static boolean isLost(Connection connection) {
        return switch (connection.getStatus()) {
            case NEEDS_REAUTH, REVOKED, DISCONNECTED -> true;
            case UNKNOWN, HEALTHY, EXPIRING -> false;
        };
    }

    private static Change warned(Connection connection, Health health, int days, Instant now) {
        var end = health.actBefore().orElseThrow();
        var warned = Connection.newBuilder(connection)
                .setStatus(health.status())
                .setWarnedOf(end)
                .setWarnedDays(days)
                .setUpdatedAt(now)
                .build();
        return Change.telling(warned, expiring(warned, health, now));
    }

    private static ConnectionEvent expiring(Connection connection, Health health, Instant now) {
        return Change.event(connection, ConnectionEventKind.EXPIRING, now)
                .setReason(health.reason().orElseThrow().name())
                .setDetail(health.sentence() + " " + health.recommendation())
                .setActBefore(health.actBefore().orElse(null))
                .build();
    }
}
