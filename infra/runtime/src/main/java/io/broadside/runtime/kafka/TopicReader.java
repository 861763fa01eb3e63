package io.broadside.runtime.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads what is on a topic: to the newest record that was committed when the reading began, and not further. A topic that does
 * not exist is empty. For any thread.
 */
public final class TopicReader {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaClients clients;
    private final String name;
    private final Duration patience;

    /**
     * @param name in the ids of the clients
     * @param patience how long nothing may come before a reading is given up with a {@link TimeoutException}
     */
    public TopicReader(KafkaClients clients, String name, Duration patience) {
        this.clients = clients;
        this.name = name;
        this.patience = patience;
    }

    /** How many partitions a topic has; 0 if it does not exist. */
    public int partitions(String topic) {
        try (var consumer = clients.tableConsumer(name + "-partitions")) {
            return partitions(consumer, topic).size();
        }
    }

    /** Everything that is kept. */
    public void all(String topic, Consumer<ConsumerRecord<byte[], byte[]>> hearing) {
        read(topic, consumer -> consumer.beginningOffsets(consumer.assignment()), hearing);
    }

    /** What was written at this time or later. */
    public void since(String topic, Instant time, Consumer<ConsumerRecord<byte[], byte[]>> hearing) {
        read(
                topic,
                consumer -> {
                    var asked = new HashMap<TopicPartition, Long>();
                    consumer.assignment().forEach(partition -> asked.put(partition, time.toEpochMilli()));
                    var begins = new HashMap<>(consumer.endOffsets(consumer.assignment()));
                    consumer.offsetsForTimes(asked).forEach((partition, found) -> {
                        if (found != null) {
                            begins.put(partition, found.offset());
                        }
                    });
                    return begins;
                },
                hearing);
    }

    /** From these offsets on; of partitions that are not named, and where the offset is no longer kept, everything that is. */
    public void from(String topic, Map<TopicPartition, Long> begins, Consumer<ConsumerRecord<byte[], byte[]>> hearing) {
        read(
                topic,
                consumer -> {
                    var oldest = new HashMap<>(consumer.beginningOffsets(consumer.assignment()));
                    oldest.replaceAll((partition, offset) -> Math.max(offset, begins.getOrDefault(partition, offset)));
                    return oldest;
                },
                hearing);
    }

    private static List<TopicPartition> partitions(
            org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer, String topic) {
        return Optional.ofNullable(consumer.partitionsFor(topic)).orElse(List.of()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private interface Beginning {
        Map<TopicPartition, Long> of(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer);
    }

    private void read(String topic, Beginning beginning, Consumer<ConsumerRecord<byte[], byte[]>> hearing) {
        try (var consumer = clients.tableConsumer(name + "-" + topic)) {
            var partitions = partitions(consumer, topic);
            if (partitions.isEmpty()) {
                return;
            }
            consumer.assign(partitions);
            var ends = consumer.endOffsets(partitions);
            beginning.of(consumer).forEach(consumer::seek);
            var heard = System.nanoTime();
            while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                var records = consumer.poll(POLL);
                if (!records.isEmpty()) {
                    heard = System.nanoTime();
                } else if (System.nanoTime() - heard > patience.toNanos()) {
                    throw new TimeoutException("Nothing came of " + topic + " for " + patience.toSeconds() + " s");
                }
                for (var record : records) {
                    var end = ends.get(new TopicPartition(record.topic(), record.partition()));
                    if (end != null && record.offset() < end) {
                        hearing.accept(record);
                    }
                }
            }
        }
    }
}
