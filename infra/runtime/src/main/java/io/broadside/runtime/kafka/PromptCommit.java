package io.broadside.runtime.kafka;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.api.ProcessingContext;

/**
 * Has a topology commit at once what comes after a pause. A topology commits every so often, so a record that comes alone waits for
 * half of that interval on average, although there is nothing to gather it with. While records follow each other closely nothing
 * is asked for, and one transaction holds many of them: what makes one post prompt must not make a thousand dear.
 *
 * <p>One for all tasks of a topology. For any thread.
 */
public final class PromptCommit {

    /** Longer than a commit takes: what has gathered during one is not taken for something that comes alone. */
    static final Duration PAUSE = Duration.ofMillis(10);

    private final LongSupplier nanoClock;
    private final AtomicLong last;

    /** @param nanoClock the monotonic clock, {@link System#nanoTime} */
    public PromptCommit(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.last = new AtomicLong(nanoClock.getAsLong() - PAUSE.toNanos());
    }

    /** To be called for each record that somebody waits for, by the processor that has taken it in. */
    public void takenIn(ProcessingContext context) {
        var now = nanoClock.getAsLong();
        if (now - last.getAndSet(now) >= PAUSE.toNanos()) {
            context.commit();
        }
    }
}
