package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.dispatch.Ledger.State;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The records of one partition from its first unfinished one to the last one fetched, and in which order they may be
 * worked on: those of one key one after another, keys in the order of their oldest record. For the dispatcher's thread alone.
 */
final class PartitionWork<V extends SpecificRecord> {

    final TopicPartition partition;

    /** Records in the order of their offsets; the first one is unfinished. */
    private final ArrayDeque<Slot<V>> slots = new ArrayDeque<>();

    /** Unfinished records of each key, oldest first. The first one of each is ready, in doubt, or under way. */
    private final Map<String, ArrayDeque<Slot<V>>> byKey = new HashMap<>();

    /** First records of their keys that may be worked on. */
    private final ArrayDeque<Slot<V>> ready = new ArrayDeque<>();

    /** First records of their keys that a former owner may still be calling for. */
    private final ArrayDeque<Slot<V>> inDoubt = new ArrayDeque<>();

    private final long restoredBase;
    private final Ledger restored;
    private final Instant settledAt;

    private Instant lastIntent;
    private long nextOffset;
    private int unfinished;
    int underWay;
    boolean isPaused;

    /** False once the partition has been given away: from then on nothing of it may be committed. */
    boolean isOwned = true;

    /** False while the partition is being given away: what is under way may end, nothing may start. */
    boolean mayStart = true;

    /**
     * @param base the committed offset
     * @param restored the ledger that was committed with it
     * @param settledAt from when on no call of a former owner can be under way
     */
    PartitionWork(TopicPartition partition, long base, Ledger restored, Instant settledAt) {
        this.partition = partition;
        this.restoredBase = base;
        this.restored = restored;
        this.settledAt = settledAt;
        this.lastIntent = restored.lastIntent();
        this.nextOffset = base;
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
        var key = record.key() == null ? "" : new String(record.key(), UTF_8);
        var slot = new Slot<>(this, record, key, restored.states().at(record.offset() - restoredBase));
        nextOffset = record.offset() + 1;
        slots.add(slot);
        if (slot.state == State.DONE) {
            slot.release();
            dropFinished();
            return;
        }
        unfinished++;
        var queue = byKey.computeIfAbsent(key, _ -> new ArrayDeque<>(1));
        queue.add(slot);
        if (queue.size() == 1) {
            offer(slot);
        }
    }

    /** Notes how far the partition was read, markers and compacted records included. */
    void readUpTo(long offset) {
        nextOffset = Math.max(nextOffset, offset);
    }

    /** The next record to work on, if there is one within the window. It is taken out of the queue. */
    Optional<Slot<V>> take(int window, Instant now) {
        if (!mayStart) {
            return Optional.empty();
        }
        if (!inDoubt.isEmpty() && !now.isBefore(settledAt)) {
            return Optional.of(inDoubt.remove());
        }
        var next = ready.peek();
        if (next == null || next.offset - base() >= window) {
            return Optional.empty();
        }
        return Optional.of(ready.remove());
    }

    /** Puts a record back that was taken and not started: it is the next one. */
    void putBack(Slot<V> slot) {
        (slot.isInDoubt ? inDoubt : ready).addFirst(slot);
    }

    /** A record is done for good: the next one of its key is ready, and the base moves on. */
    void finish(Slot<V> slot) {
        slot.release();
        unfinished--;
        var queue = byKey.get(slot.key);
        if (queue == null || queue.poll() != slot) {
            throw new IllegalStateException("The record at offset " + slot.offset + " was not the first of its key");
        }
        if (queue.isEmpty()) {
            byKey.remove(slot.key);
        } else {
            offer(queue.element());
        }
        dropFinished();
    }

    /** What is to be committed for this partition: its first unfinished offset, and the states of those beyond it. */
    OffsetAndMetadata toCommit() {
        var base = firstUnfinished();
        var states = new Ledger.States();
        var restoredEnd = restoredBase + restored.states().length();
        var lastTold = restoredEnd > nextOffset ? nextOffset : lastNotNew();
        for (var slot : slots) {
            if (slot.offset >= base && slot.offset <= lastTold) {
                states.append((int) (slot.offset - base), slot.state);
            }
        }
        for (long offset = Math.max(nextOffset, base); offset < restoredEnd; offset++) {
            states.append((int) (offset - base), restored.states().at(offset - restoredBase));
        }
        return new OffsetAndMetadata(base, new Ledger(lastIntent, states).encoded());
    }

    void intentAt(Instant now) {
        if (now.isAfter(lastIntent)) {
            lastIntent = now;
        }
    }

    /** The first offset that is not done. */
    long base() {
        return slots.isEmpty() ? nextOffset : slots.getFirst().offset;
    }

    /** How many records are held that are not done. */
    int unfinished() {
        return unfinished;
    }

    /** When the oldest record that is not done was written, in milliseconds since 1970; the largest number if all are. */
    long oldestMillis() {
        return slots.isEmpty() ? Long.MAX_VALUE : slots.getFirst().timestamp;
    }

    private void offer(Slot<V> slot) {
        (slot.isInDoubt ? inDoubt : ready).add(slot);
    }

    private void dropFinished() {
        while (!slots.isEmpty() && slots.getFirst().state == State.DONE) {
            slots.removeFirst();
        }
    }

    private long firstUnfinished() {
        for (var slot : slots) {
            if (slot.state != State.DONE) {
                return slot.offset;
            }
        }
        // A ledger read at takeover may describe records that have not been fetched yet.
        var offset = nextOffset;
        while (restored.states().at(offset - restoredBase) == State.DONE) {
            offset++;
        }
        return offset;
    }

    /** A record that is NEW needs no mention unless one that is not follows it. */
    private long lastNotNew() {
        for (var newestFirst = slots.descendingIterator(); newestFirst.hasNext(); ) {
            var slot = newestFirst.next();
            if (slot.state != State.NEW) {
                return slot.offset;
            }
        }
        return -1;
    }
}
