package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PrecedenceTest {

    private static final long LOOK_EVERY_MS = 50;

    private final AtomicLong now = new AtomicLong(-3);
    private final Rests work = new Rests();
    private final AtomicInteger underWay = new AtomicInteger(100);
    private final AtomicBoolean isFarBehind = new AtomicBoolean();
    private final Precedence precedence = new Precedence(work, underWay::get, isFarBehind::get, now::get);

    @Test
    void theTopologyWorksWhileEventLoopsAreInTime() {
        // When
        look(100, 0);
        // Then
        assertThat(work.count()).isZero();
    }

    @Test
    void itRestsWhenEventLoopsAreLateAndGoesOnWhenFewAreUnderWay() {
        // Given
        look(10, 0);
        // When / Then
        look(1, 5);
        assertThat(work.isResting()).isTrue();
        look(5, 0);
        assertThat(work.isResting()).as("they are in time because it rests").isTrue();
        underWay.set(3);
        look(1, 0);
        assertThat(work.isResting())
                .as("a batch was acknowledged, the next is coming")
                .isTrue();
        underWay.set(100);
        look(1, 0);
        underWay.set(3);
        look(3, 0);
        assertThat(work.isResting()).isTrue();
        look(1, 0);
        assertThat(work.isResting()).isFalse();
        assertThat(work.count()).isOne();
    }

    @Test
    void itDoesNotRestWhileItIsFarBehind() {
        // Given
        isFarBehind.set(true);
        look(10, 0);
        // When
        look(100, 20);
        // Then
        assertThat(work.count()).isZero();
    }

    @Test
    void itWorksForAQuarterOfASecondAfterEveryFiveHoweverLateTheyAre() {
        // Given
        look(10, 0);
        // When: twenty-one seconds
        var resting = 0;
        for (var looks = 0; looks < 420; looks++) {
            look(1, 20);
            resting += work.isResting() ? 1 : 0;
        }
        // Then
        assertThat(work.count()).isEqualTo(4);
        assertThat(resting).isBetween(395, 410);
    }

    @Test
    void itDoesNotRestForTheSakeOfFewDeliveries() {
        // Given
        underWay.set(5);
        // When
        look(100, 20);
        // Then
        assertThat(work.count()).isZero();
    }

    @Test
    void oneLoopThatIsLateIsEnough() {
        // Given
        look(10, 0);
        // When: they look in turn
        for (var looks = 0; looks < 10; looks++) {
            look(1, 20);
            look(1, 0);
        }
        // Then
        assertThat(work.isResting()).isTrue();
        assertThat(work.count()).isOne();
    }

    private void look(int times, long msLate) {
        for (var i = 0; i < times; i++) {
            now.addAndGet(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MS));
            precedence.looked(TimeUnit.MILLISECONDS.toNanos(msLate));
        }
    }
}
