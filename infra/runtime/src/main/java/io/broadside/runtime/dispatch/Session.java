package io.broadside.runtime.dispatch;

import io.broadside.events.RecordPosition;
import io.broadside.runtime.dispatch.Calls.Ended;
import io.broadside.runtime.dispatch.Cycle.Settling;
import io.broadside.runtime.dispatch.Transactions.Fate;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topic;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One membership of a {@link Dispatcher} in its group, from subscribing to leaving. One thread does everything with Kafka, in
 * turns: poll, take up what has finished, choose what may start, commit both in one transaction, start.
 *
 * <p>{@link #run} is for one thread; {@link #check}, {@link #wakeUp} and {@link #stop} are for any. After a fault nothing here
 * can be trusted: whoever takes the partitions over, in this process or another, goes by what is durable.
 */
final class Session<V extends SpecificRecord> implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Session.class);

    private static final Duration IDLE_POLL = Duration.ofMillis(100);
    private static final Duration LEDGER_WAIT = Duration.ofMillis(250);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(50);
    private static final Duration REGISTRY_PAUSE = Duration.ofMillis(500);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);
    private static final int MOST_PER_CYCLE = 1000;

    private final String name;
    private final Map<String, Topic<V>> topics;
    private final DispatchConfig config;
    private final EventSerdes serdes;
    private final EffectHandler<V> handler;
    private final Endings<V> endings;
    private final Clock clock;
    private final DispatchMetrics metrics;
    private final Consumer<byte[], byte[]> consumer;
    private final Transactions transactions;
    private final Assignment<V> assignment;
    private final Room room;
    private final Calls<V> calls;
    private final Held<V> held = new Held<>(System::nanoTime);

    private final AtomicBoolean isPolling = new AtomicBoolean();
    private volatile boolean isStopping;
    private volatile long lastTurn = System.nanoTime();

    /** Since when what is to be committed could not be, if {@link #isCommitDue}. */
    private volatile long committable;

    private volatile boolean isCommitDue;

    /** What has finished and is not committed. */
    private Cycle<V> pending = new Cycle<>();

    private boolean isMoreToChoose;
    private boolean isAbandoned;

    /** Nothing is chosen before this, by the monotonic clock. */
    private long chooseFrom = System.nanoTime();

    /**
     * Of a transaction that failed because of a record, other records fail with the same exception. So if several did, what the
     * cycle held is tried again one by one, until whose fault it was is known.
     */
    private final ArrayDeque<Settling<V>> oneByOne = new ArrayDeque<>();

    /** How many cycles more hold one record only. */
    private int careful;

    /** A cycle of which it is not known whether it was committed: nothing starts until it is. */
    private @Nullable Cycle<V> unresolved;

    Session(
            String name,
            Map<String, Topic<V>> topics,
            DispatchConfig config,
            LedgerSpace space,
            KafkaClients clients,
            EffectHandler<V> handler,
            DispatchMetrics metrics,
            Clock clock) {
        this.name = name;
        this.topics = topics;
        this.config = config;
        this.serdes = clients.serdes();
        this.handler = handler;
        this.endings = new Endings<>(handler, serdes, clock);
        this.clock = clock;
        this.metrics = metrics;
        this.consumer = clients.groupConsumer(name);
        this.transactions = new Transactions(turn -> clients.transactionalProducer(name + "-" + turn));
        this.assignment = new Assignment<>(config, space, clock);
        this.room = new Room(config.maxInFlight(), config.maxInFlightPerTopic(), topics.keySet());
        this.calls = new Calls<>(name, handler, endings, config, metrics, this::wakeUp);
    }

    /**
     * Works until {@link #stop}, then lets calls end and commits what came of them.
     *
     * @throws LedgerException if a partition's ledger cannot be read
     * @throws KafkaException if the connection to Kafka is lost in a way that a new session must mend
     */
    void run() {
        consumer.subscribe(topics.keySet(), new Rebalance());
        while (!isStopping) {
            lastTurn = System.nanoTime();
            turn();
        }
        finish(assignment.all(), config.closeLimit());
    }

    void stop() {
        isStopping = true;
        wakeUp();
    }

    Assignment.Figures figures() {
        return assignment.figures();
    }

    int underWay() {
        return room.underWay();
    }

    Check check() {
        var complaint = held.complaint();
        if (complaint.isPresent()) {
            return Check.failing(name, complaint.get());
        }
        var stuck = Duration.ofNanos(System.nanoTime() - committable);
        if (isCommitDue && stuck.compareTo(STALLED_AFTER) > 0) {
            return Check.failing(name, "could not commit for " + stuck.toSeconds() + " s");
        }
        var idle = Duration.ofNanos(System.nanoTime() - lastTurn);
        return idle.compareTo(STALLED_AFTER) > 0
                ? Check.failing(name, "no progress for " + idle.toSeconds() + " s; is the broker reachable?")
                : Check.ok(name, figures().partitions() + " partitions, " + underWay() + " calls under way");
    }

    private void turn() {
        var records = poll();
        assignment.takeUp(consumer, LEDGER_WAIT);
        assignment.changedShares().ifPresent(handler::owns);
        assignment.add(records);
        takeUpEnded();
        if (isSettled()) {
            held.releaseInto(pending);
            beCareful();
            if (held.isQuiet()) {
                choose();
            } else {
                isMoreToChoose = false;
            }
            commit();
        }
        assignment.adjustFlow(consumer);
        noteCommits();
    }

    private void noteCommits() {
        var isDue = unresolved != null || pending.isRetry();
        if (isDue && !isCommitDue) {
            committable = System.nanoTime();
        }
        isCommitDue = isDue;
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        isPolling.set(true);
        try {
            // Asked after the flag is set: a call that ends from now on wakes the poll up.
            return consumer.poll(pollTime());
        } catch (WakeupException _) {
            return ConsumerRecords.empty();
        } finally {
            isPolling.set(false);
        }
    }

    private Duration pollTime() {
        if (!oneByOne.isEmpty() && unresolved == null) {
            return Duration.ZERO;
        }
        if (unresolved != null || pending.isRetry()) {
            return RETRY_PAUSE;
        }
        return isStopping || isMoreToChoose || calls.hasEnded() ? Duration.ZERO : IDLE_POLL;
    }

    private void takeUpEnded() {
        for (var end = calls.nextEnded(); end.isPresent(); end = calls.nextEnded()) {
            takeUp(end.get());
        }
    }

    private void takeUp(Ended<V> end) {
        var slot = end.slot();
        var partition = slot.partition;
        partition.underWay--;
        room.leave(partition.partition.topic());
        switch (end) {
            case Ended.Broken<V> broken ->
                throw new IllegalStateException("A call could not even be ended as a failure", broken.fault());
            case Ended<V> _
            when !partition.isOwned ->
                LOGGER.atWarn()
                        .addKeyValue("dispatcher", name)
                        .addKeyValue("partition", partition.partition)
                        .addKeyValue("offset", slot.offset)
                        .log("call ended after its partition was taken away; the new owner looks what came of it");
            case Ended.TooLate<V> _ -> {
                partition.putBack(slot);
                isMoreToChoose = true;
            }
            case Ended.Untold<V> untold -> {
                partition.doubt(slot);
                waitForRegistry(untold.reason());
            }
            case Ended.Done<V> done -> pending.settle(slot, done.work(), done.outputs());
        }
    }

    /** Leaves one record in the cycle at hand, as long as that is needed; then all that waited for it. */
    private void beCareful() {
        if (careful == 0 && oneByOne.isEmpty()) {
            return;
        }
        oneByOne.addAll(pending.takeSettling());
        if (careful == 0) {
            oneByOne.forEach(pending::settleAgain);
            oneByOne.clear();
        } else if (!oneByOne.isEmpty()) {
            pending.settleAgain(oneByOne.remove());
        }
    }

    private int mostPerCycle() {
        return careful > 0 ? 1 : MOST_PER_CYCLE;
    }

    /** Without the schema registry a record may be unreadable that is not, or an outcome unwritable: all that waits. */
    private void waitForRegistry(String reason) {
        LOGGER.atWarn()
                .addKeyValue("dispatcher", name)
                .addKeyValue("cause", reason)
                .log("records wait for the schema registry");
        isMoreToChoose = false;
        chooseFrom = System.nanoTime() + REGISTRY_PAUSE.toNanos();
    }

    /** Chooses what may start, fairly: one record of each partition after another, until nothing more may. */
    private void choose() {
        isMoreToChoose = false;
        if (System.nanoTime() - chooseFrom < 0) {
            return;
        }
        var now = clock.instant();
        for (var turn = new ArrayDeque<>(assignment.inTurn()); !turn.isEmpty(); ) {
            if (pending.isFull(mostPerCycle())) {
                isMoreToChoose = true;
                return;
            }
            var partition = turn.remove();
            var topic = partition.partition.topic();
            if (room.isThereFor(topic) && handler.admits(topic)) {
                var slot = partition.take(now);
                if (slot.isPresent()) {
                    if (!isDecided(slot.get())) {
                        return;
                    }
                    turn.add(partition);
                }
            }
        }
    }

    private boolean isDecided(Slot<V> slot) {
        try {
            decide(slot);
            return true;
        } catch (RegistryUnavailableException e) {
            slot.partition.putBack(slot);
            waitForRegistry(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void decide(Slot<V> slot) {
        var record = slot.record();
        var topic = topics.get(record.topic());
        if (topic == null) {
            throw new IllegalStateException("Not subscribed to " + record.topic());
        }
        V value;
        try {
            value = serdes.read(topic, record.value());
        } catch (SerializationException e) {
            pending.settleUnreadable(slot, endings.unreadable(new Unreadable(record, e)));
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
            pending.reconcile(slot, work);
            room.enter(record.topic());
            return;
        }
        switch (decision(work)) {
            case Decision.Settle(var outputs) -> pending.settle(slot, work, outputs);
            case Decision.Attempt(var announcement) -> {
                pending.start(slot, work, announcement);
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

    private void commit() {
        if (pending.isEmpty()) {
            careful = 0;
            return;
        }
        var cycle = pending;
        pending = new Cycle<>();
        careful = Math.max(0, careful - 1);
        if (cycle.needsNoCommit()) {
            start(cycle, 0);
            return;
        }
        var intentNanos = System.nanoTime();
        cycle.apply(clock.instant(), intentNanos);
        var fate = transactions.commit(cycle.outputs(), cycle.offsets(), consumer.groupMetadata());
        metrics.cycle(fate, System.nanoTime() - intentNanos);
        switch (fate) {
            case Fate.Committed _ -> committed(cycle, intentNanos);
            case Fate.NotCommitted(var refusals) -> notCommitted(cycle, refusals);
            case Fate.Unknown _ -> {
                cycle.revert();
                unresolved = cycle;
            }
        }
    }

    private void committed(Cycle<V> cycle, long intentNanos) {
        cycle.finish();
        held.written();
        // The next records of the keys that are done may be ready now.
        isMoreToChoose |= !cycle.settling().isEmpty();
        start(cycle, intentNanos);
    }

    /** What was to start is chosen again; what is done is committed with the next cycle, unless it was the reason. */
    private void notCommitted(Cycle<V> cycle, List<Refusal> refusals) {
        cycle.revert();
        var refused = new IdentityHashMap<Outputs, Refusal>();
        refusals.forEach(refusal -> refused.put(refusal.outputs(), refusal));
        var isUnclear = refused.values().stream()
                        .filter(refusal -> refusal.kind() == Refusal.Kind.RECORD)
                        .count()
                > 1;
        if (isUnclear) {
            refused.values().removeIf(refusal -> refusal.kind() == Refusal.Kind.RECORD);
            careful = cycle.settling().size() + cycle.starting().size();
        }
        var closed = new HashSet<String>();
        for (var refusal : refused.values()) {
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
        for (var start : cycle.starting().reversed()) {
            var slot = start.slot();
            room.leave(slot.partition.partition.topic());
            var refusal = refused.get(start.announcement());
            if (refusal == null || refusal.kind() == Refusal.Kind.TOPIC) {
                slot.partition.putBack(slot);
            } else {
                settleInstead(new Settling<>(slot, Optional.of(start.work()), start.announcement(), 0), refusal);
            }
        }
        for (var settle : cycle.settling()) {
            var refusal = refused.get(settle.outputs());
            if (refusal != null && refusal.kind() == Refusal.Kind.RECORD) {
                settleInstead(settle, refusal);
            } else if (settle.writesToOneOf(closed)) {
                held.add(settle);
            } else {
                pending.settleAgain(settle);
            }
        }
    }

    /** An outcome that will never be taken gives way to a dead letter, and that to a bare one; if even that is refused, it waits. */
    private void settleInstead(Settling<V> settle, Refusal refusal) {
        if (settle.refusals() > 1) {
            held.refused(refusal);
            held.add(settle);
            return;
        }
        try {
            var outputs = settle.work()
                    .filter(_ -> settle.refusals() == 0)
                    .map(work -> endings.failed(work, refusal.cause()))
                    .orElseGet(() -> endings.bare(settle.slot().record(), refusal.cause()));
            pending.settleAgain(new Settling<>(settle.slot(), settle.work(), outputs, settle.refusals() + 1));
        } catch (RegistryUnavailableException e) {
            held.add(settle);
            waitForRegistry(String.valueOf(e.getMessage()));
        }
    }

    /** Finds out what became of a cycle whose commit got no answer, by reading what is committed now. */
    private boolean isSettled() {
        var cycle = unresolved;
        if (cycle == null) {
            return true;
        }
        try {
            // The new holder of a transactional id gets it only after the transaction of the former one has ended.
            transactions.prepare();
            dropLost(cycle);
            var found = consumer.committed(cycle.partitions(), LEDGER_WAIT);
            unresolved = null;
            if (cycle.isCommittedAs(found)) {
                cycle.reapply();
                // The intents may be too old by now: their leases tell, and what did not start is chosen again.
                committed(cycle, cycle.intentNanos());
            } else {
                notCommitted(cycle, List.of());
            }
            return true;
        } catch (WakeupException | TimeoutException _) {
            return false;
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            LOGGER.atWarn()
                    .addKeyValue("dispatcher", name)
                    .addKeyValue("cause", e.toString())
                    .log("a commit without an answer could not be looked up yet");
            return false;
        }
    }

    private void start(Cycle<V> cycle, long intentNanos) {
        for (var starting : cycle.starting()) {
            starting.slot().partition.underWay++;
            calls.start(starting, intentNanos);
        }
    }

    void wakeUp() {
        if (isPolling.compareAndSet(true, false)) {
            consumer.wakeup();
        }
    }

    /** Lets what is under way for these partitions end, within the limit, and commits what came of it. */
    private void finish(Collection<PartitionWork<V>> leaving, Duration limit) {
        leaving.forEach(partition -> partition.mayStart = false);
        if (isAbandoned) {
            return;
        }
        var deadline = System.nanoTime() + limit.toNanos();
        do {
            takeUpEnded();
            if (isSettled()) {
                held.releaseInto(pending);
                beCareful();
                commit();
            }
            if (unresolved == null
                    && pending.isEmpty()
                    && oneByOne.isEmpty()
                    && leaving.stream().allMatch(partition -> partition.underWay == 0)) {
                return;
            }
            pause();
        } while (System.nanoTime() - deadline < 0);
        LOGGER.atWarn()
                .addKeyValue("dispatcher", name)
                .addKeyValue(
                        "underWay",
                        leaving.stream()
                                .mapToInt(partition -> partition.underWay)
                                .sum())
                .log("calls did not end in time; the next owner looks what came of them");
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void dropLost(Cycle<V> cycle) {
        cycle.dropLost().forEach(slot -> room.leave(slot.partition.partition.topic()));
    }

    /** Leaves the group. */
    @Override
    public void close() {
        // The consumer first: leaving the group may still commit what has just ended.
        try (transactions;
                consumer) {
            isStopping = true;
        } catch (WakeupException | InterruptException e) {
            LOGGER.atDebug().setCause(e).log("closing was interrupted");
        }
    }

    /** After a fault nothing is committed any more, whatever closing calls. */
    void abandon() {
        assignment.drop(assignment.partitions());
        pending = new Cycle<>();
        unresolved = null;
        held.dropLost();
        oneByOne.clear();
        careful = 0;
        isAbandoned = true;
    }

    /** Takes partitions up and gives them away. Kafka calls it inside poll, on the dispatcher's thread. */
    private final class Rebalance implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assignment.expect(partitions);
            // Until its ledger is read a partition gives no records.
            consumer.pause(partitions);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            finish(assignment.of(partitions), config.revokeLimit());
            drop(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            drop(partitions);
        }

        /** From here on nothing is committed for these partitions: the broker would not notice that they are not ours. */
        private void drop(Collection<TopicPartition> partitions) {
            assignment.drop(partitions);
            dropLost(pending);
            held.dropLost();
            oneByOne.removeIf(settle -> !settle.slot().partition.isOwned);
        }
    }
}
