package io.broadside.publisher.platform.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.RetryAfter;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the Graph API's headers say about when calls are let through again. They are not always there.
 *
 * <p>https://developers.facebook.com/docs/graph-api/overview/rate-limiting: percentages, and minutes.
 */
public final class UsageHeaders {

    /** An hour where no time is named: both of its windows move by the hour, and a call too early prolongs the wait. */
    static final Duration UNNAMED = Duration.ofHours(1);

    /** Both windows are a day at most; more is a mistake. */
    private static final Duration LONGEST = Duration.ofDays(2);

    private UsageHeaders() {}

    /** How long to leave the platform alone after it refused a call. */
    public static Duration untilAccess(Answer answer, String accountId, Instant now) {
        var named = longest(BusinessUse.of(answer, accountId));
        var retryAfter = retryAfter(answer, now);
        var wait = named.filter(it ->
                        retryAfter.filter(other -> other.compareTo(it) > 0).isEmpty())
                .or(() -> retryAfter)
                .orElse(UNNAMED);
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** How long calls for this account are refused, if an answer says so before that happens. */
    public static Optional<Duration> blockedFor(Answer answer, String accountId) {
        return longest(BusinessUse.named(answer, accountId)).map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }

    private static Optional<Duration> longest(List<JsonNode> entries) {
        return entries.stream()
                .map(entry -> entry.path("estimated_time_to_regain_access").asLong())
                // Beyond any sense, and beyond what can be calculated with.
                .filter(minutes -> minutes > 0 && minutes < 1_000_000)
                .map(Duration::ofMinutes)
                .max(Comparator.naturalOrder());
    }

    private static Optional<Duration> retryAfter(Answer answer, Instant now) {
        return RetryAfter.of(answer, now)
                .map(time -> Duration.between(now, time))
                .filter(Duration::isPositive);
    }
}
