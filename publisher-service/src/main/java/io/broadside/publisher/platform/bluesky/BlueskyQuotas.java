package io.broadside.publisher.platform.bluesky;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Quotas;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an account may do: so many points of writing in an hour and in a day, of which a post costs two; so many files in a day; and
 * so many calls of any kind in five minutes, which its server counts by where they come from. An answer tells of that limit which is
 * nearest to its end.
 *
 * <p>https://docs.bsky.app/docs/advanced-guides/rate-limits
 */
public final class BlueskyQuotas implements Quotas {

    private static final String POSTS = BlueskyPlatform.PUT_RECORD;
    private static final String FILES = Uploads.UPLOAD;

    /** Points of a post, which may create or change: this call costs as a change does. */
    private static final int POINTS = 2;

    private static final Map<Duration, String> SPANS = Map.of(
            Duration.ofMinutes(5), "5 minutes",
            Duration.ofHours(1), "hour",
            Duration.ofDays(1), "day");

    @Override
    public String platform() {
        return BlueskyPlatform.ID;
    }

    @Override
    public String title() {
        return "Bluesky";
    }

    @Override
    public String groupOf(String endpoint) {
        return switch (endpoint) {
            case POSTS, FILES -> endpoint;
            default -> EVERYTHING;
        };
    }

    @Override
    public String nameOf(String group) {
        return switch (group) {
            case POSTS -> "posts";
            case FILES -> "files";
            default -> Quotas.super.nameOf(group);
        };
    }

    @Override
    public List<Need> next(PublishCommand command) {
        var progress = Progress.of(command);
        var parts = Cards.parts(command.getContent());
        var missing = progress.part() < parts.size()
                ? Cards.files(command.getContent(), parts.get(progress.part())).size()
                        - progress.blobs().size()
                : 0;
        var needs = new ArrayList<Need>();
        if (missing <= 0 || command.getCheckpoint().isEmpty()) {
            needs.add(new Need(POSTS, 1));
        }
        if (missing > 0) {
            needs.add(new Need(FILES, missing));
        }
        return List.copyOf(needs);
    }

    @Override
    public List<Documented> documented() {
        return List.of(
                ofAccount(POSTS, Duration.ofHours(1), 5_000 / POINTS),
                ofAccount(POSTS, Duration.ofDays(1), 35_000 / POINTS),
                ofAccount(FILES, Duration.ofDays(1), 1_000));
    }

    @Override
    public List<Reading> readings(String endpoint, Answer answer, Instant now) {
        var limit = RateHeaders.number(answer, "ratelimit-limit").filter(calls -> calls > 0);
        var left = RateHeaders.number(answer, "ratelimit-remaining");
        var reset = RateHeaders.number(answer, "ratelimit-reset").map(Instant::ofEpochSecond);
        var window = RateHeaders.window(answer).filter(SPANS::containsKey);
        if (limit.isEmpty() || left.isEmpty() || reset.isEmpty() || window.isEmpty()) {
            return List.of();
        }
        var isOfAll = window.get().equals(Duration.ofMinutes(5));
        var group = isOfAll ? EVERYTHING : groupOf(endpoint);
        var cost = group.equals(POSTS) ? POINTS : 1;
        var span = SPANS.getOrDefault(window.get(), "");
        return List.of(
                new Reading.Count(Holder.ACCOUNT, group, span, limit.get() / cost, left.get() / cost, reset.get()));
    }

    private static Documented ofAccount(String group, Duration span, int limit) {
        return new Documented(Holder.ACCOUNT, group, SPANS.getOrDefault(span, ""), limit, new Window.Rolling(span));
    }
}
