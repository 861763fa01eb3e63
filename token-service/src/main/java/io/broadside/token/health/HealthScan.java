package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.token.KnownConnections;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.refresh.DueScan.RefreshRequests;
import io.broadside.token.refresh.EndingPause;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all connections again and again, and asks the dispatcher for those of which something is to be written or found out. A
 * request too many is cheap: whoever answers it looks for himself.
 *
 * <ol>
 *   <li>Every connection is seen in every round, whoever owns it.
 *   <li>Inspections are asked for at a bounded rate, a round's share in each round; what does not fit comes in the next.
 *   <li>What nothing came of is asked for again after ten minutes.
 *   <li>After a start nobody is warned of a renewal that is overdue: first it gets an hour to happen.
 * </ol>
 */
public final class HealthScan implements Checked, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(HealthScan.class);

    private static final String NAME = "health-scan";
    private static final Duration ASK_AGAIN_AFTER = Duration.ofMinutes(10);
    private static final Duration TIME_TO_RENEW = Duration.ofHours(1);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);

    private final KnownConnections connections;
    private final RefreshRequests requests;
    private final TokenPlatforms platforms;
    private final Duration interval;
    private final long inspectionsPerScan;
    private final HealthMetrics metrics;
    private final Clock clock;
    private final Instant startedAt;
    private final EndingPause pause = new EndingPause();
    private final Map<String, Instant> asked = new HashMap<>();
    private volatile long lastScan = System.nanoTime();
    private @Nullable Thread thread;

    /**
     * Makes a scan that has not started.
     *
     * @param interval between two looks
     * @param inspectionsPerSecond asked for at most; 0: none
     */
    public HealthScan(
            KnownConnections connections,
            RefreshRequests requests,
            TokenPlatforms platforms,
            Duration interval,
            int inspectionsPerSecond,
            HealthMetrics metrics,
            Clock clock) {
        this.connections = connections;
        this.requests = requests;
        this.platforms = platforms;
        this.interval = interval;
        this.inspectionsPerScan = inspectionsPerSecond == 0
                ? 0
                : Math.max(1, interval.multipliedBy(inspectionsPerSecond).toSeconds());
        this.metrics = metrics;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /** Begins to look. */
    public void start() {
        thread = Thread.ofPlatform().name(NAME).daemon().start(this::work);
    }

    /** Looks once. Returns how many connections were asked for. */
    public int scan() {
        var now = clock.instant();
        asked.values().removeIf(at -> !now.isBefore(at.plus(ASK_AGAIN_AFTER)));
        var found = new HashMap<HealthMetrics.Fare, Long>();
        var inspections = 0;
        var count = 0;
        for (var connection : connections.all()) {
            var platform = platforms.find(connection.getPlatform());
            if (platform.isEmpty()) {
                continue;
            }
            var status = Health.statusOf(connection, platform.get().policy(), now);
            found.merge(new HealthMetrics.Fare(connection.getPlatform(), status), 1L, Long::sum);
            if (asked.containsKey(connection.getConnectionId()) || mayStillBeRenewed(connection, platform.get(), now)) {
                continue;
            }
            var isReview = Review.isDue(connection, platform.get(), now);
            var isInspection = !isReview && inspections < inspectionsPerScan && InspectionPlan.isDue(connection, now);
            if (isReview || isInspection) {
                requests.send(request(connection, now));
                asked.put(connection.getConnectionId(), now);
                inspections += isInspection ? 1 : 0;
                count++;
            }
        }
        metrics.seen(found);
        return count;
    }

    @Override
    public Check check() {
        var idle = Duration.ofNanos(System.nanoTime() - lastScan);
        return idle.compareTo(interval.plus(STALLED_AFTER)) > 0
                ? Check.failing(NAME, "has not looked for " + idle.toSeconds() + " s")
                : Check.ok(NAME, "looks every " + interval.toMillis() + " ms");
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

    /** Whether nothing is the matter but a renewal that has not happened, because the service was not there to ask for it. */
    private boolean mayStillBeRenewed(Connection connection, TokenPlatform platform, Instant now) {
        return now.isBefore(startedAt.plus(TIME_TO_RENEW))
                && Ending.isOverdue(connection, platform.policy(), now)
                && Ending.of(connection, platform.policy(), now)
                        .filter(ending -> ending.kind() != Ending.Kind.UNRENEWED || ending.hasCome(now))
                        .isEmpty();
    }

    private void work() {
        while (!pause.isClosed()) {
            try {
                scan();
                lastScan = System.nanoTime();
            } catch (RuntimeException e) {
                LOGGER.atWarn().setCause(e).log("could not look how connections fare");
            }
            pause.await(interval);
        }
    }

    private static RefreshRequest request(Connection connection, Instant now) {
        return RefreshRequest.newBuilder()
                .setConnectionId(connection.getConnectionId())
                .setPlatform(connection.getPlatform())
                .setTokenVersion(connection.getTokenVersion())
                .setReason(RefreshReason.INSPECTION)
                .setRequestedAt(now)
                .setAttempt(1)
                .build();
    }
}
