package io.broadside.retry;

import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aWithdrawalOf;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Amendment;
import io.broadside.events.DelayCause;
import io.broadside.events.ErrorOwner;
import io.broadside.events.PostError;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A platform that is down while much falls due. */
class OutageTest {

    private static final int POSTS = 400;

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void whatFallsDueWhileAPlatformIsDownLeavesAtAGrowingRateOldestFirstAndProfilesTakeTurns() {
        // Given: a large profile that scheduled before a small one did
        aPlatformThatFails();
        schedule("large", 0, POSTS);
        schedule("small", POSTS, 4);
        retry.pass(Duration.ofMinutes(10));
        var duringTheOutage = goneOut();

        // When
        var after = new ArrayList<List<String>>();
        for (var second = 0; second < 14; second++) {
            completes();
            retry.pass(Duration.ofSeconds(1));
            after.add(goneOut());
        }

        // Then: little went out during the outage, and then ever more
        assertThat(duringTheOutage.size()).isLessThan(POSTS / 4);
        assertThat(after.getFirst().size()).isLessThan(20);
        assertThat(after.stream().mapToInt(List::size).sum() + duringTheOutage.size())
                .isEqualTo(POSTS + 4);
        // And the small profile was not behind the whole of the large one
        var all = new ArrayList<>(duringTheOutage);
        after.forEach(all::addAll);
        assertThat(all.indexOf(id("small", POSTS + 3))).isLessThan(20);
        // And of one profile the oldest went first
        assertThat(all.stream().filter(id -> id.startsWith("large")).toList()).isSorted();
    }

    @Test
    void whatIsHeldBackCanBeTakenBack() {
        // Given
        aPlatformThatFails();
        schedule("large", 0, 50);
        retry.pass(Duration.ofSeconds(10));
        var gone = goneOut();
        retry.results();

        // When
        retry.withdraw(aWithdrawalOf(command("large", 49).build()));

        // Then
        assertThat(gone).doesNotContain(id("large", 49));
        assertThat(retry.results()).extracting(PostResult::getStatus).containsExactly(ResultStatus.CANCELLED);
    }

    @Test
    void whatIsHeldBackAndPutOffGoesOutAtItsNewTime() {
        // Given
        aPlatformThatFails();
        schedule("large", 0, 49);
        retry.delay(
                Topics.BACKOFF_429,
                delayed(DelayCause.RATE_LIMITED, command("large", 49))
                        .setNotBefore(retry.now().plusSeconds(1)));
        retry.pass(Duration.ofSeconds(10));
        var putOff = command("large", 49).build();
        var time = retry.now().plus(Duration.ofHours(1));

        // When
        retry.send(
                Topics.AMENDMENTS,
                putOff.getConnectionId(),
                amendmentOf(putOff).setPublishAt(time).build());
        recovers();
        var before = goneOut();
        retry.passUntil(time);

        // Then
        assertThat(before).contains(id("large", 48)).doesNotContain(id("large", 49));
        assertThat(goneOut()).containsExactly(id("large", 49));
    }

    @Test
    void whatIsHeldBackStandsBehindAnEarlierPostThatComesMeanwhile() {
        // Given: the second of two posts that keep their order is scheduled, and is due behind others
        aPlatformThatFails();
        schedule("large", 0, 50);
        retry.delay(
                Topics.WAITING,
                delayed(
                        DelayCause.SCHEDULED,
                        command("large", 101)
                                .setOrder(PostOrder.IN_ORDER)
                                .setPublishAt(retry.now().plusSeconds(1))));
        retry.pass(Duration.ofSeconds(10));
        retry.delay(
                Topics.WAITING, delayed(DelayCause.ORDER, command("large", 100).setOrder(PostOrder.IN_ORDER)));

        // When
        recovers();

        // Then
        assertThat(goneOut()).contains(id("large", 100)).doesNotContain(id("large", 101));
    }

    @Test
    void whatIsHeldBackSaysSoOnce() {
        // Given
        aPlatformThatFails();
        schedule("large", 0, 50);
        retry.results();

        // When
        retry.pass(Duration.ofMinutes(1));

        // Then
        assertThat(retry.results())
                .filteredOn(result -> result.getRequestId().equals(id("large", 49)))
                .singleElement()
                .satisfies(result -> {
                    assertThat(result.getStatus()).isEqualTo(ResultStatus.WAITING);
                    assertThat(result.getWaitingFor()).contains(DelayCause.BREAKER_OPEN);
                    assertThat(result.getWaitingUntil()).isEmpty();
                });
        assertThat(retry.meters.get("broadside.retry.held.back").gauge().value())
                .isBetween(20.0, 50.0);
    }

