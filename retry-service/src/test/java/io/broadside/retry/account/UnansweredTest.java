package io.broadside.retry.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnansweredTest {

    private final Unanswered unanswered = new Unanswered();

    @Test
    void knowsTheSecondOfTheOldestThatStillWaits() {
        // Given
        unanswered.asked(5_100);
        unanswered.asked(3_900);
        unanswered.asked(3_100);
        // When / Then
        assertThat(unanswered.oldest()).isEqualTo(3_000);
        unanswered.answered(3_100);
        assertThat(unanswered.oldest()).isEqualTo(3_000);
        unanswered.answered(3_900);
        assertThat(unanswered.oldest()).isEqualTo(5_000);
        unanswered.answered(5_100);
        assertThat(unanswered.oldest()).isEqualTo(Unanswered.NONE);
    }
}
