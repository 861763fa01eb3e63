package io.broadside.publisher.platform.instagram;

import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.util.Optional;

/**
 * How many posts an account has made, and how many it may make, in a window that moves. How many that is differs, and the
 * documents differ about it: what the account is told counts.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/content_publishing_limit
 */
record PublishingLimit(long used, long total, Duration window) {

    /** The call whose answer tells. */
    static final String ENDPOINT = "ig.limit";

    static final String PATH = "/content_publishing_limit?fields=quota_usage,config";

    private static final Duration USUAL_WINDOW = Duration.ofDays(1);

    /** Nobody tells when a place becomes free: it is looked at this often in a window. */
    private static final int LOOKS_PER_WINDOW = 24;

    private static final Duration SHORTEST_PAUSE = Duration.ofMinutes(1);

    /** The limit in an answer; empty if it does not say. */
    static Optional<PublishingLimit> in(Answer answer) {
        return answer.isSuccess()
                ? AnswerJson.objectIn(answer)
                        .map(body -> body.path("data").path(0))
                        .filter(quota -> quota.path("quota_usage").isIntegralNumber()
                                && quota.path("config").path("quota_total").isIntegralNumber())
                        .map(quota -> new PublishingLimit(
                                quota.path("quota_usage").asLong(),
                                quota.path("config").path("quota_total").asLong(),
                                windowOf(quota.path("config")
                                        .path("quota_duration")
                                        .asLong())))
                : Optional.empty();
    }

    boolean isUsedUp() {
        return used >= total;
    }

    /** How long to go by it. */
    Duration pause() {
        var pause = window.dividedBy(LOOKS_PER_WINDOW);
        return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
    }

    private static Duration windowOf(long seconds) {
        return seconds > 0 && seconds <= USUAL_WINDOW.toSeconds() ? Duration.ofSeconds(seconds) : USUAL_WINDOW;
    }
}
