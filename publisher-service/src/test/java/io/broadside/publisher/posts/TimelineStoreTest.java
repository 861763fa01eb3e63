package io.broadside.publisher.posts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.broadside.publisher.posts.TimelineStore.Entry;
import io.broadside.publisher.posts.TimelineStore.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimelineStoreTest {

    private static final TopicPartition PARTITION = new TopicPartition("publish.results", 1);

    @TempDir
    Path directory;

    @Test
    void entriesComeBackInTheOrderOfTheirTopicAndOfNoOtherRequest() {
        try (var store = TimelineStore.open(directory, Duration.ofDays(1))) {
            // When
            try (var batch = store.batch()) {
                batch.put("post-1", Kind.RESULT, 0, 300, text("third"));
                batch.put("post-1", Kind.RESULT, 0, 2, text("second"));
                batch.put("post-1", Kind.RESULT, 0, 1, text("first"));
                batch.put("post-10", Kind.RESULT, 0, 1, text("other"));
                batch.put("post", Kind.RESULT, 0, 1, text("other"));
                batch.put("post-1", Kind.CALL, 2, 7, text("call"));
                batch.write();
            }
            // Then
            assertThat(texts(store.find("post-1", 100))).containsExactly("call", "first", "second", "third");
            assertThat(store.find("post-2", 100)).isEmpty();
            assertThat(store.find("post-1", 2)).hasSize(2);
        }
    }

    @Test
    void anEntryThatIsWrittenAgainIsTheSameEntry() {
        try (var store = TimelineStore.open(directory, Duration.ofDays(1))) {
            // When
            for (var i = 0; i < 2; i++) {
                try (var batch = store.batch()) {
                    batch.put("post-1", Kind.RESULT, 0, 1, text("once"));
                    batch.write();
                }
            }
            // Then
            assertThat(texts(store.find("post-1", 100))).containsExactly("once");
        }
    }

    @Test
    void entriesAndPositionsAreThereAfterARestart() {
        // Given
        try (var store = TimelineStore.open(directory, Duration.ofDays(1));
                var batch = store.batch()) {
            batch.put("post-1", Kind.RESULT, 1, 41, text("kept"));
            batch.readUpTo(PARTITION, 42);
            batch.write();
        }
        // When
        try (var store = TimelineStore.open(directory, Duration.ofDays(1))) {
            // Then
            assertThat(texts(store.find("post-1", 100))).containsExactly("kept");
            assertThat(store.position(PARTITION)).hasValue(42);
            assertThat(store.position(new TopicPartition("publish.results", 2))).isEmpty();
        }
    }

    @Test
    void whatIsTooOldIsDroppedAndWhereAnOpenTargetStandsIsNot() {
        try (var store = TimelineStore.open(directory, Duration.ofSeconds(1))) {
            // Given
            try (var batch = store.batch()) {
                batch.put("post-1", Kind.RESULT, 0, 1, text("old"));
                batch.keep("post-1", 0, text("open"));
                batch.readUpTo(PARTITION, 42);
                batch.write();
            }
            // Then
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                store.compact();
                assertThat(texts(store.find("post-1", 100))).containsExactly("open");
            });
            assertThat(store.position(PARTITION)).hasValue(42);
            // When
            try (var batch = store.batch()) {
                batch.close("post-1", 0);
                batch.write();
            }
            // Then
            assertThat(store.find("post-1", 100)).isEmpty();
        }
    }

    @Test
    void anIndexThatIsDamagedIsBegunAnew() throws IOException {
        // Given
        try (var store = TimelineStore.open(directory, Duration.ofDays(1));
                var batch = store.batch()) {
            batch.put("post-1", Kind.RESULT, 1, 41, text("lost"));
            batch.readUpTo(PARTITION, 42);
            batch.write();
        }
        try (var files = Files.list(directory)) {
            for (var file : files.filter(name -> name.getFileName().toString().startsWith("MANIFEST"))
                    .toList()) {
                Files.write(file, new byte[100]);
            }
        }
        // When
        try (var store = TimelineStore.open(directory, Duration.ofDays(1))) {
            // Then
            assertThat(store.position(PARTITION)).isEmpty();
            assertThat(store.find("post-1", 100)).isEmpty();
        }
    }

    @Test
    void aClosedIndexSaysSo() {
        // Given
        var store = TimelineStore.open(directory, Duration.ofDays(1));
        store.close();
        store.close();
        // Then
        assertThatThrownBy(() -> store.find("post-1", 100)).isInstanceOf(IllegalStateException.class);
    }

    private static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> texts(List<Entry> entries) {
        return entries.stream().map(entry -> new String(entry.value(), UTF_8)).toList();
    }
}
