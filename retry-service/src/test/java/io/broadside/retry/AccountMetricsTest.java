package io.broadside.retry;

import static io.broadside.retry.Fixtures.START;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the account of the running service tells whoever watches it. */
class AccountMetricsTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void targetsAreCountedByWhatBecameOfThem() {
        // Given
        for (var i = 0; i < 5; i++) {
            result(i, ResultStatus.ACCEPTED, false);
        }
        result(0, ResultStatus.PUBLISHED, true);
        result(1, ResultStatus.FAILED, true);
        result(2, ResultStatus.UNCONFIRMED, true);
        result(3, ResultStatus.CANCELLED, true);

        // When
        retry.pass(Duration.ofSeconds(1));

        // Then
        for (var state : List.of("published", "failed", "unconfirmed", "cancelled", "waiting")) {
            assertThat(targets(state)).as(state).isEqualTo(1);
        }
        assertThat(targets("accepted")).isEqualTo(5);
        assertThat(difference()).isZero();
        assertThat(value("broadside.account.second.ends")).isZero();
    }

    @Test
    void whatEndsTwiceIsToldOf() {
        // Given
        result(0, ResultStatus.PUBLISHED, true);
        result(0, ResultStatus.PUBLISHED, true);

        // When
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(value("broadside.account.second.ends")).isEqualTo(1);
    }

    @Test
    void whatHasADeadLetterIsKnownAgainWhenItIsRedrivenAMonthLater() {
        // Given
        result(0, ResultStatus.FAILED, true);
        retry.pass(Duration.ofDays(30));

        // When
        result(0, ResultStatus.WAITING, false, 1);
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(targets("accepted")).isEqualTo(1);
        assertThat(targets("failed")).isZero();
    }

    @Test
    void aTargetOfWhichNothingIsHeardAfterItsDueTimeIsOverdueUntilItIs() {
        // Given
        result(0, ResultStatus.ACCEPTED, false);
        retry.pass(Duration.ofSeconds(119));
        var before = value("broadside.account.overdue");

        // When
        retry.pass(Duration.ofSeconds(3));
        var after = value("broadside.account.overdue");
        result(0, ResultStatus.PUBLISHED, true);
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(before).isZero();
        assertThat(after).isEqualTo(1);
        assertThat(value("broadside.account.overdue")).isZero();
    }

    @Test
    void aTargetWhoseCommandIsNowhereIsADifferenceUntilItIsFoundOrHeardOf() {
        // Given: two that say they wait for a token, and one that has just been accepted
        result(0, ResultStatus.WAITING, false);
        result(1, ResultStatus.WAITING, false);
        retry.pass(Duration.ofDays(20));
        result(2, ResultStatus.ACCEPTED, false);
        var before = difference();

        // When
        var asked = audit(Set.of("command-1"));
        var lost = difference();
        audit(Set.of());
        var found = difference();
        audit(Set.of("command-0", "command-1"));
        var both = difference();
        result(0, ResultStatus.PUBLISHED, true);
        result(1, ResultStatus.WAITING, false);
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(before).isZero();
        assertThat(asked).containsExactlyInAnyOrder("command-0", "command-1");
        assertThat(lost).isEqualTo(1);
        assertThat(found).isZero();
        assertThat(both).isEqualTo(2);
        assertThat(difference()).isZero();
    }

    @Test
    void whatWasHeardOfWhileItWasLookedForIsNotLost() {
        // Given
        result(0, ResultStatus.WAITING, false);
        retry.pass(Duration.ofDays(1));
        retry.inventory.begin();
        retry.pass(Duration.ofSeconds(1));

        // When
        result(0, ResultStatus.PUBLISHED, true);
        retry.inventory.answer(retry.inventory.asked(), retry.inventory.asked());
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(difference()).isZero();
    }

    @Test
    void aPartitionThatAsksTooLateIsNotToldThatNothingIsMissing() {
        // Given: one that is known to be lost
        result(0, ResultStatus.WAITING, false);
        retry.pass(Duration.ofDays(1));
        audit(Set.of("command-0"));

        // When: it is asked for behind the back of who looks
        retry.inventory.begin();
        var lookedFor = retry.inventory.asked();
        retry.pass(Duration.ofSeconds(1));
        retry.inventory.answer(lookedFor, Set.of());
        retry.pass(Duration.ofSeconds(1));
        var afterThat = difference();
        audit(Set.of());

        // Then
        assertThat(lookedFor).isEmpty();
        assertThat(afterThat).isEqualTo(1);
        assertThat(difference()).isZero();
    }

    @Test
    void aPostThatThePlatformProcessesForAWhileIsNotOverdue() {
        // Given: asked for again and again, and told of the first time only
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.PROCESSING).setNotBefore(retry.now().plusSeconds(5)));
        retry.results().forEach(told -> retry.send(Topics.RESULTS, told.getRequestId(), told));
        for (var poll = 0; poll < 20; poll++) {
            retry.pass(Duration.ofSeconds(30));
            retry.commands()
                    .forEach(command -> retry.delay(
                            Topics.WAITING,
                            delayed(DelayCause.PROCESSING, PublishCommand.newBuilder(command))
                                    .setNotBefore(retry.now().plusSeconds(5))));
        }
        var toldAgain = retry.results();
        var whileItIsProcessed = value("broadside.account.overdue");

        // When: nothing is heard of it for longer than it may be processed
        retry.pass(Duration.ofHours(24));
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(toldAgain).isEmpty();
        assertThat(targets("waiting")).isEqualTo(1);
        assertThat(whileItIsProcessed).isZero();
        assertThat(value("broadside.account.overdue")).isEqualTo(1);
    }

    @Test
    void aPostWithALargeFileIsNotOverdueWhileThatGoesUp() {
        // Given
        result(0, ResultStatus.PUBLISHING, false);
        retry.pass(Duration.ofMinutes(59));
        var whileItGoesUp = value("broadside.account.overdue");

        // When
        retry.pass(Duration.ofMinutes(4));

        // Then
        assertThat(whileItGoesUp).isZero();
        assertThat(value("broadside.account.overdue")).isEqualTo(1);
    }

    /** A round in which these commands are nowhere. Returns those that were asked for. */
    private Set<String> audit(Set<String> missing) {
        retry.inventory.begin();
        retry.pass(Duration.ofSeconds(1));
        var asked = retry.inventory.asked();
        retry.inventory.answer(asked, missing);
        retry.pass(Duration.ofSeconds(1));
        return asked;
    }

    @Test
    void aRequestThatNobodyAnswersIsToldOf() {
        // Given: the clock of the metrics is that of the start
        var request = PublishRequest.newBuilder()
                .setRequestId("request-9")
                .setContent(Content.newBuilder().setText("Hello").build())
                .setTargets(List.of(Target.newBuilder().setConnectionId("c").build()))
                .build();
        retry.send(Topics.REQUESTS, "request-9", request);
        retry.send(
                Topics.REQUESTS,
                "under-another-key",
                PublishRequest.newBuilder(request).setRequestId("request-8").build());

        // When
        retry.pass(Duration.ofSeconds(1));
        var open = retry.isUnanswered();
        result(9, ResultStatus.ACCEPTED, false);
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(open).isTrue();
        assertThat(retry.isUnanswered()).isFalse();
    }

    @Test
    void aRequestThatIsNotAnsweredWhileItIsKeptIsForgottenAfterThat() {
        // Given
        request("request-9");
        retry.pass(Duration.ofDays(6));
        var whileItIsKept = retry.isUnanswered();

        // When
        retry.pass(Duration.ofDays(2));
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(whileItIsKept).isTrue();
        assertThat(retry.isUnanswered()).isFalse();
    }

    @Test
    void aRequestThatComesBehindTheRepeatsThatAnswerItIsAnswered() {
        // Given: refused, and sent again after days
        retry.send(
                Topics.RESULTS,
                "request-9",
                PostResult.newBuilder()
                        .setRequestId("request-9")
                        .setTargetIndex(0)
                        .setStatus(ResultStatus.FAILED)
                        .setIsFinal(true)
                        .setIsRepeat(true)
                        .setAt(retry.now())
                        .build());

        // When
        request("request-9");
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(retry.isUnanswered()).isFalse();
    }

    private void request(String id) {
        retry.send(
                Topics.REQUESTS,
                id,
                PublishRequest.newBuilder()
                        .setRequestId(id)
                        .setContent(Content.newBuilder().setText("Hello").build())
                        .setTargets(
                                List.of(Target.newBuilder().setConnectionId("c").build()))
                        .build());
    }

    private void result(int number, ResultStatus status, boolean isFinal) {
        result(number, status, isFinal, 0);
    }

    private void result(int number, ResultStatus status, boolean isFinal, int redrives) {
        retry.send(
                Topics.RESULTS,
                "request-" + number,
                PostResult.newBuilder()
                        .setRequestId("request-" + number)
                        .setTargetIndex(0)
                        .setCommandId("command-" + number)
                        .setPlatform("facebook")
                        .setStatus(status)
                        .setIsFinal(isFinal)
                        .setRedrives(redrives)
                        .setAt(retry.now())
                        .setAcceptedAt(START)
                        .build());
    }

    private double targets(String state) {
        return retry.meters
                .get("broadside.account.targets")
                .tags("platform", "facebook", "state", state)
                .gauge()
                .value();
    }

    private double difference() {
        return retry.meters
                .get("broadside.account.difference")
                .tag("platform", "facebook")
                .gauge()
                .value();
    }

    private double value(String gauge) {
        return retry.meters.get(gauge).gauge().value();
    }
}
