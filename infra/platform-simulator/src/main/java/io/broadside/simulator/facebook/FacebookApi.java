package io.broadside.simulator.facebook;

import io.broadside.simulator.account.Platform;
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
            "page.subscribed_apps",
            "page.subscribed_apps.read",
            "post.show",
            "post.comments",
            "object.read",
            "object.delete",
            "me",
            "me.accounts",
            "me.permissions",
            "debug_token",
            "oauth.access_token",
            "dialog.oauth",
            "unknown");

    private final GraphCalls calls;
    private final FacebookAccounts accounts;
    private final Callers callers;
    private final FacebookPublishing publishing;
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
        var views = new FacebookViews(state, app);
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
            default -> unknown(request);
        };
    }

    private Operation node(String id, GraphRequest request) {
        return switch (request.method() + " " + id) {
            case "GET me" -> operation("me", request, access::me);
            case "GET debug_token" -> operation("debug_token", request, access::debugToken);
            default ->
                switch (request.method()) {
                    case "GET" -> operation("object.read", request, graph -> reading.object(id, graph));
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
            case "POST comments" -> operation("post.comments", request, graph -> publishing.comment(id, graph));
            case "POST subscribed_apps" ->
                operation("page.subscribed_apps", request, graph -> access.subscribe(id, graph));
            case "GET subscribed_apps" ->
                operation("page.subscribed_apps.read", request, graph -> access.subscriptions(id, graph));
            case "GET accounts" -> operation("me.accounts", request, access::accounts);
            case "GET permissions" -> operation("me.permissions", request, access::permissions);
            case "GET access_token", "POST access_token" ->
                operation("oauth.access_token", request, access::accessToken);
            case "GET oauth" -> operation("dialog.oauth", request, access::dialog);
            default -> unknown(request);
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
