package io.broadside.publisher.posts;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ToldResultsTest {

    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    @Test
    void whereEveryTargetStandsIsKeptHoweverManyComeAfterIt() {
        // Given
        var told = new ToldResults(3);
        var published = result(0, ResultStatus.PUBLISHED, 0);
        told.add(published);
        // When
        for (var i = 1; i <= 10; i++) {
            told.add(result(1, ResultStatus.WAITING, i));
        }
        // Then
        assertThat(told.isCutShort()).isTrue();
        assertThat(told.results())
                .containsExactly(
                        published,
                        result(1, ResultStatus.WAITING, 8),
                        result(1, ResultStatus.WAITING, 9),
                        result(1, ResultStatus.WAITING, 10));
    }

    @Test
    void whatIsToldTwiceIsShownOnce() {
        // Given
        var told = new ToldResults(3);
        // When
        told.add(result(0, ResultStatus.WAITING, 1));
        told.add(result(0, ResultStatus.WAITING, 1));
        // Then
        assertThat(told.results()).hasSize(1);
        assertThat(told.isCutShort()).isFalse();
    }

    private static PostResult result(int targetIndex, ResultStatus status, int second) {
        return PostResult.newBuilder()
                .setRequestId("request-1")
                .setTargetIndex(targetIndex)
                .setStatus(status)
                .setIsFinal(status == ResultStatus.PUBLISHED)
                .setAt(NOW.plusSeconds(second))
                .build();
    }
}
