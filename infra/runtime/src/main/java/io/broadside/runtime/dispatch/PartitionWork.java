package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.dispatch.Ledger.State;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The unfinished records of one partition, and in which order they may be worked on: those of one key one after another,
 * keys in the order of their oldest record. For the dispatcher's thread alone.
 *
 * <p>The ledger tells of all offsets up to {@link #toldEnd}: what is not among the unfinished records there is DONE. Records
 * beyond it are NEW and need no mention.
 */
final class PartitionWork<V extends SpecificRecord> {

    final TopicPartition partition;

    private final LedgerSpace space;

    /** The chain of unfinished records in the order of their offsets. */
    private @Nullable Slot<V> first;

    private @Nullable Slot<V> last;

    /** Unfinished records of each key, oldest first. The first one of each is ready, in doubt, or under way. */
    private final Map<String, ArrayDeque<Slot<V>>> byKey = new HashMap<>();

    /** First records of their keys that may be worked on. */
    private final ArrayDeque<Slot<V>> ready = new ArrayDeque<>();

    /** First records of their keys that may have been called for. */
    private final ArrayDeque<Slot<V>> inDoubt = new ArrayDeque<>();

    private final long restoredBase;
    private final Ledger restored;
    private final Instant settledAt;

    private Instant lastIntent;
    private long nextOffset;
    private long toldEnd;
    private int unfinished;
    private long heldBytes;

    /** Of the record added last, and of the last one that the ledger tells of. */
    private long lastNumber;

    private long toldNumber;
    private int unfinishedTold;

    int underWay;
    boolean isPaused;

    /** False once the partition has been given away: from then on nothing of it may be committed. */
    boolean isOwned = true;

    /** False while the partition is being given away, and after it: what is under way may end, nothing is chosen. */
    boolean mayStart = true;

    /**
     * @param base the committed offset
     * @param restored the ledger that was committed with it
     * @param settledAt from when on no call of a former owner can be under way
     */
    PartitionWork(TopicPartition partition, LedgerSpace space, long base, Ledger restored, Instant settledAt) {
        this.partition = partition;
        this.space = space;
        this.restoredBase = base;
        this.restored = restored;
        this.settledAt = settledAt;
        this.lastIntent = restored.lastIntent();
        this.nextOffset = base;
        this.toldEnd = restoredEnd();
    }

    /**
     * @throws LedgerException if the partition was already read beyond the record: then it has lost records, and what was done with
     *     those that come now is not known
     */
    void add(ConsumerRecord<byte[], byte[]> record) {
        if (record.offset() < nextOffset) {
            throw LedgerException.of(
                    "it was read up to offset " + nextOffset + " and now begins again at offset "
                            + record.offset()
                            + ": the broker has lost records, and what was done with those that are there is not known."
                            + " Stop all instances, say with kafka-consumer-groups.sh --reset-offsets where to go on, start them again.");
        }
        nextOffset = record.offset() + 1;
        var state = restored.states().at(record.offset() - restoredBase);
        if (state == State.DONE) {
            return;
        }
        var key = record.key() == null ? "" : new String(record.key(), UTF_8);
        var slot = new Slot<>(this, record, key, ++lastNumber, state);
        link(slot);
        unfinished++;
        heldBytes += slot.bytes();
        if (slot.offset < toldEnd) {
            toldNumber = slot.number;
            unfinishedTold++;
        }
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

    /** The next record to work on, if there is one and the ledger has space for it. It is taken out of the queue. */
    Optional<Slot<V>> take(Instant now) {
        if (!mayStart) {
            return Optional.empty();
        }
        if (!inDoubt.isEmpty() && !now.isBefore(settledAt)) {
            return Optional.of(inDoubt.remove());
        }
        var next = ready.peek();
        if (next == null) {
            return Optional.empty();
        }
        if (tellUpTo(next)) {
            return Optional.of(ready.remove());
        }
        // Behind one that has no space yet there may be those whose end makes that space: the oldest first.
        var oldest = Collections.min(ready, Comparator.comparingLong(slot -> slot.offset));
        if (!tellUpTo(oldest)) {
            return Optional.empty();
        }
        ready.remove(oldest);
        return Optional.of(oldest);
    }

    /** Extends what the ledger tells of up to this record, if there is space for it; gives whether it tells of it now. */
    private boolean tellUpTo(Slot<V> slot) {
        if (slot.offset < toldEnd) {
            return true;
        }
        var more = unfinishedTold + (int) (slot.number - toldNumber);
        if (!space.fits(slot.offset + 1 - base(), more)) {
            return false;
        }
        toldEnd = slot.offset + 1;
        toldNumber = slot.number;
        unfinishedTold = more;
        return true;
    }

    /** Puts a record back that was taken and not started: it is the next one. */
    void putBack(Slot<V> slot) {
        (slot.isInDoubt ? inDoubt : ready).addFirst(slot);
    }

    /** A call was made and what came of it could not be told: it is looked for, after what else is in doubt. */
    void doubt(Slot<V> slot) {
        slot.isInDoubt = true;
        inDoubt.add(slot);
    }

    /** A record is done for good: the next one of its key is ready, and the base moves on. */
    void finish(Slot<V> slot) {
        var queue = byKey.get(slot.key);
        if (queue == null || queue.poll() != slot) {
            throw new IllegalStateException("The record at offset " + slot.offset + " was not the first of its key");
        }
        unlink(slot);
        unfinished--;
        unfinishedTold--;
        heldBytes -= slot.bytes();
        if (queue.isEmpty()) {
            byKey.remove(slot.key);
        } else {
            offer(queue.element());
        }
    }

    /** What is to be committed for this partition: its first unfinished offset, and the states of those beyond it. */
    OffsetAndMetadata toCommit() {
        var base = firstNotDone();
        var states = new Ledger.States();
        for (var slot = first; slot != null && slot.offset < toldEnd; slot = slot.after) {
            if (slot.state != State.DONE) {
                states.append((int) (slot.offset - base), slot.state);
            }
        }
        var fetchedEnd = Math.min(toldEnd, Math.max(nextOffset, base));
        states.fillDone((int) Math.max(0, fetchedEnd - base));
        // A ledger read at takeover may describe records that have not been fetched yet.
        for (var offset = Math.max(nextOffset, base); offset < restoredEnd(); offset++) {
            states.append((int) (offset - base), restored.states().at(offset - restoredBase));
        }
        return new OffsetAndMetadata(base, new Ledger(lastIntent, states).encoded());
    }

    void intentAt(Instant now) {
        if (now.isAfter(lastIntent)) {
            lastIntent = now;
        }
    }

    /** How many records are held that are not done. */
    int unfinished() {
        return unfinished;
    }

    /** Bytes of the records that are held. */
    long heldBytes() {
        return heldBytes;
    }

    /** How many offsets the ledger describes. */
    long span() {
        return Math.max(0, toldEnd - base());
    }

    /** When the oldest record that is not done was written, in milliseconds since 1970; the largest number if all are. */
    long oldestMillis() {
        return first == null ? Long.MAX_VALUE : first.timestamp;
    }

    private long base() {
        return first == null ? nextOffset : first.offset;
    }

    private long restoredEnd() {
        return restoredBase + restored.states().length();
    }

    private void offer(Slot<V> slot) {
        (slot.isInDoubt ? inDoubt : ready).add(slot);
    }

    private long firstNotDone() {
        for (var slot = first; slot != null; slot = slot.after) {
            if (slot.state != State.DONE) {
                return slot.offset;
            }
        }
        var offset = nextOffset;
        while (restored.states().at(offset - restoredBase) == State.DONE) {
            offset++;
        }
        return offset;
    }

    private void link(Slot<V> slot) {
        slot.before = last;
        if (last == null) {
            first = slot;
        } else {
            last.after = slot;
        }
        last = slot;
    }

    private void unlink(Slot<V> slot) {
        if (slot.before == null) {
            first = slot.after;
        } else {
            slot.before.after = slot.after;
        }
        if (slot.after == null) {
            last = slot.before;
        } else {
            slot.after.before = slot.before;
        }
        slot.before = null;
        slot.after = null;
    }
}
