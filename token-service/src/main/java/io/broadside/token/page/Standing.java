package io.broadside.token.page;

import io.broadside.events.Connection;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.health.Health;
import io.broadside.token.platform.TokenPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a connection stands, for a person who looks at it: its {@link Health}, and a badge for that. What is known of the connection is
 * worked out there and nowhere else.
 *
 * @param badge a few words: {@code Expires in 5 days}
 */
record Standing(Level level, String badge, Health health) {

    enum Level {
        GOOD,
        WARNING,
        BAD,
        OFF
    }

    static Standing of(Connection connection, TokenPlatform platform, Instant now) {
        var health = Health.of(connection, platform, now);
        return switch (health.status()) {
            case DISCONNECTED -> new Standing(Level.OFF, "Disconnected", health);
            case REVOKED -> new Standing(Level.BAD, "Permission withdrawn", health);
            case NEEDS_REAUTH ->
                health.reason().equals(Optional.of(ErrorCode.PERMISSION_MISSING))
                        ? new Standing(Level.BAD, "Permission missing", health)
                        : new Standing(Level.BAD, "Reconnect needed", health);
            case EXPIRING ->
                new Standing(
                        Level.WARNING,
                        health.actBefore().map(end -> until(end, now)).orElse("Not renewed"),
                        health);
            case HEALTHY, UNKNOWN ->
                connection.getMissingScopes().isEmpty()
                        ? new Standing(Level.GOOD, "Connected", health)
                        : new Standing(Level.WARNING, "Permission missing", health);
        };
    }

    /** Until when a person must have connected it again, if that is still to come. */
    Optional<Instant> actBefore() {
        return health.actBefore().filter(_ -> level == Level.WARNING);
    }

    /** What there is to say beside the badge: how it fares, unless that is well, and what to do. */
    Stream<String> sentences() {
        return Stream.concat(Stream.of(health.sentence()).filter(_ -> level != Level.GOOD), recommendations());
    }

    /** What to do; nothing if nothing is. */
    Stream<String> recommendations() {
        return Stream.of(health.recommendation()).filter(sentence -> !sentence.isEmpty());
    }

    private static String until(Instant end, Instant now) {
        var left = Duration.between(now, end);
        if (left.toHours() < 1) {
            return "Expires within the hour";
        }
        return left.toDays() < 1
                ? counted("Expires in", left.toHours(), "hour")
                : counted("Expires in", left.toDays(), "day");
    }

    private static String counted(String words, long number, String unit) {
        return words + " " + number + " " + unit + (number == 1 ? "" : "s");
    }
}
