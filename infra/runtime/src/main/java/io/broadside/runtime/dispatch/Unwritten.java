package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Cycle.Settling;
import io.broadside.schemas.RegistryUnavailableException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What could not be committed, and sees to it that only those suffer whose fault it was:
 *
 * <ol>
 *   <li>A record that will never be taken gives way to a dead letter, and that to a bare one.
 *   <li>What is for a topic that is missing or closed is {@link Held} until it is there.
 *   <li>All else goes into the next cycle as it is, or is chosen again.
 * </ol>
 *
 * Of a transaction that failed because of a record, other records fail with the same exception. So if several did, what the
 * cycle held is suspected, and cycles hold one record each until whose fault it was is known.
 *
 * <p>For the dispatcher's thread alone, except {@link #complaint}.
 */
final class Unwritten<V extends SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(Unwritten.class);

    private final String name;
    private final Endings<V> endings;
    private final Held<V> held;
    private final Consumer<String> onRegistryAway;

    /** What is done and waits for its turn to be the only one of a cycle. */
    private final ArrayDeque<Settling<V>> oneByOne = new ArrayDeque<>();

    /** How many records may still be the one whose fault it was. */
    private int suspects;

    /**
     * @param name of the dispatcher, for logs
     * @param onRegistryAway is told when a dead letter could not be written without the schema registry
     */
    Unwritten(String name, Endings<V> endings, Held<V> held, Consumer<String> onRegistryAway) {
        this.name = name;
        this.endings = endings;
        this.held = held;
        this.onRegistryAway = onRegistryAway;
    }

    /** Puts into a cycle what may be tried again now, and while somebody is suspected leaves one record in it. */
    void giveBackTo(Cycle<V> cycle) {
        held.releaseInto(cycle);
        if (suspects == 0 && oneByOne.isEmpty()) {
            return;
        }
        oneByOne.addAll(cycle.takeSettling());
        var most = suspects == 0 ? oneByOne.size() : 1;
        while (!oneByOne.isEmpty() && cycle.size() < most) {
            cycle.settleAgain(oneByOne.remove());
        }
    }

    /** How many more records may be chosen for a cycle: as many as usual, but for one alone while somebody is suspected. */
    int spaceIn(Cycle<V> cycle, int usual) {
        return suspects > 0 ? Math.max(0, 1 - cycle.size()) : usual;
    }

    /** Whether calls may start: while a topic is missing, what came of them might not be told. */
    boolean mayStart() {
        return held.isQuiet();
    }

    /** Whether something waits for its turn. */
    boolean isMore() {
        return !oneByOne.isEmpty();
    }

    /** A cycle was committed: nothing in it was at fault. */
    void committed(Cycle<V> cycle) {
        cleared(cycle.changes());
        held.written(cycle);
    }

    /** There was nothing to commit although everything that may start was chosen: those suspected are gone. */
    void nothingLeft() {
        suspects = 0;
    }

    private void cleared(int records) {
        suspects = Math.max(0, suspects - records);
    }

    /**
     * Takes apart a cycle that was not committed.
     *
     * @param cycle what its records' states no longer show
     * @param refusals what the broker did not take
     * @param next where goes what can be committed as it is
     */
    void notCommitted(Cycle<V> cycle, List<Refusal> refusals, Cycle<V> next) {
        var blamed = blamed(cycle, refusals);
        var closed = closedBy(blamed);
        for (var start : cycle.starting().reversed()) {
            var refusal = blamed.get(start.announcement());
            var isSettled = refusal != null
                    && refusal.kind() == Refusal.Kind.RECORD
                    && settleInstead(
                            new Settling<>(start.slot(), Optional.of(start.work()), start.announcement(), 0),
                            refusal,
                            next);
            if (!isSettled) {
                start.slot().partition.putBack(start.slot());
            }
        }
        for (var settle : cycle.settling()) {
            var refusal = blamed.get(settle.outputs());
            if (refusal != null && refusal.kind() == Refusal.Kind.RECORD) {
                if (!settleInstead(settle, refusal, next)) {
                    held.add(settle);
                }
            } else if (settle.writesToOneOf(closed)) {
                held.add(settle);
            } else {
                next.settleAgain(settle);
            }
        }
    }

    /** The outputs whose fault it was. */
    private Map<Outputs, Refusal> blamed(Cycle<V> cycle, List<Refusal> refusals) {
        var blamed = new IdentityHashMap<Outputs, Refusal>();
        refusals.forEach(refusal -> blamed.put(refusal.outputs(), refusal));
        var records = blamed.values().stream()
                .filter(refusal -> refusal.kind() == Refusal.Kind.RECORD)
                .count();
        if (records > 1) {
            blamed.values().removeIf(refusal -> refusal.kind() == Refusal.Kind.RECORD);
            suspects = cycle.changes();
        } else {
            cleared((int) records);
        }
        return blamed;
    }

    private Set<String> closedBy(Map<Outputs, Refusal> blamed) {
        var closed = new HashSet<String>();
        for (var refusal : blamed.values()) {
            LOGGER.atError()
                    .addKeyValue("dispatcher", name)
                    .addKeyValue("topic", refusal.topic())
                    .addKeyValue("cause", refusal.cause().toString())
                    .log("the broker refuses a record");
            if (refusal.kind() == Refusal.Kind.TOPIC) {
                closed.add(refusal.topic());
                held.refused(refusal);
            }
        }
        return closed;
    }

    /** Puts something else in the place of what will never be taken; gives whether that could be done. */
    private boolean settleInstead(Settling<V> settle, Refusal refusal, Cycle<V> next) {
        if (settle.refusals() > 1) {
            held.refused(refusal);
            return false;
        }
        try {
            var outputs = settle.work()
                    .filter(_ -> settle.refusals() == 0)
                    .map(work -> endings.failed(work, refusal.cause()))
                    .orElseGet(() -> endings.bare(settle.slot().record(), refusal.cause()));
            next.settleAgain(new Settling<>(settle.slot(), settle.work(), outputs, settle.refusals() + 1));
            return true;
        } catch (RegistryUnavailableException e) {
            onRegistryAway.accept(String.valueOf(e.getMessage()));
            return false;
        }
    }

    void dropLost() {
        held.dropLost();
        oneByOne.removeIf(settle -> !settle.slot().partition.isOwned);
    }

    /** What is wrong, for a person, if something is. For any thread. */
    Optional<String> complaint() {
        return held.complaint();
    }
}
