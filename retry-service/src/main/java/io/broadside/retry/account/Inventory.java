package io.broadside.retry.account;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.processor.TaskId;

/**
 * Where the partitions of an instance and whoever looks for commands meet, round by round: a round begins, partitions say of what
 * they have heard nothing for a while, and are told which of it is nowhere. For any thread.
 */
public final class Inventory {

    private record Answer(int round, Set<String> missing) {}

    private final Map<TaskId, Set<String>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger round = new AtomicInteger();
    private volatile Answer answer = new Answer(0, Set.of());

    /** A new round; what was asked in the one before is forgotten. */
    public void begin() {
        asked.clear();
        round.incrementAndGet();
    }

    /** Everything that was asked in this round so far. */
    public Set<String> asked() {
        var all = new HashSet<String>();
        asked.values().forEach(all::addAll);
        return all;
    }

    /** What of it is nowhere. */
    public void answer(Set<String> missing) {
        answer = new Answer(round.get(), Set.copyOf(missing));
    }

    int round() {
        return round.get();
    }

    void ask(TaskId task, Set<String> commandIds) {
        asked.put(task, Set.copyOf(commandIds));
    }

    /** What is nowhere of what was asked in that round; empty until it is known. */
    Optional<Set<String>> answerTo(int asking) {
        var known = answer;
        return known.round() == asking ? Optional.of(known.missing()) : Optional.empty();
    }
}
