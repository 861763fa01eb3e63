package io.broadside.token.refresh;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.token.KnownConnections;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.platform.TokenPolicy;
import io.broadside.token.platform.TokenPolicy.Renewal;
import io.broadside.token.platform.TokenPolicy.Schedule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the renewal of tokens whose end is near. It asks for every connection, whoever owns it, and again after a minute
 * if nothing came of it: a request too many is cheap, because the handler calls only once per token version.
 *
 * <ol>
 *   <li>A token is due when no more than the margin of its life is left, or half of it for tokens that live for less than
 *       twice the margin.
 *   <li>Connections are spread over a tenth of that time, each always at the same point of it.
 *   <li>A token whose end is not known is not asked for: it is renewed when the platform refuses it.
 * </ol>
 */
public final class DueScan implements Checked, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(DueScan.class);

    private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(60);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);
    private static final int SPREAD = 10;

    private final KnownConnections connections;
    private final RefreshRequests requests;
    private final Duration margin;
    private final TokenPlatforms platforms;
    private final Duration interval;
    private final Clock clock;
    private final EndingPause pause = new EndingPause();
    private final Map<String, Asked> asked = new HashMap<>();
    private volatile long lastScan = System.nanoTime();
    private @Nullable Thread thread;

    /** Takes requests to their topic. */
    @FunctionalInterface
    public interface RefreshRequests {
        /** Writes without waiting; what cannot be written is asked for again. */
        void send(RefreshRequest request);
    }

    private record Asked(long tokenVersion, Instant at) {}

    /**
     * Makes a scan that has not started.
     *
     * @param platforms how their tokens live
     * @param margin how long before its end a token is renewed, where its platform has no margin of its own
     * @param interval between two looks
     */
    public DueScan(
            KnownConnections connections,
            RefreshRequests requests,
            TokenPlatforms platforms,
            Duration margin,
            Duration interval,
            Clock clock) {
        this.connections = connections;
        this.requests = requests;
        this.platforms = platforms;
        this.margin = margin;
        this.interval = interval;
        this.clock = clock;
    }

    /** Begins to look. */
    public void start() {
        thread = Thread.ofPlatform().name("due-scan").daemon().start(this::work);
    }

    /** Looks once. Returns how many renewals were asked for. */
    int scan() {
        var now = clock.instant();
        asked.values().removeIf(request -> !now.isBefore(request.at().plus(ASK_AGAIN_AFTER)));
        var count = 0;
        for (var connection : connections.all()) {
            if (isDue(connection, now) && !wasAsked(connection)) {
                requests.send(request(connection, now));
                asked.put(connection.getConnectionId(), new Asked(connection.getTokenVersion(), now));
                count++;
            }
        }
        return count;
    }

    @Override
    public Check check() {
        var idle = Duration.ofNanos(System.nanoTime() - lastScan);
        return idle.compareTo(interval.plus(STALLED_AFTER)) > 0
                ? Check.failing("due-scan", "has not looked for " + idle.toSeconds() + " s")
                : Check.ok("due-scan", "looks every " + interval.toMillis() + " ms");
    }

    @Override
    public void close() {
        pause.close();
        var running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void work() {
        while (!pause.isClosed()) {
            try {
                var count = scan();
                lastScan = System.nanoTime();
                if (count > 0) {
                    LOGGER.atDebug().addKeyValue("connections", count).log("renewals asked for");
                }
            } catch (RuntimeException e) {
                LOGGER.atWarn().setCause(e).log("could not ask for renewals");
            }
            pause.await(interval);
        }
    }

    private boolean wasAsked(Connection connection) {
        return Optional.ofNullable(asked.get(connection.getConnectionId()))
                .filter(request -> request.tokenVersion() == connection.getTokenVersion())
                .isPresent();
    }

    private boolean isDue(Connection connection, Instant now) {
        var isUsable = connection.getStatus() == ConnectionStatus.HEALTHY
                || connection.getStatus() == ConnectionStatus.EXPIRING;
        return isUsable
                && connection.getIsRenewable()
                && !isRefreshTokenOver(connection, now)
                && dueAt(connection).filter(due -> !now.isBefore(due)).isPresent();
    }

    /** Then nothing can renew the token: asking would only end it before its time. */
    private static boolean isRefreshTokenOver(Connection connection, Instant now) {
        return connection
                .getRefreshExpiresAt()
                .filter(end -> !now.isBefore(end))
                .isPresent();
    }

    /** Empty where nobody knows when the token ends: then its refusal tells. */
    private Optional<Instant> dueAt(Connection connection) {
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

    private static RefreshRequest request(Connection connection, Instant now) {
        return RefreshRequest.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setPlatform(connection.getPlatform())
                .setTokenVersion(connection.getTokenVersion())
                .setReason(RefreshReason.EXPIRING)
                .setRequestedAt(now)
                .setAttempt(1)
                .build();
    }
}
