package io.broadside.bench;

import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Commands as they leave retry-service, seen by a reader of what is committed: their lateness has the commit in it. Each is known
 * by the number in its requestId, so that one that is lost or comes twice is noticed.
 */
final class Departures implements AutoCloseable {

    static final String REQUEST = "bench-";

    /** For how long nothing may come of what is due. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final int NOT_SEEN = -1;

    private final Clock clock;
    private final String platform;
    private final EventSerdes serdes;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** By number, in milliseconds. */
    private final int[] late;

    private int twice;
    private Instant lastSeen = Instant.EPOCH;

    /** @param count how many there will be in all, numbered from 0 */
    Departures(String bootstrapServers, URI registry, String platform, int partitions, int count, Clock clock) {
        this.clock = clock;
        this.platform = platform;
        this.late = new int[count];
        Arrays.fill(late, NOT_SEEN);
        this.serdes = new EventSerdes(registry, true);
        this.consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "isolation.level",
                        "read_committed",
                        "max.poll.records",
                        5000,
                        "fetch.max.wait.ms",
                        5),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(IntStream.range(0, partitions)
                .mapToObj(partition ->
                        new TopicPartition(Topics.commands(platform).name(), partition))
                .toList());
        consumer.seekToBeginning(consumer.assignment());
    }

    /** Some of the commands, by their numbers. */
    record Range(int from, int count) {}

    /** Reads until all of them have left, or nothing has come for a minute although they were due. */
    void read(Range range, Instant allDue) {
        var heard = allDue;
        while (missing(range) > 0 && clock.instant().isBefore(heard.plus(PATIENCE))) {
            if (poll()) {
                heard = lastSeen.isAfter(allDue) ? lastSeen : allDue;
            }
        }
    }

    /** Whatever left a second time left before this end. */
    void readToTheEnd() {
        var ends = consumer.endOffsets(consumer.assignment());
        var heard = clock.instant();
        while (!ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
            if (poll()) {
                heard = clock.instant();
            } else if (clock.instant().isAfter(heard.plus(PATIENCE))) {
                throw new IllegalStateException("The end of the commands could not be read");
            }
        }
    }

    private boolean poll() {
        var records = consumer.poll(Duration.ofMillis(100));
        var now = clock.instant();
        for (var record : records) {
            var command = serdes.read(Topics.commands(platform), record.value());
            var number = Integer.parseInt(command.getRequestId().substring(REQUEST.length()));
            if (late[number] == NOT_SEEN) {
                var due = command.getPublishAt().orElseThrow();
                late[number] =
                        Math.toIntExact(Math.max(0, Duration.between(due, now).toMillis()));
                lastSeen = now;
            } else {
                twice++;
            }
        }
        return !records.isEmpty();
    }

    /** How many have not left. */
    long missing(Range range) {
        return IntStream.range(range.from(), range.from() + range.count())
                .filter(number -> late[number] == NOT_SEEN)
                .count();
    }

    /** How many left a second time. */
    int twice() {
        return twice;
    }

    /** When the last of those that left was seen. */
    Instant lastSeen() {
        return lastSeen;
    }

    String lateness(Range range) {
        var seen = IntStream.range(range.from(), range.from() + range.count())
                .map(number -> late[number])
                .filter(millis -> millis != NOT_SEEN)
                .sorted()
                .toArray();
        return seen.length == 0
                ? "none left"
                : "late p50 %,d ms, p99 %,d ms, most %,d ms"
                        .formatted(seen[seen.length / 2], seen[(int) (seen.length * 0.99)], seen[seen.length - 1]);
    }

    @Override
    public void close() {
        consumer.close();
        serdes.close();
    }
}
