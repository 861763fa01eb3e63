package io.broadside.simulator.facebook;

import io.broadside.simulator.facebook.Callers.Caller;
import io.broadside.simulator.facebook.FacebookChange.Node;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.settings.CurrentSettings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** Reading back: https://developers.facebook.com/docs/graph-api/reference/page/feed. */
final class FacebookReading {
    private static final int MOST = 100;
    private static final int USUAL = 25;
    private static final Set<String> FEED_PARAMETERS =
            Set.of("since", "until", "limit", "after", "before", "with", "include_hidden");
    private static final DateTimeFormatter GRAPH_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxx");

    private final Clock clock;
    private final FacebookState state;
    private final Callers callers;
    private final FacebookViews views;
    private final CurrentSettings settings;

    FacebookReading(Clock clock, FacebookState state, Callers callers, FacebookViews views, CurrentSettings settings) {
        this.clock = clock;
        this.state = state;
        this.callers = callers;
        this.views = views;
        this.settings = settings;
    }

    Reply object(String id, GraphRequest request) {
        var caller = callers.of(request);
        request.onlyKnown(Set.of("metadata"));
        var page = state.page(id);
        if (page.isPresent()) {
            var own = switch (caller) {
                case Caller.AsPage(var asPage) -> asPage.id().equals(id);
                case Caller.AsUser(var user) ->
                    page.get().account().userId().filter(user::equals).isPresent();
                case Caller.App _ -> false;
            };
            return Reply.json(200, views.page(page.get(), request.fields(Set.of("name", "id")), own));
        }
        return state.node(id)
                .filter(this::isVisible)
                .filter(node -> !(caller instanceof Caller.AsPage(var asPage))
                        || asPage.id().equals(node.pageId()))
                .map(node -> Reply.json(200, views.view(node, request)))
                .orElseThrow(() -> GraphError.noSuchObject(request.method(), id));
    }

    Reply feed(String id, GraphRequest request, boolean publishedOnly) {
        var page = readable(id, request);
        request.onlyKnown(FEED_PARAMETERS);
        var fields = request.fields(Set.of("created_time", "message", "id"));
        var since = instant(request, "since").orElse(Instant.MIN);
        var until = instant(request, "until").orElse(Instant.MAX);
        int limit = limit(request);
        int start = request.parameter("after").map(FacebookReading::index).orElseGet(page::size);
        var data = Json.array();
        int index = start - 1;
        int last = start;
        for (; index >= 0 && data.size() < limit; index--) {
            var found = state.post(page.at(index));
            if (found.isEmpty()) {
                continue;
            }
            var post = found.get();
            if (post.createdAt().isBefore(since)) {
                index = -1;
                break;
            }
            if (!post.createdAt().isAfter(until) && (post.published() || !publishedOnly) && isVisible(post)) {
                data.add(views.view(post, fields));
                last = index;
            }
        }
        var body = Json.object();
        body.set("data", data);
        if (!data.isEmpty()) {
            var paging = body.putObject("paging");
            paging.putObject("cursors").put("before", cursor(start)).put("after", cursor(last));
            if (index >= 0) {
                paging.put("next", next(request, cursor(last)));
            }
        }
        return Reply.json(200, body);
    }

    private Page readable(String id, GraphRequest request) {
        return switch (callers.of(request)) {
            case Caller.AsPage(var page) when id.equals("me") || id.equals(page.id()) -> page;
            case Caller.AsPage _, Caller.App _ -> throw GraphError.noSuchObject(request.method(), id);
            case Caller.AsUser(var user) ->
                state.page(id)
                        .filter(page ->
                                page.account().userId().filter(user::equals).isPresent())
                        .orElseThrow(() -> GraphError.noSuchObject(request.method(), id));
        };
    }

    private boolean isVisible(Node node) {
        return !clock.instant()
                .isBefore(node.createdAt().plusSeconds(settings.get().readLagSeconds()));
    }

    private static int limit(GraphRequest request) {
        var limit = request.parameter("limit").orElse(Integer.toString(USUAL));
        if (!limit.matches("[0-9]{1,5}")) {
            throw GraphError.invalidParameter("Param limit must be an integer");
        }
        int number = Integer.parseInt(limit);
        if (number < 1 || number > MOST) {
            throw GraphError.invalidParameter("Param limit must be between 1 and 100");
        }
        return number;
    }

    /** Epoch seconds, or a time in ISO form. The real one takes whatever PHP's strtotime takes. */
    private static Optional<Instant> instant(GraphRequest request, String name) {
        return request.parameter(name).map(text -> {
            try {
                if (text.matches("[0-9]{1,12}")) {
                    return Instant.ofEpochSecond(Long.parseLong(text));
                }
                return text.matches(".*[+-][0-9]{4}")
                        ? OffsetDateTime.parse(text, GRAPH_TIME).toInstant()
                        : OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException _) {
                throw GraphError.invalidParameter("Param " + name + " must be a unix timestamp or a time");
            }
        });
    }

    private static String cursor(int index) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(("feed:" + index).getBytes(StandardCharsets.US_ASCII));
    }

    private static int index(String cursor) {
        try {
            var text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            if (text.matches("feed:[0-9]{1,9}")) {
                return Integer.parseInt(text.substring("feed:".length()));
            }
        } catch (IllegalArgumentException _) {
            // refused below, as any other cursor that was not given out here
        }
        throw GraphError.invalidParameter("Invalid cursors values");
    }

    /** Has the token in it when it came as a parameter, as the real link does. */
    private static String next(GraphRequest request, String after) {
        var next = new StringBuilder(
                        request.request().address("/" + request.version() + "/" + String.join("/", request.path())))
                .append("?after=")
                .append(after);
        request.parameters().forEach((name, value) -> {
            if (!name.equals("after")) {
                next.append('&').append(name).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return next.toString();
    }
}
