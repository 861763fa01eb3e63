package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aToken;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting for a token, or for the person who brings one. */
class TokenWaitTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void aTokenReleasesWhatWaitsForItAndNothingElse() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(4L));
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.TOKEN, aCommand("request-2", "connection-2")).setNeedsTokenVersion(4L));
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, aCommand("request-3", CONNECTION)));

        // When
        retry.token(aToken(CONNECTION, 3));
        retry.pass(RetryDriver.TICK);
        var afterTheOld = retry.commands();
        retry.token(aToken(CONNECTION, 4));
        retry.pass(RetryDriver.TICK);
        var afterTheNew = retry.commands();

        // Then
        assertThat(afterTheOld).isEmpty();
        assertThat(afterTheNew).containsExactly(aCommand().setRound(1).build());
    }

    @Test
    void aTokenThatIsOlderThanTheWaitForItReleasesAtOnce() {
        // Given
        retry.token(aToken(CONNECTION, 7));

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(7L));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands()).hasSize(1);
    }

    @Test
    void aTokenThatIsGoneReleasesNothing() {
        // Given
        retry.token(aToken(CONNECTION, 7));
        retry.noToken(CONNECTION);

        // When
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(7L));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands()).isEmpty();
    }

    @Test
    void aTokenIsAskedForAgainAfterFiveMinutes() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(4L));

        // When
        retry.pass(Duration.ofMinutes(5).minus(RetryDriver.TICK));
        var before = retry.commands();
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(before).isEmpty();
        assertThat(retry.commands()).extracting(PublishCommand::getAttempt).containsExactly(1);
        assertThat(retry.results())
                .singleElement()
                .satisfies(result -> assertThat(result.getWaitingUntil()).isEmpty());
    }

    @Test
    void aPersonIsWaitedForUntilThereIsATokenNewerThanTheRefusedOne() {
        // Given
        retry.token(aToken(CONNECTION, 3));
        retry.delay(Topics.WAITING, delayed(DelayCause.PERSON, aCommand().setRefusedTokenVersion(3L)));

        // When
        retry.pass(Duration.ofDays(40));
        retry.token(aToken(CONNECTION, 3));
        retry.pass(RetryDriver.TICK);
        var before = retry.commands();
        retry.token(aToken(CONNECTION, 4));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(before).isEmpty();
        assertThat(retry.commands()).extracting(PublishCommand::getAttempt).containsExactly(1);
    }

    @Test
    void whatWaitsForAPersonEndsAtItsDeadline() {
        // Given
        var deadline = retry.now().plus(Duration.ofHours(2));
        retry.delay(Topics.WAITING, delayed(DelayCause.PERSON, aCommand().setDeadline(deadline)));
        var told = retry.results();

        // When
        retry.pass(Duration.ofHours(2));
        var before = retry.results();
        retry.pass(RetryDriver.TICK);
        var after = retry.results();

        // Then
        assertThat(told).extracting(PostResult::getStatus).containsExactly(ResultStatus.WAITING);
        assertThat(before).isEmpty();
        assertThat(after).singleElement().satisfies(result -> {
            assertThat(result.getStatus()).isEqualTo(ResultStatus.FAILED);
            assertThat(result.getIsFinal()).isTrue();
            assertThat(result.getError().orElseThrow().getCode()).isEqualTo("DEADLINE_PASSED");
        });
        assertThat(retry.commands()).isEmpty();
        assertThat(retry.deadLetters()).isEmpty();
    }
}
