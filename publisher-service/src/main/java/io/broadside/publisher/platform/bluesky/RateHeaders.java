package io.broadside.publisher.platform.bluesky;

import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the headers of an answer say of limits. They speak of one limit, that which is nearest to its end.
 *
 * <p>https://docs.bsky.app/docs/advanced-guides/rate-limits
 */
final class RateHeaders {

    /** A reset further away than this is a mistake in a header. */
    private static final Duration LONGEST = Duration.ofDays(2);

    private RateHeaders() {}

    /** When a limit that refused a call no longer does: as the server says, by the span or by the second. */
    static Optional<Instant> reset(Answer answer, Instant now) {
        return RetryAfter.of(answer, now)
                .filter(now::isBefore)
                .or(() -> number(answer, "ratelimit-reset").map(Instant::ofEpochSecond))
                .filter(until -> until.isBefore(now.plus(LONGEST)));
    }

    /** The window of the limit: what stands behind {@code w=} in its policy. */
    static Optional<Duration> window(Answer answer) {
        return answer.header("ratelimit-policy")
                .map(policy -> policy.replaceFirst("^[0-9]+;\\s*w=", ""))
                .filter(seconds -> seconds.matches("[0-9]{1,7}"))
                .map(Long::valueOf)
                .map(Duration::ofSeconds);
    }

    static Optional<Long> number(Answer answer, String header) {
        return answer.header(header)
                .map(String::strip)
                .filter(value -> value.matches("[0-9]{1,12}"))
                .map(Long::valueOf);
    }
}
