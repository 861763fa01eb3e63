package io.broadside.publisher.posts;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.ApiCall;
import io.broadside.events.PostResult;
import io.broadside.publisher.posts.TimelineStore.Kind;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.RegistryUnavailableException;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened to every request of late: an index of requests, results and calls, all partitions of them, that every instance
 * keeps for itself. So any instance can be asked, and none has to know another.
 *
 * <p>Reads are for any thread. {@link #awaitCurrent} waits until what was written before the call is here, {@link #awaitRead}
 * until one record is.
 */
final class Timelines implements Checked, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Timelines.class);

    private static final String NAME = "timelines";
    private static final List<Topic<?>> FOLLOWED = List.of(Topics.REQUESTS, Topics.RESULTS, Topics.API_CALLS);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration REGISTRY_PAUSE = Duration.ofMillis(500);
    private static final long OLDEST_POLL_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final int MOST_TARGETS = 1000;

    /** A hundred targets with forty entries each. Of more the newest are shown, and where each target stands. */
    private static final int MOST_RESULTS = 4000;

    private static final int MOST_CALLS = 4000;

    private final TimelineStore store;
    private final KafkaClients clients;
    private final Requests requests;
    private final Duration kept;
    private final Clock clock;
    private final Consumer<byte[], byte[]> consumer;
    private final Admin admin;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private Map<TopicPartition, Long> positions = Map.of();
    private volatile boolean isLoaded;
    private volatile long lastPoll = System.nanoTime();
    private volatile boolean isClosing;
    private volatile @Nullable String fault;

    Timelines(TimelineStore store, KafkaClients clients, Requests requests, Duration kept, Clock clock) {
        this.store = store;
        this.clients = clients;
        this.requests = requests;
        this.kept = kept;
        this.clock = clock;
        this.consumer = clients.tableConsumer(NAME);
        this.admin = clients.admin();
        this.thread = Thread.ofPlatform().name(NAME).daemon().unstarted(this::follow);
    }

    /** Begins to read. The topics must exist. */
    Timelines start() {
        thread.start();
        return this;
    }

    /** Whether everything is here that there was when it started. */
    boolean isLoaded() {
        return isLoaded;
    }

    /** What is known of a request; an empty timeline for one that is not known. */
    Timeline find(String requestId) {
        // The first under an id is the one that counts.
        var note = store.request(requestId).map(RequestNote::decoded);
        var told = new ToldResults(MOST_RESULTS);
        store.results(requestId, value -> told.add(clients.serdes().read(Topics.RESULTS, value)));
        var calls = new PriorityQueue<ApiCall>(Comparator.comparing(ApiCall::getStartedAt));
        var isCutShort = new AtomicBoolean(told.isCutShort());
        store.calls(requestId, MOST_CALLS + 1, value -> {
            calls.add(clients.serdes().read(Topics.API_CALLS, value));
            if (calls.size() > MOST_CALLS) {
                var _ = calls.remove();
                isCutShort.set(true);
            }
        });
        var inOrder = new ArrayList<>(calls);
        inOrder.sort(Comparator.comparing(ApiCall::getStartedAt));
        return new Timeline(note, told.results(), inOrder, isCutShort.get());
    }

    /**
     * Waits until everything about posts is here that was written before this call.
     *
     * @throws TimeoutException if that takes longer than the limit
     */
    void awaitCurrent(Duration limit) throws TimeoutException, InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        await(ends(limit), deadline);
    }

    /**
     * Waits until this record is here.
     *
     * @throws TimeoutException if that takes longer than the limit
     */
    void awaitRead(TopicPartition partition, long offset, Duration limit)
            throws TimeoutException, InterruptedException {
        await(Map.of(partition, offset + 1), System.nanoTime() + limit.toNanos());
    }

    private void await(Map<TopicPartition, Long> ends, long deadline) throws TimeoutException, InterruptedException {
        lock.lock();
        try {
            while (!hasReached(ends)) {
                var left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new TimeoutException("The index of posts is behind");
                }
                var _ = moved.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Check check() {
        var failed = fault;
        if (failed != null) {
            return Check.failing(NAME, "stopped: " + failed);
        }
        if (!isLoaded) {
            return Check.failing(NAME, "still reading what there was at the start");
        }
        return System.nanoTime() - lastPoll > OLDEST_POLL_NANOS
                ? Check.failing(NAME, "has not come round for 30 s; what happened since is not shown")
                : Check.ok(NAME, "up to date");
    }

    @Override
    public void close() {
        isClosing = true;
        if (thread.getState() == Thread.State.NEW) {
            consumer.close();
            store.close();
        } else {
            consumer.wakeup();
            awaitEnd();
        }
        admin.close(Duration.ofSeconds(1));
    }

    private void awaitEnd() {
        try {
            if (thread.join(Duration.ofSeconds(5))) {
                store.close();
            } else {
                // Left open: the thread may still write.
                LOGGER.atWarn().log("index of posts did not close in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Map<TopicPartition, Long> ends(Duration limit) throws InterruptedException, TimeoutException {
        Map<TopicPartition, OffsetSpec> wanted;
        lock.lock();
        try {
            wanted = positions.keySet().stream()
                    .filter(partition -> !partition.topic().equals(Topics.API_CALLS.name()))
                    .collect(Collectors.toMap(partition -> partition, _ -> OffsetSpec.latest()));
        } finally {
            lock.unlock();
        }
        try {
            var offsets = admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED))
                    .all()
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
            var ends = new HashMap<TopicPartition, Long>();
            offsets.forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        } catch (ExecutionException e) {
            throw new KafkaException("The ends of the topics of posts could not be looked up", e.getCause());
        }
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
                take(records);
                note(partitions);
                isLoaded |= hasReached(firstEnds);
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
        fault = cause.toString();
        LOGGER.atError().setCause(cause).log("index of posts stopped");
    }

    /** Goes on where it ended, but not further back than what is kept. */
    private List<TopicPartition> assign() {
        var partitions = FOLLOWED.stream()
                .flatMap(topic -> consumer.partitionsFor(topic.name()).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        var oldest = clock.instant().minus(kept).toEpochMilli();
        var ends = consumer.endOffsets(partitions);
        var kept = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(partition -> partition, _ -> oldest)));
        for (var partition : partitions) {
            var end = ends.getOrDefault(partition, 0L);
            var first = Optional.ofNullable(kept.get(partition))
                    .map(found -> found.offset())
                    .orElse(end);
            // A position beyond the end is that of another topic of this name.
            var known = store.position(partition).stream()
                    .filter(position -> position <= end)
                    .findFirst()
                    .orElse(0);
            consumer.seek(partition, Math.max(first, known));
        }
        return partitions;
    }

    private void take(ConsumerRecords<byte[], byte[]> records) {
        if (records.isEmpty()) {
            return;
        }
        try (var batch = store.batch()) {
            for (var record : records) {
                patiently(record, batch);
            }
            if (isClosing) {
                // Some may have been left out: they are read again.
                return;
            }
            records.nextOffsets().forEach((partition, next) -> batch.readUpTo(partition, next.offset()));
            batch.write();
        }
    }

    /** A registry that is away for a while must not end the index. */
    private void patiently(ConsumerRecord<byte[], byte[]> record, TimelineStore.Batch batch) {
        while (!isClosing) {
            try {
                take(record, batch);
                return;
            } catch (RegistryUnavailableException e) {
                LOGGER.atWarn()
                        .addKeyValue("cause", e.getMessage())
                        .log("index of posts waits for the schema registry");
                LockSupport.parkNanos(REGISTRY_PAUSE.toNanos());
            } catch (SerializationException e) {
                // It has gone to the dead letters, or is of no use to anybody here.
                LOGGER.atDebug()
                        .addKeyValue("topic", record.topic())
                        .addKeyValue("offset", record.offset())
                        .log("record that cannot be read is not in the index of posts");
                return;
            }
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record, TimelineStore.Batch batch) {
        if (record.topic().equals(Topics.REQUESTS.name())) {
            takeRequest(record, batch);
        } else if (record.topic().equals(Topics.RESULTS.name())) {
            takeResult(record, clients.serdes().read(Topics.RESULTS, record.value()), batch);
        } else {
            takeCall(record, clients.serdes().read(Topics.API_CALLS, record.value()), batch);
        }
    }

    /** One under another key or in another partition comes again where the fan-out takes it in. */
    private void takeRequest(ConsumerRecord<byte[], byte[]> record, TimelineStore.Batch batch) {
        var request = clients.serdes().read(Topics.REQUESTS, record.value());
        var id = request.getRequestId();
        var isAtHome = record.key() != null
                && id.equals(new String(record.key(), UTF_8))
                && requests.isHome(id, record.partition());
        if (requests.isValidId(id) && isAtHome) {
            var note = RequestNote.of(request, requests.fingerprint(request), Instant.ofEpochMilli(record.timestamp()));
            batch.put(id, Kind.REQUEST, record.partition(), record.offset(), note.encoded());
        }
    }

    private void takeResult(ConsumerRecord<byte[], byte[]> record, PostResult result, TimelineStore.Batch batch) {
        var id = result.getRequestId();
        // A position that no request can have is not ours, and would be shown as a gap of millions.
        if (result.getIsRepeat() || !requests.isValidId(id) || result.getTargetIndex() >= MOST_TARGETS) {
            return;
        }
        batch.put(id, Kind.RESULT, record.partition(), record.offset(), record.value());
        if (result.getIsFinal()) {
            batch.close(id, result.getTargetIndex());
        } else {
            batch.keep(id, result.getTargetIndex(), record.value());
        }
    }

    private void takeCall(ConsumerRecord<byte[], byte[]> record, ApiCall call, TimelineStore.Batch batch) {
        call.getRequestId()
                .filter(requests::isValidId)
                .ifPresent(id -> batch.put(id, Kind.CALL, record.partition(), record.offset(), record.value()));
    }

    private void note(List<TopicPartition> partitions) {
        var now = new HashMap<TopicPartition, Long>();
        for (var partition : partitions) {
            now.put(partition, consumer.position(partition));
        }
        lock.lock();
        try {
            positions = now;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
