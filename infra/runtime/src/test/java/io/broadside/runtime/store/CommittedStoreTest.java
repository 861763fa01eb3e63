package io.broadside.runtime.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.BatchingStateRestoreCallback;
import org.apache.kafka.streams.processor.CommitCallback;
import org.apache.kafka.streams.processor.StateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promises of the store, one by one. That a killed process finds its disk again is shown by retry-service's RetryKillIT. */
@SuppressWarnings("NullAway.Init")
class CommittedStoreTest {

    private static final TopicPartition CHANGELOG = new TopicPartition("app-room-changelog", 3);
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final long NOTHING_KNOWN = -4;

    @TempDir
    Path directory;

    private Instant now = START;

    @Test
    void whatIsWrittenIsReadAtOnceAndDeletedAtOnce() {
        var store = opened();
        // When
        store.put(key("a"), bytes("1"));
        store.put(key("b"), bytes("2"));
        store.delete(key("a"));
        // Then
        assertThat(store.get(key("a"))).isNull();
        assertThat(store.get(key("b"))).isEqualTo(bytes("2"));
        store.close();
    }

    @Test
    void whatHasNotCommittedIsNotOnDiskAfterACrash() {
        // Given
        var store = opened();
        store.put(key("a"), bytes("1"));
        store.put(key("b"), bytes("1"));
        store.committed(10);
        store.put(key("a"), bytes("2"));
        store.put(key("c"), bytes("2"));
        store.delete(key("b"));
        // When
        var after = afterACrash(store);
        // Then
        assertThat(content(after)).containsExactly("a=1", "b=1");
        assertThat(after.committedOffset(CHANGELOG)).isEqualTo(10);
        after.close();
    }

    @Test
    void entriesOfDiskAndMemoryAreReadInOneOrderWithinTheirBounds() {
        // Given
        var store = opened();
        for (var letter : List.of("b", "d", "f", "h")) {
            store.put(key(letter), bytes("disk"));
        }
        store.committed(1);
        store.put(key("a"), bytes("new"));
        store.put(key("d"), bytes("new"));
        store.put(key("e"), bytes("new"));
        store.delete(key("f"));
        // Then
        assertThat(content(store)).containsExactly("a=new", "b=disk", "d=new", "e=new", "h=disk");
        assertThat(read(store.range(key("b"), key("e")))).containsExactly("b=disk", "d=new", "e=new");
        assertThat(read(store.range(key("f"), null))).containsExactly("h=disk");
        assertThat(read(store.prefixScan(key("d"), Serdes.Bytes().serializer())))
                .containsExactly("d=new");
        assertThat(read(store.prefixScan(key("x"), Serdes.Bytes().serializer())))
                .isEmpty();
        store.close();
    }

    @Test
    void keysAreInTheOrderOfUnsignedBytes() {
        // Given
        var store = opened();
        store.put(Bytes.wrap(new byte[] {(byte) 0xFF}), bytes("high"));
        store.committed(1);
        store.put(Bytes.wrap(new byte[] {0x01}), bytes("low"));
        // Then
        try (var all = store.all()) {
            assertThat(all.next().value).isEqualTo(bytes("low"));
            assertThat(all.next().value).isEqualTo(bytes("high"));
            assertThat(all.hasNext()).isFalse();
        }
        store.close();
    }

    @Test
    void aStoreClosedByAFaultFindsItsDiskAgainAlthoughItsDirectoryIsDeleted() throws Exception {
        // Given
        var store = opened();
        store.put(key("a"), bytes("1"));
        store.committed(10);
        store.put(key("a"), bytes("2"));
        // When: as Kafka Streams does it
        store.close();
        Utils.delete(taskDirectory());
        var after = opened();
        // Then
        assertThat(content(after)).containsExactly("a=1");
        assertThat(after.committedOffset(CHANGELOG)).isEqualTo(10);
        after.close();
    }

    @Test
    void aFaultThatComesBackBeforeAnythingWasCommittedCostsTheDisk() throws Exception {
        // Given
        var store = opened();
        store.put(key("a"), bytes("1"));
        store.committed(10);
        store.put(key("a"), bytes("2"));
        store.close();
        Utils.delete(taskDirectory());
        // When
        var second = opened();
        second.put(key("a"), bytes("3"));
        second.close();
        Utils.delete(taskDirectory());
        var third = opened();
        // Then
        assertThat(content(third)).isEmpty();
        assertThat(third.committedOffset(CHANGELOG)).isEqualTo(NOTHING_KNOWN);
        third.close();
    }

    @Test
    void aDiskThatIsOlderThanTombstonesAreKeptIsNotUsed() {
        // Given
        var store = opened();
        store.put(key("a"), bytes("1"));
        store.committed(10);
        store.commit(Map.of(CHANGELOG, 10L));
        store.close();
        // When
        now = START.plus(Duration.ofHours(25));
        var after = opened();
        // Then
        assertThat(content(after)).isEmpty();
        assertThat(after.committedOffset(CHANGELOG)).isEqualTo(NOTHING_KNOWN);
        after.close();
    }

