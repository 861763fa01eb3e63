package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Cycle.Settling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes that the broker refuses because their topic is missing or closed to us. They are tried again until somebody has
 * mended that; meanwhile outcomes for other topics are written, and nothing new starts: what came of it might not be told.
 *
 * <p>A producer waits long for a topic that is missing, and all else would wait with it. So whether the topic is there by now is
 * asked beforehand, without waiting for the answer.
 *
 * <p>For the dispatcher's thread alone, except {@link #complaint}.
 */
final class Held<V extends SpecificRecord> {

    static final Duration PAUSE = Duration.ofSeconds(2);

    private final LongSupplier nanoClock;
    private final Function<Set<String>, ? extends Future<?>> lookUp;
    private final List<Settling<V>> settlings = new ArrayList<>();
    private final Set<String> topics = new TreeSet<>();
    private long again;
    private @Nullable Future<?> lookingUp;
    private volatile String complaint = "";

    /**
     * @param nanoClock a monotonic clock in nanoseconds
     * @param lookUp asks the broker for topics; what it gives ends with {@link UnknownTopicOrPartitionException} if one is missing
     */
    Held(LongSupplier nanoClock, Function<Set<String>, ? extends Future<?>> lookUp) {
        this.nanoClock = nanoClock;
        this.lookUp = lookUp;
        this.again = nanoClock.getAsLong();
    }

    void add(Settling<V> settle) {
        settlings.add(settle);
        pause();
    }

    void refused(Refusal refusal) {
        topics.add(refusal.topic());
        complaint = "the broker refuses records for " + String.join(", ", topics) + " ("
                + refusal.cause().getClass().getSimpleName()
                + "); does the topic exist, and may this service write to it?";
        pause();
    }

    private void pause() {
        again = nanoClock.getAsLong() + PAUSE.toNanos();
        lookingUp = null;
    }

    /** Whether new calls may start. */
    boolean isQuiet() {
        return settlings.isEmpty() && isTimeToTry();
    }

    /** Gives what may be tried again now into a cycle. */
    void releaseInto(Cycle<V> cycle) {
        if (!settlings.isEmpty() && isTimeToTry()) {
            settlings.forEach(cycle::settleAgain);
            settlings.clear();
        }
    }

    /** Something was committed; if it was for what was refused before, nothing is wrong any more. */
    void written(Cycle<V> cycle) {
        if (settlings.isEmpty() && !topics.isEmpty() && cycle.writesToOneOf(topics)) {
            forget();
        }
    }

    /** Forgets what concerns partitions that were taken away. What is still wrong is found out again at the next try. */
    void dropLost() {
        settlings.removeIf(settle -> !settle.slot().partition.isOwned);
        if (settlings.isEmpty()) {
            forget();
        }
    }

    private void forget() {
        topics.clear();
        complaint = "";
    }

    /** What is wrong, for a person, if something is. For any thread. */
    Optional<String> complaint() {
        return Optional.of(complaint).filter(text -> !text.isEmpty());
    }

    private boolean isTimeToTry() {
        if (nanoClock.getAsLong() - again < 0) {
            return false;
        }
        if (topics.isEmpty()) {
            return true;
        }
        if (lookingUp == null) {
            lookingUp = lookUp.apply(Set.copyOf(topics));
        }
        if (!lookingUp.isDone()) {
            return false;
        }
        // Whoever may not look a topic up may be allowed to write to it: only trying tells.
        var isMissing = lookingUp.state() == Future.State.FAILED
                && lookingUp.exceptionNow() instanceof UnknownTopicOrPartitionException;
        if (isMissing) {
            pause();
        }
        return !isMissing;
    }
}
