package io.broadside.publisher.platform.linkedin;

import static io.broadside.publisher.platform.Commands.A_FORMER_DOUBT;
import static io.broadside.publisher.platform.Commands.aCommand;
import static io.broadside.publisher.platform.Commands.aText;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.events.Attempt;
import io.broadside.events.AttemptEnd;
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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LinkedInErrorsTest {

    private static final Step CREATE = Step.publishing("create");
    private static final Step UPLOAD = Step.preparing("media");

    private final PublishCommand command =
            aCommand("linkedin", "urn:li:person:AbC123", aText("Hello")).build();
    private final LinkedInErrors errors = new LinkedInErrors(Clock.fixed(Bench.NOW, ZoneOffset.UTC));

    @ParameterizedTest(name = "{0} {1}: {2} when creating, {3} when uploading, {4}")
    @CsvSource({
        "400, MISSING_FIELD, Rejected, Rejected, CONTENT_REFUSED",
        "400, INVALID_VALUE_FOR_FIELD, Rejected, Rejected, CONTENT_REFUSED",
        "400, FIELD_LENGTH_TOO_LONG, Rejected, Rejected, CONTENT_REFUSED",
        "400, INVALID_VALUE_BLANK_FIELD, Rejected, Rejected, CONTENT_REFUSED",
        "400, INVALID_URN_TYPE, Rejected, Rejected, CONTENT_REFUSED",
        "400, INVALID_URN_ID, Rejected, Rejected, CONTENT_REFUSED",
        "400, INVALID_IMAGE_ID, Rejected, Rejected, CONTENT_REFUSED",
        "400, SOMETHING_NEW, Rejected, Rejected, CONTENT_REFUSED",
        "400, MEDIA_ASSET_WAITING_UPLOAD, Unavailable, Unavailable, MEDIA_UNAVAILABLE",
        "400, MEDIA_ASSET_PROCESSING_FAILED, Rejected, Rejected, MEDIA_UNAVAILABLE",
        "400, EXPIRED_UPLOAD_URL, Unavailable, Unavailable, SERVER_ERROR",
        "403, EXPIRED_UPLOAD_URL, Unavailable, Unavailable, SERVER_ERROR",
        "400, VERSION_MISSING, RateLimited, RateLimited, APP_REFUSED",
        "426, NONEXISTENT_VERSION, RateLimited, RateLimited, APP_REFUSED",
        "401, EXPIRED_ACCESS_TOKEN, TokenExpired, TokenExpired, TOKEN_EXPIRED",
        "401, REVOKED_ACCESS_TOKEN, TokenRevoked, TokenRevoked, TOKEN_REVOKED",
        "401, EMPTY_ACCESS_TOKEN, TokenExpired, TokenExpired, TOKEN_EXPIRED",
        "401, INVALID_ACCESS_TOKEN, TokenExpired, TokenExpired, TOKEN_EXPIRED",
        "403, ACCESS_DENIED, Rejected, Rejected, PERMISSION_MISSING",
        "403, SOMETHING_NEW, Rejected, Rejected, PERMISSION_MISSING",
        "404, RESOURCE_NOT_FOUND, Rejected, Rejected, NOT_FOUND",
        "409, CONFLICT, Unavailable, Unavailable, SERVER_ERROR",
        "413, TOO_LARGE, Rejected, Rejected, MEDIA_UNAVAILABLE",
        "415, UNSUPPORTED, Rejected, Rejected, MEDIA_UNAVAILABLE",
        "422, DUPLICATE_POST, Rejected, Rejected, DUPLICATE_REFUSED",
        "422, UNPROCESSABLE, Rejected, Rejected, CONTENT_REFUSED",
        "418, TEAPOT, Rejected, Rejected, UNKNOWN_REFUSAL",
        "429, TOO_MANY, RateLimited, RateLimited, RATE_LIMITED",
        "500, INTERNAL_SERVER_ERROR, Unconfirmed, Unavailable, SERVER_ERROR",
        "502, BAD_GATEWAY, Unconfirmed, Unavailable, SERVER_ERROR",
        "503, SERVICE_UNAVAILABLE, Unconfirmed, Unavailable, SERVER_ERROR",
        "504, GATEWAY_TIMEOUT, Unconfirmed, Unavailable, SERVER_ERROR",
        "408, REQUEST_TIMEOUT, Unconfirmed, Unavailable, SERVER_ERROR",
        "200, CREATED, Unconfirmed, Unavailable, UNEXPECTED_ANSWER",
    })
    void saysWhatFollowsFromACode(int status, String code, String creating, String uploading, ErrorCode expected) {
        var answer = new Answer(
                status, Map.of(), "{\"status\":" + status + ",\"code\":\"" + code + "\",\"message\":\"any text\"}");
        var created = errors.outcome(answer, CREATE, command);
        var uploaded = errors.outcome(answer, UPLOAD, command);
        assertThat(created.getClass().getSimpleName()).isEqualTo(creating);
        assertThat(uploaded.getClass().getSimpleName()).isEqualTo(uploading);
        assertThat(cause(created).code()).isEqualTo(expected);
        assertThat(cause(created).httpStatus()).contains(status);
        assertThat(cause(created).platformCode()).contains(code);
        assertThat(cause(created).detail()).endsWith(".").doesNotContain("any text");
    }

    @ParameterizedTest(name = "{0} with number {1}: {2}")
    @CsvSource({
        "401, 65600, TokenExpired",
        "401, 65601, TokenExpired",
        "401, 65602, TokenExpired",
        "403, 100, Rejected",
        "429, 101, RateLimited",
        "500, 0, Unconfirmed",
    })
    void knowsTheOlderShape(int status, int number, String outcome) {
        var answer = new Answer(
                status,
                Map.of(),
                "{\"message\":\"any text\",\"serviceErrorCode\":" + number + ",\"status\":" + status + "}");
        var found = errors.outcome(answer, CREATE, command);
        assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
        assertThat(cause(found).platformCode().orElse("0")).isEqualTo(Integer.toString(number));
    }

    /** Neither the word nor a post alone makes a duplicate. */
    @ParameterizedTest
    @CsvSource({
        "422, Content is a duplicate of urn:li:share:7141, DUPLICATE_REFUSED",
        "422, Duplicate of urn:li:ugcPost:7141., DUPLICATE_REFUSED",
        "422, A duplicate field, CONTENT_REFUSED",
        "422, urn:li:share:7141 cannot be shared, CONTENT_REFUSED",
        "400, Content is a duplicate of urn:li:share:7141, CONTENT_REFUSED",
    })
    void knowsADuplicateByThePostItIsOneOf(int status, String message, ErrorCode code) {
        var answer = new Answer(status, Map.of(), "{\"status\":" + status + ",\"message\":\"" + message + "\"}");
        assertThat(cause(errors.outcome(answer, CREATE, command)).code()).isEqualTo(code);
    }

    @Test
    void takesTheCodeOfTheFieldBeforeThatOfTheWhole() {
        var answer = new Answer(
                422,
                Map.of(),
                "{\"status\":422,\"code\":\"UNPROCESSABLE\",\"message\":\"m\",\"errorDetails\":{\"inputErrors\":["
                        + "{\"description\":\"d\",\"code\":\"DUPLICATE_POST\"}]}}");
        assertThat(cause(errors.outcome(answer, CREATE, command)).code()).isEqualTo(ErrorCode.DUPLICATE_REFUSED);
    }

    @ParameterizedTest
    @CsvSource({
        "403, Unable to obtain activity",
        "403, This resource is forbidden",
        "400, Service Unavailable",
    })
    void triesAgainWhatLinkedInRefusesInPassing(int status, String message) {
        var answer = new Answer(status, Map.of(), "{\"status\":" + status + ",\"message\":\"" + message + "\"}");
        assertThat(errors.outcome(answer, UPLOAD, command)).isInstanceOf(Outcome.Unavailable.class);
        assertThat(errors.outcome(answer, CREATE, command)).isInstanceOf(Outcome.Unconfirmed.class);
    }

    @ParameterizedTest
    @CsvSource({"500", "502", "503", "408", "200", "302", "400", "403", "404", "422", "426"})
    void isNotFoundOutMuchByAnAnswerThatIsNotLinkedIns(int status) {
        var answer = new Answer(status, Map.of(), "<html>upstream connect error</html>");
        assertThat(errors.outcome(answer, CREATE, command)).isInstanceOf(Outcome.Unconfirmed.class);
        assertThat(errors.outcome(answer, UPLOAD, command)).isInstanceOf(Outcome.Unavailable.class);
    }

    @Test
    void waitsForMidnightUtcWhenADayIsUsedUp() {
        var member = limited("{\"message\":\"Resource level throttle MEMBER DAY limit for calls to this resource is"
                + " reached.\",\"status\":429,\"serviceErrorCode\":101}");
        var application = limited("{\"message\":\"Resource level throttle APPLICATION DAY limit for calls to this"
                + " resource is reached.\",\"status\":429,\"serviceErrorCode\":101}");
        assertThat(member.scope()).isEqualTo(Scope.ACCOUNT);
        assertThat(application.scope()).isEqualTo(Scope.APP_ENDPOINT);
        assertThat(member.notBefore().orElseThrow())
                .isBetween(Instant.parse("2026-11-21T00:00:00Z"), Instant.parse("2026-11-21T00:02:00Z"));
        assertThat(application.notBefore()).isEqualTo(member.notBefore());
        // Spread over two minutes, and for one connection always the same.
        var spread = Math.floorMod(command.getConnectionId().hashCode(), 120);
        assertThat(member.notBefore())
                .contains(Instant.parse("2026-11-21T00:00:00Z").plusSeconds(spread));
    }

    @Test
    void leavesTheTimeOpenForALimitWithoutAName() {
        assertThat(limited("{\"message\":\"Too many requests\",\"status\":429}"))
                .satisfies(it -> assertThat(it.scope()).isEqualTo(Scope.ENDPOINT))
                .satisfies(it -> assertThat(it.notBefore()).isEmpty());
        assertThat(limited("<html></html>").notBefore()).isEmpty();
    }

    @Test
    void waitsForTheTimeThatALimitOrAFaultNames() {
        // Given
        var limit = new Answer(429, Map.of("retry-after", "90"), "{\"message\":\"Too many requests\",\"status\":429}");
        var fault = new Answer(503, Map.of("retry-after", "Fri, 20 Nov 2026 23:59:59 GMT"), "<html></html>");
        // Then
        assertThat(((RateLimited) errors.outcome(limit, CREATE, command)).notBefore())
                .contains(Bench.NOW.plusSeconds(90));
        assertThat(((RateLimited) errors.outcome(limit, Comments.COMMENT, command)).notBefore())
                .contains(Bench.NOW.plusSeconds(90));
        assertThat(cause(errors.outcome(fault, UPLOAD, command)).retryAt())
                .contains(Instant.parse("2026-11-20T23:59:59Z"));
    }

    @Test
    void waitsAMinuteForComments() {
        var answer = new Answer(429, Map.of(), "{\"message\":\"Comment create throttled\",\"status\":429}");
        assertThat(((RateLimited) errors.outcome(answer, Comments.COMMENT, command)).notBefore())
                .contains(Bench.NOW.plus(Duration.ofMinutes(1)));
    }

    @Test
    void givesUpAfterASecondConflict() {
        var conflict = new Answer(409, Map.of(), "{\"status\":409,\"code\":\"CONFLICT\",\"message\":\"m\"}");
        var again = PublishCommand.newBuilder(command)
                .setHistory(List.of(Attempt.newBuilder()
                        .setNumber(1)
                        .setStartedAt(Bench.NOW)
                        .setDurationMs(10)
                        .setStep("create")
                        .setEnd(AttemptEnd.UNAVAILABLE)
                        .setHttpStatus(409)
                        .build()))
                .build();
        assertThat(errors.outcome(conflict, CREATE, again)).isInstanceOf(Outcome.Rejected.class);
    }

    @Test
    void takesADuplicateAfterADoubtForTheFirstTry() {
        var duplicate = new Answer(422, Map.of(), "{\"status\":422,\"code\":\"DUPLICATE_POST\",\"message\":\"m\"}");
        var onceInDoubt = PublishCommand.newBuilder(command)
                .setDoubtedSince(A_FORMER_DOUBT)
                .build();
        assertThat(errors.outcome(duplicate, CREATE, onceInDoubt)).isInstanceOf(Outcome.Unconfirmed.class);
    }

    private RateLimited limited(String body) {
        var outcome = errors.outcome(new Answer(429, Map.of(), body), CREATE, command);
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
}
