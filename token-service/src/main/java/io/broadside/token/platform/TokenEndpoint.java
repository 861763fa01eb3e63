package io.broadside.token.platform;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A token endpoint of OAuth 2.0 (RFC 6749, sections 5 and 6), as far as renewing goes: which answers bring a token, which end a
 * connection, and which leave it open.
 *
 * @param dead what it says of a refresh token that is used, expired or withdrawn
 * @param pause how long it wants to be left alone, if it says so
 */
public record TokenEndpoint(PlatformCalls calls, Set<String> dead, Function<Reply.Answer, Optional<Duration>> pause) {

    private static final String NO_CODE = "none";

    /** Names under which platforms tell how long a refresh token lives; the standard has none. */
    private static final List<String> REFRESH_LIVES = List.of("refresh_token_expires_in", "refresh_expires_in");

    /** A header that asks for more may be wrong, or count milliseconds: afterwards the platform is asked again, and may say so again. */
    private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

    public TokenEndpoint {
        dead = Set.copyOf(dead);
    }

    /** One call. A failure after something was sent leaves open whether the refresh token was used up. */
    public RefreshAnswer renew(Call call, CallContext context) {
        return switch (calls.call(call.withCodeReader(TokenEndpoint::errorIn), context)) {
            case Reply.NoAnswer(var cause, var maybeSent) ->
                maybeSent ? new RefreshAnswer.Unclear(cause) : new RefreshAnswer.NotNow(cause, Optional.empty());
            case Reply.Answer answer -> of(answer);
        };
    }

    /** The error in an answer, whatever its status: refusals were seen to come with 200. */
    public static Optional<String> errorIn(Reply.Answer answer) {
        return errorIn(PlatformJson.of(answer));
    }

    private static Optional<String> errorIn(JsonNode body) {
        return PlatformJson.text(body, "error").filter(code -> code.matches("[a-z_]{1,40}"));
    }

    /** Seconds in Retry-After, up to an hour. */
    public static Optional<Duration> retryAfter(Reply.Answer answer) {
        return number(answer, "retry-after").flatMap(TokenEndpoint::pause);
    }

    /** How long it is until the second since 1970 in another header, up to an hour. */
    public static Optional<Duration> retryAt(Reply.Answer answer, String header, Instant now) {
        return number(answer, header)
                .map(second -> second - now.getEpochSecond())
                .flatMap(TokenEndpoint::pause);
    }

    private static Optional<Long> number(Reply.Answer answer, String header) {
        return answer.header(header)
                .map(String::strip)
                .filter(text -> text.matches("[0-9]{1,18}"))
                .map(Long::valueOf);
    }

    private static Optional<Duration> pause(long seconds) {
        return seconds > 0
                ? Optional.of(Duration.ofSeconds(Math.min(seconds, LONGEST_PAUSE.toSeconds())))
                : Optional.empty();
    }

    private RefreshAnswer of(Reply.Answer answer) {
        var body = PlatformJson.of(answer);
        var error = errorIn(body);
        if (answer.isSuccess() && error.isEmpty()) {
            return renewed(body);
        }
        if (answer.status() >= 500) {
            return new RefreshAnswer.Unclear(ErrorCode.SERVER_ERROR);
        }
        if (answer.status() == 429) {
            return new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, pause.apply(answer));
        }
        var code = error.orElse(NO_CODE);
        return dead.contains(code) && (answer.isSuccess() || answer.status() == 400 || answer.status() == 401)
                ? new RefreshAnswer.Refused(code)
                : new RefreshAnswer.NotNow(ErrorCode.APP_REFUSED, pause.apply(answer));
    }

    private static RefreshAnswer renewed(JsonNode body) {
        var refreshLives = REFRESH_LIVES.stream()
                .flatMap(name -> PlatformJson.lifetime(body, name).stream())
                .findFirst();
        if (PlatformJson.text(body, "refresh_token").isPresent()
                && PlatformJson.token(body, "refresh_token").isEmpty()) {
            // The one that was sent is used up, and what should follow it is none.
            return new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER);
        }
        return PlatformJson.token(body, "access_token")
                .<RefreshAnswer>map(token -> new RefreshAnswer.Renewed(new TokenPair(
                        Secret.of(token),
                        PlatformJson.token(body, "refresh_token").map(Secret::of),
                        PlatformJson.lifetime(body, "expires_in"),
                        refreshLives,
                        PlatformJson.text(body, "scope")
                                .map(TokenEndpoint::scopes)
                                .orElse(List.of()))))
                .orElseGet(() -> new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER));
    }

    /** With blanks between them, as the standard has it, or with commas. */
    public static List<String> scopes(String text) {
        return Stream.of(text.strip().split("[\\s,]+", -1))
                .filter(scope -> !scope.isEmpty())
                .toList();
    }
}
