package io.broadside.retry;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Whether the timers go: when the timer of each partition ticked last, and what it found. Partitions report from their
 * threads; readers may be any thread.
 */
final class Ticks implements Checked {

    private static final String NAME = "timers";
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    /** @param at by the clock that nobody sets */
    private record Tick(long at, long earliest, long waiting, long inTurn) {}

    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Map<TaskId, Tick> last = new ConcurrentHashMap<>();

    /** @param nanoTime tells for how long nothing happened, whatever is done to the clock: {@code System::nanoTime} */
    Ticks(Clock clock, LongSupplier nanoTime) {
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    void begin(TaskId task) {
        tick(task, Long.MAX_VALUE, 0, 0);
    }

    /**
     * @param earliest when the next command of the partition is due, in milliseconds of the epoch
     * @param waiting how many commands wait there
     * @param inTurn how many of them are due and held back
     */
    void tick(TaskId task, long earliest, long waiting, long inTurn) {
        last.put(task, new Tick(nanoTime.getAsLong(), earliest, waiting, inTurn));
    }

    void end(TaskId task) {
        last.remove(task);
    }

    /** How many commands wait in the partitions of this instance, roughly. */
    double waiting() {
        return last.values().stream().mapToLong(Tick::waiting).sum();
    }

    /** How many of them are due and held back, because their platform gets less than is due for it. */
    double heldBack() {
        return last.values().stream().mapToLong(Tick::inTurn).sum();
    }

    /** For how long the oldest command has been due that is still here, in seconds; 0 if none is due. */
    double overdueSeconds() {
        var now = clock.millis();
        var oldest = last.values().stream().mapToLong(Tick::earliest).min().orElse(Long.MAX_VALUE);
        return oldest >= now ? 0 : (now - oldest) / 1000.0;
    }

    @Override
    public Check check() {
        var now = nanoTime.getAsLong();
        var silent = last.values().stream()
                .mapToLong(tick -> (now - tick.at()) / 1_000_000)
                .filter(age -> age > LONGEST_SILENCE.toMillis())
                .max();
        return silent.isPresent()
                ? Check.failing(NAME, "a partition's timer has not ticked for " + silent.getAsLong() + " ms")
                : Check.ok(NAME, last.size() + " partitions");
    }
}
