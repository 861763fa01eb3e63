package io.broadside.publisher.platform.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Quotas;
import io.broadside.publisher.platform.Quotas.Holder;
import io.broadside.publisher.platform.Quotas.Reading;
import io.broadside.publisher.platform.Quotas.Reading.Level;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What the Graph API's headers say of how much is used, in percent: of the app's calls, and of the account's. They come once
 * enough is used; that they are absent is normal.
 *
 * <p>https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
public final class UsageLevels {

    /** The windows roll: what is too much now may be less a while later. */
    static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

    /** Where all is used and no time is named. A call too early prolongs the wait. */
    static final Duration UNNAMED = Duration.ofHours(1);

    /** Both windows are a day at most; more is a mistake. */
    private static final long MOST_MINUTES = Duration.ofDays(2).toMinutes();

    private static final List<String> PERCENTAGES = List.of("call_count", "total_cputime", "total_time");
    private static final int ALL = 100;

    private UsageLevels() {}

    /** Everything an answer says of levels: of the app's, and of the account's that made the call. */
    public static List<Reading> in(Answer answer, String accountId, Instant now) {
        var readings = new ArrayList<Reading>();
        header(answer, "X-App-Usage")
                .map(UsageLevels::ofEntry)
                .ifPresent(used -> readings.add(level(Holder.APP, used, now)));
        // Both speak of the account; the page's is of older versions of the API.
        var ofAccount = Stream.concat(
                header(answer, "X-Page-Usage").map(UsageLevels::ofEntry).stream(),
                BusinessUse.of(answer, accountId).stream().map(UsageLevels::ofEntry));
        ofAccount.reduce(Used::more).ifPresent(used -> readings.add(level(Holder.ACCOUNT, used, now)));
        return List.copyOf(readings);
    }

    /** How much is used, and for how many minutes no call is let through; 0 where that is not said. */
    private record Used(int percent, long minutes) {
        Used more(Used other) {
            return new Used(Math.max(percent, other.percent), Math.max(minutes, other.minutes));
        }
    }

    private static Level level(Holder holder, Used used, Instant now) {
        var isBlocked = used.percent >= ALL || used.minutes > 0;
        var wait = !isBlocked ? LOOK_AGAIN : used.minutes > 0 ? Duration.ofMinutes(used.minutes) : UNNAMED;
        return new Level(holder, Quotas.EVERYTHING, isBlocked ? ALL : used.percent, now.plus(wait));
    }

    private static Used ofEntry(JsonNode entry) {
        var percent = PERCENTAGES.stream()
                .flatMapToInt(name -> IntStream.of(entry.path(name).asInt()))
                .max()
                .orElse(0);
        var minutes = entry.path("estimated_time_to_regain_access").asLong();
        return new Used(Math.max(0, percent), Math.clamp(minutes, 0, MOST_MINUTES));
    }

    private static Optional<JsonNode> header(Answer answer, String name) {
        return answer.header(name).flatMap(AnswerJson::objectIn);
    }
}
