package io.broadside.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DoubtsTest {

    private static final Instant START = SettableClock.START;

    private final Doubts doubts = new Doubts();

    @Test
    void soManyPeopleAreBelievedAndNoMore() {
        for (int i = 0; i < Doubts.BELIEVED; i++) {
            assertThat(doubts.believes(of("person-" + i), START)).isTrue();
        }
        assertThat(doubts.believes(of("one more"), START)).isFalse();
    }

    @Test
    void oneTokenThatIsAcceptedEndsTheDoubt() {
        // Given
        refuseMany();
        // When
        doubts.accepted("x");
        // Then
        assertThat(doubts.believes(of("one more"), START)).isTrue();
    }

    @Test
    void soDoesAWhileWithoutRefusals() {
        // Given
        refuseMany();
        // Then
        assertThat(doubts.believes(of("early"), START.plus(Duration.ofMinutes(9))))
                .isFalse();
        assertThat(doubts.believes(of("late"), START.plus(Duration.ofMinutes(10))))
                .isTrue();
    }

    @Test
    void platformsHaveNothingToDoWithEachOther() {
        // Given
        refuseMany();
        // Then
        var other = Connection.newBuilder(of("somebody")).setPlatform("tiktok").build();
        assertThat(doubts.believes(other, START)).isTrue();
    }

    private void refuseMany() {
        for (int i = 0; i < 2 * Doubts.BELIEVED; i++) {
            doubts.believes(of("person-" + i), START);
        }
    }

    private static Connection of(String person) {
        return Connection.newBuilder()
                .setConnectionId("connection of " + person)
                .setProfileId("bakery")
                .setPlatform("x")
                .setAccountId(person)
                .setAccountName(person)
                .setAccountKind("user")
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(1)
                .setConnectedAt(START)
                .setRefreshedAt(START)
                .setUpdatedAt(START)
                .build();
    }
}
