package io.broadside.token.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndingTest {

    private static final Instant NOW = Instant.parse("2026-11-26T04:00:00Z");

    private final FakeTokenPlatform platform = FakeTokenPlatform.tikTok();

    @Test
    void anEndThatEachRenewalMovesIsNone() {
        assertThat(endingIn(Duration.ofDays(365), NOW.plus(Duration.ofHours(20))))
                .isNull();
    }

    @Test
    void anEndThatIsNearAlthoughRenewalsHappenInTimeDoesNotMove() {
        assertThat(endingIn(Duration.ofDays(14), NOW.plus(Duration.ofHours(1))))
                .isEqualTo(new Ending(Ending.Kind.REFRESH, NOW.plus(Duration.ofDays(14))));
    }

    @Test
    void anEndThatComesBecauseNothingIsRenewedIsThatOfWhatWasNotRenewed() {
        assertThat(endingIn(Duration.ofDays(14), NOW.minus(Duration.ofDays(3))))
                .isEqualTo(new Ending(Ending.Kind.UNRENEWED, NOW.plus(Duration.ofDays(14))));
    }

    private @Nullable Ending endingIn(Duration refresh, Instant access) {
        var connection = Connections.on(platform)
                .setIsRenewable(true)
                .setAccessExpiresAt(access)
                .setRefreshExpiresAt(NOW.plus(refresh))
                .build();
        return Ending.of(connection, platform.policy(), NOW).orElse(null);
    }
}
