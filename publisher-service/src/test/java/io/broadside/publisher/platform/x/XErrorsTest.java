package io.broadside.publisher.platform.x;

import static io.broadside.publisher.platform.Commands.A_FORMER_DOUBT;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Bench;
import io.broadside.publisher.platform.Cause;
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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class XErrorsTest {

    private static final Step UPLOAD = Step.preparing("upload");
    private static final Step CREATE = Step.publishing("create");
    private static final String TOO_MANY =
            "{\"title\":\"Too Many Requests\",\"detail\":\"Too Many Requests\",\"type\":\"about:blank\",\"status\":429}";

    private final PublishCommand command = aCommand("x", "1", aText("Hello")).build();
    private final XErrors errors = new XErrors(Clock.fixed(Bench.NOW, ZoneOffset.UTC));

    @ParameterizedTest(name = "{0} {1} \"{2}\": {3} {4}")
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | invalid-request | One or more parameters to your request was invalid. | Rejected | CONTENT_REFUSED",
                "400 | about:blank | Your Tweet text is too long. | Rejected | CONTENT_REFUSED",
                "403 | about:blank | Your Tweet text is too long. | Rejected | CONTENT_REFUSED",
                "401 | about:blank | Unauthorized | TokenExpired | TOKEN_EXPIRED",
                "402 | credits | Your enrolled account [1] does not have any credits | RateLimited | CREDITS_DEPLETED",
                "403 | about:blank | You are not allowed to create a Tweet with duplicate content. | Rejected | DUPLICATE_REFUSED",
                "403 | oauth1-permissions | Your client app is not configured | Rejected | PERMISSION_MISSING",
                "403 | client-forbidden | This request must be made using an approved app | Rejected | APP_REFUSED",
                "403 | client-not-enrolled | x | Rejected | APP_REFUSED",
                "403 | unsupported-authentication | Authenticating with Unknown is forbidden | TokenRevoked | TOKEN_REVOKED",
                "403 | about:blank | You are not permitted to perform this action. | Rejected | PERMISSION_MISSING",
                "403 | not-authorized-for-resource | You can only reply to or quote posts where | Rejected | CONTENT_REFUSED",
                "403 | about:blank | Reply to this conversation is not allowed because you have not been | Rejected | CONTENT_REFUSED",
                "403 | about:blank | You attempted to reply to a Tweet that is deleted or not visible to you. | Rejected | NOT_FOUND",
                "403 | user-suspended | x | TokenRevoked | TOKEN_REVOKED",
                "403 | about:blank | your account is temporarily locked. | TokenRevoked | TOKEN_REVOKED",
                "403 | duplicate-rules | x | Rejected | CONTENT_REFUSED",
                "403 | about:blank | a maximum of one cashtag | Rejected | CONTENT_REFUSED",
                "403 | about:blank | a maximum of 4 items | Rejected | CONTENT_REFUSED",
                "403 | about:blank | The Tweet contains an invalid URL. | Rejected | CONTENT_REFUSED",
                "403 | about:blank | something new | Rejected | UNKNOWN_REFUSAL",
                "403 | usage-capped | Usage cap exceeded: Monthly product cap | RateLimited | RATE_LIMITED",
                "429 | usage-capped | Usage cap exceeded: Monthly product cap | RateLimited | RATE_LIMITED",
                "404 | resource-not-found | Could not find tweet | Rejected | NOT_FOUND",
                "413 | about:blank | Payload Too Large | Rejected | MEDIA_UNAVAILABLE",
                "422 | about:blank | x | Rejected | UNKNOWN_REFUSAL",
                "429 | about:blank | Too Many Requests | RateLimited | RATE_LIMITED",
                "500 | about:blank | Internal Server Error | Unconfirmed | SERVER_ERROR",
                "502 | about:blank | Bad Gateway | Unconfirmed | SERVER_ERROR",
                "503 | about:blank | Service Unavailable | Unconfirmed | SERVER_ERROR",
                "504 | about:blank | Gateway Timeout | Unconfirmed | SERVER_ERROR",
                "408 | about:blank | Request Timeout | Unconfirmed | SERVER_ERROR",
                "201 | about:blank | no data | Unconfirmed | UNEXPECTED_ANSWER",
            })
    void saysWhatFollowsFromAProblem(int status, String kind, String detail, String outcome, ErrorCode code) {
        for (var host : new String[] {"https://api.twitter.com/2/problems/", "https://api.x.com/2/problems/"}) {
            var type = kind.equals("about:blank") ? kind : host + kind;
            var found = errors.outcome(problem(status, type, detail, Map.of()), CREATE, command);
            assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
            assertThat(cause(found).code()).isEqualTo(code);
            assertThat(cause(found).httpStatus()).contains(status);
            assertThat(cause(found).platformCode().orElse("about:blank")).isEqualTo(kind);
        }
    }

    @ParameterizedTest
    @CsvSource({"500", "502", "503", "504", "408", "200", "302", "404", "403"})
    void isNotFoundOutMuchByAnAnswerThatIsNotXs(int status) {
        var answer = new Answer(status, Map.of(), "<html>upstream connect error</html>");
        assertThat(errors.outcome(answer, CREATE, command)).isInstanceOf(Outcome.Unconfirmed.class);
        assertThat(errors.outcome(answer, UPLOAD, command)).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void takesADuplicateAfterADoubtForTheFirstTry() {
        // Given
        var duplicate =
                problem(403, "about:blank", "You are not allowed to create a Tweet with duplicate content.", Map.of());
        var onceInDoubt = PublishCommand.newBuilder(command)
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        assertThat(errors.outcome(duplicate, CREATE, onceInDoubt)).isInstanceOf(Outcome.Unconfirmed.class);
    }

    /** Some answers say nothing themselves, or hardly anything, and have a list of errors. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"errors\":[{\"detail\":\"%s\",\"type\":\"about:blank\"}]}",
                "{\"errors\":[{\"message\":\"first\"},{\"message\":\"%s\"}]}",
                "{\"detail\":\"Forbidden\",\"type\":\"about:blank\",\"errors\":[{\"message\":\"%s\"}]}",
            })
    void readsTheErrorsInAnAnswer(String body) {
        // Given
        var text = "You are not allowed to create a Tweet with duplicate content.";
        var answer = new Answer(403, Map.of(), body.formatted(text));
        var onceInDoubt = PublishCommand.newBuilder(command)
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        // Then
        assertThat(cause(errors.outcome(answer, CREATE, command)).code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED);
        assertThat(errors.outcome(answer, CREATE, onceInDoubt)).isInstanceOf(Outcome.Unconfirmed.class);
    }

    @Test
    void waitsAtACapThatOnlyTheErrorsInAnAnswerName() {
        // Given
        var answer = new Answer(
                403,
                Map.of(),
                "{\"detail\":\"Forbidden\",\"type\":\"about:blank\",\"errors\":"
                        + "[{\"detail\":\"d\",\"type\":\"https://api.x.com/2/problems/usage-capped\"}]}");
        // When
        var limited = limited(errors.outcome(answer, CREATE, command));
        // Then
        assertThat(limited.scope()).isEqualTo(Scope.APP);
        assertThat(limited.cause().platformCode()).contains("usage-capped");
    }

    @Test
    void knowsTheOldCodes() {
        assertThat(cause(errors.outcome(old(403, 187), CREATE, command)).code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED);
        assertThat(errors.outcome(old(403, 88), CREATE, command)).isInstanceOf(RateLimited.class);
        assertThat(errors.outcome(old(429, 88), CREATE, command)).isInstanceOf(RateLimited.class);
    }

    @Test
    void waitsForTheResetOfTheLimitThatIsUsedUp() {
        // Given
        var headers = Map.of("x-rate-limit-remaining", "0", "x-rate-limit-reset", "1795170600");
        // When
        var limited = limited(errors.outcome(new Answer(429, headers, TOO_MANY), CREATE, command));
        // Then
        assertThat(limited.scope()).isEqualTo(Scope.ENDPOINT);
        assertThat(limited.notBefore()).contains(Instant.ofEpochSecond(1795170600));
    }

    @Test
    void seesTheLimitOfADayBehindTheShortOne() {
        // Given
        var app = Map.of(
                "x-rate-limit-remaining", "57",
                "x-rate-limit-reset", "1795170600",
                "x-app-limit-24hour-remaining", "0",
                "x-app-limit-24hour-reset", "1795220000");
        var user = Map.of(
                "x-rate-limit-remaining", "0",
                "x-rate-limit-reset", "1795170600",
                "x-user-limit-24hour-remaining", "0",
                "x-user-limit-24hour-reset", "1795210000");
        // Then
        assertThat(limited(errors.outcome(new Answer(429, app, TOO_MANY), CREATE, command)))
                .satisfies(it -> assertThat(it.scope()).isEqualTo(Scope.APP))
                .satisfies(it -> assertThat(it.notBefore()).contains(Instant.ofEpochSecond(1795220000)));
        assertThat(limited(errors.outcome(new Answer(429, user, TOO_MANY), CREATE, command)))
                .satisfies(it -> assertThat(it.scope()).isEqualTo(Scope.ACCOUNT))
                .satisfies(it -> assertThat(it.notBefore()).contains(Instant.ofEpochSecond(1795210000)));
    }

    @Test
    void leavesTheTimeOpenWhereNoneIsNamed() {
        assertThat(limited(errors.outcome(new Answer(429, Map.of(), ""), CREATE, command))
                        .notBefore())
                .isEmpty();
        assertThat(limited(errors.outcome(
                                new Answer(429, Map.of("x-rate-limit-reset", "99999999999"), ""), CREATE, command))
                        .notBefore())
                .isEmpty();
        assertThat(limited(errors.outcome(new Answer(429, Map.of("retry-after", "7"), ""), CREATE, command))
                        .notBefore())
                .contains(Bench.NOW.plusSeconds(7));
    }

    @Test
    void holdsTheWholeAppWithoutCreditAndAtTheMonthlyCap() {
        assertThat(limited(errors.outcome(problem(402, "x/credits", "", Map.of()), CREATE, command)))
                .satisfies(it -> assertThat(it.scope()).isEqualTo(Scope.APP))
                .satisfies(it -> assertThat(it.notBefore()).contains(Bench.NOW.plus(Duration.ofHours(1))));
        assertThat(limited(errors.outcome(problem(429, "https://x/usage-capped", "", Map.of()), CREATE, command)))
                .satisfies(it -> assertThat(it.scope()).isEqualTo(Scope.APP))
                .satisfies(it -> assertThat(it.notBefore()).contains(Bench.NOW.plus(Duration.ofDays(1))));
    }

    private static RateLimited limited(Outcome outcome) {
        assertThat(outcome).isInstanceOf(RateLimited.class);
        return (RateLimited) outcome;
    }

    private static Cause cause(Outcome outcome) {
        return switch (outcome) {
            case RateLimited limited -> limited.cause();
            case Outcome.Unavailable(var cause) -> cause;
            case Outcome.TokenExpired(var cause) -> cause;
            case Outcome.TokenRevoked(var cause) -> cause;
            case Outcome.Rejected(var cause) -> cause;
            case Outcome.Unconfirmed unconfirmed -> unconfirmed.cause();
            case Outcome.Published _, Outcome.Continue _, Outcome.Underway _ ->
                throw new AssertionError("no cause in " + outcome);
        };
    }

    private static Answer problem(int status, String type, String detail, Map<String, String> headers) {
        return new Answer(
                status,
                headers,
                "{\"detail\":\"" + detail + "\",\"type\":\"" + type + "\",\"title\":\"t\",\"status\":" + status + "}");
    }

    private static Answer old(int status, int code) {
        return new Answer(status, Map.of(), "{\"errors\":[{\"code\":" + code + ",\"message\":\"m\"}]}");
    }
}
