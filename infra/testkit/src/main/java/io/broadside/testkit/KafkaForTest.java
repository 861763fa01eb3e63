package io.broadside.testkit;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The Kafka and the schema registry of the test run, and what tests do with them most. All tests share it, also those that
 * run at the same time: take topic names, group ids and transactional ids from {@link #uniqueName}.
 */
public final class KafkaForTest {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration TOPIC_LIMIT = Duration.ofSeconds(1);
    private static final Duration POLL = Duration.ofMillis(50);

    private final TestBroker broker;
    private final SchemaRegistry registry;
    private final Admin admin;
    private final AtomicInteger names = new AtomicInteger();
    private final String run =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());

    private KafkaForTest(TestBroker broker, SchemaRegistry registry, Admin admin) {
        this.broker = broker;
        this.registry = registry;
        this.admin = admin;
    }

    /** Takes the broker over: {@link #stop} closes it. */
    static KafkaForTest on(TestBroker broker) {
        return new KafkaForTest(
                broker,
                SchemaRegistry.start(RegistryConfig.inMemory()),
                Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers())));
    }

    void stop() {
        try (broker;
                registry) {
            admin.close(Duration.ofSeconds(5));
        }
    }

    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** For {@code schema.registry.url}. */
    public String registryUrl() {
        return registry.uri().toString();
    }

    /** A name nobody else in this run has, beginning with the prefix: for topics, groups and transactional ids. */
    public String uniqueName(String prefix) {
        return prefix + "-" + run + "-" + names.incrementAndGet();
    }

    /** A client shared by all tests: leave it open. */
    public Admin admin() {
        return admin;
    }

    /** Creates the topics and returns when they can be written and read. */
    public void createTopics(int partitions, String... topics) {
        createTopics(partitions, Map.of(), topics);
    }

    /** As {@link #createTopics(int, String...)}, with settings as {@code cleanup.policy}. */
    public void createTopics(int partitions, Map<String, String> settings, String... topics) {
        var created = Stream.of(topics)
                .map(topic -> new NewTopic(topic, partitions, (short) 1).configs(settings))
                .toList();
        try {
            admin.createTopics(created).all().get();
        } catch (ExecutionException e) {
            throw new KafkaException("cannot create " + List.of(topics), e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        // The controller has answered; the broker hears of the topics a moment later, and opens their logs after that.
        // An idempotent producer whose first batches come in between can end with a gap in its numbers, and is then
        // refused for good.
        var ends = Stream.of(topics)
                .flatMap(topic ->
                        IntStream.range(0, partitions).mapToObj(partition -> new TopicPartition(topic, partition)))
                .collect(Collectors.toMap(partition -> partition, _ -> OffsetSpec.latest()));
        Awaitility.await("leaders of " + List.of(topics))
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .ignoreExceptions()
                .until(() -> admin.listOffsets(ends).all().get().size() == ends.size());
    }

    /**
     * Every record of the topic that a read_committed reader sees now. Records of one partition are in their order.
     *
     * @throws AssertionError when there is no such topic, or its end is not reached within 30 seconds
     */
    public List<ConsumerRecord<byte[], byte[]>> readAll(String topic) {
        try (var consumer = readerOf(topic, TOPIC_LIMIT)) {
            // For a read_committed reader the end is before the first transaction that is still open.
            var ends = consumer.endOffsets(consumer.assignment());
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            var deadline = System.nanoTime() + LIMIT.toNanos();
            while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("%s: end %s not reached within %s, read %d records"
                            .formatted(topic, ends, LIMIT, records.size()));
                }
                consumer.poll(POLL).forEach(records::add);
            }
            // What a poll brought beyond the ends came later.
            records.removeIf(record -> record.offset() >= ends.getOrDefault(partitionOf(record), Long.MAX_VALUE));
            return List.copyOf(records);
        }
    }

    /**
     * Waits until a read_committed reader sees at least so many records in the topic, and returns all it saw. The topic need
     * not be there yet.
     *
     * @throws AssertionError when there are fewer at the limit
     */
    public List<ConsumerRecord<byte[], byte[]>> awaitRecords(String topic, int count, Duration limit) {
        try (var consumer = readerOf(topic, limit)) {
            var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            var deadline = System.nanoTime() + limit.toNanos();
            while (records.size() < count) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("%s: %d records expected within %s, there were %d"
                            .formatted(topic, count, limit, records.size()));
                }
                consumer.poll(POLL).forEach(records::add);
            }
            return List.copyOf(records);
        }
    }

    /** Whether {@link #restartBroker} can be used: for {@code assumeTrue} in tests that need it. */
    public boolean canRestart() {
        return broker.canRestart();
    }

    /**
     * Shuts Kafka down cleanly and starts it again on the same address. Every test of the run notices: use it only where
     * test classes run one after another.
     *
     * @throws UnsupportedOperationException where {@link #canRestart} is false
     */
    public synchronized void restartBroker() {
        broker.restart();
    }

    private KafkaConsumer<byte[], byte[]> readerOf(String topic, Duration limit) {
        var consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers(),
                        "isolation.level", "read_committed",
                        "enable.auto.commit", "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        try {
            var partitions = Awaitility.await("topic " + topic)
                    .atMost(limit)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .pollInSameThread() // the consumer's
                    .until(() -> partitionsOf(topic, consumer), found -> !found.isEmpty());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            return consumer;
        } catch (ConditionTimeoutException e) {
            consumer.close();
            throw new AssertionError("there is no topic " + topic, e);
        }
    }

    private static List<TopicPartition> partitionsOf(String topic, KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(topic, LIMIT).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private static TopicPartition partitionOf(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }
}
