package io.broadside.simulator.facebook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.facebook.Callers.Caller;
import io.broadside.simulator.facebook.FacebookChange.Node;
import io.broadside.simulator.facebook.FacebookChange.Story;
import io.broadside.simulator.facebook.FacebookChange.VideoKind;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphPages;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.settings.CurrentSettings;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;

/** Reading back: https://developers.facebook.com/docs/graph-api/reference/page/feed. */
final class FacebookReading {
    private static final Set<String> COMMENT_PARAMETERS =
            Set.of("since", "until", "limit", "after", "before", "filter", "order");
    private static final Set<String> FEED_PARAMETERS =
            Set.of("since", "until", "limit", "after", "before", "with", "include_hidden");

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
        var since = GraphPages.instant(request, "since").orElse(Instant.MIN);
        var until = GraphPages.instant(request, "until").orElse(Instant.MAX);
        int limit = GraphPages.limit(request);
        int start = request.parameter("after").map(GraphPages::index).orElseGet(page::size);
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
            paging.putObject("cursors").put("before", GraphPages.cursor(start)).put("after", GraphPages.cursor(last));
            if (index >= 0) {
                paging.put("next", GraphPages.next(request, GraphPages.cursor(last)));
            }
        }
        return Reply.json(200, body);
    }

    Reply stories(String id, GraphRequest request) {
        var page = readable(id, request);
        request.onlyKnown(GraphPages.PARAMETERS);
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        state.stories(page.id()).stream()
                                .filter(story -> isVisible(story.createdAt()))
                                .map(this::view)
                                .toList()));
    }

    private ObjectNode view(Story story) {
        return Json.object()
                .put("post_id", story.id())
                .put("status", FacebookVideos.isShown(story, clock.instant()) ? "PUBLISHED" : "ARCHIVED")
                .put("creation_time", Long.toString(story.createdAt().getEpochSecond()))
                .put("media_type", story.isVideo() ? "video" : "photo")
                .put("media_id", story.mediaId())
                .put("url", "https://www.facebook.com/stories/" + story.pageId() + "/" + story.id());
    }

    Reply videos(String id, GraphRequest request, VideoKind kind) {
        var page = readable(id, request);
        request.onlyKnown(GraphPages.PARAMETERS);
        var fields = request.fields(Set.of("id", "updated_time", "description"));
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        state.footageOf(page.id(), kind).stream()
                                .map(Footage::video)
                                .filter(this::isVisible)
                                .map(video -> views.view(video, fields))
                                .toList()));
    }

    Reply comments(String nodeId, GraphRequest request) {
        callers.of(request);
        var node = state.node(nodeId).orElseThrow(() -> GraphError.noSuchObject(request.method(), nodeId));
        readable(node.pageId(), request);
        request.onlyKnown(COMMENT_PARAMETERS);
        var fields = request.fields(Set.of("created_time", "from", "message", "id"));
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        state.comments(nodeId).stream()
                                .filter(this::isVisible)
                                .map(comment -> views.view(comment, fields))
                                .toList()));
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
        return isVisible(node.createdAt());
    }

    private boolean isVisible(Instant madeAt) {
        return !clock.instant().isBefore(madeAt.plusSeconds(settings.get().readLagSeconds()));
    }
}
