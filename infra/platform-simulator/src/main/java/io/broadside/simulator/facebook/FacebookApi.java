package io.broadside.simulator.facebook;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.facebook.FacebookChange.VideoKind;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.graph.GraphCalls;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphLimits;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** The paths of the Graph API: https://developers.facebook.com/docs/graph-api. */
final class FacebookApi implements Api {
    /** Names of the endpoints in failures and reports. */
    static final List<String> ENDPOINTS = List.of(
            "page.feed",
            "page.feed.read",
            "page.photos",
            "page.photo_stories",
            "page.stories.read",
            "page.videos",
            "page.videos.start",
            "page.videos.transfer",
            "page.videos.finish",
            "page.videos.cancel",
            "page.videos.read",
            "page.video_reels.start",
            "page.video_reels.finish",
            "page.video_stories.start",
            "page.video_stories.finish",
            "video.upload",
            "video.read",
            "video.processing",
            "page.subscribed_apps",
            "page.subscribed_apps.read",
            "post.show",
            "post.comments",
            "post.comments.read",
            "object.read",
            "object.delete",
            "me",
            "me.accounts",
            "me.businesses",
            "business.owned_pages",
            "business.client_pages",
            "me.permissions",
            "debug_token",
            "oauth.access_token",
            "dialog.oauth",
            "unknown");

    private final GraphCalls calls;
    private final FacebookAccounts accounts;
    private final Callers callers;
    private final FacebookState state;
    private final FacebookPublishing publishing;
    private final FacebookVideos videos;
    private final FacebookReading reading;
    private final FacebookAccess access;
    private final LongAdder duplicatesRefused = new LongAdder();

    FacebookApi(Foundation foundation, FacebookState state, FacebookAccounts accounts, Callers callers, App app) {
        var clock = foundation.clock();
        var settings = foundation.settings().declare(FacebookSettings.DEFAULTS);
        this.calls = new GraphCalls(
                new GraphLimits(clock, "pages", () -> settings.get().facebookCallsPerHour(), FacebookError::pageLimit));
        this.accounts = accounts;
        this.callers = callers;
        var views = new FacebookViews(clock, state, app);
        this.state = state;
        this.videos = new FacebookVideos(foundation, settings, state, callers);
        this.publishing = new FacebookPublishing(foundation, settings, state, callers, views, duplicatesRefused);
        this.reading = new FacebookReading(clock, state, callers, views, foundation.settings());
        this.access = new FacebookAccess(clock, state, callers, views, app);
    }

    @Override
    public Platform platform() {
        return Platform.FACEBOOK;
    }

    @Override
    public Operation operation(Request request) {
        return GraphCalls.versioned(request).map(this::versioned).orElseGet(() -> GraphCalls.unknown(request));
    }

    private Operation versioned(GraphRequest request) {
        var path = request.path();
        return switch (path.size()) {
            case 1 -> node(path.get(0), request);
            case 2 -> edge(path.get(0), path.get(1), request);
            case 3 ->
                path.get(0).equals("video-upload") && request.method().equals("POST")
                        ? later("video.upload", request, graph -> videos.upload(path.get(2), graph))
                        : unknown(request);
            default -> unknown(request);
        };
    }

    private Operation node(String id, GraphRequest request) {
        return switch (request.method() + " " + id) {
            case "GET me" -> operation("me", request, access::me);
            case "GET debug_token" -> operation("debug_token", request, access::debugToken);
            default ->
                switch (request.method()) {
                    case "GET" ->
                        operation(
                                state.footage(id).isPresent() ? "video.read" : "object.read",
                                request,
                                graph -> reading.object(id, graph));
                    case "POST" -> operation("post.show", request, graph -> publishing.show(id, graph));
                    case "DELETE" -> operation("object.delete", request, graph -> publishing.delete(id, graph));
                    default -> unknown(request);
                };
        };
    }

