package io.broadside.runtime.dispatch;

import io.broadside.events.RecordPosition;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses what may start and puts it into a cycle: fairly, one record of each partition after another, as far as there is room.
 * A record that needs no call, or that cannot be read, goes there as done.
 *
 * <p>Without the schema registry a record may look unreadable that is not: it is set aside for a moment, and others are chosen.
 *
 * <p>For the dispatcher's thread alone, except {@link #complaint}.
 */
final class Chooser<V extends SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(Chooser.class);
    private static final Duration REGISTRY_PAUSE = Duration.ofMillis(500);

    /** The registry is asked again and again while something waits for it, mostly more often than this. */
    private static final Duration COMPLAINT_HOLDS = Duration.ofSeconds(15);

    private final String name;
    private final Map<String, Topic<V>> topics;
    private final EventSerdes serdes;
    private final EffectHandler<V> handler;
    private final Endings<V> endings;
    private final Assignment<V> assignment;
    private final Room room;
    private final Clock clock;
    private final LongSupplier nanoClock;

    /** Records that could not be decided without the registry, until it is asked again. */
    private final Deque<Slot<V>> aside = new ArrayDeque<>();

    /** When the registry may be asked again, by the monotonic clock. */
    private long askAgain;

    /** Nothing is chosen before this. */
    private long opensAt;

    private volatile long missedRegistryAt;
    private volatile String registryFault = "";

    Chooser(
            String name,
            Map<String, Topic<V>> topics,
            EventSerdes serdes,
            EffectHandler<V> handler,
            Endings<V> endings,
            Assignment<V> assignment,
            Room room,
            Clock clock,
            LongSupplier nanoClock) {
        this.name = name;
        this.topics = topics;
        this.serdes = serdes;
        this.handler = handler;
        this.endings = endings;
        this.assignment = assignment;
        this.room = room;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.opensAt = nanoClock.getAsLong();
        this.askAgain = opensAt;
    }

    /** What came of a call could not be told without the registry: nothing more is chosen for a moment. */
    void waitForRegistry(String reason) {
        missed(reason);
        opensAt = askAgain;
    }

    private void missed(String reason) {
        if (complaint().isEmpty()) {
            LOGGER.atWarn()
                    .addKeyValue("dispatcher", name)
                    .addKeyValue("cause", reason)
                    .log("records wait for the schema registry");
        }
        var now = nanoClock.getAsLong();
        askAgain = now + REGISTRY_PAUSE.toNanos();
        missedRegistryAt = now;
        registryFault = reason;
    }

    /** What is wrong, for a person, if something is. For any thread. */
    Optional<String> complaint() {
        var fault = registryFault;
        return fault.isEmpty() || nanoClock.getAsLong() - missedRegistryAt > COMPLAINT_HOLDS.toNanos()
                ? Optional.empty()
                : Optional.of("records wait for the schema registry: " + fault);
    }

    /** Whether anything may be chosen. */
    boolean isOpen() {
        return nanoClock.getAsLong() - opensAt >= 0;
    }

    /**
     * Fills a cycle.
     *
     * @param most how many records to choose
     * @return whether more may be there
     */
    boolean choose(Cycle<V> cycle, int most) {
        takeBack();
        var now = clock.instant();
        var left = most;
        for (var turn = new ArrayDeque<>(assignment.inTurn()); !turn.isEmpty(); ) {
            if (left == 0) {
                return true;
            }
            var partition = turn.remove();
            var topic = partition.partition.topic();
            if (room.isThereFor(topic) && handler.admits(topic)) {
                var slot = partition.take(now);
                if (slot.isPresent()) {
                    if (tryToDecide(slot.get(), cycle)) {
                        left--;
                    }
                    turn.add(partition);
                }
            }
        }
        return false;
    }

    private void takeBack() {
        if (nanoClock.getAsLong() - askAgain < 0) {
            return;
        }
        while (!aside.isEmpty()) {
            var slot = aside.removeLast();
            slot.partition.putBack(slot);
        }
    }

    /** Puts a record into the cycle, or aside; gives whether it is in the cycle. */
    private boolean tryToDecide(Slot<V> slot, Cycle<V> cycle) {
        var isAsking = nanoClock.getAsLong() - askAgain >= 0;
        if (!isAsking
                && !serdes.knowsSchemaOf(slot.record().topic(), slot.record().value())) {
            aside.add(slot);
            return false;
        }
        try {
            decide(slot, cycle);
            return true;
        } catch (RegistryUnavailableException e) {
            missed(String.valueOf(e.getMessage()));
            aside.add(slot);
            return false;
        }
    }

    private void decide(Slot<V> slot, Cycle<V> cycle) {
        var record = slot.record();
        var topic = topics.get(record.topic());
        if (topic == null) {
            throw new IllegalStateException("Not subscribed to " + record.topic());
        }
        V value;
        try {
            value = serdes.read(topic, record.value());
        } catch (SerializationException e) {
            cycle.settleUnreadable(slot, endings.unreadable(new Unreadable(record, e)));
            return;
        }
        var work = new Work<>(
                slot.key,
                value,
                new RecordPosition(record.topic(), record.partition(), record.offset()),
                Instant.ofEpochMilli(record.timestamp()),
                Trace.from(record.headers()),
                Lease.none());
        if (slot.isInDoubt) {
            cycle.reconcile(slot, work);
            room.enter(record.topic());
            return;
        }
        switch (decision(work)) {
            case Decision.Settle(var outputs) -> cycle.settle(slot, work, outputs);
            case Decision.Attempt(var announcement) -> {
                cycle.start(slot, work, announcement);
                room.enter(record.topic());
            }
        }
    }

    private Decision decision(Work<V> work) {
        try {
            return handler.decide(work);
        } catch (Throwable e) {
            if (!Faults.isOfTheRecord(e)) {
                throw e;
            }
            return new Decision.Settle(endings.failed(work, e));
        }
    }
}
