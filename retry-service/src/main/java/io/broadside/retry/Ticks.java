package io.broadside.retry;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Whether the timers go: when the timer of each partition ticked last, and what it found. Partitions report from their
 * threads; readers may be any thread.
 */
final class Ticks implements Checked {

    private static final String NAME = "timers";
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private record Tick(long at, long earliest, long waiting) {}

    private final Clock clock;
    private final Map<TaskId, Tick> last = new ConcurrentHashMap<>();

    Ticks(Clock clock) {
        this.clock = clock;
    }

    void begin(TaskId task, long now) {
        last.put(task, new Tick(now, Long.MAX_VALUE, 0));
    }

    /**
     * @param earliest when the next command of the partition is due, in milliseconds of the epoch
     * @param waiting how many commands wait there
     */
    void tick(TaskId task, long now, long earliest, long waiting) {
        last.put(task, new Tick(now, earliest, waiting));
    }

    void end(TaskId task) {
        last.remove(task);
    }

    /** How many commands wait in the partitions of this instance, roughly. */
    double waiting() {
        return last.values().stream().mapToLong(Tick::waiting).sum();
    }

    /** For how long the oldest command has been due that is still here, in seconds; 0 if none is due. */
    double overdueSeconds() {
        var now = clock.millis();
        var oldest = last.values().stream().mapToLong(Tick::earliest).min().orElse(Long.MAX_VALUE);
        return oldest >= now ? 0 : (now - oldest) / 1000.0;
    }

    @Override
    public Check check() {
        var now = clock.millis();
        var silent = last.values().stream()
                .mapToLong(tick -> now - tick.at())
                .filter(age -> age > LONGEST_SILENCE.toMillis())
                .max();
        return silent.isPresent()
                ? Check.failing(NAME, "a partition's timer has not ticked for " + silent.getAsLong() + " ms")
                : Check.ok(NAME, last.size() + " partitions");
    }
}
