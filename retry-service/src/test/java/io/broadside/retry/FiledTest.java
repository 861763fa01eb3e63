package io.broadside.retry;

import static io.broadside.retry.Fixtures.START;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.retry.letters.Filed;
import io.broadside.schemas.ErrorCode;
import org.junit.jupiter.api.Test;

/** What the workbench says of a dead letter must be what its last word said. */
class FiledTest {

    @Test
    void onlyWhatHadNotBegunIsCertainlyNotOut() {
        // Given
        var plain = letterOf(aCommand(), ErrorCode.ATTEMPTS_USED_UP);
        var doubted = letterOf(aCommand().setDoubt(aDoubt(7)), ErrorCode.NOT_CONFIRMABLE);
        var processed = letterOf(aCommand().setCheckpoint(aCheckpoint().build()), ErrorCode.NOT_CONFIRMABLE);
        var begun = letterOf(aCommand().setCheckpoint(aCheckpoint().build()), ErrorCode.ATTEMPTS_USED_UP);
        var out = letterOf(
                aCommand().setCheckpoint(aCheckpoint().setRemoteId("17").build()), ErrorCode.ATTEMPTS_USED_UP);

        // Then
        assertThat(plain.outlook(START, false)).contains("certain that it is not out");
        assertThat(doubted.outlook(START, false)).contains("looked for");
        assertThat(processed.outlook(START, false)).contains("may finish it yet");
        assertThat(begun.outlook(START, false)).contains("goes on where it stopped");
        assertThat(out.outlook(START, false)).contains("The post is out");
        assertThat(doubted.isPerhapsOut()).isTrue();
        assertThat(processed.isPerhapsOut()).isTrue();
        assertThat(plain.isPerhapsOut()).isFalse();
        assertThat(begun.isPerhapsOut()).isFalse();
        assertThat(out.isPerhapsOut()).isFalse();
        assertThat(out.isOut()).isTrue();
        assertThat(processed.isOut()).isFalse();
    }

    @Test
    void whatEndsAtOnceIsSaidToUnlessItMayBeOut() {
        // Given
        var late = letterOf(aCommand().setDeadline(START.minusSeconds(1)), ErrorCode.ATTEMPTS_USED_UP);
        var doubted =
                letterOf(aCommand().setDeadline(START.minusSeconds(1)).setDoubt(aDoubt(7)), ErrorCode.NOT_CONFIRMABLE);
        var inTime = letterOf(aCommand().setDeadline(START.plusSeconds(1)), ErrorCode.ATTEMPTS_USED_UP);

        // Then
        assertThat(late.outlook(START, false)).contains("Its deadline", "has passed");
        assertThat(late.isPastDeadline(START)).isTrue();
        assertThat(late.outlook(START, true)).contains("CANCELLED");
        assertThat(doubted.outlook(START, true)).contains("looked for");
        assertThat(doubted.isPastDeadline(START)).isFalse();
        assertThat(inTime.outlook(START, false)).contains("certain that it is not out");
    }

    private static Checkpoint.Builder aCheckpoint() {
        return Checkpoint.newBuilder().setStep("publish").setAt(START);
    }

    private static Filed letterOf(PublishCommand.Builder command, ErrorCode code) {
        var source = new RecordPosition("publish.backoff.5xx", 0, 1L);
        return new Filed(0, 1, DeadLetters.of(command.build(), source, code, "detail", START));
    }
}
