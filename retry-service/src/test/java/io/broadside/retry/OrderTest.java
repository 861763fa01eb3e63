package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static io.broadside.retry.Fixtures.aWithdrawalOf;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Amendment;
import io.broadside.events.CommandEnded;
import io.broadside.events.DelayCause;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Posts of an account that keep the order of their requests. */
class OrderTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void aLaterPostGoesOutWhenAllBeforeItHaveEnded() {
        // Given
        arrives(post(1));
        arrives(post(2));
        arrives(post(3));
        retry.pass(RetryDriver.TICK);
        var first = retry.commands();

        // When: the first fails, waits and is tried again
        retry.delay(Topics.BACKOFF_5XX, delayed(DelayCause.UNAVAILABLE, PublishCommand.newBuilder(first.getFirst())));
        retry.pass(Duration.ofSeconds(2));
        var again = retry.commands();
        ends(1);
        retry.pass(RetryDriver.TICK);
        var second = retry.commands();
        ends(2);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(first).extracting(PublishCommand::getRequestId).containsExactly("request-1");
        assertThat(again).extracting(PublishCommand::getRequestId).containsExactly("request-1");
        assertThat(second).extracting(PublishCommand::getRequestId).containsExactly("request-2");
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-3");
    }

    @Test
    void whatWaitsBehindAnotherSaysSoOnce() {
        // Given
        arrives(post(1));
        arrives(post(2));

        // When
        retry.pass(Duration.ofMinutes(10));

        // Then
        assertThat(retry.results()).singleElement().satisfies(result -> {
            assertThat(result.getRequestId()).isEqualTo("request-2");
            assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
            assertThat(result.getWaitingFor()).contains(DelayCause.ORDER);
            assertThat(result.getWaitingUntil()).isEmpty();
        });
    }

    @Test
    void otherAccountsAndIndependentPostsDoNotWait() {
        // Given
        arrives(post(1));
        retry.pass(RetryDriver.TICK);
        retry.commands();

        // When
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.ORDER, aCommand("request-2", "connection-2").setOrder(PostOrder.IN_ORDER)));
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, aCommand("request-3", CONNECTION)));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands())
                .extracting(PublishCommand::getRequestId)
                .containsExactlyInAnyOrder("request-2", "request-3");
    }

    @Test
    void aPostThatArrivesLateTakesItsPlaceByWhenItWasAccepted() {
        // Given: the second of them is here first, with nothing to wait for but its time
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.SCHEDULED, post(2)).setNotBefore(retry.now().plusSeconds(5)));
        arrives(post(1));

        // When
        retry.pass(Duration.ofSeconds(6));
        var before = retry.commands();
        ends(1);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(before).extracting(PublishCommand::getRequestId).containsExactly("request-1");
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-2");
    }

    @Test
    void aScheduledPostHoldsUpOnlyWhatComesAfterItsTime() {
        // Given
        var at = retry.now().plus(Duration.ofDays(1));
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, post(1).setPublishAt(at)));

        // When
        arrives(post(2));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-2");
    }

    @Test
    void aPostThatIsTakenBackOrEndsHereLetsTheNextOneGo() {
        // Given
        arrives(post(1));
        retry.pass(RetryDriver.TICK);
        var first = retry.commands().getFirst();
        arrives(post(2));
        retry.pass(RetryDriver.TICK);
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED, PublishCommand.newBuilder(first))
                        .setNotBefore(retry.now().plusSeconds(3600)));

        // When
        retry.withdraw(aWithdrawalOf(first));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-2");
    }

    @Test
    void whatHasBegunIsHeldBehindNothing() {
        // Given
        arrives(post(1));
        retry.pass(RetryDriver.TICK);
        retry.commands();

        // When: it may be out, and its deadline has passed
        retry.delay(
                Topics.BACKOFF_UNCONFIRMED,
                delayed(
                        DelayCause.UNCONFIRMED,
                        post(2).setDoubt(aDoubt(0)).setDeadline(retry.now().minusSeconds(1))));
        retry.pass(Duration.ofSeconds(3));

        // Then
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-2");
    }

    @Test
    void anOperatorReleasesWhatWaitsBehindAnotherAndOthersStayInOrder() {
        // Given
        arrives(post(1));
        arrives(post(2));
        arrives(post(3));
        retry.pass(RetryDriver.TICK);
        retry.commands();
        var second = post(2).build();

        // When
        retry.send(
                Topics.AMENDMENTS,
                CONNECTION,
                Amendment.newBuilder()
                        .setChangeId("change-1")
                        .setCommandId(second.getCommandId())
                        .setRequestId(second.getRequestId())
                        .setConnectionId(CONNECTION)
                        .setIsRelease(true)
                        .setRequestedAt(retry.now())
                        .build());
        retry.pass(Duration.ofSeconds(1));
        var released = retry.commands();
        ends(1);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(released).extracting(PublishCommand::getRequestId).containsExactly("request-2");
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-3");
    }

    @Test
    void twoOfWhichTheSecondWaitsForTheFirstEndAtTheSameDeadline() {
        // Given
        var deadline = retry.now().plusSeconds(60);
        arrives(post(1).setDeadline(deadline));
        retry.pass(RetryDriver.TICK);
        var first = retry.commands().getFirst();
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN, PublishCommand.newBuilder(first)));
        arrives(post(2).setDeadline(deadline));
        retry.pass(RetryDriver.TICK);
        retry.results();

        // When
        retry.pass(Duration.ofSeconds(61));
        retry.pass(Duration.ofSeconds(1));
        arrives(post(3));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.results())
                .filteredOn(PostResult::getIsFinal)
                .extracting(PostResult::getRequestId)
                .containsExactly("request-1", "request-2");
        assertThat(retry.commands()).extracting(PublishCommand::getRequestId).containsExactly("request-3");
    }

    @Test
    void whatWaitsBehindAnotherEndsAtItsDeadline() {
        // Given
        arrives(post(1));
        arrives(post(2).setDeadline(retry.now().plusSeconds(60)));
        retry.pass(RetryDriver.TICK);
        retry.results();

        // When
        retry.pass(Duration.ofSeconds(61));

        // Then
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.FAILED);
    }

    private PublishCommand.Builder post(int number) {
        return aCommand("request-" + number, CONNECTION)
                .setOrder(PostOrder.IN_ORDER)
                .setAcceptedAt(Fixtures.START.plusMillis(number));
    }

    private void arrives(PublishCommand.Builder post) {
        retry.delay(Topics.WAITING, delayed(DelayCause.ORDER, post));
    }

    private void ends(int number) {
        var command = post(number).build();
        retry.send(
                Topics.ENDED,
                CONNECTION,
                CommandEnded.newBuilder()
                        .setCommandId(command.getCommandId())
                        .setRequestId(command.getRequestId())
                        .setConnectionId(CONNECTION)
                        .setAt(retry.now())
                        .build());
    }
}