    @Test
    void whatIsHeldBackEndsAtItsDeadlineAndNotWhenItsTurnComes() {
        // Given: two behind many others, of which one is given a deadline later
        var deadline = retry.now().plusSeconds(60);
        aPlatformThatFails();
        schedule("large", 0, 50);
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.SCHEDULED, command("large", 50).setDeadline(deadline)));
        schedule("large", 51, 1);
        retry.pass(Duration.ofSeconds(1));
        var changed = command("large", 51).build();
        retry.send(
                Topics.AMENDMENTS,
                changed.getConnectionId(),
                amendmentOf(changed).setDeadline(deadline).build());
        retry.results();

        // When
        retry.passUntil(deadline.minusSeconds(1));
        var before = retry.results();
        retry.passUntil(deadline);
        var ended = retry.results();
        recovers();

        // Then
        assertThat(before).noneMatch(PostResult::getIsFinal);
        assertThat(ended)
                .extracting(PostResult::getRequestId)
                .containsExactlyInAnyOrder(id("large", 50), id("large", 51));
        assertThat(ended)
                .extracting(result -> result.getError().orElseThrow().getCode())
                .containsOnly("DEADLINE_PASSED");
        assertThat(goneOut()).contains(id("large", 49)).doesNotContain(id("large", 50), id("large", 51));
    }

    @Test
    void ourOwnFaultsAreNoOutageOfThePlatform() {
        // When: keysets that are missing here, and calls that a killed process had begun
        for (var i = 0; i < 20; i++) {
            retry.delay(
                    Topics.BACKOFF_5XX,
                    delayed(DelayCause.UNAVAILABLE, aCommand("sealed-" + i, "connection-" + i))
                            .setErrorCode("INTERNAL"));
            retry.delay(
                    Topics.BACKOFF_UNCONFIRMED,
                    delayed(
                                    DelayCause.UNCONFIRMED,
                                    aCommand("lost-" + i, "connection-" + i).setDoubt(Fixtures.aDoubt(0)))
                            .setErrorCode("OWNER_LOST"));
        }
        retry.pass(Duration.ofSeconds(1));
        var afterOurs = isThrottled("facebook");
        for (var i = 0; i < 20; i++) {
            retry.delay(
                    Topics.BACKOFF_5XX,
                    delayed(DelayCause.UNAVAILABLE, aCommand("failed-" + i, "connection-" + i))
                            .setErrorCode("SERVER_ERROR"));
        }
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(afterOurs).isFalse();
        assertThat(isThrottled("facebook")).isTrue();
    }

    @Test
    void deadlinesThatPassAndMediaThatCannotBeFetchedSayNothingOfThePlatform() {
        // Given
        aPlatformThatFails();

        // When
        for (var second = 0; second < 14; second++) {
            ends(ResultStatus.FAILED, "DEADLINE_PASSED");
            ends(ResultStatus.FAILED, "ATTEMPTS_USED_UP");
            ends(ResultStatus.UNCONFIRMED, "NOT_CONFIRMABLE");
            retry.pass(Duration.ofSeconds(1));
        }
        var duringTheOutage = isThrottled("facebook");
        for (var i = 0; i < 20; i++) {
            retry.delay(
                    Topics.BACKOFF_5XX,
                    delayed(
                                    DelayCause.UNAVAILABLE,
                                    aCommand("media-" + i, "connection-" + i).setPlatform("x"))
                            .setErrorCode("MEDIA_UNAVAILABLE"));
        }
        retry.pass(Duration.ofSeconds(1));

        // Then
        assertThat(duringTheOutage).isTrue();
        assertThat(isThrottled("x")).isFalse();
    }

    private boolean isThrottled(String platform) {
        return retry.meters
                        .get("broadside.retry.throttled")
                        .tag("platform", platform)
                        .gauge()
                        .value()
                > 0;
    }

    @Test
    void otherPlatformsAreNotHeldBack() {
        // Given
        aPlatformThatFails();

        // When
        for (var i = 0; i < 50; i++) {
            retry.delay(
                    Topics.WAITING,
                    delayed(DelayCause.SCHEDULED, command("x", i).setPlatform("x")));
        }
        retry.pass(RetryDriver.TICK);

        // Then
        assertThat(retry.read(Topics.commands("x"))).hasSize(50);
    }

    private Amendment.Builder amendmentOf(PublishCommand command) {
        return Amendment.newBuilder()
                .setChangeId("change-1")
                .setCommandId(command.getCommandId())
                .setRequestId(command.getRequestId())
                .setConnectionId(command.getConnectionId())
                .setRequestedAt(retry.now());
    }

    private void aPlatformThatFails() {
        for (var round = 0; round < 3; round++) {
            for (var i = 0; i < 10; i++) {
                retry.delay(
                        Topics.BACKOFF_5XX,
                        delayed(DelayCause.UNAVAILABLE, aCommand("failing-" + round + "-" + i, "failing-" + i))
                                .setNotBefore(retry.now().plus(Duration.ofDays(1))));
            }
            retry.pass(Duration.ofSeconds(1));
        }
        retry.results();
    }

    private void recovers() {
        for (var second = 0; second < 14; second++) {
            completes();
            retry.pass(Duration.ofSeconds(1));
        }
    }

    private void completes() {
        ends(ResultStatus.PUBLISHED, "");
    }

    private void ends(ResultStatus status, String code) {
        retry.send(
                Topics.RESULTS,
                "probe",
                PostResult.newBuilder()
                        .setRequestId("probe")
                        .setTargetIndex(0)
                        .setCommandId("probe")
                        .setPlatform("facebook")
                        .setStatus(status)
                        .setError(
                                code.isEmpty()
                                        ? null
                                        : PostError.newBuilder()
                                                .setCode(code)
                                                .setOwner(ErrorOwner.UNKNOWN)
                                                .setMessage("")
                                                .build())
                        .setIsFinal(true)
                        .setAttempt(1)
                        .setAt(retry.now())
                        .build());
    }

    private void schedule(String profile, int from, int count) {
        for (var i = from; i < from + count; i++) {
            retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED, command(profile, i)));
        }
    }

    private PublishCommand.Builder command(String profile, int number) {
        return aCommand(id(profile, number), profile + "-connection")
                .setProfileId(profile)
                .setAcceptedAt(Fixtures.START.plusMillis(number));
    }

    private static String id(String profile, int number) {
        return "%s-%04d".formatted(profile, number);
    }

    private List<String> goneOut() {
        return retry.commands().stream()
                .map(PublishCommand::getRequestId)
                .filter(id -> !id.startsWith("failing"))
                .toList();
    }
}
