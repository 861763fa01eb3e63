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
        assertThat(value("broadside.account.difference")).isZero();
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

    private double value(String gauge) {
        return retry.meters.get(gauge).gauge().value();
    }
}
