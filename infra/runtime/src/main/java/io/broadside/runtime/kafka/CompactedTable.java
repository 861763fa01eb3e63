package io.broadside.runtime.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current state of a compacted topic, all partitions of it, in memory: the last value of every key, or what is needed
 * of it. It follows the topic for as long as it lives.
 *
 * <p>Reads are for any thread and never block. {@link #start} returns at once; {@link #awaitCurrent} waits until what was
 * written before the call is here.
 *
 * @param <V> the topic's values
 * @param <T> what is kept of each
 */
public final class CompactedTable<V extends SpecificRecord, T> implements AutoCloseable, Checked {

    private static final Logger LOGGER = LoggerFactory.getLogger(CompactedTable.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration REGISTRY_PAUSE = Duration.ofMillis(500);
    private static final long OLDEST_POLL_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Whoever asked for the end of the partitions comes to wait for it by then. */
    private static final long FIRST_ASKED_WITHIN = Duration.ofMinutes(1).toNanos();

    /** Hears of every change, in the order of the topic, on the table's thread; must be quick. */
    public interface Listener<T> {
        /**
         * One entry has changed.
         *
         * @param before what was there, or null
         * @param after what is there now, or null if it was removed
         */
        void changed(String key, @Nullable T before, @Nullable T after);
    }

    private final Topic<V> topic;
    private final KafkaClients clients;
    private final Function<V, T> projection;
    private final Listener<T> listener;
    private final Map<String, T> entries;
    private final Consumer<byte[], byte[]> consumer;
    private final Admin admin;
    private final Thread thread;
    private final SharedAnswer<Mark> ends = new SharedAnswer<>(this::lookUpEnds);
    private final CountDownLatch loaded = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private Map<TopicPartition, Long> positions = Map.of();

    /** Those that are not reached. */
    private final List<Mark> awaited = new ArrayList<>();

    private volatile long lastPoll = System.nanoTime();
    private volatile boolean isClosing;
    private volatile @Nullable String fault;

    /**
     * Where the partitions ended when that was asked, for all who asked together.
     *
     * @param reached completed, once, when everything before is here
     * @param until when, by {@link System#nanoTime}, the last of them gives up
     */
    private record Mark(Map<TopicPartition, Long> ends, CompletableFuture<Boolean> reached, AtomicLong until) {

        static Mark at(Map<TopicPartition, Long> ends) {
            return new Mark(ends, new CompletableFuture<>(), new AtomicLong(System.nanoTime() + FIRST_ASKED_WITHIN));
        }

        /** Somebody waits for it until then. */
        void wantedUntil(long nanoTime) {
            until.accumulateAndGet(nanoTime, (one, other) -> one - other > 0 ? one : other);
        }

        boolean isWanted(long nanoTime) {
            return until.get() - nanoTime > 0;
        }
    }

    public CompactedTable(Topic<V> topic, KafkaClients clients, Function<V, T> projection, Listener<T> listener) {
        this(topic, clients, projection, listener, new ConcurrentHashMap<>());
    }

    /** @param entries empty, safe for use by many threads, and nobody else's: where the entries are kept */
    public CompactedTable(
            Topic<V> topic,
            KafkaClients clients,
            Function<V, T> projection,
            Listener<T> listener,
            Map<String, T> entries) {
        this.entries = entries;
        this.topic = topic;
        this.clients = clients;
        this.projection = projection;
        this.listener = listener;
        this.consumer = clients.tableConsumer("table-" + topic.name());
        this.admin = clients.admin();
        this.thread = Thread.ofPlatform().name("table " + topic.name()).daemon().unstarted(this::follow);
    }

    public CompactedTable(Topic<V> topic, KafkaClients clients, Function<V, T> projection) {
        this(topic, clients, projection, (_, _, _) -> {});
    }

    /** Begins to read. The topic must exist. */
    public CompactedTable<V, T> start() {
        thread.start();
        return this;
    }

    public Optional<T> get(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    public int size() {
        return entries.size();
    }

    /** A view of what is there, for scans; it may change while it is read. */
    public Map<String, T> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /**
     * Waits until everything is here that was written and acknowledged before this call, by transactions too.
     *
     * @throws TimeoutException if that takes longer than the limit
     */
    public void awaitCurrent(Duration limit) throws TimeoutException, InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        if (!loaded.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new TimeoutException("The table of " + topic + " could not be read within " + limit);
        }
        var mark = mark(limit);
        mark.wantedUntil(deadline);
        try {
            mark.reached().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("Nothing fails there", e);
        } catch (TimeoutException _) {
            throw new TimeoutException("The table of " + topic + " did not catch up within " + limit);
        }
    }

    @Override
    public Check check() {
        var name = "table " + topic.name();
        var failed = fault;
        if (failed != null) {
            return Check.failing(name, "stopped: " + failed);
        }
        if (loaded.getCount() > 0) {
            return Check.failing(name, "still reading; " + entries.size() + " entries so far");
        }
        return System.nanoTime() - lastPoll > OLDEST_POLL_NANOS
                ? Check.failing(name, "has not come round for 30 s; what follows is not read")
                : Check.ok(name, entries.size() + " entries");
    }

    @Override
    public void close() {
        isClosing = true;
        if (thread.getState() == Thread.State.NEW) {
            consumer.close();
        } else {
            consumer.wakeup();
            awaitEnd();
        }
        admin.close(Duration.ofSeconds(1));
    }

    private void awaitEnd() {
        try {
            if (!thread.join(Duration.ofSeconds(5))) {
                LOGGER.atWarn().addKeyValue("topic", topic).log("table did not close in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Mark mark(Duration limit) throws InterruptedException, TimeoutException {
        try {
            return ends.ask().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new KafkaException("The end of " + topic + " could not be looked up", e.getCause());
        }
    }

    /** Open transactions end below these offsets; only when they have ended does a reader get as far. */
    private CompletionStage<Mark> lookUpEnds() {
        Map<TopicPartition, OffsetSpec> wanted;
        lock.lock();
        try {
            wanted = positions.keySet().stream().collect(Collectors.toMap(key -> key, _ -> OffsetSpec.latest()));
        } finally {
            lock.unlock();
        }
        return admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                .all()
                .toCompletionStage()
                .thenApply(offsets -> {
                    var found = new HashMap<TopicPartition, Long>();
                    offsets.forEach((partition, end) -> found.put(partition, end.offset()));
                    return found;
                })
                .thenApply(this::awaited);
    }

    private Mark awaited(Map<TopicPartition, Long> ends) {
        var mark = Mark.at(ends);
        lock.lock();
        try {
            // A table that stands still is asked all the same: what nobody waits for any more must not gather.
            var now = System.nanoTime();
            awaited.removeIf(former -> !former.isWanted(now));
            if (hasReached(ends)) {
                mark.reached().complete(true);
            } else if (fault == null) {
                awaited.add(mark);
            }
        } finally {
            lock.unlock();
        }
        return mark;
    }

    private boolean hasReached(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> positions.getOrDefault(end.getKey(), 0L) >= end.getValue());
    }

    private void follow() {
        try (consumer) {
            var partitions = assign();
            var firstEnds = consumer.endOffsets(partitions);
            while (!isClosing) {
                var records = consumer.poll(POLL);
                lastPoll = System.nanoTime();
                for (var record : records) {
                    applyPatiently(record);
                }
                note(partitions);
                if (hasReached(firstEnds)) {
                    loaded.countDown();
                }
            }
        } catch (WakeupException e) {
            if (!isClosing) {
                fail(e);
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void fail(RuntimeException cause) {
        lock.lock();
        try {
            fault = cause.toString();
            awaited.clear();
        } finally {
            lock.unlock();
        }
        LOGGER.atError().addKeyValue("topic", topic).setCause(cause).log("table stopped");
    }

    private List<TopicPartition> assign() {
        var partitions = new ArrayList<TopicPartition>();
        consumer.partitionsFor(topic.name())
                .forEach(info -> partitions.add(new TopicPartition(info.topic(), info.partition())));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return partitions;
    }

    private void note(List<TopicPartition> partitions) {
        var now = new HashMap<TopicPartition, Long>();
        try {
            for (var partition : partitions) {
                now.put(partition, consumer.position(partition));
            }
        } catch (org.apache.kafka.common.errors.TimeoutException _) {
            // The broker is away for long: what is here stays, and the next poll goes on.
            return;
        }
        var reached = new ArrayList<Mark>();
        lock.lock();
        try {
            positions = now;
            awaited.removeIf(mark -> hasReached(mark.ends()) && reached.add(mark));
        } finally {
            lock.unlock();
        }
        // However many wait for it, each place is compared once, by this thread.
        reached.forEach(mark -> mark.reached().complete(true));
    }

    /** A registry that is away for a while must not end the table. */
    private void applyPatiently(ConsumerRecord<byte[], byte[]> record) {
        while (!isClosing) {
            try {
                apply(record);
                return;
            } catch (RegistryUnavailableException e) {
                LOGGER.atWarn()
                        .addKeyValue("topic", topic)
                        .addKeyValue("cause", e.getMessage())
                        .log("table waits for the schema registry");
                LockSupport.parkNanos(REGISTRY_PAUSE.toNanos());
            }
        }
    }

    private void apply(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null) {
            return;
        }
        var key = new String(record.key(), UTF_8);
        if (record.value() == null) {
            listener.changed(key, entries.remove(key), null);
            return;
        }
        try {
            var value = projection.apply(clients.serdes().read(topic, record.value()));
            listener.changed(key, entries.put(key, value), value);
        } catch (SerializationException e) {
            // One bad record must not blind the service to all that follow; the former value stays.
            LOGGER.atError()
                    .addKeyValue("topic", topic)
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("record of a table could not be read and is left out");
        }
    }
}
