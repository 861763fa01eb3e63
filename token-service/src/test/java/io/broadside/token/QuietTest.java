package io.broadside.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class QuietTest {

    private static final Instant START = SettableClock.START;
    private static final Instant AFTERWARDS = START.plus(Quiet.LONGEST);

    private final Quiet quiet = new Quiet();

    @Test
    void aPlatformIsLeftAloneForAsLongAsItSays() {
        // When
        quiet.wanted("x", "told", Duration.ofMinutes(5), START);
        // Then
        assertThat(quiet.isFor("x", "other", START.plusSeconds(299))).isTrue();
        assertThat(quiet.isFor("x", "other", START.plusSeconds(300))).isFalse();
        assertThat(quiet.isFor("tiktok", "other", START)).isFalse();
    }

    @Test
    void noAnswerStopsEverybodyForADay() {
        // When
        quiet.wanted("x", "told", Duration.ofDays(1), START);
        // Then
        assertThat(quiet.isFor("x", "other", AFTERWARDS.minusSeconds(1))).isTrue();
        assertThat(quiet.isFor("x", "other", AFTERWARDS)).isFalse();
    }

    @Test
    void whoWasToldWaitsForLongerThanTheOthers() {
        // When
        quiet.wanted("x", "told", Duration.ofDays(365), START);
        // Then
        assertThat(quiet.isFor("x", "told", AFTERWARDS)).isTrue();
        assertThat(quiet.isFor("x", "told", START.plus(Quiet.LONGEST_OF_ITS_OWN)))
                .isFalse();
    }

    @Test
    void afterwardsItIsTriedWithOneCallAtATime() {
        // Given
        quiet.wanted("x", "told", Duration.ofMinutes(15), START);
        // When
        var first = quiet.isFor("x", "a", AFTERWARDS);
        var second = quiet.isFor("x", "b", AFTERWARDS);
        var later = quiet.isFor("x", "b", AFTERWARDS.plus(Quiet.BETWEEN_TRIES));
        // Then
        assertThat(first).isFalse();
        assertThat(second).isTrue();
        assertThat(later).isFalse();
    }

    @Test
    void oneCallThatIsAnsweredAsItShouldBeLetsAllOthersIn() {
        // Given
        quiet.wanted("x", "told", Duration.ofMinutes(15), START);
        quiet.isFor("x", "a", AFTERWARDS);
        // When
        quiet.answered("x", AFTERWARDS.plusSeconds(1));
        // Then
        assertThat(quiet.isFor("x", "b", AFTERWARDS.plusSeconds(1))).isFalse();
        assertThat(quiet.isFor("x", "c", AFTERWARDS.plusSeconds(1))).isFalse();
    }

    @Test
    void anAnswerToWhatWasAskedBeforeEndsNothing() {
        // Given
        quiet.wanted("x", "told", Duration.ofMinutes(15), START);
        // When
        quiet.answered("x", START.plusSeconds(1));
        // Then
        assertThat(quiet.isFor("x", "b", START.plusSeconds(1))).isTrue();
    }

    @Test
    void aClockThatWasSetBackHoldsNobodyUp() {
        // Given
        quiet.wanted("x", "told", Duration.ofMinutes(15), START);
        // When
        var dayBefore = START.minus(Duration.ofDays(1));
        // Then
        assertThat(quiet.isFor("x", "told", dayBefore)).isFalse();
        assertThat(quiet.isFor("x", "other", dayBefore)).isFalse();
    }
}
