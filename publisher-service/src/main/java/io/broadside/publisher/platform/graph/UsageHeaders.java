package io.broadside.publisher.platform.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;

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

    private static final String BUSINESS_USE = "X-Business-Use-Case-Usage";

    private UsageHeaders() {}

    /** How long to leave the platform alone after it refused a call. */
    public static Duration untilAccess(Answer answer, String accountId) {
        var named = answer.header(BUSINESS_USE)
                .flatMap(AnswerJson::objectIn)
                .map(usage -> Duration.ofMinutes(minutes(usage, accountId)))
                .filter(Duration::isPositive);
        var retryAfter = retryAfter(answer);
        var wait = named.filter(it ->
                        retryAfter.filter(other -> other.compareTo(it) > 0).isEmpty())
                .or(() -> retryAfter)
                .orElse(UNNAMED);
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** How long calls for this account are refused, if an answer says so before that happens. */
    public static Optional<Duration> blockedFor(Answer answer, String accountId) {
        return answer.header(BUSINESS_USE)
                .flatMap(AnswerJson::objectIn)
                .map(usage -> longest(usage.path(accountId)).orElse(0))
                .map(Duration::ofMinutes)
                .filter(Duration::isPositive)
                .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }

    /** By object id an array, one entry for each kind of limit. The account's own counts; without it, the longest of all. */
    private static long minutes(JsonNode usage, String accountId) {
        var ofAccount = longest(usage.path(accountId));
        return ofAccount.isPresent()
                ? ofAccount.getAsLong()
                : StreamSupport.stream(usage.spliterator(), false)
                        .map(UsageHeaders::longest)
                        .filter(OptionalLong::isPresent)
                        .mapToLong(OptionalLong::getAsLong)
                        .max()
                        .orElse(0);
    }

    private static OptionalLong longest(JsonNode entries) {
        return StreamSupport.stream(entries.spliterator(), false)
                .mapToLong(
                        entry -> entry.path("estimated_time_to_regain_access").asLong())
                // Beyond any sense, and beyond what can be calculated with.
                .filter(minutes -> minutes >= 0 && minutes < 1_000_000)
                .max();
    }

    private static Optional<Duration> retryAfter(Answer answer) {
        return answer.header("Retry-After")
                .filter(value -> value.matches("[0-9]{1,7}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .filter(Duration::isPositive);
    }
}
