package io.broadside.runtime.dispatch;

import io.broadside.runtime.dispatch.Calls.Ended;
import io.broadside.runtime.dispatch.Ledger.State;
import io.broadside.runtime.dispatch.Transactions.Fate;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
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
    private static final Duration FINISH_PAUSE = Duration.ofMillis(1);
    private static final int MOST_CHOSEN = 1000;

    private final String name;
    private final Map<String, Topic<V>> topics;
    private final DispatchConfig config;
    private final EffectHandler<V> handler;
    private final Clock clock;
    private final DispatchMetrics metrics;
    private final Consumer<byte[], byte[]> consumer;
    private final Transactions transactions;
    private final Assignment<V> assignment;
    private final Room room;
    private final Calls<V> calls;
    private final Chooser<V> chooser;
    private final TopicLookup topicLookup;
    private final Unwritten<V> unwritten;
    private final Progress progress;
    private final Lateness lateness;

    private final AtomicBoolean isPolling = new AtomicBoolean();
    private volatile boolean isStopping;
    /** What has finished and is not committed. */
    private Cycle<V> pending = new Cycle<>();

    private boolean isMoreToChoose;
    private boolean isAbandoned;

    /** A cycle of which it is not known whether it was committed: nothing starts until it is. */
    private @Nullable Cycle<V> unresolved;

    /** When it may be asked for again what became of that, by the monotonic clock. */
    private long lookAgain = System.nanoTime();

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
        this.handler = handler;
        this.clock = clock;
        this.metrics = metrics;
        this.consumer = clients.groupConsumer(name);
        this.transactions = new Transactions(turn -> clients.transactionalProducer(name + "-" + turn));
        this.assignment = new Assignment<>(config, space, clock);
        this.room = new Room(config.maxInFlight(), config.maxInFlightPerTopic(), topics.keySet());
        this.progress = new Progress(name, System::nanoTime);
        var endings = new Endings<>(handler, clients.serdes(), clock);
        this.lateness = new Lateness(name, config, metrics::tooLate, System::nanoTime);
        this.calls =
                new Calls<>(name, handler, endings, config, metrics, lateness::inTime, this::wakeUp, System::nanoTime);
        this.chooser = new Chooser<>(
                name, topics, clients.serdes(), handler, endings, assignment, room, clock, System::nanoTime);
        this.topicLookup = new TopicLookup(clients::admin);
        this.unwritten = new Unwritten<>(
                name, endings, new Held<>(System::nanoTime, topicLookup::ask), chooser::waitForRegistry);
    }

    /**
     * Works until {@link #stop}, then lets calls end and commits what came of them.
     *
     * @throws KafkaException if the connection to Kafka is lost in a way that a new session must mend
     */
    void run() {
        endFormerTransactions();
        consumer.subscribe(topics.keySet(), new Rebalance());
        while (!isStopping) {
            progress.turn();
            turn();
        }
        finish(assignment.all(), config.closeLimit());
    }

    /** What a former holder of our transactional ids left open would hold the ledgers back until it times out. */
    private void endFormerTransactions() {
        try {
            transactions.prepare();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException _) {
            // They are made ready when they are needed, then.
        }
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

    Duration oldestCall() {
        return calls.oldest();
    }

    Check check() {
        return unwritten
                .complaint()
                .or(assignment::complaint)
                .or(chooser::complaint)
                .or(lateness::complaint)
                .or(calls::complaint)
                .map(complaint -> Check.failing(name, complaint))
                .orElseGet(() -> progress.check(
                        transactions.lastFault(),
                        figures().partitions() + " partitions, " + underWay() + " calls under way"));
    }

    private void turn() {
        var records = poll();
        assignment.takeUp(consumer, LEDGER_WAIT);
        assignment.changedShares().ifPresent(handler::owns);
        if (assignment.add(consumer, records)) {
            dropLost();
        }
        takeUpEnded();
        if (lookUpUnresolved()) {
            unwritten.giveBackTo(pending);
            choose();
            commit();
        }
        assignment.adjustFlow(consumer);
    }

    private void choose() {
        var mayStart = unwritten.mayStart() && chooser.isOpen() && lateness.isOpen();
        isMoreToChoose = mayStart && chooser.choose(pending, unwritten.spaceIn(pending, MOST_CHOSEN));
        if (mayStart && pending.isEmpty()) {
            unwritten.nothingLeft();
        }
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
        if (progress.isFailing()) {
            return RETRY_PAUSE;
        }
        var isMore = isStopping || isMoreToChoose || unwritten.isMore() || calls.hasEnded();
        return isMore ? Duration.ZERO : IDLE_POLL;
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
                // Its call was certainly not made: the next commit takes the intent back.
                slot.state = State.NEW;
                partition.putBack(slot);
                lateness.late();
                isMoreToChoose = true;
            }
            case Ended.Untold<V> untold -> {
                partition.doubt(slot);
                chooser.waitForRegistry(untold.reason());
            }
            case Ended.Done<V> done -> pending.settle(slot, done.work(), done.outputs());
        }
    }

    private void commit() {
        if (pending.isEmpty()) {
            progress.well();
            return;
        }
        var cycle = pending;
        pending = new Cycle<>();
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
                progress.failing();
            }
        }
    }

    private void committed(Cycle<V> cycle, long intentNanos) {
        progress.well();
        cycle.finish();
        unwritten.committed(cycle);
        // The next records of the keys that are done may be ready now.
        isMoreToChoose |= !cycle.settling().isEmpty();
        start(cycle, intentNanos);
    }

    private void notCommitted(Cycle<V> cycle, List<Refusal> refusals) {
        progress.failing();
        cycle.revert();
        cycle.starting()
                .forEach(start -> room.leave(start.slot().partition.partition.topic()));
        unwritten.notCommitted(cycle, refusals, pending);
    }

    /**
     * Finds out what became of a cycle whose commit got no answer, if there is one, by reading what is committed now.
     *
     * @return whether it is known
     */
    private boolean lookUpUnresolved() {
        var cycle = unresolved;
        if (cycle == null) {
            return true;
        }
        if (System.nanoTime() - lookAgain < 0) {
            return false;
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
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            // Whatever it is: each try may make producers anew.
            lookAgain = System.nanoTime() + Awaited.ASK_PAUSE.toNanos();
            if (!(e instanceof WakeupException || e instanceof TimeoutException)) {
                LOGGER.atWarn()
                        .addKeyValue("dispatcher", name)
                        .addKeyValue("cause", e.toString())
                        .log("a commit without an answer could not be looked up yet");
            }
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
            if (lookUpUnresolved()) {
                unwritten.giveBackTo(pending);
                commit();
            }
            if (isFinished(leaving)) {
                return;
            }
            pause(progress.isFailing() ? RETRY_PAUSE : FINISH_PAUSE);
        } while (System.nanoTime() - deadline < 0);
        LOGGER.atWarn()
                .addKeyValue("dispatcher", name)
                .addKeyValue("underWay", underWay(leaving))
                .addKeyValue("isCommitFailing", progress.isFailing())
                .log(
                        "not all that was under way was ended and committed in time; the next owner looks what came of it");
    }

    private boolean isFinished(Collection<PartitionWork<V>> leaving) {
        return unresolved == null && pending.isEmpty() && !unwritten.isMore() && underWay(leaving) == 0;
    }

    private int underWay(Collection<PartitionWork<V>> leaving) {
        return leaving.stream().mapToInt(partition -> partition.underWay).sum();
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void dropLost() {
        dropLost(pending);
        unwritten.dropLost();
    }

    private void dropLost(Cycle<V> cycle) {
        cycle.dropLost().forEach(slot -> room.leave(slot.partition.partition.topic()));
    }

    /**
     * Leaves the group; an instance with a lasting id stays a member until its session ends, so that it gets its partitions back
     * when it is started again before that.
     */
    @Override
    public void close() {
        // The consumer first: leaving the group may still commit what has just ended.
        try (transactions;
                topicLookup;
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
        unwritten.dropLost();
        isAbandoned = true;
    }

    /** Takes partitions up and gives them away. Kafka calls it inside poll, on the dispatcher's thread. */
    private final class Rebalance implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            assignment.expect(partitions);
            // Until its ledger is read a partition gives no records.
            consumer.pause(partitions);
            // Without a position the consumer would look for one, and fetch nothing of others until it has it.
            partitions.forEach(partition -> consumer.seek(partition, 0));
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
            dropLost();
        }
    }
}
