package io.broadside.retry;

import static io.broadside.retry.Fixtures.CONNECTION;
import static io.broadside.retry.Fixtures.START;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aToken;
import static io.broadside.retry.Fixtures.delayed;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.DelayCause;
import io.broadside.events.PublishCommand;
import io.broadside.events.WaitingPosts;
import io.broadside.schemas.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits on a connection, for people who look at it. What it costs: {@link WaitingToldCostTest}. */
class WaitingToldTest {

    private final RetryDriver retry = new RetryDriver();

    @AfterEach
    void close() {
        retry.close();
    }

    @Test
    void countsWhatWaitsForATokenAndForAPersonAndNothingElse() {
        // Given
        for (var number : new int[] {3, 1, 2}) {
            retry.delay(
                    Topics.WAITING,
                    delayed(DelayCause.TOKEN, aCommand("request-" + number, CONNECTION))
                            .setNeedsTokenVersion(4L)
                            .setSince(START.plusSeconds(number)));
        }
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.SCHEDULED, aCommand("request-4", CONNECTION))
                        .setNotBefore(START.plus(Duration.ofDays(1))));
        // When
        retry.pass(WaitingTold.EVERY);
        // Then
        assertThat(told()).hasValueSatisfying(posts -> {
            assertThat(posts.getCount()).isEqualTo(3);
            assertThat(posts.getOldestSince()).isEqualTo(START.plusSeconds(1));
        });
    }

    @Test
    void whatHasGoneOutIsTakenBackAndNothingIsSaidTwice() {
        // Given
        retry.delay(Topics.WAITING, delayed(DelayCause.TOKEN).setNeedsTokenVersion(4L));
        retry.pass(WaitingTold.EVERY);
        assertThat(retry.read(Topics.WAITING_POSTS)).hasSize(1);
        retry.pass(WaitingTold.EVERY);
        assertThat(retry.isTold()).isFalse();
        // When
        retry.token(aToken(CONNECTION, 4));
        retry.pass(WaitingTold.EVERY);
        retry.pass(WaitingTold.EVERY);
        // Then
        assertThat(retry.tombstones(Topics.WAITING_POSTS)).containsExactly(CONNECTION);
        retry.pass(WaitingTold.EVERY);
        assertThat(retry.isTold()).isFalse();
    }

    @Test
    void ofVeryManyConnectionsEachHasItsTurn() {
        // Given
        for (int i = 0; i < 450; i++) {
            retry.delay(
                    Topics.WAITING,
                    delayed(DelayCause.TOKEN, aCommand("request-" + i, "connection-" + i))
                            .setNeedsTokenVersion(4L));
        }
        // When
        for (int looks = 0; looks < 3; looks++) {
            retry.pass(WaitingTold.EVERY);
        }
        // Then
        Map<String, Integer> counts = new HashMap<>();
        retry.read(Topics.WAITING_POSTS)
                .forEach(record -> counts.put(record.key(), record.value().getCount()));
        assertThat(counts)
                .hasSize(450)
                .allSatisfy((_, count) -> assertThat(count).isEqualTo(1));
    }

    @Test
    void itWaitsSinceItNeedsATokenAndNotSinceItWasScheduled() {
        // Given
        var at = retry.now().plus(Duration.ofDays(50));
        retry.delay(Topics.WAITING, delayed(DelayCause.SCHEDULED).setNotBefore(at));
        retry.passUntil(at);
        var command = retry.commands().getFirst();
        var refused = retry.now();

        // When
        retry.delay(
                Topics.WAITING,
                delayed(DelayCause.TOKEN, PublishCommand.newBuilder(command))
                        .setNeedsTokenVersion(4L)
                        .setSince(refused));
        retry.pass(WaitingTold.EVERY);

        // Then
        assertThat(told()).map(WaitingPosts::getOldestSince).contains(refused);
    }

    private Optional<WaitingPosts> told() {
        return retry.read(Topics.WAITING_POSTS).stream()
                .filter(record -> record.key().equals(CONNECTION))
                .map(record -> record.value())
                .reduce((_, later) -> later);
    }
}
