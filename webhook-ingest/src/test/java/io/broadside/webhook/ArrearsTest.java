package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.schemas.Topics;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ArrearsTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    private static final TopicPartition FIRST = partition(0);
    private static final TopicPartition SECOND = partition(1);

    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private boolean isAway;
    private final Arrears arrears = new Arrears(
            consumer,
            () -> {
                if (isAway) {
                    throw new ExecutionException(new IllegalStateException("no broker"));
                }
                return Map.copyOf(positions);
            },
            Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void twoPartitions() {
        var node = new Node(1, "localhost", 9092);
        var nodes = new Node[] {node};
        consumer.updatePartitions(
                Topics.INBOUND_RAW.name(),
                List.of(
                        new PartitionInfo(Topics.INBOUND_RAW.name(), 0, node, nodes, nodes),
                        new PartitionInfo(Topics.INBOUND_RAW.name(), 1, node, nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(FIRST, 0L, SECOND, 5L));
        consumer.updateEndOffsets(Map.of(FIRST, 2L, SECOND, 6L));
    }

    @AfterEach
    void close() {
        arrears.close();
    }

    @Test
    void nothingWaitsWhereTheTopologyHasComeToTheEnd() {
        // Given
        positions.putAll(Map.of(FIRST, 2L, SECOND, 6L));
        // When
        arrears.look();
        // Then
        assertThat(arrears.seconds()).isZero();
    }

    @Test
    void theOldestOfAllPartitionsCountsAlsoOfThoseTheTopologyNeverBegan() {
        // Given: the second is new to the topology, and its beginning is gone
        positions.put(FIRST, 1L);
        at(FIRST, 1, NOW.minusSeconds(60));
        at(SECOND, 5, NOW.minusSeconds(7_200));
        // When
        arrears.look();
        // Then
        assertThat(arrears.seconds()).isEqualTo(7_200);
        positions.put(SECOND, 6L);
        at(FIRST, 1, NOW.minusSeconds(60));
        arrears.look();
        assertThat(arrears.seconds()).isEqualTo(60);
    }

    @Test
    void whatWaitedGoesOnWaitingWhileKafkaIsAway() {
        // Given
        positions.put(SECOND, 6L);
        at(FIRST, 0, NOW.minusSeconds(90));
        arrears.look();
        // When
        isAway = true;
        arrears.look();
        // Then
        assertThat(arrears.seconds()).isEqualTo(90);
    }

    /** The next time this partition is read from there, that is what comes. */
    private void at(TopicPartition partition, long offset, Instant time) {
        consumer.schedulePollTask(() -> {
            assertThat(consumer.position(partition)).isEqualTo(offset);
            consumer.addRecord(new ConsumerRecord<>(
                    partition.topic(),
                    partition.partition(),
                    offset,
                    time.toEpochMilli(),
                    TimestampType.CREATE_TIME,
                    0,
                    0,
                    new byte[0],
                    new byte[0],
                    new RecordHeaders(),
                    Optional.empty()));
        });
    }

    private static TopicPartition partition(int number) {
        return new TopicPartition(Topics.INBOUND_RAW.name(), number);
    }
}
