package io.broadside.runtime.dispatch;

import io.broadside.events.RecordPosition;
import io.broadside.runtime.dispatch.Calls.Ended;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
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
 * Turns records into calls to the outside world that happen once, whatever dies. What it promises to the code that makes
 * the calls is said in {@link EffectHandler}; how it keeps that:
 *
 * <ol>
 *   <li><b>Intent before effect.</b> Before a call starts, its record is committed as ATTEMPTED in the {@link Ledger} that
 *       travels in the metadata of the partition's offset commit. So whoever takes the partition over knows exactly which
 *       records may have had an effect.
 *   <li><b>Outcome and DONE are one atom.</b> What came of calls and the ledger are written in one transaction. A member
 *       that was fenced cannot commit an intent, and so cannot start a call.
 *   <li><b>In doubt is looked up, never repeated.</b> A record found ATTEMPTED at takeover goes to
 *       {@link EffectHandler#reconcile}, once the longest time that a call of the former owner could last is over.
 * </ol>
 *
 * <p>One thread does everything with Kafka, in turns: poll, take up what has finished, choose what may start, commit both in
 * one transaction, start. Calls run in plain blocking code, each on a virtual thread.
 *
 * <p>{@link #run} is for one thread and returns after {@link #close}; {@link #check} and {@link #close} are for any.
 */
public final class Dispatcher<V extends SpecificRecord> implements Runnable, AutoCloseable, Checked {

    private static final Logger LOGGER = LoggerFactory.getLogger(Dispatcher.class);

    private static final Duration IDLE_POLL = Duration.ofMillis(100);
    private static final Duration LEDGER_WAIT = Duration.ofMillis(250);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(50);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);
    private static final int MOST_PER_CYCLE = 1000;

    private final String name;
    private final Map<String, Topic<V>> topics;
    private final DispatchConfig config;
    private final EventSerdes serdes;
    private final EffectHandler<V> handler;
    private final Clock clock;
    private final DispatchMetrics metrics;
    private final Consumer<byte[], byte[]> consumer;
    private final Transactions transactions;
    private final Assignment<V> assignment;
    private final Calls<V> calls;

    private final AtomicBoolean isPolling = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isStopping;
    private volatile boolean isStarted;
    private volatile long lastTurn;

    /** Since when what is to be committed could not be, if {@link #isCommitDue}. */
    private volatile long committable;

    private volatile boolean isCommitDue;
    private volatile @Nullable String fault;

    /** What has finished and is not committed. */
    private Cycle<V> pending = new Cycle<>();

    private boolean isMoreToChoose;

    /** A cycle of which it is not known whether it was committed: nothing starts until it is. */
    private @Nullable Cycle<V> unresolved;

    /**
     * @param name the consumer group, and the name in logs and metrics
     * @param topics what is consumed
     */
    public Dispatcher(
            String name,
            List<Topic<V>> topics,
            DispatchConfig config,
            KafkaClients clients,
            EffectHandler<V> handler,
            MeterRegistry meters,
            Clock clock) {
        this.name = name;
        this.topics = topics.stream().collect(Collectors.toUnmodifiableMap(Topic::name, topic -> topic));
        this.config = config;
        this.serdes = clients.serdes();
        this.handler = handler;
        this.clock = clock;
        this.consumer = clients.groupConsumer(name);
        this.transactions = new Transactions(turn -> clients.transactionalProducer(name + "-" + turn));
        this.assignment = new Assignment<>(config, clock);
        this.metrics = new DispatchMetrics(meters, name, assignment::figures, clock);
        this.calls = new Calls<>(name, handler, config, metrics, this::wakeUp);
    }

    /**
     * Works until {@link #close}.
     *
     * @throws LedgerException if a partition's ledger cannot be read
     * @throws KafkaException if the connection to Kafka is lost in a way that a new start must mend
     */
    @Override
    public void run() {
        isStarted = true;
        try {
            consumer.subscribe(topics.keySet(), new Rebalance());
            while (!isStopping) {
                lastTurn = System.nanoTime();
                turn();
            }
            finish(assignment.all(), config.closeLimit());
        } catch (RuntimeException | Error e) {
            fault = e.toString();
            LOGGER.atError().addKeyValue("dispatcher", name).setCause(e).log("dispatcher failed");
            abandon();
            throw e;
        } finally {
            shutDown();
        }
    }

    /** Stops starting, lets calls finish within the limit, commits what came of them, leaves the group. */
    @Override
    public void close() {
        isStopping = true;
        wakeUp();
        if (!isStarted) {
            shutDown();
            return;
        }
        try {
            if (!closed.await(config.closeLimit().plusSeconds(5).toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.atWarn().addKeyValue("dispatcher", name).log("dispatcher did not close in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Check check() {
        var failed = fault;
        if (failed != null) {
            return Check.failing(name, "stopped: " + failed);
        }
        if (!isStarted) {
            return Check.failing(name, "not started yet");
        }
        var stuck = Duration.ofNanos(System.nanoTime() - committable);
        if (isCommitDue && stuck.compareTo(STALLED_AFTER) > 0) {
            return Check.failing(name, "could not commit for " + stuck.toSeconds() + " s");
        }
        var idle = Duration.ofNanos(System.nanoTime() - lastTurn);
        return idle.compareTo(STALLED_AFTER) > 0
                ? Check.failing(name, "no progress for " + idle.toSeconds() + " s; is the broker reachable?")
                : Check.ok(
                        name,
                        assignment.figures().partitions() + " partitions, "
                                + assignment.figures().underWay() + " calls under way");
    }

    private void turn() {
        var records = poll();
        assignment.takeUp(consumer, LEDGER_WAIT);
        assignment.add(records);
        takeUpEnded();
        if (isSettled()) {
            choose();
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
        assignment.countUnderWay(partition.partition.topic(), -1);
        switch (end) {
            case Ended.Broken<V> broken ->
                throw new IllegalStateException("A handler could not even say that it failed", broken.fault());
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
            case Ended.Done<V> done -> pending.settle(slot, done.outputs());
        }
    }

    /** Chooses what may start, fairly: one record of each partition after another, until nothing more may. */
    private void choose() {
        for (boolean found = true; found && !pending.isFull(MOST_PER_CYCLE); ) {
            found = false;
            for (var partition : assignment.inTurn()) {
                if (assignment.hasRoom(partition.partition.topic()) && handler.admits(partition.partition.topic())) {
                    var slot = partition.take(config.window(), clock.instant());
                    found |= slot.isPresent();
                    if (slot.isPresent() && !isDecided(slot.get())) {
                        return;
                    }
                }
            }
        }
        isMoreToChoose = pending.isFull(MOST_PER_CYCLE);
    }

    /** Without the schema registry a record may be unreadable that is not: it waits. */
    private boolean isDecided(Slot<V> slot) {
        try {
            decide(slot);
            return true;
        } catch (RegistryUnavailableException e) {
            LOGGER.atWarn()
                    .addKeyValue("dispatcher", name)
                    .addKeyValue("cause", e.getMessage())
                    .log("records wait for the schema registry");
            slot.partition.putBack(slot);
            isMoreToChoose = false;
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
            pending.settle(slot, handler.unreadable(new Unreadable(record, e)));
            return;
        }
        var position = new RecordPosition(record.topic(), record.partition(), record.offset());
        var work = new Work<>(
                slot.key,
                value,
                position,
                Instant.ofEpochMilli(record.timestamp()),
                Trace.from(record.headers()),
                Lease.none());
        if (slot.isInDoubt) {
            pending.reconcile(slot, work);
            assignment.countUnderWay(record.topic(), 1);
            return;
        }
        try {
            switch (handler.decide(work)) {
                case Decision.Settle(var outputs) -> pending.settle(slot, outputs);
                case Decision.Attempt(var announcement) -> {
                    pending.start(slot, work, announcement);
                    assignment.countUnderWay(record.topic(), 1);
                }
            }
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            pending.settle(slot, handler.failed(work, e));
        }
    }

    private void commit() {
        if (pending.isEmpty()) {
            return;
        }
        var cycle = pending;
        pending = new Cycle<>();
        if (cycle.needsNoCommit()) {
            start(cycle, 0);
            return;
        }
        var intentNanos = System.nanoTime();
        var intentAt = clock.instant();
        cycle.apply(intentAt, intentNanos);
        var fate = transactions.commit(cycle.outputs(), cycle.offsets(), consumer.groupMetadata());
        metrics.cycle(fate, System.nanoTime() - intentNanos);
        switch (fate) {
            case COMMITTED -> committed(cycle, intentNanos);
            case NOT_COMMITTED -> notCommitted(cycle);
            case UNKNOWN -> {
                cycle.revert();
                unresolved = cycle;
            }
        }
    }

    private void committed(Cycle<V> cycle, long intentNanos) {
        cycle.finish();
        // The next records of the keys that are done may be ready now.
        isMoreToChoose |= cycle.settled() > 0;
        start(cycle, intentNanos);
    }

    private void notCommitted(Cycle<V> cycle) {
        cycle.revert();
        for (var start : cycle.starting().reversed()) {
            assignment.countUnderWay(start.slot().partition.partition.topic(), -1);
            start.slot().partition.putBack(start.slot());
        }
        pending.takeOver(cycle);
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
            cycle.dropLost().forEach(slot -> assignment.countUnderWay(slot.partition.partition.topic(), -1));
            var found = consumer.committed(cycle.partitions(), LEDGER_WAIT);
            unresolved = null;
            if (cycle.isCommittedAs(found)) {
                cycle.reapply();
                // The intents may be too old by now: their leases tell, and what did not start is chosen again.
                committed(cycle, cycle.intentNanos());
            } else {
                notCommitted(cycle);
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

    private void wakeUp() {
        if (isPolling.compareAndSet(true, false)) {
            consumer.wakeup();
        }
    }

    /** Lets what is under way for these partitions end, within the limit, and commits what came of it. */
    private void finish(Collection<PartitionWork<V>> leaving, Duration limit) {
        leaving.forEach(partition -> partition.mayStart = false);
        var deadline = System.nanoTime() + limit.toNanos();
        do {
            takeUpEnded();
            if (isSettled()) {
                commit();
            }
            if (unresolved == null
                    && pending.isEmpty()
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

    /** After a fault nothing here can be trusted: whoever takes the partitions over goes by what is durable. */
    private void abandon() {
        assignment.drop(assignment.partitions());
        pending = new Cycle<>();
        unresolved = null;
    }

    private void shutDown() {
        // The consumer first: leaving the group may still commit what has just ended.
        try (transactions;
                consumer) {
            metrics.close();
        } catch (WakeupException | InterruptException e) {
            LOGGER.atDebug().setCause(e).log("closing was interrupted");
        } finally {
            closed.countDown();
        }
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
            pending.dropLost();
        }
    }
}
