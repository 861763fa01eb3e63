package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static io.broadside.retry.Fixtures.aWithdrawalOf;
import static io.broadside.retry.Fixtures.delayed;
import static io.broadside.retry.Fixtures.history;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.DeadLetter;
import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.OutPost;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How waiting ends other than by coming back: exactly one final result, and never a guess. */
class LastWordTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void aPostThatCannotGoOutBeforeItsDeadlineFailsAtOnce() {
        // When
        retry.delay(
                Topics.BACKOFF_429,
                delayed(
                                DelayCause.RATE_LIMITED,
                                aCommand().setDeadline(retry.now().plusSeconds(60)))
                        .setNotBefore(retry.now().plusSeconds(61)));

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
            assertThat(result.getIsFinal()).isTrue();
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("DEADLINE_PASSED");
            assertThat(result.getError().orElseThrow().getMessage()).contains("rate limit");
        });
        retry.pass(Duration.ofHours(1));
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void aPostThatComesDueAfterItsDeadlineBecauseWeWereAwayFails() {
        // Given
        retry.delay(
                Topics.BACKOFF_429,
                delayed(
                                DelayCause.RATE_LIMITED,
                                aCommand().setDeadline(retry.now().plusSeconds(60)))
                        .setNotBefore(retry.now().plusSeconds(50)));
        retry.results();

        // When: no tick for an hour
        retry.pass(Duration.ofHours(1));

        // Then
        assertThat(retry.commands()).isEmpty();
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.FAILED);
    }

    @Test
    void aPostThatMayBeOutIsLookedForAlsoAfterItsDeadline() {
        // Given
        var command = aCommand().setDoubt(aDoubt(0)).setDeadline(retry.now().plusSeconds(1));
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, command));

        // When
        retry.pass(Duration.ofSeconds(2));

        // Then
        assertThat(retry.commands())
                .containsExactly(
                        PublishCommand.newBuilder(command.build()).setRound(1).build());
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.WAITING);
    }

    @Test
    void aPostThatIsOutIsPublishedWhateverBecomesOfWhatBelongsToIt() {
        // Given
        var command = aCommand()
                .setCheckpoint(aPostThatIsOut())
                .setAttempt(99)
                .setHistory(history(99, AttemptEnd.UNAVAILABLE));
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, command));

        // When
        retry.pass(Duration.ofMinutes(15));
        var triedAgain = retry.commands();
        retry.results();
        retry.delay(
                Topics.BACKOFF_5XX,
                delayed(
                        DelayCause.UNAVAILABLE,
                        command.setRound(1).setAttempt(100).setHistory(history(100, AttemptEnd.UNAVAILABLE))));

        // Then
        assertThat(triedAgain).hasSize(1);
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
            assertThat(result.getIsFinal()).isTrue();
            assertThat(result.getRemoteId()).contains("post-1");
            assertThat(result.getUrl()).contains("https://example.org/post-1");
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("INCOMPLETE");
        });
    }

    @Test
    void whoeverReadsThatTheRestWaitsReadsThatThePostIsOut() {
        // When
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED, aCommand().setCheckpoint(aPostThatIsOut()))
                        .setNotBefore(retry.now().plusSeconds(600))
                        .setErrorCode("RATE_LIMITED")
                        .setDetail("The Page's calls are used up; the post waits."));
        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
            assertThat(result.getRemoteId()).contains("post-1");
            assertThat(result.getUrl()).contains("https://example.org/post-1");
            assertThat(result.getError().orElseThrow().getMessage()).startsWith("The post is out; what belongs to it");
        });
    }

    @Test
    void theRestOfAPostThatIsOutEndsWithItsDeadlineAndWhenItIsTakenBack() {
        // Given
        var late = aCommand()
                .setCheckpoint(aPostThatIsOut())
                .setDeadline(retry.now().plusSeconds(60));
        var takenBack = aCommand("request-2", CONNECTION).setCheckpoint(aPostThatIsOut());
        var takenBackBefore = aCommand("request-3", CONNECTION).setCheckpoint(aPostThatIsOut());
        // When
        retry.withdraw(aWithdrawalOf(takenBackBefore.build()));
        for (var command : List.of(late, takenBack, takenBackBefore)) {
            retry.delay(
                    Topics.BACKOFF_429,
                    delayed(DelayCause.RATE_LIMITED, command)
                            .setNotBefore(retry.now().plusSeconds(600)));
        }
        retry.withdraw(aWithdrawalOf(takenBack.build()));
        // Then: nobody has to wait for the time that the platform named
        assertThat(retry.results())
                .filteredOn(PostResult::getIsFinal)
                .hasSize(3)
                .allSatisfy(result -> {
                    assertThat(result.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
                    assertThat(result.getRemoteId()).contains("post-1");
                    assertThat(result.getError().orElseThrow().getCode()).isEqualTo("INCOMPLETE");
                });
        retry.pass(Duration.ofSeconds(601));
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void aPostWhoseIdIsLookedForIsNeitherTooLateNorTakenBackNorShownUnderAnotherId() {
        // Given
        var looked = Checkpoint.newBuilder(aPostThatIsOut())
                .setValues(Map.of(OutPost.STAND_IN, "true"))
                .build();
        var command = aCommand().setCheckpoint(looked).setDeadline(retry.now().plusSeconds(1));
        // When
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED, command)
                        .setNotBefore(retry.now().plusSeconds(10)));
        retry.withdraw(aWithdrawalOf(command.build()));
        retry.pass(Duration.ofSeconds(11));
        // Then
        assertThat(retry.commands()).hasSize(1);
        assertThat(retry.results()).isNotEmpty().allSatisfy(result -> {
            assertThat(result.getIsFinal()).isFalse();
            assertThat(result.getRemoteId()).isEmpty();
        });
    }

    private Checkpoint aPostThatIsOut() {
        return Checkpoint.newBuilder()
                .setStep("comment")
                .setAt(retry.now())
                .setRemoteId("post-1")
                .setUrl("https://example.org/post-1")
                .build();
    }

    @Test
    void attemptsUsedUpEndInADeadLetterAndAFailedResult() {
        // Given
        var command = aCommand().setAttempt(110).setHistory(history(110, AttemptEnd.UNAVAILABLE));

        // When
        retry.delay(
                Topics.BACKOFF_5XX,
                delayed(DelayCause.UNAVAILABLE, command)
                        .setErrorCode("SERVER_ERROR")
                        .setDetail("503 from graph.facebook.com."));

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
            assertThat(result.getIsFinal()).isTrue();
            assertThat(result.getAttempt()).isEqualTo(110);
            var error = result.getError().orElseThrow();
            assertThat(error.getCode()).isEqualTo("ATTEMPTS_USED_UP");
            assertThat(error.getMessage()).contains("100 attempts", "SERVER_ERROR", "503 from graph.facebook.com.");
            assertThat(error.getHttpStatus()).contains(503);
        });
        assertThat(retry.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getCode()).isEqualTo("ATTEMPTS_USED_UP");
            assertThat(letter.getCommand()).contains(command.build());
            assertThat(letter.getSource().getTopic()).isEqualTo(Topics.BACKOFF_5XX.name());
        });
        retry.pass(Duration.ofHours(1));
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void aDuplicateOfWhatWasGivenUpIsNoSecondLastWord() {
        // Given
        var delayed = delayed(
                        DelayCause.UNAVAILABLE,
                        aCommand().setAttempt(110).setHistory(history(110, AttemptEnd.UNAVAILABLE)))
                .build();

        // When
        retry.delay(Topics.BACKOFF_5XX, delayed);
        retry.delay(Topics.BACKOFF_5XX, delayed);

        // Then
        assertThat(retry.results()).hasSize(1);
        assertThat(retry.deadLetters()).hasSize(1);
    }

    @Test
    void whatCouldNotBeFoundEndsUnconfirmed() {
        // When
        retry.delay(
                Topics.BACKOFF_UNCONFIRMED,
                delayed(DelayCause.UNCONFIRMED, aCommand().setDoubt(aDoubt(7))));

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.UNCONFIRMED);
            assertThat(result.getIsFinal()).isTrue();
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("NOT_CONFIRMABLE");
        });
        assertThat(retry.deadLetters()).extracting(DeadLetter::getCode).containsExactly("NOT_CONFIRMABLE");
    }

    @Test
    void aPostThatMayBeOutIsNeverSaidToHaveFailed() {
        // When: looking for it met an outage, until attempts were used up
        retry.delay(
                Topics.BACKOFF_5XX,
                delayed(
                        DelayCause.UNAVAILABLE,
                        aCommand().setDoubt(aDoubt(1)).setHistory(history(110, AttemptEnd.UNAVAILABLE))));

        // Then
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.UNCONFIRMED);
    }

    @Test
    void aPlatformThatWasNotConfiguredEndsInADeadLetterAndAFailedResult() {
        // When
        retry.delay(
                Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, aCommand().setPlatform("myspace")));

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("UNKNOWN_PLATFORM");
        });
        assertThat(retry.deadLetters()).extracting(DeadLetter::getCode).containsExactly("UNKNOWN_PLATFORM");
    }

    @Test
    void aTimeBeyondAllCalendarsStopsNothing() {
        // When
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED).setNotBefore(Instant.ofEpochMilli(Long.MAX_VALUE)));
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, aCommand("request-2", "connection-2")));
        retry.pass(Duration.ofHours(1));

        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-2");
    }

    @Test
    void aWithdrawalCancelsWhatWaits() {
        // Given
        var command = aCommand().setPublishAt(retry.now().plusSeconds(60));
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, command));
        retry.results();

        // When
        retry.withdraw(aWithdrawalOf(command.build()));
        retry.pass(Duration.ofHours(1));

        // Then
        assertThat(retry.commands()).isEmpty();
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.CANCELLED);
            assertThat(result.getIsFinal()).isTrue();
        });
    }

    @Test
    void aWithdrawalThatComesTwiceCancelsOnce() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.PERSON));
        retry.results();

        // When
        retry.withdraw(aWithdrawalOf(aCommand().build()));
        retry.withdraw(aWithdrawalOf(aCommand().build()));

        // Then
        assertThat(retry.results()).hasSize(1);
    }

    @Test
    void aWithdrawalIsKeptForAsLongAsItsCommandMayLieOnATopic() {
        // Given
        retry.withdraw(aWithdrawalOf(aCommand().build()));
        retry.pass(Duration.ofDays(7));

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.BUDGET));

        // Then
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.CANCELLED);
    }

    @Test
    void aWithdrawalThatComesBeforeItsCommandIsKeptForIt() {
        // Given
        retry.withdraw(aWithdrawalOf(aCommand().build()));
        retry.pass(Duration.ofHours(1));

        // When
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));
        retry.pass(Duration.ofHours(1));

        // Then
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.CANCELLED);
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void aPostThatMayBeOutIsCancelledOnlyOnceItIsKnownNotToBe() {
        // Given
        var inDoubt = aCommand().setDoubt(aDoubt(0)).build();
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, PublishCommand.newBuilder(inDoubt)));
        retry.results();

        // When
        retry.withdraw(aWithdrawalOf(inDoubt));
        retry.pass(Duration.ofSeconds(3));
        var afterTheWithdrawal = retry.results();
        var lookedFor = retry.commands();
        retry.delay(
                Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, aCommand().setRound(1)));

        // Then
        assertThat(afterTheWithdrawal).isEmpty();
        assertThat(lookedFor).hasSize(1);
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.CANCELLED);
    }
}
