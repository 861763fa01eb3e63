package io.broadside.publisher.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Doubt;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every platform promises, whatever the network answers. */
public abstract class PlatformContract {

    /** What comes instead of an API's answer. */
    private static final String HTML =
            "<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>";

    protected final Bench bench = new Bench();

    protected abstract Platform platform();

    /** At the call that publishes. */
    protected abstract PublishCommand publishing();

    /** At a call that only prepares. */
    protected abstract PublishCommand preparing();

    /** What is served before the preparing call can be made, for instance the media it sends. */
    protected void serveWhatPreparingNeeds() {}

    @AfterEach
    void close() {
        bench.close();
    }

    static Stream<String> bodies() {
        return Stream.of(
                "",
                " ",
                HTML,
                "null",
                "[]",
                "[{}]",
                "42",
                "\"text\"",
                "{",
                "{}",
                "{\"data\":",
                "{\"data\":{\"id\":",
                "{\"data\":{}}",
                "{\"data\":[]}",
                "{\"data\":null}",
                "{\"data\":{\"id\":null}}",
                "{\"data\":{\"id\":{}}}",
                "{\"data\":{\"id\":\"\"}}",
                "{\"id\":null}",
                "{\"id\":[]}",
                "{\"id\":\"\"}",
                "{\"success\":false}",
                "{\"success\":\"no\"}",
                "{\"error\":null}",
                "{\"error\":\"text\"}",
                "{\"error\":{}}",
                "{\"error\":{\"code\":\"x\",\"error_subcode\":[]}}",
                "{\"error\":{\"code\":99999999999999999999}}",
                "{\"errors\":{}}",
                "{\"errors\":[null]}",
                "{\"errors\":[{\"code\":\"88\"}]}",
                "{\"type\":7,\"detail\":[],\"status\":\"403\"}",
                "{\"type\":\"https://\",\"detail\":\"\\ud800\"}",
                "[".repeat(100_000),
                "{\"a\":".repeat(5_000),
                "x".repeat(500_000),
                "\u0000\uffff");
    }

