package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.delayed;
import static io.broadside.retry.Fixtures.history;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.AttemptEnd;
import io.broadside.events.DelayCause;
import io.broadside.events.ErrorOwner;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting and coming back. */
class RetryTopologyTest {

    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void theTopologyOnlyChangesOnPurpose() throws IOException {
        var topology = RetryTopology.build(retry.parts(1));

        // A rename strands what waits in the stores of a running system: it must be a decision.
        try (var expected = getClass().getResourceAsStream("expected-topology.txt")) {
            assertThat(topology.describe().toString().strip())
                    .isEqualTo(expected == null ? "" : new String(expected.readAllBytes(), UTF_8).strip());
        }
    }

    @Test
    void aTimeNamedByThePlatformIsKeptToTheTick() {
        // Given
        var due = retry.now().plusSeconds(90);
        retry.delay(Topics.BACKOFF_429, delayed(DelayCause.RATE_LIMITED).setNotBefore(due));

        // When
        retry.pass(Duration.ofSeconds(90).minus(RetryDriver.TICK));
        var before = retry.commands();
        retry.pass(RetryDriver.TICK);
        var then = retry.commands();

        // Then
        assertThat(before).isEmpty();
        assertThat(then).containsExactly(aCommand().setRound(1).setAttempt(2).build());
    }

