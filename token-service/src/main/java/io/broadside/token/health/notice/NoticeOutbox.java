package io.broadside.token.health.notice;

import io.broadside.events.ConnectionEvent;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topics;
import io.broadside.token.health.notice.NoticeChannel.Delivery;
import io.broadside.token.refresh.EndingPause;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells what happens to connections on one channel.
 *
 * <ol>
 *   <li>Every event from the first start of the channel on is told at least once: where it stands is committed only when
 *       everything before it is told or given up. Told twice, after a crash, it has the same id.
 *   <li>A channel that does not work holds up no other, and nothing of the service but itself.
 *   <li>Few are under way at once and few are held in memory; what is beyond stays on the topic.
 * </ol>
 */
final class NoticeOutbox implements Checked, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(NoticeOutbox.class);

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration AFTER_A_FAULT = Duration.ofSeconds(1);
    private static final Duration LAST_ONES = Duration.ofSeconds(2);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);
    private static final int MOST_UNDER_WAY = 8;
    private static final int MOST_PENDING = 1_000;

    private final KafkaClients clients;
    private final NoticeChannel channel;
    private final Clock clock;
    private final NoticeMetrics metrics;
    private final EndingPause pause = new EndingPause();
    private final Map<TopicPartition, PendingNotices> pending = new HashMap<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    private int underWay;
    private volatile long lastRound = System.nanoTime();
    private @Nullable Thread thread;

    /** @param owner what the partition was when it began: one that went and came back has others */
    private record Ended(PendingNotices owner, long offset, Notice notice, Delivery delivery) {}

    NoticeOutbox(KafkaClients clients, NoticeChannel channel, MeterRegistry meters, Clock clock) {
        this.clients = clients;
        this.channel = channel;
        this.clock = clock;
        this.metrics = new NoticeMetrics(meters, channel.name());
    }

    /** Begins to read. The topic must exist. */
    void start() {
        thread = Thread.ofPlatform().name(name()).daemon().start(this::work);
    }

    @Override
    public Check check() {
        var idle = Duration.ofNanos(System.nanoTime() - lastRound);
        return idle.compareTo(STALLED_AFTER) > 0
                ? Check.failing(name(), "has not read events of connections for " + idle.toSeconds() + " s")
                : Check.ok(name(), "reads events of connections");
    }

    @Override
    public void close() {
        pause.close();
        var running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String name() {
        return "notices-" + channel.name();
    }

    private void work() {
        while (!pause.isClosed()) {
            pending.clear();
            committed.clear();
            try (var consumer = clients.groupConsumer("broadside-token-notices-" + channel.name())) {
                consumer.subscribe(List.of(Topics.CONNECTION_EVENTS.name()), new Changes(consumer));
                while (!pause.isClosed()) {
                    round(consumer);
                    lastRound = System.nanoTime();
                }
                endLastOnes(consumer);
            } catch (KafkaException e) {
                // Nothing was committed of what was not told: a new consumer begins with it.
                LOGGER.atWarn()
                        .addKeyValue("channel", channel.name())
                        .addKeyValue("cause", e.toString())
                        .log("cannot read what to tell; trying again");
                pause.await(AFTER_A_FAULT);
            }
        }
    }

    private void round(Consumer<byte[], byte[]> consumer) {
        var isFull = pending.values().stream().mapToInt(PendingNotices::size).sum() >= MOST_PENDING;
        if (isFull) {
            consumer.pause(consumer.assignment());
        } else {
            consumer.resume(consumer.paused());
        }
        for (var record : consumer.poll(POLL)) {
            var partition = new TopicPartition(record.topic(), record.partition());
            event(record)
                    .flatMap(Notice::of)
                    .ifPresent(notice -> of(partition).add(record.offset(), notice, clock.instant()));
        }
        drain();
        begin();
        commit(consumer, consumer.assignment());
        var now = clock.instant();
        metrics.waiting(
                pending.values().stream().mapToInt(PendingNotices::size).sum(),
                pending.values().stream()
                        .mapToLong(notices -> notices.oldestSeconds(now))
                        .max()
                        .orElse(0));
    }

    private PendingNotices of(TopicPartition partition) {
        return pending.computeIfAbsent(
                partition,
                _ -> new PendingNotices(() -> ThreadLocalRandom.current().nextDouble()));
    }

    private void begin() {
        for (var notices : pending.values()) {
            for (var due : notices.begin(clock.instant(), MOST_UNDER_WAY - underWay)) {
                underWay++;
                Thread.ofVirtual()
                        .name(name() + "-" + due.offset())
                        .start(() -> ended.add(new Ended(notices, due.offset(), due.notice(), told(due.notice()))));
            }
        }
    }

    private Delivery told(Notice notice) {
        try {
            return channel.deliver(notice);
        } catch (RuntimeException e) {
            LOGGER.atError()
                    .addKeyValue("channel", channel.name())
                    .addKeyValue("cause", e.getClass().getName())
                    .log("notice failed by a fault of ours");
            return new Delivery.Failed(e.getClass().getSimpleName());
        }
    }

    private void drain() {
        for (@Nullable Ended end = ended.poll(); end != null; end = ended.poll()) {
            ended(end);
        }
    }

    private void ended(Ended end) {
        underWay--;
        var isGivenUp = end.owner().end(end.offset(), end.delivery(), clock.instant());
        switch (end.delivery()) {
            case Delivery.Delivered() -> {
                metrics.delivered();
                log(LOGGER.atInfo(), end.notice()).log("notice delivered");
            }
            case Delivery.Failed(var cause) -> {
                metrics.failed();
                log(LOGGER.atWarn(), end.notice()).addKeyValue("cause", cause).log("notice not delivered");
            }
        }
        if (isGivenUp) {
            metrics.givenUp();
            log(LOGGER.atError(), end.notice()).log("notice given up after a day");
        }
    }

    private LoggingEventBuilder log(LoggingEventBuilder line, Notice notice) {
        return line.addKeyValue("channel", channel.name())
                .addKeyValue("noticeId", notice.id())
                .addKeyValue("connectionId", notice.event().getConnectionId())
                .addKeyValue("kind", notice.event().getKind());
    }

    private void commit(Consumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : partitions) {
            var next = of(partition).first().orElse(consumer.position(partition));
            if (!Long.valueOf(next).equals(committed.get(partition))) {
                offsets.put(partition, new OffsetAndMetadata(next));
            }
        }
        if (!offsets.isEmpty()) {
            consumer.commitSync(offsets);
            offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
        }
    }

    /** What is under way when the service closes gets a moment: it would be told a second time otherwise. */
    private void endLastOnes(Consumer<byte[], byte[]> consumer) {
        var until = System.nanoTime() + LAST_ONES.toNanos();
        while (underWay > 0 && System.nanoTime() < until) {
            try {
                var end = ended.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (end != null) {
                    ended(end);
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        commit(consumer, consumer.assignment());
    }

    private Optional<ConnectionEvent> event(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(clients.serdes().read(Topics.CONNECTION_EVENTS, record.value()));
        } catch (SerializationException e) {
            LOGGER.atError()
                    .addKeyValue("partition", new TopicPartition(record.topic(), record.partition()))
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("event of a connection could not be read and is left out");
            return Optional.empty();
        }
    }

    /** What has been told of partitions that come is elsewhere; a channel that is new begins with what happens from now on. */
    private final class Changes implements ConsumerRebalanceListener {

        private final Consumer<byte[], byte[]> consumer;

        Changes(Consumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            var known = consumer.committed(Set.copyOf(partitions));
            for (var partition : partitions) {
                pending.remove(partition);
                committed.remove(partition);
                if (known.get(partition) == null) {
                    consumer.seekToEnd(List.of(partition));
                }
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            drain();
            commit(consumer, Set.copyOf(partitions));
            onPartitionsLost(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(partition -> {
                pending.remove(partition);
                committed.remove(partition);
            });
        }
    }
}
