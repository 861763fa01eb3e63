package io.broadside.runtime.dispatch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.events.PublishCommand;
import io.broadside.runtime.dispatch.Ledger.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The unfinished records of a partition, against the plainest model there is: a map from offset to state. */
class PartitionWorkTest {

    private static final TopicPartition PARTITION = new TopicPartition("commands", 0);
    private static final Instant NOW = Instant.parse("2026-11-21T10:15:30Z");
    private static final LedgerSpace SMALL = new LedgerSpace(LedgerSpace.LEAST_CHARACTERS, 4096);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whatIsCommittedSaysWhatWasDoneWhateverHappenedAndAlwaysFits(long seed) {
        // Given
        var random = new SplittableRandom(seed);
        var model = new TreeMap<Long, State>();
        var work = partition(0, Ledger.empty());
        var taken = new ArrayList<Slot<PublishCommand>>();
        long end = 0;
        for (int step = 0; step < 4000; step++) {
            // When
            switch (random.nextInt(4)) {
                case 0 -> {
                    // Now and then offsets without a record, as markers of transactions leave them.
                    end += random.nextInt(20) == 0 ? 3 : 0;
                    work.add(record(end, "key-" + random.nextInt(40)));
                    model.put(end++, State.NEW);
                }
                case 1, 2 ->
                    work.take(NOW).ifPresent(slot -> {
                        slot.state = State.ATTEMPTED;
                        model.put(slot.offset, State.ATTEMPTED);
                        taken.add(slot);
                    });
                default -> {
                    if (!taken.isEmpty()) {
                        var slot = taken.remove(random.nextInt(taken.size()));
                        slot.state = State.DONE;
                        model.put(slot.offset, State.DONE);
                        work.finish(slot);
                    }
                }
            }
            // Then
            assertThatCommitMatches(work.toCommit(), model, end);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    void aNewOwnerFindsEveryRecordInTheStateItWasCommittedIn(long seed) {
        // Given
        var random = new SplittableRandom(seed);
        var model = new TreeMap<Long, State>();
        var former = partition(0, Ledger.empty());
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        for (long offset = 0; offset < 600; offset++) {
            records.add(record(offset, "key-" + random.nextInt(500)));
            former.add(records.getLast());
            model.put(offset, State.NEW);
        }
        for (int i = 0; i < 300; i++) {
            former.take(NOW).ifPresent(slot -> {
                slot.state = State.ATTEMPTED;
                model.put(slot.offset, State.ATTEMPTED);
                if (random.nextBoolean()) {
                    slot.state = State.DONE;
                    model.put(slot.offset, State.DONE);
                    former.finish(slot);
                }
            });
        }
        var committed = former.toCommit();
        // When
        var next = partition(committed.offset(), Ledger.decoded(committed.metadata()));
        for (var record : records.subList((int) committed.offset(), records.size())) {
            next.add(record);
            // Then: also while only a part of what the ledger tells of has been fetched
            assertThatCommitMatches(next.toCommit(), model, 600);
        }
        var inDoubt = model.entrySet().stream()
                .filter(entry -> entry.getValue() == State.ATTEMPTED)
                .map(Map.Entry::getKey)
                .toList();
        assertThat(takeAll(next).stream().filter(slot -> slot.isInDoubt).map(slot -> slot.offset))
                .containsExactlyElementsOf(inDoubt);
    }

    @Test
    void takesNoRecordThatLiesBeforeWhatWasRead() {
        var takenOver = partition(100, Ledger.empty());
        assertThatThrownBy(() -> takenOver.add(record(40, "key")))
                .isInstanceOf(LedgerException.class)
                .hasMessageContainingAll("100", "40", "--reset-offsets");
        var atWork = partition(0, Ledger.empty());
        atWork.add(record(0, "key"));
        atWork.add(record(1, "key"));
        assertThatThrownBy(() -> atWork.add(record(0, "key"))).isInstanceOf(LedgerException.class);
    }

    @Test
    void goesOnFarBeyondASingleRecordThatTakesItsTime() {
        // Given
        var work = partition(0, Ledger.empty());
        work.add(record(0, "slow"));
        work.take(NOW).orElseThrow().state = State.ATTEMPTED;
        // When
        for (long offset = 1; offset < 100_000; offset++) {
            work.add(record(offset, "key"));
            var slot = work.take(NOW).orElseThrow();
            slot.state = State.DONE;
            work.finish(slot);
        }
        // Then
        var committed = work.toCommit();
        assertThat(committed.offset()).isZero();
        assertThat(committed.metadata().length()).isLessThan(40);
        assertThat(work.unfinished()).isEqualTo(1);
    }

    @Test
    void stopsWhereTheLedgerHasNoSpaceAndGoesOnWhenThereIsSomeAgain() {
        // Given
        var work = partition(0, Ledger.empty());
        for (long offset = 0; offset < 2000; offset++) {
            work.add(record(offset, "key-" + offset));
        }
        // When
        var taken = takeAll(work);
        // Then
        assertThat(taken).hasSize(SMALL.tableSpan());
        // When
        taken.getFirst().state = State.DONE;
        work.finish(taken.getFirst());
        // Then
        assertThat(takeAll(work)).hasSize(1);
    }

    @Test
    void goesOnWithTheOldestRecordWhereTheNextOneHasNoSpace() {
        // Given: one key with many records among very many others
        var work = partition(0, Ledger.empty());
        for (long offset = 0; offset < 4000; offset++) {
            work.add(record(offset, offset % 4 == 0 ? "hot" : "key-" + offset));
        }
        var done = 0;
        // When
        for (var taken = takeAll(work); !taken.isEmpty(); taken = takeAll(work)) {
            for (var slot : taken) {
                slot.state = State.DONE;
                work.finish(slot);
                done++;
            }
        }
        // Then
        assertThat(done).isEqualTo(4000);
    }

    @Test
    void givesTheRecordsOfOneKeyOneAfterAnotherAndKeysInTurn() {
        // Given
        var work = partition(0, Ledger.empty());
        List.of("a", "a", "a", "b", "b").forEach(key -> work.add(record(offsetAfter(work), key)));
        var order = new ArrayList<String>();
        // When
        for (var slot = work.take(NOW); slot.isPresent(); slot = work.take(NOW)) {
            order.add(slot.get().key + slot.get().offset);
            slot.get().state = State.DONE;
            work.finish(slot.get());
        }
        // Then
        assertThat(order).containsExactly("a0", "b3", "a1", "b4", "a2");
    }

    private final Map<PartitionWork<PublishCommand>, Long> offsets = new HashMap<>();

    private long offsetAfter(PartitionWork<PublishCommand> work) {
        return offsets.merge(work, 1L, Long::sum) - 1;
    }

    private static List<Slot<PublishCommand>> takeAll(PartitionWork<PublishCommand> work) {
        var taken = new ArrayList<Slot<PublishCommand>>();
        for (var slot = work.take(NOW); slot.isPresent(); slot = work.take(NOW)) {
            taken.add(slot.get());
        }
        return taken;
    }

    private static void assertThatCommitMatches(
            OffsetAndMetadata committed, NavigableMap<Long, State> model, long end) {
        var firstUnfinished = model.entrySet().stream()
                .filter(entry -> entry.getValue() != State.DONE)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(end);
        assertThat(committed.offset()).isEqualTo(firstUnfinished);
        assertThat(committed.metadata().length()).isLessThanOrEqualTo(SMALL.characters());
        var states = Ledger.decoded(committed.metadata()).states();
        model.tailMap(firstUnfinished)
                .forEach((offset, state) -> assertThat(states.at(offset - firstUnfinished))
                        .as("offset %s", offset)
                        .isEqualTo(state));
    }

    private static PartitionWork<PublishCommand> partition(long base, Ledger restored) {
        return new PartitionWork<>(PARTITION, SMALL, base, restored, Instant.EPOCH);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, String key) {
        return new ConsumerRecord<>(PARTITION.topic(), 0, offset, key.getBytes(UTF_8), new byte[10]);
    }
}
