package io.broadside.runtime.kafka;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;

class DyingThreadsTest {

    private final Throwable bug = new StreamsException("test", new IllegalStateException("a bug"));
    private final Throwable away =
            new StreamsException("test", new IllegalStateException(new TimeoutException("the broker is away")));
    private final Throwable tooLate = new StreamsException("test", new InvalidTxnStateException("ended by the broker"));
    private final List<Duration> pauses = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource time = () -> now;
    private final Clock clock = time.withZone(ZoneOffset.UTC);
    private final DyingThreads threads = new DyingThreads("topology", clock, pauses::add);

    @Test
    void aThreadThatDiesOfABugIsReplacedEachTimeAfterALongerPause() {
        // When
        var responses = die(bug, 4);

        // Then
        assertThat(responses).containsOnly(REPLACE_THREAD);
        assertThat(pauses)
                .containsExactly(
                        Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void theTopologyStopsWhenThreadsHaveDiedOfBugsElevenTimesWithinTenMinutes() {
        // When
        var responses = die(bug, 11);

        // Then
        assertThat(responses.subList(0, 10)).containsOnly(REPLACE_THREAD);
        assertThat(responses.getLast()).isEqualTo(SHUTDOWN_CLIENT);
        assertThat(pauses).hasSize(10);
    }

    @Test
    void commitsThatComeTooLateDoNotStopTheTopology() {
        // When
        var responses = die(tooLate, 30);

        // Then
        assertThat(responses).containsOnly(REPLACE_THREAD);
        assertThat(pauses.getLast()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void commitsThatComeTooLateAgainAndAgainAreToldOf() {
        // When
        die(tooLate, 1);
        now = now.plusSeconds(15);
        die(tooLate, 1);
        now = now.plusSeconds(15);
        die(tooLate, 1);

        // Then
        assertThat(threads.keepDying()).isTrue();
    }

    @Test
    void threadsThatComeTooLateTogetherHaveDoneSoOnce() {
        // When
        die(tooLate, 8);

        // Then
        assertThat(threads.keepDying()).isFalse();
    }

    @Test
    void aDeathIsForgivenAfterTenMinutes() {
        // Given
        die(bug, 10);
        now = now.plus(Duration.ofMinutes(10));

        // When
        var responses = die(bug, 10);

        // Then
        assertThat(responses).containsOnly(REPLACE_THREAD);
        assertThat(pauses.get(10)).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void threadsThatDieAgainAndAgainAreToldOfUntilThereIsNoFurtherDeathForThreeMinutes() {
        // When
        die(bug, 2);
        var twice = threads.keepDying();
        now = now.plus(Duration.ofMinutes(2));
        die(bug, 1);
        now = now.plus(Duration.ofMinutes(3));
        var threeTimes = threads.keepDying();
        now = now.plusMillis(1);

        // Then
        assertThat(twice).isFalse();
        assertThat(threeTimes).isTrue();
        assertThat(threads.keepDying()).isFalse();
    }

    @Test
    void aBrokerThatIsAwayIsNoReasonToSayThatThreadsKeepDying() {
        // When
        die(away, 5);

        // Then
        assertThat(threads.keepDying()).isFalse();
    }

    @Test
    void aDeathIsNotForgivenBefore() {
        // Given
        die(bug, 10);
        now = now.plus(Duration.ofMinutes(10)).minusMillis(1);

        // When
        var responses = die(bug, 1);

        // Then
        assertThat(responses).containsExactly(SHUTDOWN_CLIENT);
    }

    @Test
    void whatIsNobodysBugNeverStopsTheTopologyAndPausesNoLongerThanThirtySeconds() {
        // When
        var responses = die(away, 60);

        // Then
        assertThat(responses).containsOnly(REPLACE_THREAD);
        assertThat(pauses.subList(0, 8))
                .containsExactly(
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(16),
                        Duration.ofSeconds(30));
        assertThat(pauses.subList(8, 60)).containsOnly(Duration.ofSeconds(30));
    }

    @Test
    void whatIsNobodysBugDoesNotCountTowardsGivingUp() {
        // Given
        die(away, 20);

        // When
        var responses = die(bug, 10);

        // Then
        assertThat(responses).containsOnly(REPLACE_THREAD);
        assertThat(pauses.get(20)).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void anOutageThatIsOverTenMinutesLaterIsForgivenToo() {
        // Given
        die(away, 20);
        now = now.plus(Duration.ofMinutes(10));

        // When
        die(away, 1);

        // Then
        assertThat(pauses.getLast()).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void aCircleOfCausesIsABug() {
        // Given
        var one = new IllegalStateException("one");
        one.initCause(new IllegalStateException("two", one));

        // When
        var responses = die(one, 11);

        // Then
        assertThat(responses.getLast()).isEqualTo(SHUTDOWN_CLIENT);
    }

    @Test
    void theLastFaultIsKnown() {
        // Given
        var before = threads.lastFault();

        // When
        die(bug, 1);

        // Then
        assertThat(before).isEmpty();
        assertThat(threads.lastFault()).contains("StreamsException", "test");
    }

    private List<StreamThreadExceptionResponse> die(Throwable cause, int times) {
        return IntStream.range(0, times).mapToObj(_ -> threads.handle(cause)).toList();
    }
}
