package io.broadside.local;

import static io.broadside.simulator.account.Platform.X;
import static io.broadside.simulator.failure.FailureKind.RATE_LIMITED_WITH_RETRY_AFTER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.events.ChangeAnswer;
import io.broadside.events.ChangeRequest;
import io.broadside.events.Content;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.retry.account.Account;
import io.broadside.schemas.Topics;
import io.broadside.simulator.failure.Failure;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Posts that wait, as somebody sees it who has nothing but Kafka: changed, kept in order, accounted for. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class WaitingIT {

    private static final Duration LONG = Duration.ofMinutes(3);

    private LocalStack stack;
    private StackClient client;
    private StackClient.Tail<PostResult> results;
    private final List<PostResult> seen = new ArrayList<>();

    @BeforeAll
    void startStack(@TempDir Path data) throws Exception {
        stack = LocalStack.start(FreePorts.find(), data, _ -> {});
        client = new StackClient(stack.ports());
        DemoAccounts.connect(stack, client);
    }

    @AfterAll
    void stopStack() {
        client.close();
        stack.close();
    }

    @BeforeEach
    void openResults() {
        seen.clear();
        results = client.tail(Topics.RESULTS, false);
    }

    @AfterEach
    void closeResults() {
        results.close();
    }

    @Test
    void aScheduledPostGoesOutWithTheTextItWasGivenLater() throws Exception {
        // Given
        var id = publish("First thought", Instant.now().plusSeconds(3600), PostOrder.INDEPENDENT);
        awaitResult(result -> result.getRequestId().equals(id) && result.getStatus() == ResultStatus.SCHEDULED);

        // When
        var better = change(id)
                .setContent(Content.newBuilder().setText("Second thought " + id).build())
                .setPublishAt(Instant.now().plusSeconds(2))
                .build();
        client.send(Topics.CHANGES, id, better);

        // Then
        assertThat(answer(better).getIsApplied()).isTrue();
        assertThat(end(id).getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(stack.simulator().control().posts().toString())
                .contains("Second thought " + id)
                .doesNotContain("First thought " + id);
    }

    @Test
    void aChangeThatBreaksTheRulesOfThePlatformIsRefusedAndThePostStays() throws Exception {
        // Given
        var id = publish("Short enough", Instant.now().plusSeconds(3600), PostOrder.INDEPENDENT);
        awaitResult(result -> result.getRequestId().equals(id) && result.getStatus() == ResultStatus.SCHEDULED);

        // When
        var tooLong = change(id)
                .setContent(Content.newBuilder().setText("long ".repeat(100)).build())
                .build();
        client.send(Topics.CHANGES, id, tooLong);

        // Then
        var answer = answer(tooLong);
        assertThat(answer.getIsApplied()).isFalse();
        assertThat(answer.getFaults().getFirst().getField()).isEqualTo("content.text");
        assertThat(awaitResult(result -> result.getChange().isPresent()).getStatus())
                .isEqualTo(ResultStatus.SCHEDULED);
    }

    @Test
    void aChangeOfAPostThatIsOutIsRefusedWithItsState() throws Exception {
        // Given
        var id = publish("Out already", null, PostOrder.INDEPENDENT);
        end(id);

        // When
        var late = change(id)
                .setContent(Content.newBuilder().setText("Too late").build())
                .build();
        client.send(Topics.CHANGES, id, late);

        // Then
        var answer = answer(late);
        assertThat(answer.getCode()).contains("TOO_LATE_TO_CHANGE");
        var told = awaitResult(result -> result.getChange().isPresent());
        assertThat(told.getStatus()).isEqualTo(ResultStatus.PUBLISHED);
        assertThat(told.getIsRepeat()).isTrue();
    }

    @Test
    void aChangeOfARequestThatNobodySentIsRefused() throws Exception {
        // When
        var lost = change("nobody-sent-" + UUID.randomUUID()).setIsRelease(true).build();
        client.send(Topics.CHANGES, lost.getRequestId(), lost);

        // Then: a minute is given to its request to come
        await().atMost(LONG).until(() -> !find(isAnswerTo(lost)).isEmpty());
        assertThat(answer(lost).getCode()).contains("UNKNOWN_REQUEST");
    }

    @Test
    void postsOfAnAccountGoOutInOrderAlthoughTheFirstOfThemIsHeldUp() throws Exception {
        // Given: a platform that has no room for the first of them
        stack.simulator()
                .control()
                .inject(Failure.of(X, "tweets.create", RATE_LIMITED_WITH_RETRY_AFTER)
                        .seconds(2));

        // When
        var ids = new ArrayList<String>();
        for (var i = 1; i <= 4; i++) {
            var id = publish("Part " + i, null, PostOrder.IN_ORDER);
            ids.add(id);
            awaitResult(result -> result.getRequestId().equals(id) && result.getStatus() == ResultStatus.ACCEPTED);
        }
        ids.forEach(this::end);

        // Then
        var published = find(result -> result.getIsFinal() && ids.contains(result.getRequestId()));
        assertThat(published).extracting(PostResult::getStatus).containsOnly(ResultStatus.PUBLISHED);
        assertThat(published.stream()
                        .sorted(Comparator.comparingLong(
                                result -> Long.parseLong(result.getRemoteId().orElseThrow())))
                        .map(PostResult::getRequestId))
                .containsExactlyElementsOf(ids);
    }

    @Test
    void theAccountHolds() throws Exception {
        // Given
        end(publish("For the books", null, PostOrder.INDEPENDENT));
        publish("For later", Instant.now().plusSeconds(3600), PostOrder.INDEPENDENT);

        // When
        try (var account = Account.of(
                stack.ports().bootstrapServers(),
                stack.ports().at(stack.ports().registry()).toString(),
                Clock.systemUTC())) {
            // Then: as soon as everything that was asked for is accepted
            await().atMost(LONG).untilAsserted(() -> {
                var report = account.draw();
                assertThat(report.holds()).as(String.join("\n", report.lines())).isTrue();
                assertThat(report.total().published()).isPositive();
                assertThat(report.total().waiting()).isPositive();
                assertThat(report.lines()).contains("The account holds.");
            });
        }
    }

    private String publish(String text, @Nullable Instant at, PostOrder order) throws Exception {
        var id = "waiting-" + UUID.randomUUID();
        client.publish(PublishRequest.newBuilder()
                .setRequestId(id)
                .setContent(Content.newBuilder().setText(text + " " + id).build())
                .setTargets(List.of(Target.newBuilder()
                        .setProfileId("bakery")
                        .setPlatform("x")
                        .build()))
                .setPublishAt(at)
                .setOrder(order)
                .build());
        return id;
    }

    private static ChangeRequest.Builder change(String requestId) {
        return ChangeRequest.newBuilder()
                .setChangeId(UUID.randomUUID().toString())
                .setRequestId(requestId)
                .setRequestedAt(Instant.now());
    }

    private ChangeAnswer answer(ChangeRequest change) {
        return awaitResult(isAnswerTo(change)).getChange().orElseThrow();
    }

    private static Predicate<PostResult> isAnswerTo(ChangeRequest change) {
        return result -> result.getChange()
                .filter(answer -> answer.getChangeId().equals(change.getChangeId()))
                .isPresent();
    }

    private PostResult end(String requestId) {
        return awaitResult(
                result -> result.getIsFinal() && result.getRequestId().equals(requestId));
    }

    private PostResult awaitResult(Predicate<PostResult> isMeant) {
        await().atMost(LONG).until(() -> !find(isMeant).isEmpty());
        return find(isMeant).getFirst();
    }

    private List<PostResult> find(Predicate<PostResult> isMeant) {
        seen.addAll(results.next(Duration.ofMillis(50)));
        return seen.stream().filter(isMeant).toList();
    }
}
