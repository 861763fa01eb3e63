package io.broadside.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AwaitedTest {

    private static final Duration WAIT = Duration.ofMillis(250);
    private static final Duration TURN = Duration.ofMillis(100);

    private final TopicPartition one = new TopicPartition("commands", 0);
    private final TopicPartition other = new TopicPartition("commands", 1);
    private final TopicPartition held = new TopicPartition("commands", 2);
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    private final HoldingConsumer consumer = new HoldingConsumer(nanos);
    private final Awaited awaited = new Awaited(nanos::get);

    @Test
    void whatNothingHoldsIsToldAtOnce() {
        // Given
        awaited.add(List.of(one, other));
        // When
        var read = awaited.read(consumer, WAIT);
        // Then
        assertThat(read)
                .containsOnly(
                        Map.entry(one, Optional.of(consumer.offset)), Map.entry(other, Optional.of(consumer.offset)));
        assertThat(consumer.questions).containsExactly(Set.of(one, other));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void howeverManyAreHeldBackTheOthersAreTold(int count) {
        // Given
        var many = IntStream.range(10, 10 + count)
                .mapToObj(number -> new TopicPartition("commands", number))
                .toList();
        consumer.held.addAll(many);
        awaited.add(many);
        awaited.add(List.of(one, other));
        // When
        var read = turnFor(Duration.ofSeconds(count + 4L));
        // Then
        assertThat(read).containsOnlyKeys(one, other);
    }

    @Test
    void whatComesLaterDoesNotWaitBehindWhatIsHeldBack() {
        // Given
        consumer.held.add(held);
        awaited.add(List.of(held));
        turnFor(Duration.ofSeconds(10));
        awaited.add(List.of(one));
        // When
        var read = turnFor(Duration.ofSeconds(2));
        // Then
        assertThat(read).containsOnlyKeys(one);
    }

    @Test
    void whatWasHeldBackIsToldOnceItIsFree() {
        // Given
        consumer.held.add(held);
        awaited.add(List.of(held, one));
        turnFor(Duration.ofMinutes(1));
        consumer.held.clear();
        // When
        var read = turnFor(Awaited.ASK_PAUSE.multipliedBy(2));
        // Then
        assertThat(read).containsOnlyKeys(held);
    }

    @Test
    void theSamePartitionsAreNotAskedForTwiceBeforeTheFirstQuestionHasEnded() {
        // Given
        consumer.held.add(held);
        awaited.add(List.of(held, one));
        // When
        turnFor(Duration.ofSeconds(20));
        // Then
        assertThat(consumer.questions.stream().filter(Set.of(held)::equals)).hasSizeBetween(5, 10);
    }

    @Test
    void whatIsHeldBackForLongIsComplainedOfUntilItIsTold() {
        // Given
        consumer.held.add(held);
        awaited.add(List.of(held, one));
        turnFor(Awaited.COMPLAIN_AFTER.minusSeconds(1));
        var before = awaited.complaint();
        // When
        turnFor(Duration.ofSeconds(2));
        var complaint = awaited.complaint();
        consumer.held.clear();
        turnFor(Awaited.ASK_PAUSE.multipliedBy(2));
        // Then
        assertThat(before).isEmpty();
        assertThat(complaint)
                .hasValueSatisfying(text -> assertThat(text).contains("The offsets of commands-2 cannot", "for 3"));
        assertThat(awaited.complaint()).isEmpty();
    }

    @Test
    void whatWasTakenAwayIsNotAwaited() {
        // Given
        awaited.add(List.of(one, other));
        // When
        awaited.remove(one);
        // Then
        assertThat(awaited.read(consumer, WAIT)).containsOnlyKeys(other);
    }

    /** As {@link Assignment} does, which removes what it was told. */
    private Map<TopicPartition, Optional<OffsetAndMetadata>> turnFor(Duration time) {
        var read = new HashMap<TopicPartition, Optional<OffsetAndMetadata>>();
        for (var end = nanos.get() + time.toNanos(); nanos.get() - end < 0; ) {
            nanos.addAndGet(TURN.toNanos());
            var told = awaited.read(consumer, WAIT);
            told.keySet().forEach(awaited::remove);
            read.putAll(told);
        }
        return read;
    }

    /** Gives no answer to a question for something that a transaction holds, as the broker does. */
    private static final class HoldingConsumer extends MockConsumer<byte[], byte[]> {

        private final AtomicLong nanos;
        private final OffsetAndMetadata offset = new OffsetAndMetadata(7);
        private final Set<TopicPartition> held = new HashSet<>();
        private final List<Set<TopicPartition>> questions = new ArrayList<>();

        private HoldingConsumer(AtomicLong nanos) {
            super(AutoOffsetResetStrategy.EARLIEST.name());
            this.nanos = nanos;
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> asked, Duration wait) {
            questions.add(asked);
            if (asked.stream().anyMatch(held::contains)) {
                nanos.addAndGet(wait.toNanos());
                throw new TimeoutException("undecided");
            }
            var answer = new HashMap<TopicPartition, OffsetAndMetadata>();
            asked.forEach(partition -> answer.put(partition, offset));
            return answer;
        }
    }
}
