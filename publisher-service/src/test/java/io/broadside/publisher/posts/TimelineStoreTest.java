package io.broadside.publisher.posts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.broadside.publisher.posts.TimelineStore.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
            assertThat(results(store, "post-1")).containsExactly("first", "second", "third");
            assertThat(results(store, "post-2")).isEmpty();
            assertThat(calls(store, "post-1", 100)).containsExactly("call");
            assertThat(store.request("post-1")).isEmpty();
        }
    }

    @Test
    void ofCallsTheNewestOfEachPartitionAreReadAndOfRequestsTheFirst() {
        try (var store = TimelineStore.open(directory, Duration.ofDays(1))) {
            // When
            try (var batch = store.batch()) {
                for (var i = 0; i < 5; i++) {
                    batch.put("post-1", Kind.CALL, 0, i, text("0/" + i));
                    batch.put("post-1", Kind.CALL, 3, i, text("3/" + i));
                    batch.put("post-1", Kind.REQUEST, 0, i, text("request " + i));
                }
                batch.put("post-1", Kind.CALL, 4, 0, text("4/0"));
                batch.put("post-0", Kind.CALL, 9, 0, text("other"));
                batch.write();
            }
            // Then
            assertThat(calls(store, "post-1", 2)).containsExactly("4/0", "3/4", "3/3", "0/4", "0/3");
            assertThat(calls(store, "post-1", 5)).hasSize(11);
            assertThat(store.request("post-1"))
                    .hasValueSatisfying(
                            value -> assertThat(new String(value, UTF_8)).isEqualTo("request 0"));
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
            assertThat(results(store, "post-1")).containsExactly("once");
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
            assertThat(results(store, "post-1")).containsExactly("kept");
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
                assertThat(results(store, "post-1")).containsExactly("open");
            });
            assertThat(store.position(PARTITION)).hasValue(42);
            // When
            try (var batch = store.batch()) {
                batch.close("post-1", 0);
                batch.write();
            }
            // Then
            assertThat(results(store, "post-1")).isEmpty();
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
            assertThat(results(store, "post-1")).isEmpty();
        }
    }

    @Test
    void aClosedIndexSaysSo() {
        // Given
        var store = TimelineStore.open(directory, Duration.ofDays(1));
        store.close();
        store.close();
        // Then
        assertThatThrownBy(() -> results(store, "post-1")).isInstanceOf(IllegalStateException.class);
    }

    private static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> results(TimelineStore store, String requestId) {
        var texts = new ArrayList<String>();
        store.results(requestId, value -> texts.add(new String(value, UTF_8)));
        return texts;
    }

    private static List<String> calls(TimelineStore store, String requestId, int most) {
        var texts = new ArrayList<String>();
        store.calls(requestId, most, value -> texts.add(new String(value, UTF_8)));
        return texts;
    }
}
