package io.broadside.retry;

import static io.broadside.retry.Fixtures.START;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class FlowTest {

    private final Flow flow = new Flow(Double.POSITIVE_INFINITY, 1000);
    private Instant now = START;

    @Test
    void aPlatformThatIsWellHasNoLimit() {
        for (var i = 0; i < 100_000; i++) {
            assertThat(flow.lets(now)).isTrue();
        }
    }

    @Test
    void aFewFailuresAmongSuccessesChangeNothing() {
        // When
        second(20, 30);
        second(4, 0);

        // Then
        assertThat(sent()).isEqualTo(10_000);
    }

    @Test
    void oneAccountThatFailsIsNoOutage() {
        // When
        for (var i = 0; i < 100; i++) {
            flow.failed("connection-1", now);
            flow.failed("connection-2", now);
        }
        now = now.plusSeconds(1);

        // Then
        assertThat(sent()).isEqualTo(10_000);
    }

    @Test
    void whatWasHeldBackBeforeARestartIsHeldBackUntilPostsComeToAnEnd() {
        // When
        flow.resume(now);
        var first = sent();
        for (var i = 0; i < 12; i++) {
            second(0, 1);
        }

        // Then
        assertThat(first).isLessThanOrEqualTo(2);
        assertThat(sent()).isEqualTo(10_000);
    }

    @Test
    void aPartitionThatComesWhereThePlatformIsKnownToBeWellChangesNothing() {
        // Given
        second(0, 1);

        // When
        flow.resume(now);

        // Then
        assertThat(sent()).isEqualTo(10_000);
    }

    @Test
    void aClockThatIsSetBackStopsNothing() {
        // Given
        for (var i = 0; i < 10; i++) {
            second(10, 0);
        }

        // When
        now = now.minusSeconds(3600);
        for (var i = 0; i < 12; i++) {
            second(0, 1);
        }

        // Then
        assertThat(sent()).isEqualTo(10_000);
    }

    @Test
    void anOutageLeavesAProbeNowAndThen() {
        // When
        for (var i = 0; i < 60; i++) {
            second(10, 0);
        }

        // Then: of a minute
        var sent = 0;
        for (var i = 0; i < 60; i++) {
            var probes = sent();
            sent += probes;
            second(probes, 0);
        }
        assertThat(sent).isBetween(1, 10);
    }

    @Test
    void releasesWithoutFailuresAndWithoutEndsGrowALittle() {
        // Given: an instance that hears of no ends, or whose publishers were stopped during the outage
        for (var i = 0; i < 60; i++) {
            second(10, 0);
        }

        // When
        var first = 0;
        for (var i = 0; i < 30; i++) {
            first += sent();
            second(0, 0);
        }
        var last = 0;
        for (var i = 0; i < 400; i++) {
            last = sent();
            second(0, 0);
        }

        // Then: slowly, and not beyond what a platform that is down bears
        assertThat(first).isBetween(1, 10);
        assertThat(last).isBetween(15, 17);
        assertThat(flow.isThrottled()).isTrue();
    }

    @Test
    void whatNobodyTakesIsNotTakenForWellAndEndsLetAllGo() {
        // Given: nobody calls the platform for an hour
        for (var i = 0; i < 60; i++) {
            second(10, 0);
        }
        var sent = 0;
        for (var i = 0; i < 3600; i++) {
            sent += sent();
            second(0, 0);
        }

        // When: somebody does again
        for (var i = 0; i < 12; i++) {
            second(0, 1);
        }

        // Then
        assertThat(sent).isLessThan(17 * 3600);
        assertThat(sent()).isEqualTo(10_000);
    }

    @Test
    void silenceDoesNotSlowDownWhatEndsHaveLetGrow() {
        // Given
        for (var i = 0; i < 60; i++) {
            second(10, 0);
        }
        for (var i = 0; i < 5; i++) {
            second(0, 1);
        }
        second(0, 0);
        sent();
        var before = flow.allowed();

        // When
        for (var i = 0; i < 100; i++) {
            second(0, 0);
            sent();
        }

        // Then
        assertThat(before).isGreaterThan(32);
        assertThat(flow.allowed()).isEqualTo(before);
    }

    @Test
    void whatFailsOnlyWhenItsCallTimesOutIsNotTakenForWell() {
        // Given
        for (var i = 0; i < 60; i++) {
            second(10, 0);
        }

        // When: what is let go fails twenty seconds later
        var sent = 0;
        var underWay = new ArrayDeque<Integer>(Collections.nCopies(20, 0));
        for (var i = 0; i < 600; i++) {
            var now = sent();
            sent += now;
            underWay.addLast(now);
            second(underWay.removeFirst(), 0);
        }

        // Then
        assertThat(sent).isLessThan(120);
    }

    @Test
    void withNothingToLetGoThereIsNoNews() {
        // Given
        for (var i = 0; i < 60; i++) {
            second(10, 0);
        }

        // When
        for (var i = 0; i < 600; i++) {
            second(0, 0);
            flow.isLimited(now);
        }

        // Then
        assertThat(flow.isThrottled()).isTrue();
        assertThat(flow.allowed()).isLessThan(1);
    }

    @Test
    void onReturnTheRateDoublesEverySecondUntilThereIsNoLimit() {
        // Given
        for (var i = 0; i < 60; i++) {
            second(10, 0);
        }

        // When
        var perSecond = new int[12];
        for (var i = 0; i < perSecond.length; i++) {
            second(0, 1);
            perSecond[i] = sent();
        }

        // Then
        assertThat(perSecond[0]).isLessThanOrEqualTo(4);
        assertThat(perSecond[4]).isBetween(32, 128);
        assertThat(perSecond[7]).isBetween(256, 1024);
        assertThat(perSecond[11]).isEqualTo(10_000);
    }

    @Test
    void aRelapseOnTheWayBackHalvesIt() {
        // Given
        for (var i = 0; i < 10; i++) {
            second(10, 0);
        }
        for (var i = 0; i < 5; i++) {
            second(0, 1);
        }
        var before = sent();

        // When
        for (var i = 0; i < 4; i++) {
            second(50, 1);
        }

        // Then
        assertThat(sent()).isLessThanOrEqualTo(before / 2);
    }

    @Test
    void aLimitThatIsSetHoldsAlways() {
        // Given
        var limited = new Flow(50, 1000);

        // When
        var sent = 0;
        for (var i = 0; i < 100; i++) {
            now = now.plusMillis(50);
            while (limited.lets(now)) {
                sent++;
            }
        }

        // Then: five seconds
        assertThat(sent).isBetween(245, 300);
    }

    /** A second in which so many calls failed and so many came to an end. */
    private void second(int failed, int completed) {
        now = now.plusMillis(1000);
        for (var i = 0; i < failed; i++) {
            flow.failed("connection-" + i, now);
        }
        for (var i = 0; i < completed; i++) {
            flow.completed(now);
        }
    }

    /** How many go in one second, in ticks; no more than ten thousand are asked for. */
    private int sent() {
        var sent = 0;
        var end = now.plusMillis(999);
        for (var time = now; time.isBefore(end); time = time.plusMillis(50)) {
            while (sent < 10_000 && flow.lets(time)) {
                sent++;
            }
        }
        return sent;
    }
}
