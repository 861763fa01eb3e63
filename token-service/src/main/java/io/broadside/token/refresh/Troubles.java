package io.broadside.token.refresh;

import io.broadside.events.RefreshRequest;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.Quiet;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trouble with platforms, as far as renewals have met it: who is to be left alone, and how many wait for it to pass. */
final class Troubles {

    /** So many of a platform may wait in their places; there are more places than that, and other platforms need some. */
    static final int MOST_PAUSING = 100;

    /** So many answers in a row that cannot be used are about the platform, and not about single tokens. */
    static final int UNUSABLE_IN_A_ROW = 10;

    /** Long enough for those that are in doubt already to be tried some times before others are. */
    private static final Duration UNUSABLE_FOR = Duration.ofSeconds(30);

    private static final int MOST_IN_DOUBT = 10_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(Troubles.class);

    private final Pause pause;
    private final RefreshMetrics metrics;
    private final Clock clock;
    private final Quiet quiet = new Quiet();
    private final Quiet newcomers = new Quiet();
    private final Map<String, AtomicInteger> unusable = new ConcurrentHashMap<>();
    private final Map<String, Long> inDoubt = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_IN_DOUBT;
        }
    });
    private final Map<String, AtomicInteger> pausing = new ConcurrentHashMap<>();

    Troubles(Pause pause, RefreshMetrics metrics, Clock clock) {
        this.pause = pause;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Whether a platform has said that it wants to be left alone now. If not, the call is made. */
    boolean isToBeLeftAlone(RefreshRequest request) {
        return quiet.isFor(request.getPlatform(), request.getConnectionId(), clock.instant());
    }

    /** A platform has answered as it should: what this connection was in doubt about is settled. */
    void answered(RefreshRequest request) {
        var platform = request.getPlatform();
        quiet.answered(platform, clock.instant());
        newcomers.answered(platform, clock.instant());
        unusable.remove(platform);
        inDoubt.remove(request.getConnectionId());
    }

    /** A platform has given no answer that can be used, and may have used up a token. */
    void unusable(RefreshRequest request) {
        var platform = request.getPlatform();
        inDoubt.put(request.getConnectionId(), request.getTokenVersion());
        var row = unusable.computeIfAbsent(platform, _ -> new AtomicInteger()).incrementAndGet();
        if (row >= UNUSABLE_IN_A_ROW) {
            newcomers.wanted(platform, UNUSABLE_FOR, clock.instant());
        }
    }

    /** Whether an earlier call for this token brought no answer that can be used. */
    boolean isInDoubt(RefreshRequest request) {
        return inDoubt.getOrDefault(request.getConnectionId(), 0L) == request.getTokenVersion();
    }

    /**
     * Whether a platform gives one unusable answer after another: then its answers are tried with those who wait for one already. If not,
     * the call is made.
     */
    boolean areForOthersToTry(RefreshRequest request) {
        return newcomers.isFor(request.getPlatform(), clock.instant());
    }

    /** Whether so many wait in their places that another one would take the place of other platforms. */
    boolean areTooMany(String platform) {
        return pausing(platform).get() >= MOST_PAUSING;
    }

    /** A renewal was not to be had. */
    void note(RefreshRequest request, ErrorCode cause, Optional<Duration> retryAfter) {
        retryAfter.ifPresent(
                wait -> quiet.wanted(request.getPlatform(), request.getConnectionId(), wait, clock.instant()));
        (cause == ErrorCode.APP_REFUSED ? LOGGER.atError() : LOGGER.atWarn())
                .addKeyValue("connectionId", request.getConnectionId())
                .addKeyValue("platform", request.getPlatform())
                .addKeyValue("errorCode", cause)
                .addKeyValue("attempt", request.getAttempt())
                .log("token not renewed; it is tried again");
        metrics.later(request.getPlatform());
    }

    /** Waits until it may be tried again. */
    void sitOut(RefreshRequest request) {
        var waiting = pausing(request.getPlatform());
        waiting.incrementAndGet();
        try {
            pause.await(Pause.after(request.getAttempt()));
        } finally {
            waiting.decrementAndGet();
        }
    }

    private AtomicInteger pausing(String platform) {
        return pausing.computeIfAbsent(platform, _ -> new AtomicInteger());
    }
}
