package io.broadside.runtime.dispatch;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls that were not made because their intents had grown too old, as after a pause of the process. Each is taken back and chosen
 * again; where that comes to nothing all the time, as with a broker that takes longer to commit than an intent may grow old, it is said.
 *
 * <p>For the dispatcher's thread alone, except {@link #inTime} and {@link #complaint}.
 */
final class Lateness {

    private static final Logger LOGGER = LoggerFactory.getLogger(Lateness.class);

    /** Nothing is chosen for so long: what is announced with each intent would be written as fast as Kafka can. */
    static final Duration PAUSE = Duration.ofMillis(500);

    static final Duration TOLD_EVERY = Duration.ofSeconds(10);
    static final Duration COMPLAIN_AFTER = Duration.ofSeconds(30);

    private final String name;
    private final DispatchConfig config;
    private final Runnable counter;
    private final LongSupplier nanoClock;

    /** When something may be chosen again, by the monotonic clock. */
    private long opensAt;

    private long tellAgain;
    private int untold;
    private volatile boolean isLate;
    private volatile long since;
    private volatile long last;

    /**
     * @param name of the dispatcher
     * @param counter runs for each call that was too late
     * @param nanoClock a monotonic clock in nanoseconds
     */
    Lateness(String name, DispatchConfig config, Runnable counter, LongSupplier nanoClock) {
        this.name = name;
        this.config = config;
        this.counter = counter;
        this.nanoClock = nanoClock;
        this.opensAt = nanoClock.getAsLong();
        this.tellAgain = opensAt;
    }

    /** A call was not made because its intent was too old. */
    void late() {
        var now = nanoClock.getAsLong();
        if (!isLate) {
            since = now;
        }
        last = now;
        isLate = true;
        opensAt = now + PAUSE.toNanos();
        counter.run();
        untold++;
        if (now - tellAgain >= 0) {
            LOGGER.atWarn()
                    .addKeyValue("dispatcher", name)
                    .addKeyValue("calls", untold)
                    .addKeyValue("intentMaxAgeMs", config.intentMaxAge().toMillis())
                    .log(
                            "calls were not made, as their intents were too old when they were durable; they are chosen again");
            untold = 0;
            tellAgain = now + TOLD_EVERY.toNanos();
        }
    }

    /** A call was made: intents get there in time. For any thread. */
    void inTime() {
        if (isLate) {
            isLate = false;
        }
    }

    /** Whether anything may be chosen. */
    boolean isOpen() {
        return nanoClock.getAsLong() - opensAt >= 0;
    }

    /** What is wrong, for a person, if something is. For any thread. */
    Optional<String> complaint() {
        var now = nanoClock.getAsLong();
        var stuck = Duration.ofNanos(now - since);
        // Where nothing is left to be called for, none is late any more.
        var isStill = isLate && now - last <= COMPLAIN_AFTER.toNanos();
        return isStill && stuck.compareTo(COMPLAIN_AFTER) > 0
                ? Optional.of("no call was made for " + stuck.toSeconds()
                        + " s: intents are older than DISPATCH_INTENT_MAX_AGE ("
                        + config.intentMaxAge().toMillis()
                        + "ms) when they are durable; is the broker slow, or this process without time?")
                : Optional.empty();
    }
}
