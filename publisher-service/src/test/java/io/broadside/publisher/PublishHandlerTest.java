package io.broadside.publisher;

import static io.broadside.publisher.Fixtures.NOW;
import static io.broadside.publisher.Fixtures.aCommand;
import static io.broadside.publisher.Fixtures.aToken;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.embedded.RegistryConfig;
import io.broadside.embedded.SchemaRegistry;
import io.broadside.events.Checkpoint;
import io.broadside.events.DelayCause;
import io.broadside.events.Doubt;
import io.broadside.events.FreshToken;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.RecordPosition;
import io.broadside.events.ResultStatus;
import io.broadside.publisher.budget.BudgetConfig;
import io.broadside.publisher.budget.Budgets;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Platforms;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.dispatch.Decision;
import io.broadside.runtime.dispatch.Lease;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.runtime.dispatch.Work;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.OutPost;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PublishHandlerTest {

    private static final Cause A_FAULT = Cause.of(ErrorCode.SERVER_ERROR);

    private SchemaRegistry registry;
    private EventSerdes serdes;
    private Vault vault;
    private final Map<String, FreshToken> tokens = new HashMap<>();
    private Optional<PersonNeeded> person = Optional.empty();
    private final Set<String> withdrawn = new HashSet<>();
    private FakePlatform platform;
    private Budgets budgets;
    private PublishHandler handler;

    @BeforeAll
    void startRegistry(@TempDir Path keys) {
        registry = SchemaRegistry.start(RegistryConfig.inMemory());
        serdes = new EventSerdes(registry.uri(), true);
        vault = Vault.open(new VaultConfig(Optional.of(keys.resolve("access.json")), Optional.empty(), true));
    }

    @AfterAll
    void stopRegistry() {
        serdes.close();
        registry.close();
    }

    @BeforeEach
    void makeHandler() {
        platform = new FakePlatform();
        tokens.clear();
        person = Optional.empty();
        withdrawn.clear();
        token(1);
        budgets = new Budgets(
                new BudgetConfig(80),
                List.of(),
                _ -> Optional.empty(),
                new SimpleMeterRegistry(),
                Clock.fixed(NOW, ZoneOffset.UTC));
        handler = new PublishHandler(
                Platforms.of(platform),
                id -> Optional.ofNullable(tokens.get(id)),
                _ -> person,
                withdrawn::contains,
                vault,
                _ -> true,
                budgets,
                1,
                serdes,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void aPublishedPostIsAFinalResultWithItsId() {
        // When
        var out = handler.run(work(aCommand().build()));
        // Then
        assertThat(result(out).getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(result(out).getIsFinal()).isTrue();
        assertThat(result(out).getRemoteId()).contains("remote-1");
        assertThat(platform.published).containsExactly("token-1");
    }

    @Test
    void whatWasTakenBackWhileItStoodOnItsTopicDoesNotGoOut() {
        // Given
        var inOrder = aCommand().setOrder(PostOrder.IN_ORDER).build();
        withdrawn.add(inOrder.getCommandId());
        // When
        var out = settled(handler.decide(work(inOrder)));
        // Then
        assertThat(result(out).getStatus()).isEqualTo(ResultStatus.CANCELLED);
        assertThat(result(out).getIsFinal()).isTrue();
        assertThat(result(out).getAttempt()).isZero();
        assertThat(topics(out)).containsExactly("publish.results", "publish.ended");
    }

    @Test
    void whatMayBeOutIsLookedForAlthoughItWasTakenBack() {
        // Given
        var doubted = aDoubtedCommand().build();
        withdrawn.add(doubted.getCommandId());
        // When
        var decision = handler.decide(work(doubted));
        // Then
        assertThat(decision).isInstanceOf(Decision.Attempt.class);
    }

    @Test
    void ofAPostThatIsOutOnlyTheRestIsTakenBack() {
        // Given
        var out = aCommand()
                .setCheckpoint(Checkpoint.newBuilder()
                        .setStep("comment")
                        .setAt(NOW)
                        .setRemoteId("remote-1")
                        .build())
                .build();
        withdrawn.add(out.getCommandId());
        // When
        var result = result(settled(handler.decide(work(out))));
        // Then
        assertThat(result.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(result.getRemoteId()).contains("remote-1");
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("INCOMPLETE");
        assertThat(result.getError().orElseThrow().getMessage()).endsWith("The rest was taken back.");
    }

    @Test
    void ofManyWithdrawalsTheNewestAreKept() {
        // Given
        var newest = Withdrawals.newest(2);
        // When
        newest.addAll(List.of("command-1", "command-2", "command-3"));
        // Then
        assertThat(newest).containsExactly("command-2", "command-3");
    }

    @Test
    void aRateLimitWaitsUntilTheTimeThePlatformNames() {
        // Given
        var until = NOW.plusSeconds(90);
        platform.outcome =
                new Outcome.RateLimited(Outcome.Scope.ACCOUNT, Optional.of(until), Cause.of(ErrorCode.RATE_LIMITED));
        // When
        var delayed = only(Topics.BACKOFF_429, handler.run(work(aCommand().build())));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.RATE_LIMITED);
        assertThat(delayed.getNotBefore()).contains(until);
    }

    @Test
    void aFaultBeforeAnythingWasPublishedBacksOff() {
        // Given
        platform.outcome = new Outcome.Unavailable(A_FAULT);
        // When
        var delayed = only(Topics.BACKOFF_5XX, handler.run(work(aCommand().build())));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.UNAVAILABLE);
        assertThat(delayed.getCommand().getHistory()).hasSize(1);
    }

    @Test
    void aFaultWithATimeWaitsUntilThat() {
        // Given
        var until = NOW.plusSeconds(120);
        platform.outcome = new Outcome.Unavailable(A_FAULT.retryAt(Optional.of(until)));
        platform.found = Doubts.cannotTell(platform.outcome);
        // When
        var delayed = only(Topics.BACKOFF_5XX, handler.run(work(aCommand().build())));
        var doubted = only(
                Topics.BACKOFF_UNCONFIRMED, handler.run(work(aDoubtedCommand().build())));
        // Then
        assertThat(delayed.getNotBefore()).contains(until);
        assertThat(doubted.getNotBefore()).contains(until);
    }

    @Test
    void aPublicationWithoutAnAnswerIsDoubtedAndNotSentAgain() {
        // Given
        platform.outcome = new Outcome.Unconfirmed("publish", Cause.of(ErrorCode.NO_ANSWER));
        // When
        var delayed =
                only(Topics.BACKOFF_UNCONFIRMED, handler.run(work(aCommand().build())));
        var next = delayed.getCommand();
        handler.run(work(next));
        // Then
        assertThat(next.getDoubt().orElseThrow().getCause()).isEqualTo("NO_ANSWER");
        assertThat(platform.published).hasSize(1);
        assertThat(platform.looked).containsExactly("NO_ANSWER");
    }

    @Test
    void aDoubtedPostThatIsFoundIsPublished() {
        // Given
        platform.found = new Found.Landed("remote-9", Optional.empty());
        // When
        var out = handler.run(work(aDoubtedCommand().build()));
        // Then
        assertThat(result(out).getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(result(out).getRemoteId()).contains("remote-9");
        assertThat(platform.published).isEmpty();
    }

    @Test
    void aDoubtedPostThatIsAbsentIsSentAgainLater() {
        // Given
        platform.found = new Found.Absent();
        // When
        var delayed =
                only(Topics.BACKOFF_5XX, handler.run(work(aDoubtedCommand().build())));
        // Then
        assertThat(delayed.getCommand().getDoubt()).isEmpty();
        assertThat(platform.published).isEmpty();
    }

    @Test
    void aDoubtThatRemainsIsLookedAtAgain() {
        // Given
        platform.found = new Found.CannotTell(A_FAULT);
        // When
        var delayed = only(
                Topics.BACKOFF_UNCONFIRMED, handler.run(work(aDoubtedCommand().build())));
        // Then
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isEqualTo(1);
    }

    @Test
    void aCommandOfAProcessThatIsGoneIsLookedForFirst() {
        // When
        var _ = handler.reconcile(work(aCommand().build()));
        // Then
        assertThat(platform.published).isEmpty();
        assertThat(platform.looked).containsExactly("OWNER_LOST");
    }

    @Test
    void anExpiredTokenAsksForANewOneAndWaitsForIt() {
        // Given
        platform.outcome = new Outcome.TokenExpired(Cause.of(ErrorCode.TOKEN_EXPIRED));
        // When
        var out = handler.run(work(aCommand().build()));
        // Then
        assertThat(only(Topics.REFRESH_REQUESTS, out).getTokenVersion()).isEqualTo(1);
        var delayed = only(Topics.WAITING, out);
        assertThat(delayed.getCause()).isEqualTo(DelayCause.TOKEN);
        assertThat(delayed.getNeedsTokenVersion()).contains(2L);
    }

    @Test
    void aTokenThatIsRefusedAfterItsRenewalNeedsAPerson() {
        // Given
        token(2);
        platform.outcome = new Outcome.TokenExpired(Cause.of(ErrorCode.TOKEN_EXPIRED));
        // When
        var out = handler.run(work(aCommand().setRefusedTokenVersion(1L).build()));
        // Then
        assertThat(only(Topics.WAITING, out).getCause()).isEqualTo(DelayCause.PERSON);
    }

    @Test
    void aRefusedTokenIsNotTriedAgain() {
        // When
        var decision = handler.decide(work(aCommand().setRefusedTokenVersion(1L).build()));
        // Then
        assertThat(only(Topics.WAITING, settled(decision)).getCause()).isEqualTo(DelayCause.TOKEN);
    }

    @Test
    void aPostWithoutATokenWaitsForOneWithoutACall() {
        // Given
        tokens.clear();
        // When
        var decision = handler.decide(work(aCommand().build()));
        // Then
        assertThat(only(Topics.WAITING, settled(decision)).getNeedsTokenVersion())
                .contains(1L);
        assertThat(platform.published).isEmpty();
    }

    @Test
    void aPostAfterItsDeadlineFails() {
        // When
        var decision =
                handler.decide(work(aCommand().setDeadline(NOW.minusSeconds(1)).build()));
        // Then
        assertThat(result(settled(decision)).getError().orElseThrow().getCode()).isEqualTo("DEADLINE_PASSED");
    }

    @Test
    void aDoubtedPostIsLookedForEvenAfterItsDeadline() {
        // When
        var decision = handler.decide(
                work(aDoubtedCommand().setDeadline(NOW.minusSeconds(1)).build()));
        // Then
        assertThat(decision).isInstanceOf(Decision.Attempt.class);
    }

    @Test
    void aStepThatIsDoneIsDurableBeforeTheNextOneStarts() {
        // Given
        var checkpoint = Checkpoint.newBuilder()
                .setStep("show")
                .setValues(Map.of("postId", "1"))
                .setAt(NOW)
                .build();
        platform.outcome = new Outcome.Continue(checkpoint, Optional.empty());
        // When
        var next = only(Topics.commands("fake"), handler.run(work(aCommand().build())));
        // Then
        assertThat(next.getCheckpoint()).contains(checkpoint);
        assertThat(next.getRound()).isEqualTo(1);
    }

    @Test
    void aPostThatThePlatformIsWorkingOnIsNeitherSentAgainNorTooLateNorTakenBack() {
        // Given
        var checkpoint = Checkpoint.newBuilder()
                .setStep("status")
                .setValues(Map.of("publishId", "1"))
                .setAt(NOW)
                .build();
        var until = NOW.plusSeconds(5);
        platform.outcome = new Outcome.Underway(checkpoint, Optional.of(until));
        // When
        var delayed = only(Topics.WAITING, handler.run(work(aCommand().build())));
        var next = delayed.getCommand();
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.PROCESSING);
        assertThat(delayed.getNotBefore()).contains(until);
        assertThat(delayed.getErrorCode()).contains("STILL_PROCESSING");
        assertThat(next.getCheckpoint()).contains(checkpoint);
        assertThat(next.getDoubt().orElseThrow().getStep()).isEqualTo("status");
        assertThat(next.getDoubtedSince()).contains(NOW);
    }

    @Test
    void aPostThatThePlatformIsStillWorkingOnIsAskedForAgainWithoutUsingUpLooks() {
        // Given
        var until = NOW.plusSeconds(30);
        platform.found = new Found.Underway(Optional.of(until));
        // When
        var delayed = only(Topics.WAITING, handler.run(work(aDoubtedCommand().build())));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.PROCESSING);
        assertThat(delayed.getNotBefore()).contains(until);
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isZero();
        assertThat(platform.published).isEmpty();
    }

    @Test
    void aDoubtedPostThatIsFoundGoesOnWithWhatBelongsToIt() {
        // Given
        platform.found = new Found.Further(aPostThatIsOut());
        // When
        var next =
                only(Topics.commands("fake"), handler.run(work(aDoubtedCommand().build())));
        // Then
        assertThat(next.getCheckpoint()).contains(aPostThatIsOut());
        assertThat(next.getDoubt()).isEmpty();
        assertThat(next.getRound()).isEqualTo(1);
    }

    static Stream<Outcome> endings() {
        return Stream.of(
                new Outcome.Rejected(Cause.of(ErrorCode.PERMISSION_MISSING)),
                new Outcome.TokenRevoked(Cause.of(ErrorCode.PERMISSION_MISSING)));
    }

    @Test
    void nothingIsCalledForWithAConnectionThatNeedsAPerson() {
        // Given: its token still looks good
        token(3);
        person = Optional.of(new PersonNeeded(3, ErrorCode.PERMISSION_MISSING));
        // When
        var delayed =
                only(Topics.WAITING, settled(handler.decide(work(aCommand().build()))));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.PERSON);
        assertThat(delayed.getErrorCode()).contains("PERMISSION_MISSING");
        assertThat(delayed.getDetail().orElseThrow()).contains("connected again");
        assertThat(delayed.getNeedsTokenVersion()).contains(4L);
        assertThat(delayed.getCommand().getRefusedTokenVersion()).isEmpty();
    }

    @Test
    void whereAPersonWithdrewTheTokenAPersonBringsTheNext() {
        // Given
        tokens.clear();
        person = Optional.of(new PersonNeeded(3, ErrorCode.TOKEN_REVOKED));
        // When
        var delayed =
                only(Topics.WAITING, settled(handler.decide(work(aCommand().build()))));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.PERSON);
        assertThat(delayed.getNeedsTokenVersion()).contains(4L);
    }

    @Test
    void whatBelongsToAPostThatIsOutIsTooLateAfterTheDeadline() {
        // Given
        var command = aCommand()
                .setCheckpoint(aPostThatIsOut())
                .setDeadline(NOW.minusSeconds(1))
                .build();
        // When
        var result = result(settled(handler.decide(work(command))));
        // Then
        isPublishedAndIncomplete(result);
        assertThat(platform.published).isEmpty();
    }

    @Test
    void aTokenThatIsNewerThanTheOneThatNeededAPersonIsUsed() {
        // Given
        token(4);
        person = Optional.of(new PersonNeeded(3, ErrorCode.TOKEN_REVOKED));
        // Then
        assertThat(handler.decide(work(aCommand().build()))).isInstanceOf(Decision.Attempt.class);
    }

    @ParameterizedTest
    @MethodSource("endings")
    void aPostThatIsOutIsPublishedAlthoughWhatBelongsToItIsRefused(Outcome refusal) {
        // Given
        platform.outcome = refusal;
        // When
        var result = result(
                handler.run(work(aCommand().setCheckpoint(aPostThatIsOut()).build())));
        // Then
        isPublishedAndIncomplete(result);
        assertThat(result.getError().orElseThrow().getMessage())
                .contains("first comment", ErrorCode.PERMISSION_MISSING.sentence());
    }

    @Test
    void whatBelongsToAPostThatIsOutBacksOffLikeAnythingElse() {
        // Given
        platform.outcome = new Outcome.Unavailable(A_FAULT);
        // When
        var delayed = only(
                Topics.BACKOFF_5XX,
                handler.run(work(aCommand().setCheckpoint(aPostThatIsOut()).build())));
        // Then
        assertThat(delayed.getCommand().getCheckpoint()).contains(aPostThatIsOut());
    }

    @Test
    void aPostWhoseIdIsLookedForIsNotTooLateAndNoneThatIsOutIsWithoutATokenForEver() {
        // Given
        var late = aCommand()
                .setCheckpoint(Checkpoint.newBuilder(aPostThatIsOut())
                        .setValues(Map.of(OutPost.STAND_IN, "true"))
                        .build())
                .setDeadline(NOW.minusSeconds(1));
        var refused = aCommand().setCheckpoint(aPostThatIsOut()).setRefusedTokenVersion(1L);
        var refusedLongAgo = aCommand()
                .setCheckpoint(Checkpoint.newBuilder(aPostThatIsOut())
                        .setAt(NOW.minus(Duration.ofHours(2)))
                        .build())
                .setRefusedTokenVersion(1L);
        // Then
        assertThat(handler.decide(work(late.build()))).isInstanceOf(Decision.Attempt.class);
        assertThat(only(Topics.WAITING, settled(handler.decide(work(refused.build()))))
                        .getCause())
                .isEqualTo(DelayCause.TOKEN);
        isPublishedAndIncomplete(result(settled(handler.decide(work(refusedLongAgo.build())))));
        tokens.clear();
        isPublishedAndIncomplete(result(settled(handler.decide(work(late.build())))));
    }

    @Test
    void anExpiredTokenIsRenewedOnceForWhatBelongsToAPostThatIsOut() {
        // Given
        platform.outcome = new Outcome.TokenExpired(Cause.of(ErrorCode.TOKEN_EXPIRED));
        var command = aCommand().setCheckpoint(aPostThatIsOut()).build();
        // When
        var out = handler.run(work(command));
        var delayed = only(Topics.WAITING, out);
        token(2);
        var again = handler.run(work(delayed.getCommand()));
        // Then
        assertThat(only(Topics.REFRESH_REQUESTS, out).getTokenVersion()).isEqualTo(1);
        assertThat(delayed.getCause()).isEqualTo(DelayCause.TOKEN);
        isPublishedAndIncomplete(result(again));
    }

    @Test
    void aBugAfterThePostIsOutLeavesItPublishedAndItsDeadLetterInDoubt() {
        // Given
        var work = work(aCommand().setCheckpoint(aPostThatIsOut()).build());
        var _ = work.lease().admit();
        // When
        var out = handler.failed(work, new IllegalStateException("bug"));
        // Then
        isPublishedAndIncomplete(result(out));
        // The next part of a thread, or the comment, may be out: it is looked for before it is made again.
        assertThat(only(Topics.DEAD_LETTERS, out).getCommand().orElseThrow().getDoubt())
                .isPresent();
    }

    private static void isPublishedAndIncomplete(PostResult result) {
        assertThat(result.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(result.getIsFinal()).isTrue();
        assertThat(result.getRemoteId()).contains("post-1");
        assertThat(result.getUrl()).contains("https://example.org/post-1");
        assertThat(result.getError().orElseThrow().getCode()).isEqualTo("INCOMPLETE");
    }

    private static Checkpoint aPostThatIsOut() {
        return Checkpoint.newBuilder()
                .setStep("comment")
                .setAt(NOW)
                .setRemoteId("post-1")
                .setUrl("https://example.org/post-1")
                .build();
    }

    @Test
    void aBugAfterACallLeavesTheResultOpenAndADeadLetter() {
        // Given
        var work = work(aCommand().build());
        var _ = work.lease().admit();
        // When
        var out = handler.failed(work, new IllegalStateException("bug"));
        // Then
        var letter = only(Topics.DEAD_LETTERS, out);
        assertThat(letter.getCause().orElseThrow()).contains("bug");
        // Whoever takes it up again must look first.
        assertThat(letter.getCommand().orElseThrow().getDoubt()).isPresent();
        assertThat(result(out).getStatus()).isEqualTo(ResultStatus.UNCONFIRMED);
    }

    @Test
    void theEndOfAPostThatKeepsItsOrderIsToldToThoseThatWaitForIt() {
        // Given
        var inOrder = aCommand().setOrder(PostOrder.IN_ORDER).build();
        // When
        var published = handler.run(work(inOrder));
        platform.outcome = new Outcome.Unavailable(A_FAULT);
        var waits = handler.run(work(inOrder));
        var bug = handler.failed(work(inOrder), new IllegalStateException("bug"));
        platform.outcome = new Outcome.Published("remote-2", Optional.empty());
        var independent = handler.run(work(aCommand().build()));
        // Then
        assertThat(only(Topics.ENDED, published).getCommandId()).isEqualTo("command-1");
        assertThat(only(Topics.ENDED, bug).getCommandId()).isEqualTo("command-1");
        assertThat(topics(waits)).containsExactly(Topics.BACKOFF_5XX.name());
        assertThat(topics(independent)).doesNotContain(Topics.ENDED.name());
    }

    @Test
    void aBugBeforeAnyCallFailsThePost() {
        // When
        var out = handler.failed(work(aCommand().build()), new IllegalStateException("bug"));
        // Then
        assertThat(result(out).getStatus()).isEqualTo(ResultStatus.FAILED);
        assertThat(result(out).getError().orElseThrow().getCode()).isEqualTo("INTERNAL");
    }

    @Test
    void afterARateLimitOthersOfTheAccountWaitForItsBudgetWithoutACallOrAnAttempt() {
        // Given
        var until = NOW.plusSeconds(90);
        platform.outcome =
                new Outcome.RateLimited(Outcome.Scope.ACCOUNT, Optional.of(until), Cause.of(ErrorCode.RATE_LIMITED));
        handler.run(work(aCommand().build()));
        // When
        var delayed = only(
                Topics.WAITING,
                settled(handler.decide(work(aCommand().setCommandId("another").build()))));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.BUDGET);
        assertThat(delayed.getNotBefore()).contains(until);
        assertThat(delayed.getErrorCode()).contains("BUDGET_USED_UP");
        assertThat(delayed.getDetail().orElseThrow()).startsWith("Goes out at 10:01:30 UTC because ");
        assertThat(delayed.getCommand().getHistory()).isEmpty();
        assertThat(platform.published).hasSize(1);
    }

    @Test
    void aBudgetThatIsUsedUpAfterTheDecisionStillHoldsTheCall() {
        // Given
        var work = work(aCommand().build());
        assertThat(handler.decide(work)).isInstanceOf(Decision.Attempt.class);
        budgets.refused(aCommand().build(), Outcome.Scope.APP, Optional.empty(), Cause.of(ErrorCode.RATE_LIMITED));
        // When
        var delayed = only(Topics.WAITING, handler.run(work));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.BUDGET);
        assertThat(platform.published).isEmpty();
    }

    @Test
    void aLookThatABlockKeepsFromBeingMadeIsNone() {
        // Given
        budgets.refused(aCommand().build(), Outcome.Scope.APP, Optional.empty(), Cause.of(ErrorCode.RATE_LIMITED));
        // When
        var delayed = only(Topics.WAITING, handler.run(work(aDoubtedCommand().build())));
        var taken =
                only(Topics.WAITING, handler.reconcile(work(aCommand().build())).outputs());
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.BUDGET);
        assertThat(delayed.getCommand().getDoubt().orElseThrow().getLooks()).isZero();
        assertThat(delayed.getDetail().orElseThrow()).startsWith("Is looked for at ");
        assertThat(taken.getCommand().getDoubt())
                .as("what may have happened is not forgotten")
                .isPresent();
        assertThat(platform.looked).isEmpty();
    }

    @Test
    void anOpenBreakerUsesUpNeitherAttemptsNorLooks() {
        // Given
        var open = Cause.of(ErrorCode.BREAKER_OPEN);
        platform.outcome = new Outcome.Unavailable(open);
        platform.found = Doubts.cannotTell(platform.outcome);
        // When
        var delayed = only(Topics.BACKOFF_5XX, handler.run(work(aCommand().build())));
        var doubted = only(
                Topics.BACKOFF_UNCONFIRMED, handler.run(work(aDoubtedCommand().build())));
        // Then
        assertThat(delayed.getCause()).isEqualTo(DelayCause.BREAKER_OPEN);
        assertThat(delayed.getCommand().getHistory()).isEmpty();
        assertThat(doubted.getCause()).isEqualTo(DelayCause.BREAKER_OPEN);
        assertThat(doubted.getCommand().getDoubt().orElseThrow().getLooks()).isZero();
        assertThat(doubted.getCommand().getHistory()).isEmpty();
    }

    @Test
    void aTokenThatCannotBeUnsealedWaitsForItsKey() {
        // Given
        tokens.put("connection-1", aToken(1, new byte[] {1, 2, 3}));
        // When
        var delayed = only(Topics.BACKOFF_5XX, handler.run(work(aCommand().build())));
        var doubted = only(
                Topics.BACKOFF_UNCONFIRMED,
                handler.reconcile(work(aCommand().build())).outputs());
        // Then
        assertThat(delayed.getErrorCode()).contains("INTERNAL");
        assertThat(doubted.getCommand().getDoubt())
                .as("what may have happened is not forgotten")
                .isPresent();
    }

    private void token(long version) {
        var sealed = vault.seal(KeysetName.ACCESS, Secret.of("token-" + version), "connection-1");
        tokens.put("connection-1", aToken(version, sealed));
    }

    private static PublishCommand.Builder aDoubtedCommand() {
        return aCommand()
                .setDoubt(Doubt.newBuilder()
                        .setSince(NOW)
                        .setStep("publish")
                        .setCause("TIMED_OUT")
                        .build());
    }

    private static Work<PublishCommand> work(PublishCommand command) {
        return new Work<>(
                command.getConnectionId(),
                command,
                new RecordPosition("publish.commands.fake", 0, 1L),
                Instant.EPOCH,
                Trace.root(),
                Lease.of(System::nanoTime, System.nanoTime(), Duration.ofMinutes(1), Duration.ofMinutes(1)));
    }

    private static Outputs settled(Decision decision) {
        return switch (decision) {
            case Decision.Settle(var outputs) -> outputs;
            case Decision.Attempt _ -> throw new AssertionError("A call would be made");
        };
    }

    private PostResult result(Outputs outputs) {
        return only(Topics.RESULTS, outputs);
    }

    private static List<String> topics(Outputs outputs) {
        return outputs.records().stream().map(record -> record.topic()).toList();
    }

    private <V extends SpecificRecord> V only(Topic<V> topic, Outputs outputs) {
        List<V> values = outputs.records().stream()
                .filter(record -> record.topic().equals(topic.name()))
                .map(record -> serdes.read(topic, record.value()))
                .toList();
        assertThat(values).as(topic.name()).hasSize(1);
        return values.getFirst();
    }
}
