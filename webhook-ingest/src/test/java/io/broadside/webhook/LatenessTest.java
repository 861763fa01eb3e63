package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenessTest {

    private final Lateness lateness = new Lateness(50);

    @Test
    void aTimerThatComesAtItsRateIsNotLate() {
        assertThat(LongStream.of(-20, 30, 80, 130).map(lateness::cameAt)).containsExactly(0L, 0L, 0L, 0L);
    }

    @Test
    void oneThatIsHeldUpIsLateByThatAlsoWhenItGoesOnForLong() {
        assertThat(LongStream.of(0, 57, 107, 157, 203).map(lateness::cameAt)).containsExactly(0L, 7L, 7L, 7L, 3L);
    }

    @Test
    void oneThatWasHeldUpWhenItBeganIsLateForNoLongerThanItIs() {
        assertThat(LongStream.of(30, 60, 110, 165).map(lateness::cameAt)).containsExactly(0L, 0L, 0L, 5L);
    }
}
