package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Ledger.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What one turn of the dispatcher commits: records that are done with what came of them, and records that start. For the
 * dispatcher's thread alone.
 */
final class Cycle<V extends SpecificRecord> {

    /** A record whose call, or whose search for what came of one, starts after the commit. */
    record Starting<V extends SpecificRecord>(
            Slot<V> slot, Work<V> work, boolean isReconciliation, Outputs announcement) {}

    /**
     * A record that is done, and what is written because of it.
     *
     * @param work what it was; empty if it could not be read
     * @param refusals how often the broker has refused what was to be written
     */
    record Settling<V extends SpecificRecord>(Slot<V> slot, Optional<Work<V>> work, Outputs outputs, int refusals) {

        boolean writesToOneOf(Set<String> topics) {
            return outputs.writesToOneOf(topics);
        }
    }

    private final List<Starting<V>> starting = new ArrayList<>();
    private final List<Settling<V>> settling = new ArrayList<>();
    private final Map<Slot<V>, State> before = new HashMap<>();
    private Map<TopicPartition, OffsetAndMetadata> offsets = Map.of();
    private long intentNanos;

    void settle(Slot<V> slot, Work<V> work, Outputs outputs) {
        settling.add(new Settling<>(slot, Optional.of(work), outputs, 0));
    }

    void settleUnreadable(Slot<V> slot, Outputs outputs) {
        settling.add(new Settling<>(slot, Optional.empty(), outputs, 0));
    }

    /** Settles a record once more that an earlier cycle could not. */
    void settleAgain(Settling<V> settle) {
        settling.add(settle);
    }

    void start(Slot<V> slot, Work<V> work, Outputs announcement) {
        starting.add(new Starting<>(slot, work, false, announcement));
    }

    /** Starts the search for what came of a record in doubt. It changes nothing in the ledger. */
    void reconcile(Slot<V> slot, Work<V> work) {
        starting.add(new Starting<>(slot, work, true, Outputs.none()));
    }

    /** Takes out what is done. */
    List<Settling<V>> takeSettling() {
        var taken = List.copyOf(settling);
        settling.clear();
        return taken;
    }

    boolean isEmpty() {
        return starting.isEmpty() && settling.isEmpty();
    }

    /** How many records change their state by it. */
    int changes() {
        return settling.size() + (int) intents().count();
    }

    int size() {
        return starting.size() + settling.size();
    }

    boolean needsNoCommit() {
        return settling.isEmpty() && starting.stream().allMatch(Starting::isReconciliation);
    }

    /** Puts the cycle into the records' states and works out what is to be committed. */
    void apply(Instant intentAt, long nanos) {
        intentNanos = nanos;
        setStates();
        intents().forEach(start -> start.slot().partition.intentAt(intentAt));
        var commits = new HashMap<TopicPartition, OffsetAndMetadata>();
        touched().forEach(partition -> commits.put(partition.partition, partition.toCommit()));
        offsets = commits;
    }

    private void setStates() {
        settling.forEach(settle -> set(settle.slot(), State.DONE));
        intents().forEach(start -> set(start.slot(), State.ATTEMPTED));
    }

    /** Undoes {@link #apply}: it was not committed, or it is not known whether it was. */
    void revert() {
        before.forEach((slot, state) -> slot.state = state);
        before.clear();
    }

    /** It was committed after all. */
    void reapply() {
        setStates();
    }

    /** It is committed: what is done leaves the queues. */
    void finish() {
        settling.forEach(settle -> settle.slot().partition.finish(settle.slot()));
    }

    /** Forgets what concerns partitions that were taken away; gives the records that will not start. */
    List<Slot<V>> dropLost() {
        settling.removeIf(settle -> !settle.slot().partition.isOwned);
        var lost = starting.stream()
                .map(Starting::slot)
                .filter(slot -> !slot.partition.isOwned)
                .toList();
        starting.removeIf(start -> !start.slot().partition.isOwned);
        return lost;
    }

    /** Whether these commits are those of this cycle, for the partitions that are still owned. */
    boolean isCommittedAs(Map<TopicPartition, OffsetAndMetadata> found) {
        return partitions().stream().allMatch(partition -> {
            var mine = Objects.requireNonNull(offsets.get(partition));
            @Nullable OffsetAndMetadata theirs = found.get(partition);
            return theirs != null
                    && mine.offset() == theirs.offset()
                    && mine.metadata().equals(theirs.metadata());
        });
    }

    /** The partitions it changes that are still owned. */
    Set<TopicPartition> partitions() {
        var partitions = new HashSet<TopicPartition>();
        touched().filter(partition -> partition.isOwned).forEach(partition -> partitions.add(partition.partition));
        return partitions;
    }

    List<Outputs> outputs() {
        return Stream.concat(
                        settling.stream().map(Settling::outputs),
                        starting.stream().map(Starting::announcement))
                .toList();
    }

    boolean writesToOneOf(Set<String> topics) {
        return outputs().stream().anyMatch(outputs -> outputs.writesToOneOf(topics));
    }

    Map<TopicPartition, OffsetAndMetadata> offsets() {
        return offsets;
    }

    List<Starting<V>> starting() {
        return starting;
    }

    List<Settling<V>> settling() {
        return settling;
    }

    long intentNanos() {
        return intentNanos;
    }

    private Stream<Starting<V>> intents() {
        return starting.stream().filter(start -> !start.isReconciliation());
    }

    private Stream<PartitionWork<V>> touched() {
        return Stream.concat(
                        settling.stream().map(settle -> settle.slot().partition),
                        intents().map(start -> start.slot().partition))
                .distinct();
    }

    private void set(Slot<V> slot, State state) {
        before.put(slot, slot.state);
        slot.state = state;
    }
}
