package io.broadside.retry;

import static io.broadside.retry.Fixtures.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Content;
import io.broadside.events.PostResult;
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
        retry.inventory.answer(retry.inventory.asked());
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(difference()).isZero();
    }

    /** A round in which these commands are nowhere. Returns those that were asked for. */
    private Set<String> audit(Set<String> missing) {
        retry.inventory.begin();
        retry.pass(Duration.ofSeconds(1));
        var asked = retry.inventory.asked();
        retry.inventory.answer(missing);
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