    @Test
    void aCommandComesBackOnce() {
        // Given
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));

        // When
        retry.pass(Duration.ofHours(1));
        retry.pass(Duration.ofHours(1));

        // Then
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void anOutageIsWaitedOutWithBackoffAndJitter() {
        // Given: the first failure, 1 s at most and 100 ms at least, of which the randomness takes the middle
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));

        // When
        retry.pass(Duration.ofMillis(500));
        var before = retry.commands();
        retry.pass(Duration.ofMillis(100));

        // Then
        assertThat(before).isEmpty();
        assertThat(retry.commands()).extracting(PublishCommand::getAttempt).containsExactly(2);
    }

    @Test
    void whatWaitsIsToldWithReasonAndTime() {
        // Given
        var due = retry.now().plusSeconds(90);

        // When
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED, aCommand().setHistory(history(1, AttemptEnd.RATE_LIMITED)))
                        .setNotBefore(due)
                        .setErrorCode("RATE_LIMITED")
                        .setDetail("The Page has used up its hour."));

        // Then
        var told = retry.read(Topics.RESULTS).getFirst();
        assertThat(told.key()).isEqualTo("request-1");
        assertThat(told.value().getStatus()).isEqualTo(ResultStatus.WAITING);
        assertThat(told.value().getIsFinal()).isFalse();
        assertThat(told.value().getAttempt()).isEqualTo(1);
        assertThat(told.value().getWaitingFor()).contains(DelayCause.RATE_LIMITED);
        assertThat(told.value().getWaitingUntil()).contains(due);
        var error = told.value().getError().orElseThrow();
        assertThat(error.getCode()).isEqualTo("RATE_LIMITED");
        assertThat(error.getOwner()).isEqualTo(ErrorOwner.NOBODY);
        assertThat(error.getMessage()).isEqualTo("The Page has used up its hour.");
        assertThat(error.getHttpStatus()).contains(503);
        assertThat(error.getPlatformCode()).contains("2");
    }

    @Test
    void aCodeOfANewerPublisherIsPassedOn() {
        // When
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE).setErrorCode("INVENTED_LATER"));

        // Then
        var error = retry.results().getFirst().getError().orElseThrow();
        assertThat(error.getCode()).isEqualTo("INVENTED_LATER");
        assertThat(error.getOwner()).isEqualTo(ErrorOwner.UNKNOWN);
    }

    @Test
    void aScheduledPostGoesOutAtItsTimeAsItsFirstAttempt() {
        // Given
        var at = retry.now().plus(Duration.ofDays(30));
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, aCommand().setPublishAt(at)));

        // When
        retry.pass(Duration.ofDays(30).minus(RetryDriver.TICK));
        var before = retry.commands();
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(before).isEmpty();
        assertThat(retry.commands())
                .containsExactly(aCommand().setPublishAt(at).setRound(1).build());
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.SCHEDULED);
            assertThat(result.getWaitingUntil()).contains(at);
            assertThat(result.getAttempt()).isZero();
        });
    }

    @Test
    void aTimeThatHasPassedIsDueAtTheNextTick() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED).setNotBefore(Instant.EPOCH));

        // When
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands()).hasSize(1);
        assertThat(retry.meters.get("broadside.retry.lateness").timer().max(TimeUnit.MILLISECONDS))
                .isLessThanOrEqualTo(50.0);
    }

    @Test
    void pollsOfAPlatformThatProcessesAreToldOnce() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.PROCESSING));
        retry.pass(Duration.ofSeconds(3));
        var again = retry.commands().getFirst();

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.PROCESSING, PublishCommand.newBuilder(again)));
        retry.pass(Duration.ofSeconds(3));

        // Then
        assertThat(retry.results()).hasSize(1);
        assertThat(retry.commands()).extracting(PublishCommand::getAttempt).containsExactly(1);
    }

    @Test
    void aShortPollIsNotTold() {
        // When
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.PROCESSING).setNotBefore(retry.now().plusMillis(400)));

        // Then
        assertThat(retry.results()).isEmpty();
    }

    @Test
    void waitingForABudgetOrABreakerIsNoAttempt() {
        // Given
        retry.delay(Topics.BACKOFF_429, delayed(DelayCause.BUDGET));
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.BREAKER_OPEN, aCommand("request-2", CONNECTION)));

        // When
        retry.pass(Duration.ofSeconds(6));

        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getAttempt).containsExactly(1, 1);
    }

    @Test
    void theTraceOfTheRecordGoesOnInAllThatFollowsFromIt() {
        // Given
        var headers = new RecordHeaders();
        headers.add("traceparent", TRACEPARENT.getBytes(UTF_8));
        headers.add("somebody-elses", "header".getBytes(UTF_8));

        // When
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE).build(), headers);
        retry.pass(Duration.ofSeconds(2));

        // Then
        var expected = new RecordHeaders().add("traceparent", TRACEPARENT.getBytes(UTF_8));
        assertThat(retry.read(Topics.commands("facebook")).getFirst().headers()).isEqualTo(expected);
        assertThat(retry.read(Topics.RESULTS).getFirst().headers()).isEqualTo(expected);
    }

    @Test
    void theOldestGoFirstAndNoMoreThanTheBatchAtOnce() {
        try (var small = new RetryDriver(2)) {
            // Given
            for (var i = 3; i >= 1; i--) {
                small.delay(
                        Topics.BACKOFF_429,
                        delayed(DelayCause.RATE_LIMITED, aCommand("request-" + i, CONNECTION))
                                .setNotBefore(small.now().plusSeconds(i)));
            }

            // When
            small.pass(Duration.ofSeconds(10));
            var first = small.commands();
            small.pass(RetryDriver.TICK);
            var second = small.commands();

            // Then
            assertThat(first).extracting(PublishCommand::getRequestId).containsExactly("request-1", "request-2");
            assertThat(second).extracting(PublishCommand::getRequestId).containsExactly("request-3");
        }
    }

    @Test
    void commandsGoBackToTheirPlatform() {
        // Given
        retry.delay(Topics.BACKOFF_429, delayed(DelayCause.BUDGET, aCommand().setPlatform("x")));

        // When
        retry.pass(Duration.ofSeconds(6));

        // Then
        assertThat(retry.read(Topics.commands("x"))).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo(CONNECTION);
            assertThat(record.value().getPlatform()).isEqualTo("x");
        });
    }

    @Test
    void aDuplicateOfARoundIsLeftOutWhileItWaitsAndAfterwards() {
        // Given
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));
        retry.pass(Duration.ofHours(1));

        // When
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));
        retry.pass(Duration.ofHours(1));

        // Then
        assertThat(retry.commands()).hasSize(1);
        assertThat(retry.results()).hasSize(1);
        assertThat(retry.meters.get("broadside.retry.collapsed").counter().count())
                .isEqualTo(2);
    }

    @Test
    void aLaterRoundTakesThePlaceOfAnEarlierOne() {
        // Given
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE));

        // When
        retry.delay(
                Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, aCommand().setRound(4)));
        retry.pass(Duration.ofHours(1));

        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRound).containsExactly(5);
    }

    @Test
    void twoCommandsDueAtTheSameTimeBothGo() {
        // Given
        var due = retry.now().plusSeconds(1);
        retry.delay(Topics.BACKOFF_429, delayed(DelayCause.RATE_LIMITED).setNotBefore(due));
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED, aCommand("request-2", CONNECTION))
                        .setNotBefore(due));

        // When
        retry.passUntil(due);

        // Then
        assertThat(retry.commands())
                .extracting(PublishCommand::getRequestId)
                .containsExactlyInAnyOrder("request-1", "request-2");
    }

    @Test
    void aCommandThatComesLateButIsDueEarlierGoesFirst() {
        // Given: the timer has seen that nothing is due for an hour
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.SCHEDULED).setNotBefore(retry.now().plus(Duration.ofHours(1))));
        retry.pass(Duration.ofMinutes(1));

        // When
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, aCommand("request-2", "connection-2")));
        retry.pass(Duration.ofSeconds(2));

        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-2");
    }
}
