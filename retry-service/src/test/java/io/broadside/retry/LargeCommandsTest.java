package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Amendment;
import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.PostError;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands that Kafka would not take back: written, they would stop their partition for good. */
class LargeCommandsTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void aCommandTooLargeToBeKeptEndsAndItsLetterIsSmall() {
        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, aCommand().setContent(text(Sizes.MOST_BYTES))));

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
            assertThat(result.getIsFinal()).isTrue();
            assertThat(result.getError().map(PostError::getCode)).contains("INVALID_REQUEST");
        });
        assertThat(retry.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getCommand()).isEmpty();
            assertThat(letter.getRawValue().orElseThrow().remaining()).isLessThanOrEqualTo(1 << 16);
        });
        retry.pass(Duration.ofSeconds(1));
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void oneThatMayBeOutEndsUnconfirmed() {
        // When
        retry.delay(
                Topics.BACKOFF_UNCONFIRMED,
                delayed(
                        DelayCause.UNCONFIRMED,
                        aCommand().setContent(text(Sizes.MOST_BYTES)).setDoubt(aDoubt(0))));

        // Then
        assertThat(retry.results())
                .singleElement()
                .satisfies(result -> assertThat(result.getStatus()).isEqualTo(ResultStatus.UNCONFIRMED));
    }

    @Test
    void aChangeThatWouldMakeItTooLargeIsRefusedAndItGoesOutAsItWas() {
        // Given
        var at = retry.now().plusSeconds(60);
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, withLabels().setPublishAt(at)));
        retry.results();

        // When
        retry.send(Topics.AMENDMENTS, CONNECTION, aLargeChange());
        var answers = retry.results();
        retry.passUntil(at);

        // Then
        assertThat(answers).singleElement().satisfies(result -> {
            var answer = result.getChange().orElseThrow();
            assertThat(answer.getIsApplied()).isFalse();
            assertThat(answer.getCode()).contains("INVALID_REQUEST");
        });
        assertThat(retry.commands())
                .extracting(command -> command.getContent().getText().orElseThrow())
                .containsExactly("Hello");
    }

    @Test
    void soIsOneThatWasKeptUntilTheCommandCame() {
        // Given
        retry.send(Topics.AMENDMENTS, CONNECTION, aLargeChange());

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, withLabels()));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.results())
                .filteredOn(result -> result.getChange().isPresent())
                .singleElement()
                .satisfies(result -> assertThat(result.getChange().orElseThrow().getIsApplied())
                        .isFalse());
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void aChangeTooLargeToBeKeptIsADeadLetter() {
        // When
        retry.send(
                Topics.AMENDMENTS,
                CONNECTION,
                Amendment.newBuilder(aLargeChange())
                        .setContent(text(Sizes.MOST_BYTES))
                        .build());

        // Then
        assertThat(retry.deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.getDetail()).contains("bytes"));
    }

    private static PublishCommand.Builder withLabels() {
        return aCommand().setLabels(Map.of("note", "y".repeat(20_000)));
    }

    private static Amendment aLargeChange() {
        var command = aCommand().build();
        return Amendment.newBuilder()
                .setChangeId("change-1")
                .setCommandId(command.getCommandId())
                .setRequestId(command.getRequestId())
                .setConnectionId(command.getConnectionId())
                .setContent(text(Sizes.MOST_BYTES - 10_000))
                .setRequestedAt(Fixtures.START)
                .build();
    }

    private static Content text(int length) {
        return Content.newBuilder().setText("x".repeat(length)).build();
    }
}
