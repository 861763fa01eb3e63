package io.broadside.publisher.platform.graph;

import static io.broadside.publisher.platform.Commands.A_FORMER_DOUBT;
import static io.broadside.publisher.platform.Commands.aCheckpoint;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GraphErrorsTest {

    private static final Step PREPARING = Step.preparing("photos");
    private static final Step PUBLISHING = Step.publishing("show");
    private static final String USAGE = "X-Business-Use-Case-Usage";

    private final PublishCommand command =
            aCommand("facebook", "1000000001", aText("Hello")).build();
    private final GraphErrors errors = new GraphErrors(
            new ErrorTable(
                    "Facebook",
                    "the Page",
                    List.of(
                            ErrorTable.either(1363047, Meaning.FAULT, "Trouble."),
                            ErrorTable.code(324, Meaning.BAD_MEDIA, "Use another."),
                            ErrorTable.code(389, Meaning.NOT_FETCHED, "Make it public."))),
            Clock.fixed(Bench.NOW, ZoneOffset.UTC));

    @ParameterizedTest(name = "HTTP {0}, {1}/{2}: {3} before publishing, {4} at it")
    @CsvSource({
        "400, 1, 0, Unavailable, Unconfirmed",
        "500, 1, 99, Unavailable, Unconfirmed",
        "500, 2, 0, Unavailable, Unconfirmed",
        "400, 100, 1363047, Unavailable, Unconfirmed",
        "400, 1363047, 0, Unavailable, Unconfirmed",
        "500, 4711, 0, Unavailable, Unconfirmed",
        "400, 4711, 0, Rejected, Rejected",
        "400, 3, 0, Rejected, Rejected",
        "400, 4, 0, RateLimited, RateLimited",
        "403, 10, 0, Rejected, Rejected",
        "500, 10, 0, Rejected, Rejected",
        "403, 32, 0, RateLimited, RateLimited",
        "400, 100, 0, Rejected, Rejected",
        "400, 100, 33, Rejected, Rejected",
        "400, 190, 0, TokenExpired, TokenExpired",
        "401, 190, 463, TokenExpired, TokenExpired",
        "400, 190, 460, TokenRevoked, TokenRevoked",
        "403, 200, 0, Rejected, Rejected",
        "400, 368, 0, RateLimited, RateLimited",
        "400, 506, 0, Rejected, Rejected",
    })
    void sameErrorDifferentStep(int status, int code, int subcode, String before, String at) {
        var answer = error(status, code, subcode, Map.of());
        assertThat(errors.outcome(answer, PREPARING, command).getClass().getSimpleName())
                .isEqualTo(before);
        assertThat(errors.outcome(answer, PUBLISHING, command).getClass().getSimpleName())
                .isEqualTo(at);
    }

    @Test
    void namesCodeAndStatusAndKeepsFacebooksWordsOut() {
        // Given
        var answer = new Answer(
                400,
                Map.of(),
                "{\"error\":{\"message\":\"Malformed access token EAAsecret\",\"error_user_msg\":\"Bitte\",\"code\":190,"
                        + "\"error_subcode\":467}}");
        // When
        var outcome = errors.outcome(answer, PUBLISHING, command);
        // Then
        assertThat(outcome).isInstanceOfSatisfying(Outcome.TokenRevoked.class, revoked -> {
            assertThat(revoked.cause().platformCode()).contains("190/467");
            assertThat(revoked.cause().httpStatus()).contains(400);
            assertThat(revoked.toString()).doesNotContain("EAAsecret", "Bitte");
        });
    }

    /** Their codes mean something else as a rule. */
    @ParameterizedTest
    @CsvSource({
        "100, 0, The user is not an Instagram Business, TokenRevoked, TOKEN_REVOKED",
        "10, 0, (#10) The user is not an Instagram business account, TokenRevoked, TOKEN_REVOKED",
        "100, 0, You cannot access the app till you log in to www.facebook.com, TokenRevoked, TOKEN_REVOKED",
        "100, 0, Session key is malformed EAAsecret, TokenRevoked, TOKEN_REVOKED",
        "100, 0, Unpublished posts must be posted to a page as the page itself., Rejected, PERMISSION_MISSING",
        "190, 0, pages_manage_posts must be granted before impersonating the page, Rejected, PERMISSION_MISSING",
        "100, 0, Invalid parameter, Rejected, CONTENT_REFUSED",
    })
    void understandsWhatMetaTellsInWordsAlone(
            int code, int subcode, String message, String outcome, ErrorCode meaning) {
        // Given
        var answer = new Answer(
                400,
                Map.of(),
                "{\"error\":{\"message\":\"" + message + "\",\"code\":" + code + ",\"error_subcode\":" + subcode
                        + "}}");
        // When
        var found = errors.outcome(answer, PREPARING, command);
        // Then
        assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(found.toString()).contains("code=" + meaning).doesNotContain(message);
        assertThat(GraphError.in(answer).toString()).doesNotContain(message);
    }

    @Test
    void believesTransientOnlyBeforeThePublishingCall() {
        // Given
        var answer = new Answer(400, Map.of(), "{\"error\":{\"code\":4711,\"is_transient\":true}}");
        // Then
        assertThat(errors.outcome(answer, PREPARING, command)).isInstanceOf(Outcome.Unavailable.class);
        assertThat(errors.outcome(answer, PUBLISHING, command)).isInstanceOf(Outcome.Unconfirmed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"code\":324", "\"code\":100", "\"code\":10", "\"code\":100,\"error_subcode\":33"})
    void triesAgainWhatIsCalledTransientBeforeThePublishingCallButNotForEver(String code) {
        // Given
        var answer = new Answer(400, Map.of(), "{\"error\":{" + code + ",\"is_transient\":true}}");
        var text = GraphError.in(answer).orElseThrow().text();
        // Then
        assertThat(errors.outcome(answer, PREPARING, triedBefore(6, text))).isInstanceOf(Outcome.Unavailable.class);
        assertThat(errors.outcome(answer, PREPARING, triedBefore(7, text))).isInstanceOf(Outcome.Rejected.class);
        assertThat(errors.outcome(answer, PUBLISHING, command)).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void letsAFileBeFetchedOnceMore() {
        // Given
        var answer = error(400, 389, 0, Map.of());
        // Then
        assertThat(errors.outcome(answer, PREPARING, command)).isInstanceOf(Outcome.Unavailable.class);
        assertThat(errors.outcome(answer, PREPARING, triedBefore(1, "1"))).isInstanceOf(Outcome.Unavailable.class);
        assertThat(errors.outcome(answer, PREPARING, triedBefore(1, "389"))).isInstanceOf(Outcome.Rejected.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"error\":{\"message\":\"slow down\"}}", "{\"error\":{\"code\":4711}}", "<html>"})
    void waitsWhereOnlyTheStatusTellsOfALimit(String body) {
        // When
        var outcome = errors.outcome(new Answer(429, Map.of("retry-after", "90"), body), PREPARING, command);
        // Then
        assertThat(limited(outcome).notBefore()).contains(Bench.NOW.plusSeconds(90));
        assertThat(limited(outcome).cause().code()).isEqualTo(ErrorCode.RATE_LIMITED);
    }

    private PublishCommand triedBefore(int times, String platformCode) {
        return PublishCommand.newBuilder(command)
                .setHistory(Collections.nCopies(
                        times,
                        Attempt.newBuilder()
                                .setNumber(1)
                                .setStartedAt(Bench.NOW.minusSeconds(60))
                                .setDurationMs(100)
                                .setStep("publish")
                                .setEnd(AttemptEnd.UNAVAILABLE)
                                .setPlatformCode(platformCode)
                                .build()))
                .build();
    }

    @Test
    void takesADuplicateAfterADoubtForTheFirstTry() {
        // Given
        var onceInDoubt = PublishCommand.newBuilder(command)
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        for (var answer : new Answer[] {error(400, 506, 0, Map.of()), error(400, 368, 1404082, Map.of())}) {
            assertThat(errors.outcome(answer, PUBLISHING, command))
                    .isInstanceOfSatisfying(
                            Outcome.Rejected.class,
                            rejected -> assertThat(rejected.cause().code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED));
            assertThat(errors.outcome(answer, PUBLISHING, onceInDoubt)).isInstanceOf(Outcome.Unconfirmed.class);
            assertThat(errors.outcome(answer, PREPARING, onceInDoubt))
                    .as("it would be said again")
                    .isInstanceOf(Outcome.Rejected.class);
        }
    }

    @Test
    void waitsForWhatWasJustMadeAndIsNotSeenYet() {
        // Given
        var answer = error(400, 100, 33, Map.of());
        // Then
        assertThat(errors.outcome(answer, PUBLISHING, madeAt(Bench.NOW.minusSeconds(29))))
                .isInstanceOf(Outcome.Unavailable.class);
        assertThat(errors.outcome(answer, PUBLISHING, madeAt(Bench.NOW.minusSeconds(31))))
                .isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void waitsTheMinutesThatTheHeaderNamesForThePage() {
        // Given
        var header = "{\"1000000001\":[{\"type\":\"pages\",\"call_count\":100,\"total_cputime\":20,\"total_time\":20,"
                + "\"estimated_time_to_regain_access\":19}],\"2\":[{\"estimated_time_to_regain_access\":600}]}";
        // When
        var outcome = errors.outcome(error(400, 80001, 0, Map.of(USAGE, header)), PUBLISHING, command);
        // Then
        assertThat(limited(outcome).scope()).isEqualTo(Scope.ACCOUNT);
        assertThat(limited(outcome).notBefore()).contains(Bench.NOW.plusSeconds(1140));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"9\":[{\"estimated_time_to_regain_access\":5},{\"estimated_time_to_regain_access\":7}]} | 420",
                "{\"1000000001\":[{\"estimated_time_to_regain_access\":0}]} | 3600",
                "{\"1000000001\":[{\"estimated_time_to_regain_access\":-5}]} | 3600",
                "{\"1000000001\":[{\"estimated_time_to_regain_access\":99999999999}]} | 3600",
                "{\"1000000001\":[{\"estimated_time_to_regain_access\":9999}]} | 172800",
                "{\"1000000001\":{}} | 3600",
                "[] | 3600",
                "nonsense | 3600",
            })
    void readsWhateverTheHeaderSays(String header, long seconds) {
        var outcome = errors.outcome(error(400, 80001, 0, Map.of(USAGE, header)), PUBLISHING, command);
        assertThat(limited(outcome).notBefore()).contains(Bench.NOW.plusSeconds(seconds));
    }

    @Test
    void waitsAnHourWhereNoTimeIsNamedAndLongerWhereABlockIs() {
        assertThat(limited(errors.outcome(error(400, 4, 0, Map.of()), PUBLISHING, command)))
                .satisfies(app -> assertThat(app.scope()).isEqualTo(Scope.APP))
                .satisfies(app -> assertThat(app.notBefore()).contains(Bench.NOW.plus(Duration.ofHours(1))));
        assertThat(limited(errors.outcome(error(400, 368, 1390008, Map.of()), PUBLISHING, command))
                        .notBefore())
                .contains(Bench.NOW.plus(Duration.ofHours(6)));
        assertThat(limited(errors.outcome(error(400, 17, 0, Map.of("retry-after", "90")), PUBLISHING, command))
                        .notBefore())
                .contains(Bench.NOW.plusSeconds(90));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 400, 403, 404, 500, 502, 503})
    void learnsNothingFromAnOutagePage(int status) {
        // Given
        var answer = new Answer(status, Map.of(), "<html>Sorry, something went wrong.</html>");
        // Then
        assertThat(errors.outcome(answer, PREPARING, command)).isInstanceOf(Outcome.Unavailable.class);
        assertThat(errors.outcome(answer, PUBLISHING, command)).isInstanceOf(Outcome.Unconfirmed.class);
    }

    private PublishCommand madeAt(Instant at) {
        return PublishCommand.newBuilder(command)
                .setCheckpoint(aCheckpoint("show", Map.of("postId", "1"), at))
                .build();
    }

    private static RateLimited limited(Outcome outcome) {
        assertThat(outcome).isInstanceOf(RateLimited.class);
        return (RateLimited) outcome;
    }

    private static Answer error(int status, int code, int subcode, Map<String, String> headers) {
        var sub = subcode == 0 ? "" : ",\"error_subcode\":" + subcode;
        return new Answer(
                status,
                headers,
                "{\"error\":{\"message\":\"m\",\"type\":\"OAuthException\",\"code\":" + code + sub
                        + ",\"is_transient\":false,\"fbtrace_id\":\"Axxx\"}}");
    }
}