    private Operation edge(String id, String edge, GraphRequest request) {
        return switch (request.method() + " " + edge) {
            case "POST feed" -> operation("page.feed", request, graph -> publishing.feed(id, graph));
            case "GET feed" -> operation("page.feed.read", request, graph -> reading.feed(id, graph, false));
            case "GET posts", "GET published_posts" ->
                operation("page.feed.read", request, graph -> reading.feed(id, graph, true));
            case "POST photos" -> later("page.photos", request, graph -> publishing.photos(id, graph));
            case "POST photo_stories" ->
                operation("page.photo_stories", request, graph -> videos.photoStory(id, graph));
            case "GET stories" -> operation("page.stories.read", request, graph -> reading.stories(id, graph));
            case "POST videos", "POST video_reels", "POST video_stories" -> video(id, edge, request);
            case "GET videos" ->
                operation("page.videos.read", request, graph -> reading.videos(id, graph, VideoKind.VIDEO));
            case "GET video_reels" ->
                operation("page.videos.read", request, graph -> reading.videos(id, graph, VideoKind.REEL));
            case "GET comments" -> operation("post.comments.read", request, graph -> reading.comments(id, graph));
            case "POST comments" -> operation("post.comments", request, graph -> publishing.comment(id, graph));
            case "POST subscribed_apps" ->
                operation("page.subscribed_apps", request, graph -> access.subscribe(id, graph));
            case "GET subscribed_apps" ->
                operation("page.subscribed_apps.read", request, graph -> access.subscriptions(id, graph));
            case "GET accounts" -> operation("me.accounts", request, access::accounts);
            case "GET businesses" -> operation("me.businesses", request, access::businesses);
            case "GET owned_pages" ->
                operation("business.owned_pages", request, graph -> access.pagesOfBusiness(id, graph));
            case "GET client_pages" ->
                operation("business.client_pages", request, graph -> access.pagesOfClients(id, graph));
            case "GET permissions" -> operation("me.permissions", request, access::permissions);
            case "GET access_token", "POST access_token" ->
                operation("oauth.access_token", request, access::accessToken);
            case "GET oauth" -> operation("dialog.oauth", request, access::dialog);
            default -> unknown(request);
        };
    }

    private Operation video(String id, String edge, GraphRequest request) {
        var name = "page." + edge;
        return switch (edge + " " + request.parameter("upload_phase").orElse("")) {
            case "videos " -> later(name, request, graph -> videos.video(id, graph));
            case "videos start" -> operation(name + ".start", request, graph -> videos.start(id, graph));
            case "videos transfer" -> operation(name + ".transfer", request, graph -> videos.transfer(id, graph));
            case "videos finish" -> operation(name + ".finish", request, graph -> videos.finish(id, graph));
            case "videos cancel" -> operation(name + ".cancel", request, graph -> videos.cancel(id, graph));
            case "video_reels start" -> operation(name + ".start", request, graph -> videos.startReel(id, graph));
            case "video_reels finish" -> operation(name + ".finish", request, graph -> videos.finishReel(id, graph));
            case "video_stories start" -> operation(name + ".start", request, graph -> videos.startStory(id, graph));
            case "video_stories finish" -> operation(name + ".finish", request, graph -> videos.finishStory(id, graph));
            default ->
                operation("unknown", request, _ -> {
                    throw GraphError.invalidParameter("The parameter upload_phase is missing or unknown");
                });
        };
    }

    @Override
    public Reply injected(Failure failure, Request request, Operation operation) {
        return calls.injected(
                failure,
                operation,
                () -> {
                    operation.accountId().ifPresent(accounts::revokeTokens);
                    request.bearer().ifPresent(accounts::revokeToken);
                },
                FacebookError.permissionMissing());
    }

    long duplicatesRefused() {
        return duplicatesRefused.sum();
    }

    private Operation operation(String endpoint, GraphRequest request, Function<GraphRequest, Reply> handler) {
        return later(endpoint, request, graph -> Future.succeededFuture(handler.apply(graph)));
    }

    private Operation later(String endpoint, GraphRequest request, Function<GraphRequest, Future<Reply>> handler) {
        return calls.operation(endpoint, callers.account(request), request, handler);
    }

    private Operation unknown(GraphRequest request) {
        return operation("unknown", request, graph -> GraphError.unknownPath(String.join("/", graph.path())));
    }
}
