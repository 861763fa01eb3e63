package io.broadside.retry;

import static io.broadside.retry.Fixtures.START;
import static io.broadside.retry.Fixtures.aCommand;
import static io.broadside.retry.Fixtures.aDoubt;
import static io.broadside.retry.Fixtures.delayed;
import static io.broadside.retry.Fixtures.history;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.retry.Verdict.Hold;
import io.broadside.retry.Verdict.TooLate;
import io.broadside.retry.Verdict.UsedUp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JudgeTest {

    private static final double NEARLY_ONE = Math.nextDown(1.0);

    @ParameterizedTest
    @CsvSource({"1, 1000", "2, 2000", "3, 4000", "5, 16000", "10, 512000", "11, 900000", "40, 900000"})
    void anOutageDoublesThePauseUpToTheCap(int failures, long longest) {
        // Given
        var delayed = delayed(DelayCause.UNAVAILABLE, aCommand().setHistory(history(failures, AttemptEnd.UNAVAILABLE)));

        // Then
        assertThat(waited(delayed, NEARLY_ONE)).isEqualTo(Duration.ofMillis(longest));
        assertThat(waited(delayed, 0)).isEqualTo(Duration.ofMillis(100));
        assertThat(waited(delayed, 0.5)).isEqualTo(Duration.ofMillis(100 + (longest - 100) / 2));
    }

    @ParameterizedTest
    @CsvSource({"1, 60", "2, 120", "4, 480", "5, 900", "39, 900"})
    void aRateLimitWithoutATimeDoublesThePauseUpToAQuarterOfAnHour(int failures, long longestSeconds) {
        // Given
        var delayed =
                delayed(DelayCause.RATE_LIMITED, aCommand().setHistory(history(failures, AttemptEnd.RATE_LIMITED)));

        // Then
        assertThat(waited(delayed, NEARLY_ONE)).isEqualTo(Duration.ofSeconds(longestSeconds));
        assertThat(waited(delayed, 0)).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @EnumSource(
            value = DelayCause.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"TOKEN", "PERSON"})
    void aNamedTimeWinsWhateverTheCause(DelayCause cause) {
        // Given
        var time = START.plusSeconds(471);

        // When
        var verdict = judged(delayed(cause).setNotBefore(time), 0.5);

        // Then
        assertThat(verdict).isEqualTo(new Hold(time, Verdict.NO_TOKEN, Optional.of(time)));
    }

    @Test
    void ofAnOutageTheLaterOfTheNamedTimeAndThePauseCounts() {
        // Given
        var tenth = aCommand().setHistory(history(10, AttemptEnd.UNAVAILABLE));
        var time = START.plusSeconds(1);

        // Then
        assertThat(waited(delayed(DelayCause.UNAVAILABLE, tenth).setNotBefore(time), NEARLY_ONE))
                .isEqualTo(Duration.ofSeconds(512));
        assertThat(waited(delayed(DelayCause.UNAVAILABLE).setNotBefore(time), NEARLY_ONE))
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aTimeNamedWithAFaultIsAGuess() {
        // Given
        var tomorrow = START.plus(Duration.ofDays(1));
        var hurried = aCommand().setDeadline(START.plus(Duration.ofMinutes(10)));

        // Then
        assertThat(waited(delayed(DelayCause.UNAVAILABLE).setNotBefore(tomorrow), NEARLY_ONE))
                .isEqualTo(Duration.ofMinutes(15));
        assertThat(waited(delayed(DelayCause.UNAVAILABLE, hurried).setNotBefore(tomorrow), NEARLY_ONE))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(waited(delayed(DelayCause.RATE_LIMITED).setNotBefore(tomorrow), NEARLY_ONE))
                .isEqualTo(Duration.ofDays(1));
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "1, 10", "2, 30", "3, 60", "4, 120", "5, 300", "6, 600"})
    void looksBecomeRarer(int looks, long seconds) {
        assertThat(waited(delayed(DelayCause.UNCONFIRMED, aCommand().setDoubt(aDoubt(looks))), 0.9))
                .isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void looksEnd() {
        assertThat(judged(delayed(DelayCause.UNCONFIRMED, aCommand().setDoubt(aDoubt(7))), 0))
                .isEqualTo(new UsedUp("7 looks"));
    }

    @Test
    void theHundredthOutageIsTheLastThoughTheHistoryKeepsFiftyOnly() {
        // Given
        var delayed = delayed(DelayCause.UNAVAILABLE, aCommand().setHistory(history(50, AttemptEnd.UNAVAILABLE)))
                .build();
        var judge = new Judge(RetryPolicy.standard(), () -> 0);
        var start = START.minusSeconds(1000).toEpochMilli();

        // When
        var after99 =
                judge.judge(delayed, START, new Run(DelayCause.UNAVAILABLE, start, 99), false, OptionalLong.empty());
        var after100 =
                judge.judge(delayed, START, new Run(DelayCause.UNAVAILABLE, start, 100), false, OptionalLong.empty());

        // Then
        assertThat(after99).isInstanceOf(Hold.class);
        assertThat(after100).isEqualTo(new UsedUp("100 attempts"));
    }

    @Test
    void whatWasTriedBeforeARedriveDoesNotCountAgainstIt() {
        // Given
        var command = aCommand()
                .setHistory(history(50, AttemptEnd.UNAVAILABLE, START.minus(Duration.ofHours(30))))
                .setRedrives(1)
                .setRedrivenAt(START.minusSeconds(5))
                .setAttempt(101);

        // Then
        assertThat(waited(delayed(DelayCause.UNAVAILABLE, command), NEARLY_ONE)).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void otherAttemptsAreNotCountedAsOutages() {
        // Given
        var attempts = Stream.concat(
                        history(20, AttemptEnd.RATE_LIMITED).stream(), history(2, AttemptEnd.UNAVAILABLE).stream())
                .toList();

        // When
        var waited = waited(delayed(DelayCause.UNAVAILABLE, aCommand().setHistory(attempts)), NEARLY_ONE);

        // Then
        assertThat(waited).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void callsThatBrokeWithoutEffectAreCountedAsOutagesAndThoseABreakerHeldBackAreNot() {
        // Given
        var heldBack = Attempt.newBuilder(history(1, AttemptEnd.UNAVAILABLE).getFirst())
                .setErrorCode("BREAKER_OPEN")
                .build();
        var attempts = Stream.of(history(12, AttemptEnd.UNCONFIRMED), history(2, AttemptEnd.ABSENT), List.of(heldBack))
                .flatMap(List::stream)
                .toList();

        // When
        var waited = waited(delayed(DelayCause.UNAVAILABLE, aCommand().setHistory(attempts)), NEARLY_ONE);

        // Then
        assertThat(waited).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aPublisherThatHasNotSeenTheTokenYetIsGivenAMoment() {
        // Given
        var judge = new Judge(RetryPolicy.standard(), () -> 0);
        var delayed = delayed(DelayCause.TOKEN).setNeedsTokenVersion(2L).build();

        // When
        var first = judge.judge(delayed, START, run(delayed), false, OptionalLong.of(2));
        var second = judge.judge(delayed, START, run(delayed), true, OptionalLong.of(2));

        // Then
        assertThat(((Hold) first).due()).isEqualTo(START);
        assertThat(((Hold) second).due()).isEqualTo(START.plusSeconds(1));
    }

    @Test
    void theAttemptNumberCountsWhereThereIsNoHistory() {
        assertThat(waited(delayed(DelayCause.UNAVAILABLE, aCommand().setAttempt(3)), NEARLY_ONE))
                .isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void rateLimitsWithATimeUseUpNoAttempts() {
        // Given
        var command = aCommand().setAttempt(90).setHistory(history(50, AttemptEnd.RATE_LIMITED));
        var named = delayed(DelayCause.RATE_LIMITED, command)
                .setNotBefore(START.plusSeconds(5))
                .build();
        var unnamed = delayed(DelayCause.RATE_LIMITED, command).build();

        // When: many that named a time, then ones that did not
        var run = Run.of(Optional.empty(), named);
        for (var i = 0; i < 60; i++) {
            run = Run.of(Optional.of(run), named);
        }
        var afterThose = run;
        for (var i = 0; i < 39; i++) {
            run = Run.of(Optional.of(run), unnamed);
        }
        var after39 = judged(unnamed, run);
        run = Run.of(Optional.of(run), unnamed);

        // Then
        assertThat(judged(named, afterThose)).isInstanceOf(Hold.class);
        assertThat(after39).isInstanceOf(Hold.class);
        assertThat(judged(unnamed, run)).isEqualTo(new UsedUp("40 attempts"));
        assertThat(judged(named, run)).isInstanceOf(Hold.class);
    }

    private static Verdict judged(DelayedCommand delayed, Run run) {
        return new Judge(RetryPolicy.standard(), () -> 0).judge(delayed, START, run, false, OptionalLong.empty());
    }

    @Test
    void anUnbrokenRunOfFailuresIsGivenUpByItsAge() {
        // Given
        var command = aCommand().setHistory(history(2, AttemptEnd.UNAVAILABLE, START.minus(Duration.ofHours(25))));

        // Then
        assertThat(judged(delayed(DelayCause.UNAVAILABLE, command), 0)).isEqualTo(new UsedUp("24 hours"));
    }

    @Test
    void aWaitForAPersonBeginsANewRun() {
        // Given
        var attempts = Stream.of(
                        history(1, AttemptEnd.UNAVAILABLE, START.minus(Duration.ofDays(6))),
                        history(1, AttemptEnd.TOKEN_REVOKED, START.minus(Duration.ofDays(5))),
                        history(1, AttemptEnd.UNAVAILABLE, START))
                .flatMap(List::stream)
                .toList();

        // Then
        assertThat(judged(delayed(DelayCause.UNAVAILABLE, aCommand().setHistory(attempts)), 0))
                .isInstanceOf(Hold.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = DelayCause.class,
            names = {"BUDGET", "BREAKER_OPEN", "ORDER", "TOKEN", "SCHEDULED", "UNKNOWN"})
    void aWaitThatIsNoAttemptLeavesARunOfFailuresAsItWas(DelayCause cause) {
        // Given: 99 failures, of which the history keeps nothing, and a wait between
        var failed =
                new Run(DelayCause.UNAVAILABLE, START.minus(Duration.ofHours(2)).toEpochMilli(), 99);

        // When
        var waited = Run.of(Optional.of(failed), delayed(cause).build());
        var again = delayed(DelayCause.UNAVAILABLE).build();

        // Then
        assertThat(waited).isEqualTo(failed);
        assertThat(judged(again, Run.of(Optional.of(waited), again))).isEqualTo(new UsedUp("100 attempts"));
    }

    @ParameterizedTest
    @EnumSource(
            value = DelayCause.class,
            names = {"PERSON", "REDRIVEN"})
    void aWaitForAPersonAndARedriveEndARunOfFailures(DelayCause cause) {
        // Given
        var failed =
                new Run(DelayCause.UNAVAILABLE, START.minus(Duration.ofDays(6)).toEpochMilli(), 99);

        // When
        var waited = Run.of(Optional.of(failed), delayed(cause).build());
        var again = delayed(DelayCause.UNAVAILABLE).build();

        // Then
        assertThat(judged(again, Run.of(Optional.of(waited), again))).isInstanceOf(Hold.class);
    }

    @Test
    void aDueTimeUpToTheDeadlineIsInTime() {
        // Given
        var atTheDeadline = delayed(DelayCause.SCHEDULED, aCommand().setDeadline(START.plusSeconds(9)))
                .setNotBefore(START.plusSeconds(9));
        var beyond = delayed(DelayCause.SCHEDULED, aCommand().setDeadline(START.plusSeconds(9)))
                .setNotBefore(START.plusMillis(9001));

        // Then
        assertThat(judged(atTheDeadline, 0)).isInstanceOf(Hold.class);
        assertThat(judged(beyond, 0)).isEqualTo(new TooLate());
    }

    @Test
    void aPersonWithoutADeadlineIsWaitedForWithoutEnd() {
        assertThat(judged(delayed(DelayCause.PERSON, aCommand().setRefusedTokenVersion(5L)), 0))
                .isEqualTo(new Hold(Verdict.NEVER, 6, Optional.empty()));
    }

    @Test
    void aWaitForAPersonThatNamesNoTokenNeedsOneNewerThanTheNewestSeen() {
        // Given
        var judge = new Judge(RetryPolicy.standard(), () -> 0);

        // When
        var person = delayed(DelayCause.PERSON).build();
        var verdict = judge.judge(person, START, run(person), false, OptionalLong.of(8));

        // Then
        assertThat(verdict).isEqualTo(new Hold(Verdict.NEVER, 9, Optional.empty()));
    }

    @Test
    void aPlatformMayHaveItsOwnRule() {
        // Given
        var standard = RetryPolicy.standard();
        var own = RetryPolicy.Rule.waitingOnly(new Pause.Fixed(Duration.ofSeconds(33)));
        var policy = new RetryPolicy(standard.rules(), Map.of("facebook", Map.of(DelayCause.UNAVAILABLE, own)));

        // When
        var judge = new Judge(policy, () -> 0);
        var facebook = delayed(DelayCause.UNAVAILABLE).build();
        var x = delayed(DelayCause.UNAVAILABLE, aCommand().setPlatform("x")).build();
        var ofFacebook = judge.judge(facebook, START, run(facebook), false, OptionalLong.empty());
        var ofX = judge.judge(x, START, run(x), false, OptionalLong.empty());

        // Then
        assertThat(((Hold) ofFacebook).due()).isEqualTo(START.plusSeconds(33));
        assertThat(((Hold) ofX).due()).isEqualTo(START.plusMillis(100));
    }

    @Test
    void aPolicyThatForgetsACauseIsRefused() {
        assertThatThrownBy(() -> new RetryPolicy(Map.of(), Map.of())).hasMessageContaining("no rule for");
    }

    private static Duration waited(DelayedCommand.Builder delayed, double random) {
        return Duration.between(START, ((Hold) judged(delayed, random)).due());
    }

    private static Verdict judged(DelayedCommand.Builder delayed, double random) {
        return judged(delayed, random, START);
    }

    private static Verdict judged(DelayedCommand.Builder delayed, double random, Instant now) {
        var built = delayed.build();
        return new Judge(RetryPolicy.standard(), () -> random)
                .judge(built, now, run(built), false, OptionalLong.empty());
    }

    private static Run run(DelayedCommand delayed) {
        return Run.of(Optional.empty(), delayed);
    }
}