    @Test
    void whatTheChangelogBringsMakesADiskNoYounger() {
        // Given: what was read last has no offset, so it stands for nothing
        var context = new FakeContext();
        var store = opened(context);
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(CHANGELOG, 10L));
        now = START.plus(Duration.ofHours(23));
        context.restoring.restoreAll(List.of(KeyValue.pair(bytes("b"), bytes("1"))));
        store.close();
        // When
        now = START.plus(Duration.ofHours(25));
        var after = opened();
        // Then
        assertThat(content(after)).isEmpty();
        after.close();
    }

    @Test
    void aDiskThatNeverGotToTheEndOfItsChangelogIsNotUsed() {
        // Given
        var context = new FakeContext();
        var store = opened(context);
        context.restoring.restoreAll(List.of(KeyValue.pair(bytes("a"), bytes("1"))));
        // When
        var after = afterACrash(store);
        // Then
        assertThat(content(after)).isEmpty();
        after.close();
    }

    @Test
    void aDiskThatWasWrittenInTheFutureIsNotUsed() {
        // Given
        now = START.plus(Duration.ofDays(300));
        var store = opened();
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(CHANGELOG, 10L));
        store.close();
        // When
        now = START;
        var after = opened();
        // Then
        assertThat(content(after)).isEmpty();
        assertThat(after.committedOffset(CHANGELOG)).isEqualTo(NOTHING_KNOWN);
        after.close();
    }

    @Test
    void aCleanStopKeepsEverything() {
        // Given
        var store = opened();
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(CHANGELOG, 12L));
        store.close();
        // When
        var after = opened();
        // Then
        assertThat(content(after)).containsExactly("a=1");
        assertThat(after.committedOffset(CHANGELOG)).isEqualTo(12);
        after.close();
    }

    @Test
    void whatTheChangelogBringsIsThereAndReadTwiceItDoesNoHarm() {
        // Given
        var context = new FakeContext();
        var store = opened(context);
        var records = List.of(
                KeyValue.pair(bytes("a"), bytes("1")),
                KeyValue.pair(bytes("b"), bytes("1")),
                KeyValue.pair(bytes("a"), (byte[]) null));
        // When
        context.restoring.restoreAll(records);
        context.restoring.restoreAll(records);
        // Then
        assertThat(content(store)).containsExactly("b=1");
        store.close();
    }

    @Test
    void aDiskThatCannotBeReadIsReadAnew() throws Exception {
        // Given
        var store = opened();
        store.put(key("a"), bytes("1"));
        store.commit(Map.of(CHANGELOG, 12L));
        store.close();
        Files.writeString(taskDirectory().toPath().resolve("committed/room/CURRENT"), "nonsense");
        // When
        var after = opened();
        // Then
        assertThat(content(after)).isEmpty();
        assertThat(after.committedOffset(CHANGELOG)).isEqualTo(NOTHING_KNOWN);
        after.close();
    }

    private CommittedStore opened() {
        return opened(new FakeContext());
    }

    private CommittedStore opened(FakeContext context) {
        var clock = new Clock() {
            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
        var store = new CommittedStore("room", new CommittedStores(clock));
        store.init(context, store);
        return store;
    }

    /** What is on disk, seen by a process that knows nothing else: a copy of the directory as it is. */
    private CommittedStore afterACrash(CommittedStore store) {
        var copy = directory.resolve("copy");
        try (var files = Files.walk(taskDirectory().toPath())) {
            for (var file : files.toList()) {
                var to =
                        copy.resolve("app/0_3").resolve(taskDirectory().toPath().relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else if (!file.getFileName().toString().equals("LOCK")) {
                    Files.copy(file, to);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        store.close();
        directory = copy;
        return opened();
    }

    private File taskDirectory() {
        return directory.resolve("app/0_3").toFile();
    }

    private static List<String> content(CommittedStore store) {
        return read(store.all());
    }

    private static List<String> read(KeyValueIterator<Bytes, byte[]> entries) {
        var found = new ArrayList<String>();
        try (entries) {
            entries.forEachRemaining(
                    entry -> found.add(new String(entry.key.get(), UTF_8) + "=" + new String(entry.value, UTF_8)));
        }
        return found;
    }

    private static Bytes key(String text) {
        return Bytes.wrap(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private final class FakeContext implements StateStoreContext {

        private BatchingStateRestoreCallback restoring;

        @Override
        public String applicationId() {
            return "app";
        }

        @Override
        public TaskId taskId() {
            return new TaskId(0, 3);
        }

        @Override
        public Optional<RecordMetadata> recordMetadata() {
            return Optional.empty();
        }

        @Override
        public Serde<?> keySerde() {
            return Serdes.ByteArray();
        }

        @Override
        public Serde<?> valueSerde() {
            return Serdes.ByteArray();
        }

        @Override
        public File stateDir() {
            return taskDirectory();
        }

        @Override
        public StreamsMetrics metrics() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void register(StateStore store, StateRestoreCallback callback) {
            restoring = (BatchingStateRestoreCallback) callback;
        }

        @Override
        public void register(StateStore store, StateRestoreCallback callback, CommitCallback committing) {
            register(store, callback);
        }

        @Override
        public Map<String, Object> appConfigs() {
            return Map.of();
        }

        @Override
        public Map<String, Object> appConfigsWithPrefix(String prefix) {
            return Map.of();
        }
    }
}
