package io.broadside.runtime.kafka;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done about a thread of a topology that died. Nothing is lost whatever it is: what was not committed is read again.
 *
 * <ol>
 *   <li>It is replaced, each time after a longer pause. A death is forgiven after ten minutes.
 *   <li>Of a bug it may die ten times within these ten minutes; then the topology stops, because a fault that comes back
 *       each time needs a person.
 *   <li>A broker or registry that is away is nobody's bug: such deaths never make it stop, and no pause after one is longer
 *       than 30 seconds. Nor is a transaction that the broker has ended before it was committed: it was away for longer than a
 *       transaction may take. But a machine too slow for that looks the same.
 *   <li>While threads die again and again of a bug, or of commits that come too late, the topology works on nothing, whatever its
 *       state says: {@link #keepDying}.
 * </ol>
 */
final class DyingThreads implements StreamsUncaughtExceptionHandler {

    private static final Logger LOGGER = LoggerFactory.getLogger(DyingThreads.class);
    private static final int MOST_DEATHS_OF_BUGS = 10;
    private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(10);
    private static final int AGAIN_AND_AGAIN = 3;

    /** Longer than the longest pause before another death: until then nobody knows whether the bug is gone. */
    private static final Duration IN_A_ROW = Duration.ofMinutes(3);

    /** As long as a transaction may take, unless that was set otherwise: a thread does not come too late more often. */
    private static final Duration ONE_ABSENCE = Duration.ofSeconds(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE_FOR_OTHERS = Duration.ofSeconds(30);

    /** More doublings than any pause has use for, and few enough to be counted in. */
    private static final int MOST_DOUBLINGS = 16;

    /** A chain of causes may be a circle. */
    private static final int LONGEST_CHAIN = 50;

    private final String topology;
    private final Clock clock;
    private final Consumer<Duration> pausing;
    private final Deque<Long> ofBugs = new ArrayDeque<>();
    private final Deque<Long> ofOthers = new ArrayDeque<>();

    /** Those of bugs, and those of commits that came too late. */
    private final Deque<Long> workingOnNothing = new ArrayDeque<>();

    private volatile String lastFault = "";

    /** @param pausing blocks for the time it is given, or less if the topology is being closed */
    DyingThreads(String topology, Clock clock, Consumer<Duration> pausing) {
        this.topology = topology;
        this.clock = clock;
        this.pausing = pausing;
    }

    /** What the last thread died of; empty if none has died yet. */
    String lastFault() {
        return lastFault;
    }

    /**
     * Whether threads have died of bugs, or of commits that came too late, three times in a row, each within three minutes of the one
     * before, and of now.
     */
    synchronized boolean keepDying() {
        var next = clock.millis();
        var inARow = 0;
        for (var death = workingOnNothing.descendingIterator(); death.hasNext(); inARow++) {
            var at = death.next();
            if (next - at > IN_A_ROW.toMillis()) {
                break;
            }
            next = at;
        }
        return inARow >= AGAIN_AND_AGAIN;
    }

    @Override
    public StreamThreadExceptionResponse handle(Throwable cause) {
        lastFault = cause.toString();
        if (isDueTo(cause, RetriableException.class)) {
            return waitForOthers(cause);
        }
        if (isDueTo(cause, InvalidTxnStateException.class)) {
            countTooLate();
            return waitForOthers(cause);
        }
        count(workingOnNothing);
        return replaceOrStop(cause);
    }

    private StreamThreadExceptionResponse waitForOthers(Throwable cause) {
        var deaths = count(ofOthers);
        var grown = pauseAfter(deaths);
        var pause = grown.compareTo(LONGEST_PAUSE_FOR_OTHERS) < 0 ? grown : LONGEST_PAUSE_FOR_OTHERS;
        LOGGER.atWarn()
                .addKeyValue("topology", topology)
                .addKeyValue("deaths", deaths)
                .addKeyValue("pauseMs", pause.toMillis())
                .setCause(cause)
                .log("thread of a topology died of what it depends on and is replaced");
        return replaceAfter(pause);
    }

    private StreamThreadExceptionResponse replaceOrStop(Throwable cause) {
        var deaths = count(ofBugs);
        if (deaths > MOST_DEATHS_OF_BUGS) {
            LOGGER.atError()
                    .addKeyValue("topology", topology)
                    .addKeyValue("deaths", deaths)
                    .setCause(cause)
                    .log("topology stops: its threads keep dying");
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        var pause = pauseAfter(deaths);
        LOGGER.atError()
                .addKeyValue("topology", topology)
                .addKeyValue("deaths", deaths)
                .addKeyValue("pauseMs", pause.toMillis())
                .setCause(cause)
                .log("thread of a topology died and is replaced");
        return replaceAfter(pause);
    }

    /** On the dying thread, which has nothing else to do. */
    private StreamThreadExceptionResponse replaceAfter(Duration pause) {
        pausing.accept(pause);
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    /** Once for all threads whose transactions the broker ended together. */
    private synchronized void countTooLate() {
        var last = workingOnNothing.peekLast();
        if (last == null || clock.millis() - last >= ONE_ABSENCE.toMillis()) {
            count(workingOnNothing);
        }
    }

    private synchronized int count(Deque<Long> deaths) {
        var now = clock.millis();
        deaths.addLast(now);
        while (deaths.getFirst() <= now - FORGIVEN_AFTER.toMillis()) {
            deaths.removeFirst();
        }
        return deaths.size();
    }

    private static Duration pauseAfter(int deaths) {
        return FIRST_PAUSE.multipliedBy(1L << Math.min(deaths - 1, MOST_DOUBLINGS));
    }

    private static boolean isDueTo(Throwable death, Class<?> cause) {
        return Stream.<Throwable>iterate(death, Objects::nonNull, Throwable::getCause)
                .limit(LONGEST_CHAIN)
                .anyMatch(cause::isInstance);
    }
}
