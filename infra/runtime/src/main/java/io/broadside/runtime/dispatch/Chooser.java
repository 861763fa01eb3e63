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
 * <p>Without the schema registry a record may look unreadable that is not, so then all that is not chosen yet waits.
 *
 * <p>For the dispatcher's thread alone, except {@link #complaint}.
 */
final class Chooser<V extends SpecificRecord> {

    private static final Logger LOGGER = LoggerFactory.getLogger(Chooser.class);
    private static final Duration REGISTRY_PAUSE = Duration.ofMillis(500);

    /** The registry is asked again and again while something waits for it, more often than this. */
    private static final Duration COMPLAINT_HOLDS = Duration.ofSeconds(5);

    private final String name;
    private final Map<String, Topic<V>> topics;
    private final EventSerdes serdes;
    private final EffectHandler<V> handler;
    private final Endings<V> endings;
    private final Assignment<V> assignment;
    private final Room room;
    private final Clock clock;
    private final LongSupplier nanoClock;

    /** Nothing is chosen before this, by the monotonic clock. */
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
    }

    /** Nothing more is chosen for a moment. */
    void waitForRegistry(String reason) {
        LOGGER.atWarn()
                .addKeyValue("dispatcher", name)
                .addKeyValue("cause", reason)
                .log("records wait for the schema registry");
        var now = nanoClock.getAsLong();
        opensAt = now + REGISTRY_PAUSE.toNanos();
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

    /** Whether it does not wait for the registry. */
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
                    if (!isDecided(slot.get(), cycle)) {
                        return false;
                    }
                    left--;
                    turn.add(partition);
                }
            }
        }
        return false;
    }

    private boolean isDecided(Slot<V> slot, Cycle<V> cycle) {
        try {
            decide(slot, cycle);
            return true;
        } catch (RegistryUnavailableException e) {
            slot.partition.putBack(slot);
            waitForRegistry(String.valueOf(e.getMessage()));
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
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError e) {
            return new Decision.Settle(endings.failed(work, e));
        }
    }
}
