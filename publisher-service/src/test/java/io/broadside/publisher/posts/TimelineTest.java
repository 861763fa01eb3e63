package io.broadside.publisher.posts;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.ErrorOwner;
import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import io.broadside.publisher.posts.RequestNote.NamedTarget;
import io.broadside.publisher.posts.Timeline.State;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimelineTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final RequestNote TWO_TARGETS = new RequestNote(
            "print",
            NOW.toEpochMilli(),
            null,
            null,
            Map.of(),
            List.of(new NamedTarget(null, "bakery", "facebook"), new NamedTarget(null, "bakery", "x")));

    @Test
    void aRequestWithoutAResultIsReceived() {
        assertThat(timeline().state()).isEqualTo(State.RECEIVED);
    }

    @Test
    void aRequestIsInProgressUntilEveryTargetIsThrough() {
        assertThat(timeline(result(0, ResultStatus.PUBLISHED)).state()).isEqualTo(State.IN_PROGRESS);
        assertThat(timeline(result(0, ResultStatus.PUBLISHED), result(1, ResultStatus.WAITING))
                        .state())
                .isEqualTo(State.IN_PROGRESS);
        assertThat(timeline(result(0, ResultStatus.PUBLISHED), result(1, ResultStatus.FAILED))
                        .state())
                .isEqualTo(State.FINAL);
    }

    @Test
    void theLastResultCountsWhateverTheClocksSay() {
        // Given
        var early = PostResult.newBuilder(result(0, ResultStatus.WAITING))
                .setAt(NOW.plusSeconds(60))
                .build();
        // When
        var latest = timeline(early, result(0, ResultStatus.PUBLISHING)).latest();
        // Then
        assertThat(latest.get(0)).extracting(PostResult::getStatus).isEqualTo(ResultStatus.PUBLISHING);
    }

    @Test
    void aLastWordStaysTheLastOne() {
        // When
        var latest = timeline(result(0, ResultStatus.PUBLISHED), result(0, ResultStatus.WAITING))
                .latest();
        // Then
        assertThat(latest.get(0)).extracting(PostResult::getStatus).isEqualTo(ResultStatus.PUBLISHED);
    }

    @Test
    void aTargetThatWasRedrivenIsOpenAgain() {
        // Given
        var redriven = PostResult.newBuilder(result(0, ResultStatus.WAITING))
                .setRedrives(1)
                .build();
        // When
        var latest = timeline(result(0, ResultStatus.FAILED), redriven, result(0, ResultStatus.FAILED))
                .latest();
        // Then
        assertThat(latest.get(0)).isEqualTo(redriven);
    }

    @Test
    void aRequestThatWasRefusedAsAWholeIsThrough() {
        // Given
        var refused = refused("INVALID_REQUEST");
        // Then
        assertThat(timeline(refused).state()).isEqualTo(State.FINAL);
        assertThat(timeline(refused).refusal()).contains(refused);
    }

    @Test
    void theMisuseOfItsIdIsNotAboutIt() {
        // When
        var timeline = timeline(refused("REQUEST_ID_REUSED"), result(0, ResultStatus.WAITING));
        // Then
        assertThat(timeline.refusal()).isEmpty();
        assertThat(timeline.state()).isEqualTo(State.IN_PROGRESS);
    }

    @Test
    void whereTargetsHaveResultsAnotherRequestWasRefused() {
        // When
        var timeline = timeline(refused("INVALID_REQUEST"), result(0, ResultStatus.SCHEDULED));
        // Then
        assertThat(timeline.refusal()).isEmpty();
        assertThat(timeline.state()).isEqualTo(State.IN_PROGRESS);
    }

    @Test
    void withoutTheRequestItsTargetsAreThoseThatWereHeardOf() {
        // Given
        var timeline = new Timeline(
                Optional.empty(),
                List.of(result(2, ResultStatus.PUBLISHED), result(0, ResultStatus.PUBLISHED)),
                List.of(),
                false);
        // Then
        assertThat(timeline.targets()).isEqualTo(3);
        assertThat(timeline.state()).isEqualTo(State.IN_PROGRESS);
    }

    private static Timeline timeline(PostResult... results) {
        return new Timeline(Optional.of(TWO_TARGETS), List.of(results), List.of(), false);
    }

    private static PostResult refused(String code) {
        return PostResult.newBuilder(result(-1, ResultStatus.FAILED))
                .setError(PostError.newBuilder()
                        .setCode(code)
                        .setOwner(ErrorOwner.SENDER)
                        .setMessage("Mend it.")
                        .build())
                .build();
    }

    private static PostResult result(int targetIndex, ResultStatus status) {
        return PostResult.newBuilder()
                .setRequestId("request-1")
                .setTargetIndex(targetIndex)
                .setStatus(status)
                .setIsFinal(status == ResultStatus.PUBLISHED || status == ResultStatus.FAILED)
                .setAt(NOW)
                .build();
    }
}