    static Stream<Integer> statuses() {
        return Stream.of(
                200, 201, 202, 204, 301, 302, 400, 401, 402, 403, 404, 408, 409, 410, 413, 418, 422, 429, 451, 500, 501,
                502, 503, 504, 599);
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void takesAnyAnswerToAPublishingCallAndNeverCallsItPublished(int status) {
        bodies().forEach(body -> {
            bench.server().answers(status, body);
            var outcome = platform().publish(publishing(), Bench.TOKEN, bench.context());
            assertThat(outcome).as("%s %.60s", status, body).isNotInstanceOf(Published.class);
            if (status < 400 || status >= 500) {
                assertThat(outcome)
                        .as("%s %.60s", status, body)
                        .isInstanceOfAny(Unconfirmed.class, Outcome.Rejected.class);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("statuses")
    void takesAnyAnswerToALookAndNeverCallsItFound(int status) {
        var doubtful = PublishCommand.newBuilder(publishing())
                .setDoubt(Commands.aDoubt("publish", 0))
                .build();
        bodies().forEach(body -> {
            bench.server().answers(status, body);
            var found = platform().find(doubtful, Bench.TOKEN, bench.context());
            assertThat(found).as("%s %.60s", status, body).isInstanceOf(Found.CannotTell.class);
        });
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void doesNotKnowWhetherItIsPublishedAfterAServerError(String body) {
        // Given
        bench.server().answers(500, body);
        // When
        var outcome = platform().publish(publishing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome).isInstanceOf(Unconfirmed.class);
    }

    @Test
    void doesNotKnowWhetherItIsPublishedWhenTheConnectionBreaks() {
        // Given
        bench.server().cutsTheConnection();
        // When
        var outcome = platform().publish(publishing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unconfirmed.class,
                        unconfirmed -> assertThat(unconfirmed.cause().code()).isEqualTo(ErrorCode.NO_ANSWER));
    }

    @Test
    void doesNotKnowWhetherItIsPublishedWhenNoAnswerComesInTime() {
        // Given
        bench.server().neverAnswers();
        // When
        var outcome = platform().publish(publishing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unconfirmed.class,
                        unconfirmed -> assertThat(unconfirmed.cause().code()).isEqualTo(ErrorCode.TIMED_OUT));
    }

    @Test
    void knowsThatNothingIsPublishedWhenThereIsNoConnection() {
        // Given
        var platform = platform();
        bench.server().close();
        // When
        var outcome = platform.publish(publishing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.cause().code()).isEqualTo(ErrorCode.NO_CONNECTION));
    }

    @Test
    void sendsNothingThroughAClosedGate() {
        // When
        var outcome = platform().publish(publishing(), Bench.TOKEN, bench.lateContext());
        // Then
        assertThat(outcome).isInstanceOf(Unavailable.class);
        assertThat(bench.server().asked()).isEmpty();
    }

    @Test
    void knowsThatNothingIsPublishedWhenPreparingFails() {
        // Given
        serveWhatPreparingNeeds();
        bench.server().answers(503, HTML);
        // When
        var outcome = platform().publish(preparing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome).isInstanceOf(Unavailable.class);
    }

    @Test
    void leavesThePlatformAloneUntilTheTimeThatAFaultNames() {
        // Given
        serveWhatPreparingNeeds();
        bench.server().answers(503, HTML, Map.of("Retry-After", "120"));
        // When
        var outcome = platform().publish(preparing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.cause().retryAt()).isPresent());
    }

    @Test
    void knowsThatNothingIsPublishedWhenPreparingIsNotAnswered() {
        // Given
        serveWhatPreparingNeeds();
        bench.server().cutsTheConnection();
        // When
        var outcome = platform().publish(preparing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(outcome).isInstanceOf(Unavailable.class);
    }

    @Test
    void findsNothingOfAPostThatWasOnlyPrepared() {
        // When
        var found = platform().find(preparing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(found).isEqualTo(new Found.Absent());
        assertThat(bench.server().asked()).isEmpty();
    }

    @Test
    void cannotTellWhenALookIsNotAnswered() {
        // Given
        bench.server().cutsTheConnection();
        // When
        var found = platform().find(publishing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(found).isInstanceOf(Found.CannotTell.class);
    }

    /** The answers to the calls of a look by which nothing is seen; none where that is certain and harmless. */
    protected abstract List<String> nothingToBeSeen();

    @Test
    void takesLooksThatWereNotAnsweredForNoEvidence() {
        // Given
        assumeThat(nothingToBeSeen()).isNotEmpty();
        var never = PublishCommand.newBuilder(publishing())
                .setDoubt(Doubt.newBuilder(Commands.aDoubt(stepInDoubt(), 6))
                        .setSince(Bench.NOW.minus(Duration.ofMinutes(20)))
                        .build())
                .setHistory(Collections.nCopies(6, anUnansweredLook()))
                .build();
        bench.server().answers(503, HTML);
        nothingToBeSeen().forEach(body -> bench.server().answers(200, body));
        // When
        var unanswered = platform().find(never, Bench.TOKEN, bench.context());
        var empty = platform().find(never, Bench.TOKEN, bench.context());
        // Then
        assertThat(unanswered)
                .isInstanceOfSatisfying(
                        Found.CannotTell.class,
                        found -> assertThat(found.stopped()).containsInstanceOf(Unavailable.class));
        assertThat(empty)
                .isInstanceOfSatisfying(
                        Found.CannotTell.class,
                        found -> assertThat(found.stopped()).isEmpty());
    }

    private String stepInDoubt() {
        return publishing().getCheckpoint().map(Checkpoint::getStep).orElse("publish");
    }

    private static Attempt anUnansweredLook() {
        return Attempt.newBuilder()
                .setNumber(1)
                .setStartedAt(Bench.NOW.minus(Duration.ofMinutes(15)))
                .setDurationMs(100)
                .setStep("publish")
                .setEnd(AttemptEnd.CANNOT_TELL)
                .setErrorCode(ErrorCode.SERVER_ERROR.name())
                .build();
    }

    @Test
    void keepsTheTokenOutOfAddressesAndBodies() {
        // Given
        bench.server().answers(500, "").answers(500, "");
        // When
        platform().publish(publishing(), Bench.TOKEN, bench.context());
        platform().find(publishing(), Bench.TOKEN, bench.context());
        // Then
        assertThat(bench.server().asked()).hasSize(2).allSatisfy(asked -> {
            assertThat(asked.headers()).containsEntry("authorization", "Bearer " + Bench.TOKEN.reveal());
            assertThat(asked.query().toString()).doesNotContain(Bench.TOKEN.reveal());
            assertThat(asked.text()).doesNotContain(Bench.TOKEN.reveal());
        });
    }

    /** The plainest content it takes. */
    protected Content plain() {
        return Commands.aText("Hello").build();
    }

    @Test
    void hasNoFaultWithWhatIsPlain() {
        assertThat(platform().faults(plain())).isEmpty();
    }
}
