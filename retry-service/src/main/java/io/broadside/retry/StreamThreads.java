package io.broadside.retry;

import io.broadside.runtime.health.Check;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a stream thread that died, each time after a longer pause; one that keeps dying ends the client, so that
 * readiness fails and somebody looks. Nothing is lost either way: what was not committed is read again.
 */
final class StreamThreads implements StreamsUncaughtExceptionHandler {

    private static final Logger LOGGER = LoggerFactory.getLogger(StreamThreads.class);
    private static final int MOST_DEATHS = 10;
    private static final Duration WITHIN = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final Clock clock;
    private final Consumer<Duration> pausing;
    private final Deque<Long> deaths = new ArrayDeque<>();

    StreamThreads(Clock clock) {
        this(clock, pause -> LockSupport.parkNanos(pause.toNanos()));
    }

    /** @param pausing blocks for the time it is given */
    StreamThreads(Clock clock, Consumer<Duration> pausing) {
        this.clock = clock;
        this.pausing = pausing;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable cause) {
        var recent = recentDeaths();
        if (recent > MOST_DEATHS) {
            LOGGER.atError()
                    .addKeyValue("deaths", recent)
                    .setCause(cause)
                    .log("stream threads keep dying, the service stops working and is not ready any more");
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        LOGGER.atError().addKeyValue("deaths", recent).setCause(cause).log("stream thread died and is replaced");
        // On the dying thread, which has nothing else to do: a registry or broker that is away gets time to come back.
        pausing.accept(FIRST_PAUSE.multipliedBy(1L << (recent - 1)));
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Whether the client works or is about to. */
    static Check check(KafkaStreams streams) {
        var state = streams.state();
        return switch (state) {
            case RUNNING -> Check.ok("streams", "running");
            case CREATED, REBALANCING -> Check.ok("streams", "joining or rebalancing");
            case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR ->
                Check.failing("streams", "stopped: " + state.name().toLowerCase(Locale.ROOT));
        };
    }

    private synchronized int recentDeaths() {
        var now = clock.millis();
        deaths.addLast(now);
        while (deaths.getFirst() < now - WITHIN.toMillis()) {
            deaths.removeFirst();
        }
        return deaths.size();
    }
}
