package io.broadside.token.refresh;

import io.broadside.events.RefreshRequest;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.Quiet;
import java.time.Clock;
import java.time.Duration;
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

    private static final Logger LOGGER = LoggerFactory.getLogger(Troubles.class);

    private final Pause pause;
    private final RefreshMetrics metrics;
    private final Clock clock;
    private final Quiet quiet = new Quiet();
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

    /** A platform has answered as it should. */
    void answered(String platform) {
        quiet.answered(platform, clock.instant());
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
