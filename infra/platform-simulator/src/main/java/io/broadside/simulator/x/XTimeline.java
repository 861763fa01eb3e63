package io.broadside.simulator.x;

import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.settings.CurrentSettings;
import io.broadside.simulator.x.XChange.Tweet;
import io.broadside.simulator.x.XState.User;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;

/** Reading posts back: https://docs.x.com/x-api/posts/timelines/introduction. */
final class XTimeline {
    private static final Set<String> PARAMETERS = Set.of(
            "start_time",
            "end_time",
            "since_id",
            "until_id",
            "max_results",
            "pagination_token",
            "exclude",
            "tweet.fields",
            "expansions",
            "media.fields",
            "poll.fields",
            "user.fields",
            "place.fields");

    private final Clock clock;
    private final XState state;
    private final CurrentSettings settings;
    private final XViews views;

    XTimeline(Clock clock, XState state, CurrentSettings settings, XViews views) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
        this.views = views;
    }

    Reply me(User user, Request request) {
        onlyKnown(request, Set.of("user.fields", "expansions", "tweet.fields"));
        var body = Json.object();
        body.putObject("data")
                .put("id", user.account().id())
                .put("name", user.account().name())
                .put("username", user.account().name());
        return Reply.json(200, body);
    }

    Reply tweet(String id, Request request) {
        var fields = XViews.fields(request);
        return state.tweet(id)
                .filter(this::isVisible)
                .map(tweet -> Reply.json(200, Json.object().set("data", views.view(tweet, fields))))
                .orElseGet(() -> XProblem.notFound("tweet", "id", id));
    }

    Reply of(String userId, Request request) {
        onlyKnown(request, PARAMETERS);
        var user = state.user(userId).orElseThrow(() -> new Refusal(XProblem.notFound("user", "id", userId)));
        var fields = XViews.fields(request);
        var start = instant(request, "start_time").orElse(Instant.MIN);
        var end = instant(request, "end_time").orElse(Instant.MAX);
        int most = maxResults(request);
        int index = page(request).orElse(user.size() - 1);
        var body = Json.object();
        var data = Json.array();
        for (; index >= 0 && data.size() < most; index--) {
            var tweet = user.at(index);
            if (tweet.createdAt().isBefore(start)) {
                index = -1;
                break;
            }
            if (tweet.createdAt().isBefore(end)
                    && state.tweet(tweet.id()).isPresent()
                    && isVisible(tweet)
                    && isBetweenIds(tweet, request)) {
                data.add(views.view(tweet, fields));
            }
        }
        if (!data.isEmpty()) {
            body.set("data", data);
        }
        var meta = body.putObject("meta").put("result_count", data.size());
        if (!data.isEmpty()) {
            meta.put("newest_id", data.get(0).path("id").asText());
            meta.put("oldest_id", data.get(data.size() - 1).path("id").asText());
        }
        if (index >= 0) {
            meta.put("next_token", "7140dibdnow9c7btw" + Integer.toString(index, 36));
        }
        return Reply.json(200, body);
    }

    private boolean isVisible(Tweet tweet) {
        return !clock.instant()
                .isBefore(tweet.createdAt().plusSeconds(settings.get().readLagSeconds()));
    }

    private static boolean isBetweenIds(Tweet tweet, Request request) {
        long id = Long.parseLong(tweet.id());
        return id > id(request, "since_id", 0) && id < id(request, "until_id", Long.MAX_VALUE);
    }

    private static long id(Request request, String name, long otherwise) {
        var value = request.query().get(name);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("[0-9]{1,19}")) {
            throw invalid(name, value, "is not a valid id");
        }
        return Long.parseLong(value);
    }

    private static Optional<Integer> page(Request request) {
        var token = request.query().get("pagination_token");
        if (token == null) {
            return Optional.empty();
        }
        if (!token.matches("7140dibdnow9c7btw[0-9a-z]{1,6}")) {
            throw invalid("pagination_token", token, "is not valid");
        }
        return Optional.of(Integer.parseInt(token.substring(17), 36));
    }

    private static int maxResults(Request request) {
        var value = request.query().getOrDefault("max_results", "10");
        int number = value.matches("[0-9]{1,4}") ? Integer.parseInt(value) : -1;
        if (number < 5 || number > 100) {
            throw invalid("max_results", value, "is not between 5 and 100");
        }
        return number;
    }

    private static Optional<Instant> instant(Request request, String name) {
        var value = request.query().get(name);
        try {
            return Optional.ofNullable(value).map(Instant::parse);
        } catch (DateTimeParseException _) {
            throw invalid(name, String.valueOf(value), "is not a valid RFC 3339 date-time");
        }
    }

    private static void onlyKnown(Request request, Set<String> known) {
        request.query().keySet().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new Refusal(XProblem.invalid(
                            name,
                            "The query parameter [" + name + "] is not one of "
                                    + known.stream().sorted().toList()));
                });
    }

    private static Refusal invalid(String name, String value, String why) {
        return new Refusal(XProblem.invalid(name, "The `" + name + "` query parameter value [" + value + "] " + why));
    }
}
