package io.broadside.retry;

import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static io.broadside.retry.Fixtures.delayed;
import static io.broadside.retry.Fixtures.history;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Amendment;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.retry.letters.Redrives;
import io.broadside.schemas.Topics;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Dead letters that are taken up again. */
class RedriveTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void aRedrivenPostIsOpenAgainAndGoesOutAtItsTime() {
        // Given
        var letter = aDeadLetter();

        // When
        redrive(letter, 5);
        var told = retry.results();
        retry.pass(Duration.ofSeconds(6));

        // Then
        assertThat(told).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
            assertThat(result.getWaitingFor()).contains(DelayCause.REDRIVEN);
            assertThat(result.getRedrives()).isEqualTo(1);
        });
        assertThat(retry.commands()).singleElement().satisfies(command -> {
            assertThat(command.getRedrives()).isEqualTo(1);
            assertThat(command.getAttempt()).isEqualTo(101);
            assertThat(command.getHistory()).hasSize(100);
        });
    }

    @Test
    void aLetterIsRedrivenOnceHoweverOftenAndHoweverMuchLaterItIsAskedFor() {
        // Given
        var letter = aDeadLetter();

        // When
        redrive(letter, 0);
        redrive(letter, 0);
        retry.pass(Duration.ofSeconds(1));
        var first = retry.commands();
        retry.pass(Duration.ofDays(30));
        redrive(letter, 0);
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(first).hasSize(1);
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void whatFailsAgainHasItsAttemptsAgainAndThenAnotherLetter() {
        // Given
        redrive(aDeadLetter(), 0);
        retry.pass(Duration.ofSeconds(1));
        var again = retry.commands().getFirst();
        retry.results();

        // When
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, PublishCommand.newBuilder(again)));

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
            assertThat(result.getRedrives()).isEqualTo(1);
        });
        assertThat(retry.deadLetters()).isEmpty();
    }

    @Test
    void aChangeThatWasAnsweredByTheEndOfThePostIsNotMadeByItsRedrive() {
        // Given: it came while the command was at its platform, where it ended
        var letter = aCommand().build();
        change("Before the end");
        retry.pass(Duration.ofMinutes(1));
        var delayed = Redrives.of(letter, retry.now().plusSeconds(5), retry.now());
        retry.pass(Duration.ofSeconds(1));
        change("After it");

        // When
        retry.delay(Topics.WAITING, delayed);
        var answers = retry.results();
        retry.pass(Duration.ofSeconds(6));

        // Then
        assertThat(answers).filteredOn(result -> result.getChange().isPresent()).hasSize(1);
        assertThat(retry.commands())
                .extracting(command -> command.getContent().getText().orElseThrow())
                .containsExactly("After it");
    }

    private void change(String text) {
        var command = aCommand().build();
        retry.send(
                Topics.AMENDMENTS,
                command.getConnectionId(),
                Amendment.newBuilder()
                        .setChangeId(text)
                        .setCommandId(command.getCommandId())
                        .setRequestId(command.getRequestId())
                        .setConnectionId(command.getConnectionId())
                        .setContent(Content.newBuilder().setText(text).build())
                        .setRequestedAt(retry.now())
                        .build());
    }

    @Test
    void aDoubtIsKeptSoThatItIsLookedForAndNotSent() {
        // Given
        retry.delay(
                Topics.BACKOFF_UNCONFIRMED,
                delayed(DelayCause.UNCONFIRMED, aCommand().setDoubt(aDoubt(7))));
        var letter = retry.deadLetters().getFirst().getCommand().orElseThrow();
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.UNCONFIRMED);

        // When
        redrive(letter, 0);
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(retry.commands()).singleElement().satisfies(command -> {
            assertThat(command.getDoubt()).isPresent();
            assertThat(command.getDoubt().orElseThrow().getLooks()).isZero();
        });
    }

    private PublishCommand aDeadLetter() {
        retry.delay(
                Topics.BACKOFF_5XX,
                delayed(
                        DelayCause.UNAVAILABLE,
                        aCommand().setAttempt(100).setHistory(history(100, AttemptEnd.UNAVAILABLE))));
        retry.results();
        return retry.deadLetters().getFirst().getCommand().orElseThrow();
    }

    private void redrive(PublishCommand letter, int inSeconds) {
        retry.delay(Topics.WAITING, Redrives.of(letter, retry.now().plusSeconds(inSeconds), retry.now()));
    }
}
