package io.broadside.token.refresh;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.RefreshReason;
import io.broadside.events.RefreshRequest;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.token.KnownConnections;
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
 *   <li>Of each platform no more are asked for than so many a second, however many became due during a pause: the rest has its
 *       turn at the next looks, in no order. Whoever cannot wait for it is served at once, by the request that a refusal brings.
 * </ol>
 */
public final class DueScan implements Checked, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(DueScan.class);

    private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(60);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);

    private final KnownConnections connections;
    private final RefreshRequests requests;
    private final DueTimes dueTimes;
    private final Duration interval;
    private final int mostEachLook;
    private final RefreshMetrics metrics;
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
     * @param dueTimes when each is due
     * @param interval between two looks
     * @param mostPerSecond how many renewals are asked for of each platform
     */
    public DueScan(
            KnownConnections connections,
            RefreshRequests requests,
            DueTimes dueTimes,
            Duration interval,
            int mostPerSecond,
            RefreshMetrics metrics,
            Clock clock) {
        this.connections = connections;
        this.requests = requests;
        this.dueTimes = dueTimes;
        this.interval = interval;
        this.mostEachLook = Math.max(1, (int) Math.min(Integer.MAX_VALUE, mostPerSecond * interval.toMillis() / 1000));
        this.metrics = metrics;
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
        var counts = new HashMap<String, Integer>();
        for (var connection : connections.dueBy(now)) {
            if (isDue(connection, now)
                    && !wasAsked(connection)
                    && counts.getOrDefault(connection.getPlatform(), 0) < mostEachLook) {
                requests.send(request(connection, now));
                asked.put(connection.getConnectionId(), new Asked(connection.getTokenVersion(), now));
                counts.merge(connection.getPlatform(), 1, Integer::sum);
            }
        }
        return counts.values().stream().mapToInt(Integer::intValue).sum();
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
                var begun = System.nanoTime();
                var count = scan();
                lastScan = System.nanoTime();
                metrics.looked(Duration.ofNanos(lastScan - begun));
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
                && dueTimes.of(connection).filter(due -> !now.isBefore(due)).isPresent();
    }

    /** Then nothing can renew the token: asking would only end it before its time. */
    private static boolean isRefreshTokenOver(Connection connection, Instant now) {
        return connection
                .getRefreshExpiresAt()
                .filter(end -> !now.isBefore(end))
                .isPresent();
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
