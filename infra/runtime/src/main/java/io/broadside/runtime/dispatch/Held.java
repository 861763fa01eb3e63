package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Cycle.Settling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;

/**
 * Outcomes that the broker refuses because their topic is missing or closed to us. They are tried again until somebody has
 * mended that; meanwhile outcomes for other topics are written, and nothing new starts: what came of it might not be told.
 *
 * <p>For the dispatcher's thread alone, except {@link #complaint}.
 */
final class Held<V extends SpecificRecord> {

    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final LongSupplier nanoClock;
    private final List<Settling<V>> settlings = new ArrayList<>();
    private final Set<String> topics = new TreeSet<>();
    private long again;
    private volatile String complaint = "";

    Held(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.again = nanoClock.getAsLong();
    }

    void add(Settling<V> settle) {
        settlings.add(settle);
    }

    void refused(Refusal refusal) {
        topics.add(refusal.topic());
        again = nanoClock.getAsLong() + PAUSE.toNanos();
        complaint = "the broker refuses records for " + String.join(", ", topics) + " ("
                + refusal.cause().getClass().getSimpleName()
                + "); does the topic exist, and may this service write to it?";
    }

    /** Whether new calls may start. */
    boolean isQuiet() {
        return settlings.isEmpty() && isDue();
    }

    /** Gives what may be tried again now into a cycle. */
    void releaseInto(Cycle<V> cycle) {
        if (isDue()) {
            settlings.forEach(cycle::settleAgain);
            settlings.clear();
        }
    }

    /** Everything that was tried has been taken. */
    void written() {
        if (settlings.isEmpty() && isDue() && !topics.isEmpty()) {
            topics.clear();
            complaint = "";
        }
    }

    void dropLost() {
        settlings.removeIf(settle -> !settle.slot().partition.isOwned);
    }

    /** What is wrong, for a person, if something is. For any thread. */
    Optional<String> complaint() {
        return Optional.of(complaint).filter(text -> !text.isEmpty());
    }

    private boolean isDue() {
        return nanoClock.getAsLong() - again >= 0;
    }
}
