package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static io.broadside.retry.Fixtures.aToken;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Amendment;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes of posts that have not gone out: they win while the command waits, or are refused with where it stands. */
class AmendmentTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void aScheduledPostGoesOutWithItsNewTextAtItsNewTime() {
        // Given
        var at = retry.now().plus(Duration.ofHours(1));
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, aCommand().setPublishAt(at)));
        retry.results();

        // When
        amend(anAmendment().setContent(text("Better")).setPublishAt(at.plusSeconds(600)));
        var answer = retry.results();
        retry.passUntil(at);
        var atTheOldTime = retry.commands();
        retry.passUntil(at.plusSeconds(600));

        // Then
        assertThat(answer).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.SCHEDULED);
            assertThat(result.getWaitingUntil()).contains(at.plusSeconds(600));
            assertThat(result.getIsRepeat()).isFalse();
            assertThat(result.getChange().orElseThrow().getIsApplied()).isTrue();
            assertThat(result.getChange().orElseThrow().getChangeId()).isEqualTo("change-1");
        });
        assertThat(atTheOldTime).isEmpty();
        assertThat(retry.commands())
                .extracting(command -> command.getContent().getText().orElseThrow())
                .containsExactly("Better");
    }

    @Test
    void anEarlierTimeIsKeptToo() {
        // Given
        retry.delay(
                Topics.WAITING,
                delayed(
                        DelayCause.SCHEDULED,
                        aCommand().setPublishAt(retry.now().plus(Duration.ofHours(1)))));
        retry.pass(Duration.ofMinutes(1));

        // When
        amend(anAmendment().setPublishAt(retry.now().plusSeconds(10)));
        retry.pass(Duration.ofSeconds(11));

        // Then
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void aLaterTimeDoesNotCutShortWhatThePlatformAskedForAndIsKeptAfterIt() {
        // Given
        var limit = retry.now().plusSeconds(60);
        retry.delay(Topics.BACKOFF_429, delayed(DelayCause.RATE_LIMITED).setNotBefore(limit));

        // When
        amend(anAmendment().setPublishAt(retry.now().plusSeconds(300)));
        retry.pass(Duration.ofSeconds(61));
        var afterTheLimit = retry.commands();
        var told = retry.results().getLast();
        retry.pass(Duration.ofMinutes(4));

        // Then
        assertThat(afterTheLimit).isEmpty();
        assertThat(told.getStatus()).isEqualTo(ResultStatus.SCHEDULED);
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void aTokenDoesNotSendWhatWasPutOffMeanwhile() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(2L));
        amend(anAmendment().setPublishAt(retry.now().plusSeconds(300)));

        // When
        retry.token(aToken(CONNECTION, 2));
        retry.pass(Duration.ofSeconds(1));
        var before = retry.commands();
        retry.pass(Duration.ofMinutes(5));

        // Then
        assertThat(before).isEmpty();
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void aPostOfWhichAPublicationMayHaveBegunIsNotChanged() {
        // Given
        var begun =
                Checkpoint.newBuilder().setStep("publish").setAt(retry.now()).build();
        for (var command : List.of(
                aCommand().setDoubt(aDoubt(0)),
                aCommand("request-2", CONNECTION).setCheckpoint(begun),
                aCommand("request-3", CONNECTION).setDoubtedSince(retry.now()))) {
            retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, command));
            retry.results();

            // When
            amend(amendmentOf(command.build()).setContent(text("Better")));

            // Then
            assertThat(retry.results()).singleElement().satisfies(result -> {
                assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
                assertThat(result.getIsRepeat()).isTrue();
                var answer = result.getChange().orElseThrow();
                assertThat(answer.getIsApplied()).isFalse();
                assertThat(answer.getCode()).contains("TOO_LATE_TO_CHANGE");
            });
        }
        retry.pass(Duration.ofSeconds(2));
        assertThat(retry.commands())
                .hasSize(3)
                .allSatisfy(
                        command -> assertThat(command.getContent().getText()).contains("Hello"));
    }

    @Test
    void aChangeOfACommandThatIsElsewhereIsMadeWhenItComesBackToWait() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED));
        retry.pass(RetryDriver.TICK);
        var underWay = retry.commands().getFirst();
        amend(anAmendment().setContent(text("Better")));
        var answersMeanwhile = retry.results().stream()
                .filter(result -> result.getChange().isPresent())
                .toList();

        // When
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED, PublishCommand.newBuilder(underWay))
                        .setNotBefore(retry.now().plusSeconds(5)));
        var answer = retry.results();
        retry.pass(Duration.ofSeconds(6));

        // Then
        assertThat(answersMeanwhile).isEmpty();
        assertThat(answer)
                .singleElement()
                .satisfies(result -> assertThat(result.getChange().orElseThrow().getIsApplied())
                        .isTrue());
        assertThat(retry.commands())
                .extracting(command -> command.getContent().getText().orElseThrow())
                .containsExactly("Better");
    }

    @Test
    void anOperatorReleasesWhatWaitsWhateverForAtOnce() {
        // Given
        retry.delay(
                Topics.WAITING,
                delayed(
                        DelayCause.SCHEDULED,
                        aCommand().setPublishAt(retry.now().plus(Duration.ofDays(9)))));
        var person = aCommand("request-2", CONNECTION).setRefusedTokenVersion(3L);
        retry.delay(Topics.WAITING, delayed(DelayCause.PERSON, person));
        var doubted = aCommand("request-3", CONNECTION).setDoubt(aDoubt(5));
        retry.delay(Topics.BACKOFF_UNCONFIRMED, delayed(DelayCause.UNCONFIRMED, doubted));

        // When
        amend(anAmendment().setIsRelease(true));
        amend(amendmentOf(person.build()).setIsRelease(true));
        amend(amendmentOf(doubted.build()).setIsRelease(true));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands())
                .extracting(PublishCommand::getRequestId)
                .containsExactlyInAnyOrder("request-1", "request-2", "request-3");
    }

    @Test
    void aDeadlineThatIsAddedEndsAWaitForAPerson() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.PERSON));
        amend(anAmendment().setDeadline(retry.now().plusSeconds(60)));
        retry.results();

        // When
        retry.pass(Duration.ofSeconds(61));

        // Then
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.FAILED);
    }

    @Test
    void aDeadlineBeforeTheTimeThatThePlatformNamedEndsItAtOnce() {
        // Given
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED).setNotBefore(retry.now().plusSeconds(600)));
        retry.results();

        // When
        amend(anAmendment().setDeadline(retry.now().plusSeconds(60)));

        // Then
        assertThat(retry.results()).singleElement().satisfies(AmendmentTest::endedTooLate);
        retry.pass(Duration.ofMinutes(11));
        assertThat(retry.commands()).isEmpty();
        assertThat(retry.results()).isEmpty();
    }

    @Test
    void aTimeThatIsNotBeforeTheDeadlineIsAMistakeWhateverItWaitsFor() {
        // Given
        var deadline = retry.now().plusSeconds(60);
        retry.delay(
                Topics.WAITING,
                delayed(
                        DelayCause.SCHEDULED,
                        aCommand().setPublishAt(retry.now().plusSeconds(30)).setDeadline(deadline)));
        var token = aCommand("request-2", CONNECTION).setDeadline(deadline);
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN, token).setNeedsTokenVersion(2L));
        retry.results();

        // When
        amend(anAmendment().setPublishAt(deadline.plusMillis(1)));
        amend(anAmendment().setPublishAt(deadline));
        amend(amendmentOf(token.build()).setPublishAt(deadline.plusMillis(1)));
        amend(anAmendment().setDeadline(retry.now().plusSeconds(29)));

        // Then
        assertThat(retry.results()).hasSize(4).allSatisfy(result -> {
            assertThat(result.getIsFinal()).isFalse();
            var answer = result.getChange().orElseThrow();
            assertThat(answer.getIsApplied()).isFalse();
            assertThat(answer.getCode()).contains("INVALID_REQUEST");
            assertThat(answer.getMessage()).contains("Set the deadline after publishAt");
        });
        retry.passUntil(deadline.minusSeconds(29));
        assertThat(retry.commands()).as("at its old time").hasSize(1);
    }

    @Test
    void aTimeBeyondTheDeadlineOfACommandThatIsElsewhereIsAMistakeToo() {
        // Given
        amend(anAmendment().setPublishAt(retry.now().plusSeconds(61)));
        // When
        retry.delay(
                Topics.BACKOFF_429,
                delayed(
                                DelayCause.RATE_LIMITED,
                                aCommand().setDeadline(retry.now().plusSeconds(60)))
                        .setNotBefore(retry.now().plusSeconds(5)));
        // Then
        assertThat(retry.results())
                .anySatisfy(
                        result -> assertThat(result.getChange().orElseThrow().getIsApplied())
                                .isFalse());
        retry.pass(Duration.ofSeconds(6));
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void aTimeBeforeTheDeadlineIsInTime() {
        // Given
        var deadline = retry.now().plusSeconds(60);
        retry.delay(
                Topics.WAITING,
                delayed(
                        DelayCause.SCHEDULED,
                        aCommand().setPublishAt(retry.now().plusSeconds(30)).setDeadline(deadline)));

        // When
        amend(anAmendment().setPublishAt(deadline.minus(RetryDriver.TICK)));
        retry.passUntil(deadline.minus(RetryDriver.TICK));

        // Then
        assertThat(retry.commands()).hasSize(1);
    }

    private static void endedTooLate(PostResult result) {
        assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
        assertThat(result.getIsFinal()).isTrue();
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("DEADLINE_PASSED");
        assertThat(result.getChange().orElseThrow().getIsApplied()).isTrue();
    }

    private void amend(Amendment.Builder amendment) {
        retry.send(Topics.AMENDMENTS, CONNECTION, amendment.build());
    }

    private Amendment.Builder anAmendment() {
        return amendmentOf(aCommand().build());
    }

    private Amendment.Builder amendmentOf(PublishCommand command) {
        return Amendment.newBuilder()
                .setChangeId("change-1")
                .setCommandId(command.getCommandId())
                .setRequestId(command.getRequestId())
                .setConnectionId(command.getConnectionId())
                .setRequestedAt(retry.now());
    }

    private static Content text(String text) {
        return Content.newBuilder().setText(text).build();
    }
}
