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

    /**
     * What was found out in a round.
     *
     * @param asked what was looked for; nothing is said of anything else
     * @param missing what of it is nowhere
     */
    record Answer(int round, Set<String> asked, Set<String> missing) {
        Answer {
            asked = Set.copyOf(asked);
            missing = Set.copyOf(missing);
        }
    }

    private final Map<TaskId, Set<String>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger round = new AtomicInteger();
    private volatile Answer answer = new Answer(0, Set.of(), Set.of());

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

    /**
     * What was found out. Who asked too late for that is not answered in this round.
     *
     * @param lookedFor what was asked by then
     * @param missing what of it is nowhere
     */
    public void answer(Set<String> lookedFor, Set<String> missing) {
        answer = new Answer(round.get(), lookedFor, missing);
    }

    int round() {
        return round.get();
    }

    void ask(TaskId task, Set<String> commandIds) {
        asked.put(task, Set.copyOf(commandIds));
    }

    /** What was found out in that round; empty until something was. */
    Optional<Answer> answerTo(int asking) {
        var known = answer;
        return known.round() == asking ? Optional.of(known) : Optional.empty();
    }
}
