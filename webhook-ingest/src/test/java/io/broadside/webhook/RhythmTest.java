package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.testkit.SettableClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RhythmTest {

    private final SettableClock clock = new SettableClock();
    private final Rhythm rhythm = new Rhythm("x/demo", Duration.ofMinutes(15), clock);

    @Test
    void aSilenceOfThreeTimesTheLongestUsualPauseIsAGapUntilADeliveryComes() {
        // Given
        deliveries(30, Duration.ofMinutes(10));
        // When / Then
        assertThat(isGapAfter(Duration.ofMinutes(29))).isFalse();
        assertThat(isGapAfter(Duration.ofMinutes(2))).isTrue();
        rhythm.delivery();
        assertThat(rhythm.isGap()).isFalse();
        assertThat(rhythm.silence()).isZero();
    }

    @Test
    void noSilenceIsAGapThatIsShorterThanTheLeast() {
        deliveries(1_000, Duration.ofMillis(10));
        assertThat(isGapAfter(Duration.ofMinutes(14))).isFalse();
        assertThat(isGapAfter(Duration.ofMinutes(2))).isTrue();
    }

    @Test
    void anAppWithFewDeliveriesHasNoRhythm() {
        deliveries(19, Duration.ofSeconds(1));
        assertThat(isGapAfter(Duration.ofDays(30))).isFalse();
    }

    @Test
    void anAppThatNeverHadADeliveryIsNotMissed() {
        assertThat(isGapAfter(Duration.ofDays(30))).isFalse();
        assertThat(rhythm.silence()).as("since the start").isEqualTo(Duration.ofDays(30));
    }

    @Test
    void weekendsAreUsualOnceTheyWereSeen() {
        // Given: a working week, a weekend, and another working week
        for (var week = 0; week < 2; week++) {
            for (var day = 0; day < 5; day++) {
                deliveries(60, Duration.ofMinutes(10));
                pass(Duration.ofHours(14));
            }
            if (week == 0) {
                pass(Duration.ofDays(2));
            }
        }
        // When: the second weekend
        // Then
        assertThat(isGapAfter(Duration.ofDays(2))).isFalse();
        assertThat(isGapAfter(Duration.ofDays(3))).isTrue();
    }

    private void deliveries(int count, Duration apart) {
        for (var i = 0; i < count; i++) {
            rhythm.delivery();
            pass(apart);
        }
        // The last one has just come.
        clock.advance(apart.negated());
    }

    private boolean isGapAfter(Duration more) {
        pass(more);
        rhythm.look();
        return rhythm.isGap();
    }

    private void pass(Duration time) {
        clock.advance(time);
    }
}
