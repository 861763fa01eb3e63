package io.broadside.publisher.budget;

import static io.broadside.publisher.budget.Bench.NOW;
import static io.broadside.publisher.budget.Bench.RESET;
import static io.broadside.publisher.budget.Bench.aCommand;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Checkpoint;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Quotas;
import io.broadside.publisher.platform.Quotas.Window;
import io.broadside.publisher.platform.facebook.FacebookQuotas;
import io.broadside.publisher.platform.x.XQuotas;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BudgetsTest {

    private static final Cause LIMITED = Cause.of(ErrorCode.RATE_LIMITED);
    private static final PublishCommand POST = aCommand("x").build();
    private static final PublishCommand SCHEDULED =
            aCommand("x").setPublishAt(NOW.plusSeconds(1)).build();
    private static final PublishCommand ON_FACEBOOK = aCommand("facebook").build();

    private final Bench bench = new Bench(new XQuotas(), new FacebookQuotas());

    @Test
    void aPostIsHeldAtFourFifthsUntilTheWindowEnds() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 20));
        // When
        var held = bench.refused(POST);
        // Then
        assertThat(held.until()).isEqualTo(RESET);
        assertThat(held.sentence("Goes out", NOW))
                .isEqualTo(
                        "Goes out at 14:32:00 UTC because X allows 100 posts for this account in 15 minutes; 80 are used,"
                                + " and the rest is kept for scheduled posts.");
    }

    @Test
    void theReserveIsForScheduledPostsThatAreDue() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 20));
        // Then
        assertThat(bench.budgets.hold(POST)).isPresent();
        assertThat(bench.budgets.hold(SCHEDULED)).isEmpty();
    }

    @Test
    void theReserveIsNotForPostsWhoseTimeHadComeWhenTheyWereAccepted() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 20));
        // Then
        assertThat(bench.budgets.hold(aCommand("x").setPublishAt(NOW).build())).isPresent();
        assertThat(bench.budgets.hold(
                        aCommand("x").setPublishAt(NOW.minusSeconds(1)).build()))
                .isPresent();
    }

    @Test
    void aCallWhoseTokenWasRefusedDoesNotCountUnlessTheAnswerTellsOfLimits() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 21));
        // When
        for (var i = 0; i < 10; i++) {
            bench.ended(POST, "tweets.create", new Answer(401, Map.of(), "{}"));
        }
        var afterRefusals = bench.budgets.hold(POST);
        bench.ended(POST, "tweets.create", new Answer(401, ofX(100, 20), "{}"));
        // Then
        assertThat(afterRefusals).isEmpty();
        assertThat(bench.budgets.hold(POST)).isPresent();
    }

    @Test
    void onFacebookWhatAdvertisingAndOtherPagesUseUpHoldsNobodyUp() {
        // When
        bench.answered(
                ON_FACEBOOK,
                "page.feed",
                Map.of(
                        "x-business-use-case-usage",
                        "{\"" + Bench.ACCOUNT + "\":[{\"type\":\"pages\",\"call_count\":12},"
                                + "{\"type\":\"ads_management\",\"call_count\":100,\"estimated_time_to_regain_access\":900}],"
                                + "\"another-page\":[{\"type\":\"pages\",\"call_count\":100,"
                                + "\"estimated_time_to_regain_access\":19}]}"));
        // Then
        assertThat(bench.budgets.hold(ON_FACEBOOK)).isEmpty();
    }

    @Test
    void theReserveIsForPostsThatAreHalfDone() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 20));
        var begun = PublishCommand.newBuilder(POST)
                .setCheckpoint(Checkpoint.newBuilder()
                        .setStep("create")
                        .setValues(Map.of())
                        .setAt(NOW)
                        .build())
                .build();
        // Then
        assertThat(bench.budgets.hold(begun)).isEmpty();
    }

    @Test
    void theReserveIsForPostsThatHaveWaitedForADay() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 20));
        var old = PublishCommand.newBuilder(POST)
                .setAcceptedAt(NOW.minus(Budgets.PATIENCE).minusSeconds(1))
                .build();
        // Then
        assertThat(bench.budgets.hold(old)).isEmpty();
    }

    @Test
    void withNothingLeftNobodyGoes() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 0));
        // When
        var held = bench.refused(SCHEDULED);
        // Then
        assertThat(held.until()).isEqualTo(RESET);
        assertThat(held.because())
                .isEqualTo("X allows 100 posts for this account in 15 minutes, and all of them are used");
    }

    @Test
    void aNewWindowIsAllThereAgain() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 0));
        // When
        bench.clock.set(RESET);
        // Then
        assertThat(bench.budgets.hold(POST)).isEmpty();
    }

    @Test
    void theAccountsOfAnAppHaveBudgetsOfTheirOwn() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 0));
        // Then
        assertThat(bench.budgets.hold(
                        aCommand("x").setConnectionId("connection-2").build()))
                .isEmpty();
    }

    @Test
    void theLimitOfTheAppHoldsEveryAccount() {
        // Given
        bench.answered(
                POST,
                "tweets.create",
                Map.of(
                        "x-rate-limit-limit", "100",
                        "x-rate-limit-remaining", "99",
                        "x-rate-limit-reset", Long.toString(RESET.getEpochSecond()),
                        "x-app-limit-24hour-limit", "1000",
                        "x-app-limit-24hour-remaining", "150",
                        "x-app-limit-24hour-reset",
                                Long.toString(RESET.plusSeconds(3600).getEpochSecond())));
        // When
        var held = bench.refused(aCommand("x").setConnectionId("connection-2").build());
        // Then
        assertThat(held.until()).isEqualTo(RESET.plusSeconds(3600));
        assertThat(held.because()).contains("1000 posts for this app in 24 hours");
    }

    @Test
    void anInstanceTakesItsPartOfWhatIsTheApps() {
        // Given
        bench.budgets.share("x", 0.25);
        var command = aCommand("x");
        // When
        var passed = 0;
        for (var i = 0; i < 5000; i++) {
            var one = command.setConnectionId("connection-" + i).build();
            if (bench.budgets.hold(one).isEmpty()) {
                try (var _ = bench.taken(one)) {
                    bench.answered(one, "tweets.create", Map.of());
                    passed++;
                }
            }
        }
        // Then: a quarter of 80% of 10,000 a day
        assertThat(passed).isEqualTo(2000);
    }

    @Test
    void whatIsDocumentedHoldsBeforeAnythingWasSaid() {
        // When
        for (var i = 0; i < 80; i++) {
            try (var _ = bench.taken(POST)) {
                bench.answered(POST, "tweets.create", Map.of());
            }
        }
        // Then
        assertThat(bench.refused(POST).until()).isEqualTo(NOW.plus(Duration.ofMinutes(15)));
    }

    @Test
    void callsUnderWayCountAsMade() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 22));
        try (var _ = bench.taken(POST);
                var _ = bench.taken(POST)) {
            // Then
            assertThat(bench.budgets.hold(POST)).isPresent();
        }
        assertThat(bench.budgets.hold(POST)).isEmpty();
    }

    @Test
    void aCallWithoutAnAnswerCountsAsMade() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 21));
        // When
        bench.ended(POST, "tweets.create", new NoAnswer(ErrorCode.NO_CONNECTION, false));
        var afterNothingSent = bench.budgets.hold(POST);
        bench.ended(POST, "tweets.create", new NoAnswer(ErrorCode.TIMED_OUT, true));
        // Then
        assertThat(afterNothingSent).isEmpty();
        assertThat(bench.budgets.hold(POST)).isPresent();
    }

    @Test
    void anAnswerThatWasOvertakenDoesNotGiveCallsBack() {
        // Given
        bench.answered(POST, "tweets.create", ofX(100, 20));
        // When
        bench.answered(POST, "tweets.create", ofX(100, 60));
        // Then
        assertThat(bench.budgets.hold(POST)).isPresent();
    }

    @Test
    void aRefusalStopsWhatItIsAboutAndNothingElse() {
        // When
        bench.budgets.refused(POST, Scope.ENDPOINT, Optional.of(RESET), LIMITED);
        // Then
        assertThat(bench.refused(SCHEDULED).until()).isEqualTo(RESET);
        assertThat(bench.budgets.holdLook(doubted(POST)))
                .as("reading is another endpoint")
                .isEmpty();
        assertThat(bench.budgets.hold(
                        aCommand("x").setConnectionId("connection-2").build()))
                .isEmpty();
    }

    @Test
    void aRefusalOfTheAppStopsEveryAccountAndEveryLook() {
        // When
        bench.budgets.refused(POST, Scope.APP, Optional.of(RESET), LIMITED);
        // Then
        var other = aCommand("x").setConnectionId("connection-2").build();
        assertThat(bench.refused(other).until()).isEqualTo(RESET);
        assertThat(bench.budgets.holdLook(doubted(other))).isPresent();
        assertThat(bench.budgets.hold(ON_FACEBOOK)).isEmpty();
    }

    @Test
    void aRefusalOfAnEndpointForTheAppStopsEveryAccountThereAndNothingElse() {
        // Given
        var other = aCommand("x").setConnectionId("connection-2").build();
        // When
        bench.budgets.refused(POST, Scope.APP_ENDPOINT, Optional.of(RESET), LIMITED);
        // Then
        assertThat(bench.refused(other).until()).isEqualTo(RESET);
        assertThat(bench.budgets.holdLook(doubted(other)))
                .as("reading is another endpoint")
                .isEmpty();
    }

    @Test
    void aRefusalWithoutATimeStopsForAMoment() {
        // When
        bench.budgets.refused(POST, Scope.ACCOUNT, Optional.empty(), LIMITED);
        // Then
        assertThat(bench.refused(POST).until()).isEqualTo(NOW.plus(Budgets.UNNAMED));
    }

    @Test
    void aRefusalOfAPlatformWithoutKnownLimitsStopsItsAccount() {
        // Given
        var post = aCommand("linkedin").build();
        var midnight = NOW.plus(Duration.ofHours(10));
        // When
        bench.budgets.refused(post, Scope.ENDPOINT, Optional.of(midnight), LIMITED);
        // Then
        assertThat(bench.refused(post).until()).isEqualTo(midnight);
    }

    @Test
    void onFacebookFourFifthsOfTheAppHoldPostsThatAreNotScheduled() {
        // Given
        bench.answered(ON_FACEBOOK, "page.feed", Map.of("x-app-usage", "{\"call_count\":28,\"total_time\":85}"));
        // When
        var held = bench.refused(ON_FACEBOOK);
        // Then
        assertThat(held.because())
                .isEqualTo(
                        "Facebook counts 85% of the calls for this app as used, and the rest is kept for scheduled posts");
        assertThat(bench.budgets.hold(
                        aCommand("facebook").setPublishAt(NOW.plusSeconds(1)).build()))
                .isEmpty();
    }

    @Test
    void onFacebookAPageThatIsBlockedWaitsForTheMinutesThatAreNamed() {
        // Given
        bench.answered(
                ON_FACEBOOK,
                "page.feed",
                Map.of(
                        "x-business-use-case-usage",
                        "{\"1000000001\":[{\"type\":\"pages\",\"call_count\":100,\"total_cputime\":20,\"total_time\":20,"
                                + "\"estimated_time_to_regain_access\":19}]}"));
        // When
        var held = bench.refused(
                aCommand("facebook").setPublishAt(NOW.plusSeconds(1)).build());
        // Then
        assertThat(held.until()).isEqualTo(NOW.plus(Duration.ofMinutes(19)));
        assertThat(held.because()).isEqualTo("Facebook says that the calls for this account are used up");
    }

    @Test
    void aLevelThatIsOutOfDateIsLookedAtWithOneCallBeforeOthersFollow() {
        // Given
        bench.answered(ON_FACEBOOK, "page.feed", Map.of("x-app-usage", "{\"call_count\":85}"));
        bench.clock.advance(Duration.ofMinutes(6));
        // When
        try (var _ = bench.taken(ON_FACEBOOK)) {
            // Then
            assertThat(bench.budgets.hold(ON_FACEBOOK).orElseThrow().until())
                    .isEqualTo(bench.clock.instant().plusSeconds(2));
            bench.answered(ON_FACEBOOK, "page.feed", Map.of("x-app-usage", "{\"call_count\":60}"));
        }
        assertThat(bench.budgets.hold(ON_FACEBOOK)).isEmpty();
    }

    @Test
    void aStepOfMoreCallsThanAreEverAllowedAtOnceGoesWhenNothingElseDoes() {
        // Given
        var quotas = new FixedQuotas("small", List.of(), 4);
        var small = new Bench(new FixedQuotas(
                "small",
                List.of(new Quotas.Documented(
                        Quotas.Holder.ACCOUNT,
                        FixedQuotas.GROUP,
                        "a minute",
                        2,
                        new Window.Rolling(Duration.ofMinutes(1)))),
                4));
        // Then
        assertThat(quotas.next(POST).getFirst().calls()).isEqualTo(4);
        assertThat(small.budgets.hold(aCommand("small").build())).isEmpty();
    }

    @Test
    void whatSaysNothingAnyMoreIsForgotten() {
        // Given
        for (var i = 0; i < 100; i++) {
            var post = aCommand("x").setConnectionId("connection-" + i).build();
            try (var _ = bench.taken(post)) {
                bench.answered(post, "tweets.create", ofX(100, 99));
            }
        }
        // When
        bench.clock.advance(Duration.ofDays(2));
        bench.taken(POST).close();
        // Then
        assertThat(bench.budgets.size()).isLessThan(10);
    }

    private static PublishCommand doubted(PublishCommand command) {
        return PublishCommand.newBuilder(command)
                .setDoubt(Doubt.newBuilder()
                        .setSince(NOW)
                        .setStep("create")
                        .setCause("TIMED_OUT")
                        .build())
                .build();
    }

    private static Map<String, String> ofX(int limit, int left) {
        return Map.of(
                "x-rate-limit-limit", Integer.toString(limit),
                "x-rate-limit-remaining", Integer.toString(left),
                "x-rate-limit-reset", Long.toString(RESET.getEpochSecond()));
    }
}
