package io.broadside.publisher.platform.x;

import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Quotas.Holder;
import io.broadside.publisher.platform.Quotas.Reading.Count;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The limits that X's headers name: one of 15 minutes on every answer, and at times two of 24 hours. A 429 comes from the one
 * that is used up, which need not be the short one.
 *
 * <p>https://docs.x.com/x-api/fundamentals/rate-limits
 */
enum RateBuckets {
    QUARTER_HOUR("x-rate-limit-", Scope.ENDPOINT, Holder.ACCOUNT, RateBuckets.SHORT_SPAN),
    ACCOUNT_DAY("x-user-limit-24hour-", Scope.ACCOUNT, Holder.ACCOUNT, RateBuckets.LONG_SPAN),
    APP_DAY("x-app-limit-24hour-", Scope.APP, Holder.APP, RateBuckets.LONG_SPAN);

    /** A reset further away than this is a mistake in a header. */
    private static final Duration LONGEST = Duration.ofDays(2);

    /** The span of the limit that every answer tells of, in words. */
    static final String SHORT_SPAN = "15 minutes";

    static final String LONG_SPAN = "24 hours";

    private final String prefix;
    private final Scope scope;
    private final Holder holder;
    private final String span;

    RateBuckets(String prefix, Scope scope, Holder holder, String span) {
        this.prefix = prefix;
        this.scope = scope;
        this.holder = holder;
        this.span = span;
    }

    /** The limits of which an answer says all: how many calls there are, how many are left, and until when. */
    static List<Count> counts(String endpoint, Answer answer, Instant now) {
        return Stream.of(values())
                .flatMap(bucket -> bucket.count(endpoint, answer, now).stream())
                .toList();
    }

    private Optional<Count> count(String endpoint, Answer answer, Instant now) {
        var limit = number(answer, "limit").filter(calls -> calls > 0);
        var left = number(answer, "remaining");
        var reset = reset(answer, now);
        return limit.isPresent() && left.isPresent() && reset.isPresent()
                ? Optional.of(new Count(holder, endpoint, span, limit.get(), Math.max(0, left.get()), reset.get()))
                : Optional.empty();
    }

    /** A limit that is used up, and when it no longer is; no time where X names none. */
    record UsedUp(Scope scope, Optional<Instant> until) {}

    /** The limit behind a 429: of those used up the one that lasts longest. */
    static UsedUp behind(Answer answer, Instant now) {
        return Stream.of(values())
                .filter(bucket -> bucket.number(answer, "remaining")
                        .filter(left -> left <= 0)
                        .isPresent())
                .map(bucket -> new UsedUp(bucket.scope, bucket.reset(answer, now)))
                .max(Comparator.comparing(used -> used.until().orElse(Instant.MIN)))
                .orElseGet(() -> new UsedUp(
                        Scope.ENDPOINT, QUARTER_HOUR.reset(answer, now).or(() -> retryAfter(answer, now))));
    }

    private Optional<Instant> reset(Answer answer, Instant now) {
        return number(answer, "reset").map(Instant::ofEpochSecond).filter(until -> until.isBefore(now.plus(LONGEST)));
    }

    private Optional<Long> number(Answer answer, String name) {
        return whole(answer, prefix + name);
    }

    /** Not documented by X; gateways in front of it may send it. */
    private static Optional<Instant> retryAfter(Answer answer, Instant now) {
        return RetryAfter.of(answer, now).filter(now::isBefore);
    }

    private static Optional<Long> whole(Answer answer, String header) {
        return answer.header(header)
                .map(String::strip)
                .filter(value -> value.matches("-?[0-9]{1,12}"))
                .map(Long::valueOf);
    }
}
