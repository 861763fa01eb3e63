package io.broadside.token.refresh;

import io.broadside.events.Connection;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.platform.TokenPolicy;
import io.broadside.token.platform.TokenPolicy.Renewal;
import io.broadside.token.platform.TokenPolicy.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a token is to be renewed: always the same time for the same connection, so that it can be kept beside it. */
public final class DueTimes {

    private static final int SPREAD = 10;

    private final TokenPlatforms platforms;
    private final Duration margin;

    /**
     * @param platforms how their tokens live
     * @param margin how long before its end a token is renewed, where its platform has no margin of its own
     */
    public DueTimes(TokenPlatforms platforms, Duration margin) {
        this.platforms = platforms;
        this.margin = margin;
    }

    /** Empty where nobody knows when the token ends: then its refusal tells. */
    public Optional<Instant> of(Connection connection) {
        var policy = platforms.find(connection.getPlatform()).map(TokenPlatform::policy);
        var schedule = policy.map(TokenPolicy::schedule).orElse(Schedule.USUAL);
        var earliest = connection.getRefreshedAt().plus(schedule.minimumAge());
        // A token that only brings its successor while it lives must not be waited for until it is refused.
        var unknown =
                policy.filter(it -> it.renewal() instanceof Renewal.ByItself).map(_ -> earliest);
        return connection
                .getAccessExpiresAt()
                .map(end -> dueBefore(end, connection, schedule.margin().orElse(margin)))
                .map(due -> due.isBefore(earliest) ? earliest : due)
                .or(() -> unknown);
    }

    private static Instant dueBefore(Instant end, Connection connection, Duration margin) {
        var halfOfLife = Duration.between(connection.getRefreshedAt(), end).dividedBy(2);
        var early = halfOfLife.compareTo(margin) < 0 ? halfOfLife : margin;
        if (!early.isPositive()) {
            return end;
        }
        var spreadMillis = Math.max(1, early.toMillis() / SPREAD);
        return end.minus(early).plusMillis(Math.floorMod(mixed(connection.getConnectionId()), spreadMillis));
    }

    /** Ids that differ in their last digit only have hashes that are neighbours: Fibonacci hashing sends them far apart. */
    private static long mixed(String id) {
        return (id.hashCode() * 0x9E37_79B9_7F4A_7C15L) >>> 20;
    }
}
