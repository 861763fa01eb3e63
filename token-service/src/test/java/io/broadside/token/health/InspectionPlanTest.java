package io.broadside.token.health;

import static io.broadside.token.health.Connections.START;
import static io.broadside.token.health.Connections.day;
import static io.broadside.token.health.Connections.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InspectionPlanTest {

    private final FakeTokenPlatform facebook = FakeTokenPlatform.facebook();
    private final FakeTokenPlatform x = FakeTokenPlatform.x();

    @Test
    void eachConnectionHasItsOwnTimeOfTheDay() {
        // Given
        var first = on(facebook).build();
        // When
        var next = InspectionPlan.next(first);
        var after = InspectionPlan.next(Connection.newBuilder(first)
                .setInspectedAt(next.plusSeconds(90))
                .build());
        // Then
        assertThat(next).isBetween(START.plus(Duration.ofHours(12)), START.plus(Duration.ofHours(36)));
        assertThat(after).isEqualTo(next.plus(Duration.ofDays(1)));
        assertThat(InspectionPlan.isDue(first, next.minusSeconds(1))).isFalse();
        assertThat(InspectionPlan.isDue(first, next)).isTrue();
    }

    @Test
    void manyAreSpreadOverTheDay() {
        // When
        var perHour = new int[24];
        IntStream.range(0, 24_000)
                .mapToObj(i -> on(facebook).setConnectionId("connection-" + i).build())
                .map(InspectionPlan::next)
                .forEach(next -> perHour[(int) (next.getEpochSecond() / 3600 % 24)]++);
        // Then
        for (var count : perHour) {
            assertThat(count).isBetween(800, 1200);
        }
    }

    @Test
    void whatIsRenewedWithinTheDayIsNotInspected() {
        // Given
        var renewed = on(x).setIsRenewable(true)
                .setAccessExpiresAt(START.plus(Duration.ofHours(2)))
                .build();
        // Then
        assertThat(InspectionPlan.isDue(renewed, day(3))).isFalse();
        assertThat(InspectionPlan.isDue(
                        Connection.newBuilder(renewed).setIsRenewable(false).build(), day(3)))
                .isTrue();
    }

    @Test
    void whatNeedsAPersonIsNotInspected() {
        assertThat(InspectionPlan.isDue(
                        on(facebook).setStatus(ConnectionStatus.REVOKED).build(), day(3)))
                .isFalse();
    }
}
