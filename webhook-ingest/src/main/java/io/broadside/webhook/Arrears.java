package io.broadside.webhook;

import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For how long the oldest delivery has waited that the topology has not come to: whatever keeps it, and also while it does not run
 * at all. An acknowledged delivery that nothing was made of by the time inbound.raw drops it is lost, and nothing else would say so.
 *
 * <p>It reads one record of every partition where something waits, and none where nothing does.
 */
final class Arrears implements AutoCloseable {

    private static final Duration LOOK_EVERY = Duration.ofSeconds(30);
    private static final Duration READ_WITHIN = Duration.ofSeconds(5);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private static final Logger LOGGER = LoggerFactory.getLogger(Arrears.class);

    private final Consumer<byte[], byte[]> consumer;
    private final Progress progress;
    private final Clock clock;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("arrears").daemon().factory());
    private volatile OptionalLong oldest = OptionalLong.empty();

    /** How far the topology has come. */
    @FunctionalInterface
    interface Progress {

        /** The first offset of every partition that it has not dealt with; a partition it has not begun is not among them. */
        Map<TopicPartition, Long> positions() throws ExecutionException, InterruptedException;
    }

    /** @param consumer closed with this */
    Arrears(Consumer<byte[], byte[]> consumer, Progress progress, Clock clock) {
        this.consumer = consumer;
        this.progress = progress;
        this.clock = clock;
    }

    /**
     * Watches the topology of this name from now on.
     *
     * @param admin closed by the caller, later than this
     */
    static Arrears watch(KafkaClients clients, Admin admin, String topology, Clock clock) {
        var arrears = new Arrears(clients.recordConsumer("arrears"), () -> positions(admin, topology), clock);
        var _ = arrears.thread.scheduleWithFixedDelay(
                arrears::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return arrears;
    }

    /** 0 if nothing waits. While Kafka is away, what waited before goes on waiting. */
    double seconds() {
        var since = oldest;
        return since.isEmpty() ? 0 : Math.max(0, clock.millis() - since.getAsLong()) / 1e3;
    }

    /** Looks anew. Blocks. */
    void look() {
        try {
            oldest = oldestOf(progress.positions());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | RuntimeException e) {
            LOGGER.atDebug().addKeyValue("cause", e.toString()).log("arrears not looked at");
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (thread.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                consumer.close();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private OptionalLong oldestOf(Map<TopicPartition, Long> positions) {
        var partitions = consumer.partitionsFor(Topics.INBOUND_RAW.name()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        var beginnings = consumer.beginningOffsets(partitions);
        var ends = consumer.endOffsets(partitions);
        var found = OptionalLong.empty();
        for (var partition : partitions) {
            var beginning = beginnings.getOrDefault(partition, 0L);
            var next = Math.max(beginning, positions.getOrDefault(partition, beginning));
            if (next < ends.getOrDefault(partition, 0L)) {
                found = earlier(found, timeOf(partition, next));
            }
        }
        return found;
    }

    private OptionalLong timeOf(TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        for (var record : consumer.poll(READ_WITHIN)) {
            return OptionalLong.of(record.timestamp());
        }
        return OptionalLong.empty();
    }

    private static OptionalLong earlier(OptionalLong one, OptionalLong other) {
        return one.isEmpty() || (other.isPresent() && other.getAsLong() < one.getAsLong()) ? other : one;
    }

    private static Map<TopicPartition, Long> positions(Admin admin, String topology)
            throws ExecutionException, InterruptedException {
        var positions = new HashMap<TopicPartition, Long>();
        admin.listConsumerGroupOffsets(topology)
                .partitionsToOffsetAndMetadata()
                .get()
                .forEach((partition, offset) -> {
                    // Kafka has null for a partition of which nothing was committed.
                    if (offset != null) {
                        positions.put(partition, offset.offset());
                    }
                });
        return positions;
    }
}
