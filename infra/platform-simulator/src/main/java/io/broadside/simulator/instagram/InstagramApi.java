package io.broadside.simulator.instagram;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.graph.GraphCalls;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphLimits;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.graph.PageTokens;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.Tally;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The paths of Instagram: of graph.instagram.com, api.instagram.com, www.instagram.com and the host of uploads, all below one base; and
 * those at graph.facebook.com that name something of Instagram.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform
 */
final class InstagramApi implements Api {
    /** Names of the endpoints in failures and reports; {@code container.processing} goes on behind the calls. */
    static final List<String> ENDPOINTS = List.of(
            "media.create",
            "media.upload",
            "container.read",
            "container.processing",
            "media.publish",
            "media.list",
            "media.read",
            "media.comments",
            "media.comments.read",
            "stories.list",
            "publishing_limit.read",
            "account.read",
            "subscribed_apps",
            "subscribed_apps.read",
            "oauth.authorize",
            "oauth.access_token",
            "access_token.exchange",
            "access_token.refresh",
            "unknown");

    private final InstagramState state;
    private final GraphCalls calls;
    private final InstagramCallers callers;
    private final InstagramPublishing publishing;
    private final InstagramReading reading;
    private final InstagramAccess access;
    private final Consumer<String> revoke;

    InstagramApi(
            Foundation foundation, InstagramState state, App app, PageTokens pages, Consumer<String> revokeTokens) {
        var clock = foundation.clock();
        var settings = foundation.settings().declare(InstagramSettings.DEFAULTS);
        this.state = state;
        this.revoke = revokeTokens;
        this.calls = new GraphCalls(new GraphLimits(
                clock, "instagram", () -> settings.get().instagramCallsPerHour(), InstagramError::limit));
        this.callers = new InstagramCallers(clock, state, pages);
        var loading = new InstagramLoading(foundation, state, settings);
        this.publishing = new InstagramPublishing(clock, state, callers, loading, settings);
        this.reading = new InstagramReading(clock, state, callers, loading, publishing, foundation.settings());
        this.access = new InstagramAccess(clock, state, callers, settings, app);
    }

    @Override
    public Platform platform() {
        return InstagramPlatform.ID;
    }

    /** Whether a call to Facebook's host names something of Instagram. */
    boolean isNamed(Request request) {
        var path = GraphCalls.path(request);
        return !path.isEmpty()
                && (path.getFirst().equals("ig-api-upload")
                        || state.owner(path.getFirst()).isPresent());
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
                path.get(0).equals("ig-api-upload") && request.method().equals("POST")
                        ? operation("media.upload", request, graph -> publishing.upload(path.get(2), graph))
                        : unknown(request);
            default -> unknown(request);
        };
    }

    private Operation node(String id, GraphRequest request) {
        return switch (request.method() + " " + id) {
            case "GET access_token" -> operation("access_token.exchange", request, access::exchangeToken);
            case "GET refresh_access_token" -> operation("access_token.refresh", request, access::refresh);
            default -> request.method().equals("GET") ? read(id, request) : unknown(request);
        };
    }

    private Operation read(String id, GraphRequest request) {
        if (state.container(id).isPresent()) {
            return operation("container.read", request, graph -> reading.object(id, graph));
        }
        if (state.media(id).isPresent() || state.comment(id).isPresent()) {
            return operation("media.read", request, graph -> reading.object(id, graph));
        }
        return operation("account.read", request, graph -> reading.account(id, graph));
    }

    private Operation edge(String id, String edge, GraphRequest request) {
        return switch (request.method() + " " + edge) {
            case "POST media" -> later("media.create", request, graph -> publishing.create(id, graph));
            case "GET media" -> operation("media.list", request, graph -> reading.media(id, graph));
            case "POST media_publish" -> operation("media.publish", request, graph -> publishing.publish(id, graph));
            case "GET stories" -> operation("stories.list", request, graph -> reading.stories(id, graph));
            case "GET content_publishing_limit" ->
                operation("publishing_limit.read", request, graph -> publishing.limit(id, graph));
            case "POST comments" -> operation("media.comments", request, graph -> publishing.comment(id, graph));
            case "GET comments" -> operation("media.comments.read", request, graph -> reading.comments(id, graph));
            case "POST subscribed_apps" -> operation("subscribed_apps", request, graph -> access.subscribe(id, graph));
            case "GET subscribed_apps" ->
                operation("subscribed_apps.read", request, graph -> access.subscriptions(id, graph));
            case "GET authorize" -> operation("oauth.authorize", request, access::authorize);
            case "POST access_token" -> operation("oauth.access_token", request, access::exchangeCode);
            default -> unknown(request);
        };
    }

    @Override
    public Reply injected(Failure failure, Request request, Operation operation) {
        return calls.injected(
                failure, operation, () -> operation.accountId().ifPresent(revoke), InstagramError.permissionMissing());
    }

    Tally tally() {
        return new Tally(0, state.refreshes(), access.reuses(), 0, state.tally());
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
