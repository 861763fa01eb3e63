package io.broadside.token.health.notice;

import static io.broadside.token.health.notice.Events.START;
import static io.broadside.token.health.notice.Events.notice;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.token.health.notice.NoticeChannel.Delivery;
import io.broadside.token.health.notice.PendingNotices.Due;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingNoticesTest {

    private static final Delivery FAILED = new Delivery.Failed("HTTP 503");
    private static final Delivery DELIVERED = new Delivery.Delivered();

    private final PendingNotices pending = new PendingNotices(() -> 0);

    @Test
    void whatFailsIsTriedForADayWithGrowingPausesAndThenGivenUp() {
        // Given
        pending.add(7, notice("connection-1"), START);
        // When
        var tries = new ArrayList<Duration>();
        var isGivenUp = false;
        var end = START.plus(Duration.ofDays(2));
        for (var now = START; now.isBefore(end) && !isGivenUp; now = now.plusSeconds(1)) {
            for (var due : pending.begin(now, 8)) {
                tries.add(Duration.between(START, now));
                isGivenUp = pending.end(due.offset(), FAILED, now);
            }
        }
        // Then
        assertThat(tries)
                .startsWith(Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(35), Duration.ofSeconds(155))
                .endsWith(Duration.ofDays(1));
        assertThat(tries).hasSizeBetween(15, 25);
        assertThat(isGivenUp).isTrue();
        assertThat(pending.first()).isEmpty();
    }

    @Test
    void whatLayForDaysIsTriedForAnHour() {
        // Given
        var now = START.plus(Duration.ofDays(3));
        pending.add(7, notice("connection-1"), now);
        // When
        pending.begin(now, 8);
        var atOnce = pending.end(7, FAILED, now);
        var later = now.plus(Duration.ofHours(1));
        pending.begin(later, 8);
        // Then
        assertThat(atOnce).isFalse();
        assertThat(pending.end(7, FAILED, later)).isTrue();
    }

    @Test
    void thePositionIsThatOfTheFirstThatIsNotDone() {
        // Given
        for (int i = 0; i < 3; i++) {
            pending.add(10 + i, notice("connection-" + i), START);
        }
        pending.begin(START, 8);
        // When
        pending.end(11, DELIVERED, START);
        var first = pending.first();
        pending.end(10, DELIVERED, START);
        // Then
        assertThat(first).hasValue(10);
        assertThat(pending.first()).hasValue(12);
    }

    @Test
    void ofOneConnectionTheLaterWaitsForTheEarlierAndOthersDoNot() {
        // Given
        pending.add(1, notice("connection-1"), START);
        pending.add(2, notice("connection-1"), START);
        pending.add(3, notice("connection-2"), START);
        // When
        var begun = pending.begin(START, 8);
        pending.end(1, FAILED, START);
        var whileTheFirstWaits = pending.begin(START, 8);
        // Then
        assertThat(begun).extracting(Due::offset).containsExactly(1L, 3L);
        assertThat(whileTheFirstWaits).isEmpty();
        assertThat(offsetsAt(START.plusSeconds(5))).containsExactly(1L);
    }

    @Test
    void noMoreAreBegunThanMayBe() {
        // Given
        for (int i = 0; i < 10; i++) {
            pending.add(i, notice("connection-" + i), START);
        }
        // Then
        assertThat(pending.begin(START, 3)).hasSize(3);
        assertThat(pending.begin(START, 0)).isEmpty();
    }

    private List<Long> offsetsAt(Instant now) {
        return pending.begin(now, 8).stream().map(Due::offset).toList();
    }
}
