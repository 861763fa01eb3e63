package io.broadside.runtime.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RoundsTest {

    private static final long NOW = 1_795_170_600_000L;

    private final Rounds rounds = new Rounds();

    @Test
    void theFirstBeginsAtOnceAndTheNextAfterAWhile() {
        assertThat(rounds.mayBegin(NOW)).isTrue();
        assertThat(rounds.mayBegin(NOW + Duration.ofMinutes(9).toMillis())).isFalse();
        assertThat(rounds.mayBegin(NOW + Duration.ofMinutes(10).toMillis())).isTrue();
        assertThat(rounds.mayBegin(NOW + Duration.ofMinutes(11).toMillis())).isFalse();
    }
}
