package io.broadside.simulator.facebook;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.Api;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.RateWindows;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.platform.Foundation;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;

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

    private static final int NEWEST_VERSION = 26;
    /** https://developers.facebook.com/docs/graph-api/changelog */
    private static final int OLDEST_LIVE_VERSION = 21;

    private static final int DEFAULT_RETRY_SECONDS = 60;

    private final Clock clock;
    private final Supplier<FacebookSettings> settings;
    private final FacebookAccounts accounts;
    private final Callers callers;
    private final FacebookPublishing publishing;
    private final FacebookReading reading;
    private final FacebookAccess access;
    private final RateWindows windows = new RateWindows(Duration.ofHours(1));
    private final LongAdder duplicatesRefused = new LongAdder();

    FacebookApi(Foundation foundation, FacebookState state, FacebookAccounts accounts, App app) {
        this.clock = foundation.clock();
        this.settings = foundation.settings().declare(FacebookSettings.DEFAULTS);
        this.accounts = accounts;
        this.callers = new Callers(clock, state, app);
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
        var path = request.path();
        var named = path.isEmpty() ? "" : path.getFirst();
        if (!named.matches("v[0-9]{1,3}\\.[0-9]")) {
            return versioned(GraphRequest.of(request, "v" + NEWEST_VERSION + ".0", path));
        }
        int version = Integer.parseInt(named.substring(1, named.indexOf('.')));
        if (version > NEWEST_VERSION) {
            return Operation.now("unknown", Optional.empty(), () -> FacebookError.unknownPath(String.join("/", path)));
        }
        // A version that is gone is served by the oldest that is not; the answer's header tells.
        var served = "v" + Math.max(version, OLDEST_LIVE_VERSION) + ".0";
        return versioned(GraphRequest.of(request, served, path.subList(1, path.size())));
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
        return switch (failure.kind()) {
            case RATE_LIMITED -> FacebookError.pageLimit(failure.status().orElse(400));
            case RATE_LIMITED_WITH_RETRY_AFTER -> {
                int seconds = failure.seconds().orElse(DEFAULT_RETRY_SECONDS);
                var refused = FacebookError.pageLimit(failure.status().orElse(400));
                // Not both: rounded up to minutes, the usage would name a longer time than Retry-After.
                yield refused.status() == 429
                        ? refused.with("Retry-After", Integer.toString(seconds))
                        : refused.with(
                                "X-Business-Use-Case-Usage",
                                usage(operation.accountId().orElse("0"), 100, Math.ceilDiv(seconds, 60)));
            }
            case SERVER_ERROR_BEFORE_EFFECT, SERVER_ERROR_AFTER_EFFECT ->
                FacebookError.serverError(failure.status().orElse(500));
            case TOKEN_EXPIRED -> FacebookError.tokenExpired();
            case TOKEN_REVOKED -> {
                operation.accountId().ifPresent(accounts::revokeTokens);
                request.bearer().ifPresent(accounts::revokeToken);
                yield FacebookError.tokenRevoked();
            }
            case PERMISSION_MISSING -> FacebookError.permissionMissing();
            case CUT_BEFORE_EFFECT, CUT_AFTER_EFFECT, SLOW, HANG, HANG_AFTER_EFFECT, OUTAGE_PAGE ->
                throw new IllegalStateException("no answer belongs to " + failure.kind());
        };
    }

    long duplicatesRefused() {
        return duplicatesRefused.sum();
    }

    private Operation operation(String endpoint, GraphRequest request, Function<GraphRequest, Reply> handler) {
        return later(endpoint, request, graph -> Future.succeededFuture(handler.apply(graph)));
    }

    private Operation later(String endpoint, GraphRequest request, Function<GraphRequest, Future<Reply>> handler) {
        var account = callers.account(request);
        return new Operation(
                endpoint,
                account,
                () -> limited(account, request, handler)
                        .recover(problem -> problem instanceof Refusal refusal
                                ? Future.succeededFuture(refusal.reply())
                                : Future.failedFuture(problem))
                        .map(reply -> reply.with("facebook-api-version", request.version())));
    }

    private Future<Reply> limited(
            Optional<String> account, GraphRequest request, Function<GraphRequest, Future<Reply>> handler) {
        int limit = settings.get().facebookCallsPerHour();
        try {
            if (limit == 0 || account.isEmpty()) {
                return handler.apply(request).map(reply -> reply.with("X-App-Usage", appUsage(1)));
            }
            var taken = windows.take(account.get(), "all", limit, clock.instant());
            int percent = (int) Math.min(100, 100L * (limit - taken.remaining()) / limit);
            long minutes = Math.ceilDiv(
                    Duration.between(clock.instant(), taken.reset()).toSeconds(), 60L);
            var reply = taken.allowed() ? handler.apply(request) : Future.succeededFuture(FacebookError.pageLimit(400));
            return reply.map(answer -> answer.with("X-App-Usage", appUsage(percent))
                    .with("X-Business-Use-Case-Usage", usage(account.get(), percent, taken.allowed() ? 0 : minutes)));
        } catch (Refusal refusal) {
            return Future.succeededFuture(refusal.reply().with("X-App-Usage", appUsage(1)));
        }
    }

    private static String appUsage(int percent) {
        return "{\"call_count\":" + percent + ",\"total_time\":" + percent + ",\"total_cputime\":" + percent + "}";
    }

    /** https://developers.facebook.com/docs/graph-api/overview/rate-limiting: the time is in minutes. */
    private static String usage(String pageId, int percent, long minutes) {
        var usage = Json.object();
        usage.putArray(pageId)
                .addObject()
                .put("type", "pages")
                .put("call_count", percent)
                .put("total_cputime", 20)
                .put("total_time", 20)
                .put("estimated_time_to_regain_access", minutes);
        return usage.toString();
    }

    private Operation unknown(GraphRequest request) {
        return operation("unknown", request, graph -> FacebookError.unknownPath(String.join("/", graph.path())));
    }
}
