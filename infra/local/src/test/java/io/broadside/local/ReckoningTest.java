package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.ErrorOwner;
import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import io.broadside.retry.account.AccountReport;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.post.Publication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check that cannot fail proves nothing: each way in which a run can be bad makes the verdict bad. */
class ReckoningTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Mischief.Tally ALL_DONE = new Mischief.Tally(5, 1, 1);

    private final Map<String, ChaosPosts.Sent> sent = new LinkedHashMap<>();
    private final Board board = new Board();
    private final List<Publication> publications = new ArrayList<>();
    private Map<String, Long> reconciled = Map.of("LANDED", 1L);
    private Mischief.Tally mischief = ALL_DONE;
    private ChaosTokens.Tally tokens = new ChaosTokens.Tally(0, 0, 0, 0);
    private AccountReport account = account(0);
    private boolean isWeakened;

    @Test
    void everyPostOnceAndAllMischiefDoneIsGood() {
        // Given
        published("a");
        published("b");
        // When
        var reckoning = reckoning(2);
        // Then
        assertThat(reckoning.exitCode()).isZero();
    }

    @Test
    void aPostWithoutALastWordIsLost() {
        // Given
        published("a");
        send("b", true);
        // When
        var reckoning = reckoning(2);
        // Then
        assertThat(reckoning.lost()).containsExactly("x b");
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }

    @Test
    void aPostThatIsPublishedByItsLastWordAlwaysIsOnThePlatform() {
        // Given
        send("a", true);
        say("a", ResultStatus.PUBLISHED);
        // When
        var reckoning = reckoning(1);
        // Then
        assertThat(reckoning.lost()).containsExactly("x a");
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }

    @Test
    void aPostThatIsCancelledAlthoughNobodyCalledItOffIsLost() {
        // Given
        send("a", true);
        callOff("a");
        say("a", ResultStatus.CANCELLED);
        // When
        var calledOff = reckoning(1);
        send("b", true);
        say("b", ResultStatus.CANCELLED);
        var byItself = reckoning(2);
        // Then
        assertThat(calledOff.exitCode()).isZero();
        assertThat(byItself.lost()).containsExactly("x b");
        assertThat(byItself.exitCode()).isEqualTo(1);
    }

    @Test
    void aPostThatThePlatformHasTwiceIsFound() {
        // Given
        published("a");
        publish("a");
        // When
        var reckoning = reckoning(1);
        // Then
        assertThat(reckoning.postedTwice()).containsExactly("x a");
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }

    @Test
    void aPostThatIsOutAlthoughItWasCalledOffOrThatHasTwoLastWordsIsUntrue() {
        // Given
        send("a", true);
        callOff("a");
        publish("a");
        say("a", ResultStatus.CANCELLED);
        published("b");
        say("b", ResultStatus.PUBLISHED);
        // When
        var reckoning = reckoning(2);
        // Then
        assertThat(reckoning.untrue()).containsExactly("x a", "x b");
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }

    @Test
    void aFailureIsBadAlthoughNothingIsLost() {
        // Given
        send("a", true);
        say("a", ResultStatus.FAILED);
        // When
        var reckoning = reckoning(1);
        // Then
        assertThat(reckoning.lost()).isEmpty();
        assertThat(reckoning.failures()).containsExactly(Map.entry("INTERNAL", 1L));
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }

    @Test
    void unconfirmedIsGoodOnlyWhereThePlatformShowsNothing() {
        // Given
        send("blind", false);
        say("blind", ResultStatus.UNCONFIRMED);
        // When
        var unavoidable = reckoning(1);
        send("seen", true);
        say("seen", ResultStatus.UNCONFIRMED);
        var avoidable = reckoning(2);
        // Then
        assertThat(unavoidable.exitCode()).isZero();
        assertThat(avoidable.needlesslyUnconfirmed()).containsExactly("x seen");
        assertThat(avoidable.exitCode()).isEqualTo(1);
    }

    @Test
    void anAccountThatDoesNotHoldIsBad() {
        // Given
        published("a");
        account = account(1);
        // When
        var reckoning = reckoning(1);
        // Then
        assertThat(reckoning.exitCode()).isEqualTo(1);
    }

    @Test
    void aTokenThatWeBrokeOrThatWasLostUnnoticedIsBad() {
        // Given
        published("a");
        // When
        tokens = new ChaosTokens.Tally(0, 10, 9, 1);
        var noticed = reckoning(1);
        tokens = new ChaosTokens.Tally(0, 10, 9, 0);
        var unnoticed = reckoning(1);
        tokens = new ChaosTokens.Tally(0, 10, 10, 1);
        var brokenByUs = reckoning(1);
        // Then
        assertThat(noticed.exitCode()).isZero();
        assertThat(unnoticed.exitCode()).isEqualTo(1);
        assertThat(brokenByUs.exitCode()).isEqualTo(1);
    }

    @Test
    void aRunWithoutACallInDoubtOrWithoutAllItsKillsProvesNothing() {
        // Given
        published("a");
        reconciled = Map.of();
        // When
        var withoutDoubt = reckoning(1);
        reconciled = Map.of("ABSENT", 3L);
        mischief = new Mischief.Tally(4, 1, 1);
        var withoutAKill = reckoning(1);
        mischief = ALL_DONE;
        var withoutAPost = reckoning(2);
        // Then
        assertThat(withoutDoubt.exitCode()).isEqualTo(2);
        assertThat(withoutAKill.exitCode()).isEqualTo(2);
        assertThat(withoutAPost.exitCode()).isEqualTo(2);
    }

    @Test
    void aBrokenRuleThatTheRunDoesNotNoticeIsNoSuccess() {
        // Given
        published("a");
        isWeakened = true;
        // When
        var reckoning = reckoning(1);
        // Then
        assertThat(reckoning.exitCode()).isEqualTo(2);
    }

    @Test
    void whatWasLookedUpIsCountedInTheLogs(@TempDir Path directory) throws IOException {
        // Given
        var log = Files.writeString(directory.resolve("one.log"), """
                00:00:01 INFO  Calls reconciled dispatcher="d" offset="1" verdict="LANDED"
                00:00:02 INFO  Calls something else verdict="LANDED"
                00:00:03 INFO  Calls reconciled dispatcher="d" offset="2" verdict="CANNOT_TELL"
                00:00:04 INFO  Calls reconciled dispatcher="d" offset="3" verdict="LANDED"
                """);
        // When
        var found = Reckoning.reconciled(List.of(log, directory.resolve("never-ran.log")));
        // Then
        assertThat(found).containsOnly(Map.entry("LANDED", 2L), Map.entry("CANNOT_TELL", 1L));
    }

    private void published(String id) {
        send(id, true);
        publish(id);
        say(id, ResultStatus.PUBLISHED);
    }

    private void send(String id, boolean isReadable) {
        sent.put(id, new ChaosPosts.Sent(id, List.of("text of " + id), "x", isReadable, false));
    }

    private void callOff(String id) {
        sent.computeIfPresent(id, (_, post) -> post.cancelled());
    }

    private void publish(String id) {
        publications.add(new Publication(
                Platform.X,
                "account",
                Publication.Kind.POST,
                "post " + publications.size(),
                "text of " + id,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                NOW,
                NOW));
    }

    private void say(String id, ResultStatus status) {
        var error = PostError.newBuilder()
                .setCode("INTERNAL")
                .setOwner(ErrorOwner.OPERATOR)
                .setMessage("A bug.")
                .build();
        board.take(PostResult.newBuilder()
                .setRequestId(id)
                .setTargetIndex(0)
                .setStatus(status)
                .setIsFinal(true)
                .setAt(NOW)
                .setError(status == ResultStatus.FAILED ? error : null)
                .build());
    }

    private Reckoning reckoning(int posts) {
        var plan = new Chaos.Plan(posts, 2, 5, 1, Duration.ofMinutes(1), 1.0, isWeakened);
        return Reckoning.of(plan, sent, board, account, publications, reconciled, mischief, tokens);
    }

    private static AccountReport account(long unanswered) {
        return new AccountReport(NOW, Map.of(), unanswered, 0, List.of(), List.of());
    }
}
