package io.broadside.token.health;

import static io.broadside.token.health.Connections.day;
import static io.broadside.token.health.Connections.on;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.ConnectionEventKind;
import io.broadside.events.ConnectionStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReviewTest {

    private final FakeTokenPlatform linkedIn = FakeTokenPlatform.linkedIn();
    private final List<ConnectionEvent> told = new ArrayList<>();
    private Connection connection = on(linkedIn).setAccessExpiresAt(day(60)).build();

    @Test
    void warnsThirtySevenAndOneDayBeforeTheEndAndOnceEach() {
        // When: looked at every hour
        lookHourly(day(0), day(60));
        // Then
        assertThat(told).extracting(ConnectionEvent::getAt).containsExactly(day(30), day(53), day(59));
        assertThat(told).extracting(ConnectionEvent::getKind).containsOnly(ConnectionEventKind.EXPIRING);
        assertThat(told).allSatisfy(event -> assertThat(event.getActBefore()).contains(day(60)));
    }

    @Test
    void atTheEndItNeedsAPersonAndThatIsToldOnce() {
        // When
        lookHourly(day(59), day(62));
        // Then
        assertThat(connection.getStatus()).isEqualTo(ConnectionStatus.NEEDS_REAUTH);
        assertThat(connection.getStatusReason()).contains("TOKEN_EXPIRED");
        assertThat(told)
                .extracting(ConnectionEvent::getKind)
                .containsExactly(ConnectionEventKind.EXPIRING, ConnectionEventKind.NEEDS_REAUTH);
        assertThat(told.getLast().getAt()).isEqualTo(day(60));
        assertThat(told.getLast().getDetail().orElseThrow()).contains("Connect the account again");
    }

    @Test
    void whatWasMissedIsNotMadeUpForButTheNearestWarningIs() {
        // When: nobody looked for the first time before four days are left
        lookHourly(day(56), day(60));
        // Then
        assertThat(connection.getWarnedDays()).isEqualTo(1);
        assertThat(told).extracting(ConnectionEvent::getAt).containsExactly(day(56), day(59));
    }

    @Test
    void aNewEndIsWarnedOfAnew() {
        // Given
        lookHourly(day(0), day(54));
        told.clear();
        // When: a person has connected it again
        connection = Connection.newBuilder(connection)
                .setAccessExpiresAt(day(114))
                .setTokenVersion(2)
                .build();
        lookHourly(day(54), day(114));
        // Then
        assertThat(told).extracting(ConnectionEvent::getAt).containsExactly(day(84), day(107), day(113));
    }

    @Test
    void theSameTokenPastedAgainIsNotWarnedOfAgain() {
        // Given
        lookHourly(day(0), day(54));
        told.clear();
        // When: what accepts tokens keeps the note of the warning
        connection = Connection.newBuilder(connection)
                .setStatus(ConnectionStatus.HEALTHY)
                .setTokenVersion(2)
                .build();
        lookHourly(day(54), day(59));
        // Then: nothing until the next one is due
        assertThat(told).isEmpty();
        lookHourly(day(59), day(60));
        assertThat(told).hasSize(1);
    }

    @Test
    void anEndThatMovesByTheTimeAnAnswerTookIsTheSame() {
        // Given
        lookHourly(day(0), day(31));
        told.clear();
        // When
        connection = Connection.newBuilder(connection)
                .setAccessExpiresAt(day(60).plusSeconds(3))
                .build();
        lookHourly(day(31), day(52));
        // Then
        assertThat(told).isEmpty();
    }

    @Test
    void theStatusFollowsAnEndThatHasMovedAwayWithoutAWord() {
        // Given
        lookHourly(day(0), day(31));
        told.clear();
        // When
        connection =
                Connection.newBuilder(connection).setAccessExpiresAt(day(200)).build();
        lookHourly(day(31), day(32));
        // Then
        assertThat(connection.getStatus()).isEqualTo(ConnectionStatus.HEALTHY);
        assertThat(told).isEmpty();
    }

    @Test
    void ofWhatIsLostNothingIsSaidAgain() {
        // Given
        connection = Connection.newBuilder(connection)
                .setStatus(ConnectionStatus.REVOKED)
                .build();
        // When
        lookHourly(day(0), day(70));
        // Then
        assertThat(told).isEmpty();
    }

    private void lookHourly(Instant from, Instant until) {
        for (var now = from; now.isBefore(until); now = now.plus(Duration.ofHours(1))) {
            var at = now;
            Review.of(connection, linkedIn, at).ifPresent(change -> {
                connection = change.connection();
                change.event().ifPresent(told::add);
                assertThat(Review.of(connection, linkedIn, at))
                        .as("asked again")
                        .isEmpty();
            });
        }
    }
}
