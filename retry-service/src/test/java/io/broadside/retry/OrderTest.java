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
import io.broadside.events.DelayedCommand;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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
    void aScheduledPostThatArrivesLateTakesItsPlaceByItsTime() {
        // Given: the one that was accepted first is here last
        var at = retry.now().plusSeconds(5);
        retry.delay(Topics.WAITING, scheduled(2, at));
        retry.delay(Topics.WAITING, scheduled(1, at.minusMillis(1)));

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
    void postsOfOneMillisecondGoOutInTheOrderInWhichTheyCame() {
        // Given: ten of them, of which the ids stand in no order
        for (var number = 1; number <= 10; number++) {
            arrives(post(number).setAcceptedAt(Fixtures.START));
        }

        // Then
        assertThat(goneOneAfterAnother(10)).containsExactlyElementsOf(requests(1, 10));
    }

    @Test
    void scheduledPostsOfOneTimeGoOutInTheOrderInWhichTheyCame() {
        // Given
        var at = retry.now().plusSeconds(60);
        for (var number = 1; number <= 10; number++) {
            retry.delay(Topics.WAITING, scheduled(number, at));
        }

        // When
        retry.passUntil(at);

        // Then
        assertThat(goneOneAfterAnother(10)).containsExactlyElementsOf(requests(1, 10));
    }

    @Test
    void aClockThatIsBehindPutsNoNewcomerBeforeThoseThatAreHere() {
        // Given: the first is accepted by a clock that is ahead, and waits; the others by one that is behind
        arrives(post(1).setAcceptedAt(retry.now().plusSeconds(30)));
        retry.pass(RetryDriver.TICK);
        var first = retry.commands();
        arrives(post(2).setAcceptedAt(retry.now().minusSeconds(30)));
        arrives(post(3).setAcceptedAt(retry.now().minusSeconds(60)));
        retry.delay(
                Topics.BACKOFF_5XX,
                delayed(DelayCause.UNAVAILABLE, PublishCommand.newBuilder(first.getFirst()))
                        .setNotBefore(retry.now().plusSeconds(5)));

        // When
        retry.pass(Duration.ofSeconds(6));
        var again = retry.commands();
        ends(1);
        retry.pass(RetryDriver.TICK);
        var second = retry.commands();
        ends(2);
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(requestsOf(first)).containsExactly("request-1");
        assertThat(requestsOf(again)).containsExactly("request-1");
        assertThat(requestsOf(second)).containsExactly("request-2");
        assertThat(requestsOf(retry.commands())).containsExactly("request-3");
    }

    @Test
    void aCommandThatIsLostDoesNotHoldUpItsAccountForEverIfItIsTakenBack() {
        // Given: it left, and nobody will say that it has ended; the hour counts from then on
        arrives(post(1));
        arrives(post(2));
        retry.pass(RetryDriver.TICK);
        retry.commands();

        // When
        retry.pass(Duration.ofMinutes(30));
        retry.withdraw(aWithdrawalOf(post(1).build()));
        retry.pass(RetryDriver.TICK);
        var soon = retry.commands();
        retry.pass(Duration.ofMinutes(31));
        retry.withdraw(aWithdrawalOf(post(1).build()));
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(soon).isEmpty();
        assertThat(requestsOf(retry.commands())).containsExactly("request-2");
    }

    @Test
    void norIfAnOperatorReleasesItAndItsOrderIsTakenUpAgainShouldItCome() {
        // Given
        arrives(post(1));
        arrives(post(2));
        arrives(post(3));
        retry.pass(RetryDriver.TICK);
        var first = retry.commands().getFirst();

        // When
        retry.pass(Duration.ofDays(3));
        release(first);
        retry.pass(RetryDriver.TICK);
        var second = retry.commands();
        retry.delay(
                Topics.BACKOFF_5XX,
                delayed(DelayCause.UNAVAILABLE, PublishCommand.newBuilder(first))
                        .setSince(retry.now()));
        ends(2);
        retry.pass(Duration.ofSeconds(2));
        var third = retry.commands();
        ends(3);
        retry.pass(Duration.ofSeconds(2));

        // Then
        assertThat(requestsOf(second)).containsExactly("request-2");
        assertThat(requestsOf(third)).containsExactly("request-3");
        assertThat(requestsOf(retry.commands())).containsExactly("request-1");
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
        release(second);
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

    /** What goes out while the first so many end one after another. */
    private List<String> goneOneAfterAnother(int count) {
        var gone = new ArrayList<String>();
        for (var number = 1; number <= count; number++) {
            retry.pass(RetryDriver.TICK);
            gone.addAll(requestsOf(retry.commands()));
            ends(number);
        }
        return gone;
    }

    private DelayedCommand scheduled(int number, Instant at) {
        return delayed(DelayCause.SCHEDULED, post(number).setPublishAt(at))
                .setNotBefore(at)
                .build();
    }

    private void release(PublishCommand command) {
        retry.send(
                Topics.AMENDMENTS,
                CONNECTION,
                Amendment.newBuilder()
                        .setChangeId("change-1")
                        .setCommandId(command.getCommandId())
                        .setRequestId(command.getRequestId())
                        .setConnectionId(CONNECTION)
                        .setIsRelease(true)
                        .setRequestedAt(retry.now())
                        .build());
    }

    private static List<String> requests(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(number -> "request-" + number)
                .toList();
    }

    private static List<String> requestsOf(List<PublishCommand> commands) {
        return commands.stream().map(PublishCommand::getRequestId).toList();
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
