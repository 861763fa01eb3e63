package io.broadside.retry.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BookTest {

    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private final Map<String, Target> targets = new HashMap<>();
    private final Map<String, Tally> tallies = new HashMap<>();
    private final Book book = new Book(new Book.Pages() {
        @Override
        public Optional<Target> target(String key) {
            return Optional.ofNullable(targets.get(key)).map(Target::encoded).map(Target::decoded);
        }

        @Override
        public void put(String key, Optional<Target> before, Target after) {
            targets.put(key, after);
        }

        @Override
        public Tally tally(String platform) {
            return Tally.decoded(tallies.getOrDefault(platform, Tally.NONE).encoded());
        }

        @Override
        public void tally(String platform, Tally tally) {
            tallies.put(platform, tally);
        }
    });

    @Test
    void aTargetIsAcceptedOnceAndOpenUntilItEnds() {
        // When
        enter(ResultStatus.ACCEPTED);
        enter(ResultStatus.WAITING);
        enter(ResultStatus.PUBLISHING);
        var open = x();
        end(ResultStatus.PUBLISHED, 0);

        // Then
        assertThat(open).isEqualTo(new Tally(1, 0, 0, 0, 0, 1, 0));
        assertThat(x()).isEqualTo(new Tally(1, 1, 0, 0, 0, 0, 0));
        assertThat(x().difference()).isZero();
    }

    @Test
    void aSecondEndIsNoticed() {
        // When
        end(ResultStatus.FAILED, 0);
        end(ResultStatus.PUBLISHED, 0);

        // Then
        assertThat(x()).isEqualTo(new Tally(1, 0, 1, 0, 0, 0, 1));
    }

    @Test
    void aRedriveOpensATargetAgainAndItsNewEndCounts() {
        // Given
        enter(ResultStatus.ACCEPTED);
        end(ResultStatus.FAILED, 0);

        // When
        book.enter(result(ResultStatus.WAITING).setRedrives(1).build());
        var again = x();
        end(ResultStatus.PUBLISHED, 1);

        // Then
        assertThat(again).isEqualTo(new Tally(1, 0, 0, 0, 0, 1, 0));
        assertThat(x()).isEqualTo(new Tally(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void repeatsAndRefusalsAndNewsBehindTheEndChangeNothing() {
        // Given
        end(ResultStatus.PUBLISHED, 0);

        // When
        book.enter(result(ResultStatus.PUBLISHED)
                .setIsFinal(true)
                .setIsRepeat(true)
                .build());
        book.enter(result(ResultStatus.WAITING).build());
        book.enter(result(ResultStatus.FAILED)
                .setTargetIndex(1)
                .setCommandId(null)
                .setIsFinal(true)
                .build());

        // Then
        assertThat(x()).isEqualTo(new Tally(1, 1, 0, 0, 0, 0, 0));
    }

    @Test
    void theAgeOfAScheduledPostCountsFromItsTimeOn() {
        // When
        book.enter(result(ResultStatus.ACCEPTED).setAcceptedAt(START).build());
        book.enter(result(ResultStatus.SCHEDULED)
                .setAcceptedAt(START)
                .setWaitingFor(DelayCause.SCHEDULED)
                .setWaitingUntil(START.plusSeconds(3600))
                .build());
        book.enter(result(ResultStatus.WAITING)
                .setAcceptedAt(START)
                .setWaitingUntil(START.plusSeconds(4000))
                .build());

        // Then
        var target = targets.values().iterator().next();
        assertThat(target.anchor()).isEqualTo(START.plusSeconds(3600).toEpochMilli());
        assertThat(target.due()).isEqualTo(START.plusSeconds(4000).toEpochMilli());
    }

    private Tally x() {
        return tallies.getOrDefault("x", Tally.NONE);
    }

    private void enter(ResultStatus status) {
        book.enter(result(status).build());
    }

    private void end(ResultStatus status, int redrives) {
        book.enter(result(status).setIsFinal(true).setRedrives(redrives).build());
    }

    private static PostResult.Builder result(ResultStatus status) {
        return PostResult.newBuilder()
                .setRequestId("request")
                .setTargetIndex(0)
                .setCommandId("command")
                .setPlatform("x")
                .setStatus(status)
                .setIsFinal(false)
                .setAt(START);
    }
}
