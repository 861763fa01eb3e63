package io.broadside.simulator.graph;

import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.Api.Operation;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What all calls to the Graph API go through: versions, limits, refusals, injected failures. */
public final class GraphCalls {
    private static final int NEWEST_VERSION = 26;
    /** https://developers.facebook.com/docs/graph-api/changelog */
    private static final int OLDEST_LIVE_VERSION = 21;

    private static final int DEFAULT_RETRY_SECONDS = 60;

    private final GraphLimits limits;

    public GraphCalls(GraphLimits limits) {
        this.limits = limits;
    }

    /** The path without a version. */
    public static List<String> path(Request request) {
        var path = request.path();
        return isVersion(path.isEmpty() ? "" : path.getFirst()) ? path.subList(1, path.size()) : path;
    }

    private static boolean isVersion(String segment) {
        return segment.matches("v[0-9]{1,3}\\.[0-9]");
    }

    /** With the version that serves it: one that is gone is served by the oldest that is not. Empty for a future one. */
    public static Optional<GraphRequest> versioned(Request request) {
        var path = request.path();
        var named = path.isEmpty() ? "" : path.getFirst();
        if (!isVersion(named)) {
            return Optional.of(GraphRequest.of(request, "v" + NEWEST_VERSION + ".0", path));
        }
        int version = Integer.parseInt(named.substring(1, named.indexOf('.')));
        return version > NEWEST_VERSION
                ? Optional.empty()
                : Optional.of(GraphRequest.of(
                        request, "v" + Math.max(version, OLDEST_LIVE_VERSION) + ".0", path.subList(1, path.size())));
    }

    /** A path that exists in no version. */
    public static Operation unknown(Request request) {
        return Operation.now(
                "unknown", Optional.empty(), () -> GraphError.unknownPath(String.join("/", request.path())));
    }

    public Operation operation(
            String endpoint,
            Optional<String> account,
            GraphRequest request,
            Function<GraphRequest, Future<Reply>> handler) {
        return new Operation(
                endpoint,
                account,
                () -> limits.take(account, () -> answered(request, handler))
                        .map(reply -> reply.with("facebook-api-version", request.version())));
    }

    private static Future<Reply> answered(GraphRequest request, Function<GraphRequest, Future<Reply>> handler) {
        try {
            return handler.apply(request)
                    .recover(problem -> problem instanceof Refusal refusal
                            ? Future.succeededFuture(refusal.reply())
                            : Future.failedFuture(problem));
        } catch (Refusal refusal) {
            return Future.succeededFuture(refusal.reply());
        }
    }

    /**
     * The answer to an injected failure.
     *
     * @param revoke makes the tokens of the call unusable
     * @param permissionMissing as the network says it
     */
    public Reply injected(Failure failure, Operation operation, Runnable revoke, Reply permissionMissing) {
        return switch (failure.kind()) {
            case RATE_LIMITED -> limits.refusal(failure.status().orElse(400));
            case RATE_LIMITED_WITH_RETRY_AFTER ->
                limits.refusal(
                        failure.status().orElse(400),
                        operation.accountId(),
                        failure.seconds().orElse(DEFAULT_RETRY_SECONDS));
            case SERVER_ERROR_BEFORE_EFFECT, SERVER_ERROR_AFTER_EFFECT ->
                GraphError.serverError(failure.status().orElse(500));
            case REFUSED_BEFORE_EFFECT, REFUSED_AFTER_EFFECT ->
                GraphError.coded(failure.status().orElse(400), failure.code().orElse("1"));
            case ERROR_IN_SUCCESS_BEFORE_EFFECT, ERROR_IN_SUCCESS_AFTER_EFFECT ->
                GraphError.coded(200, failure.code().orElse("1"));
            case TOKEN_EXPIRED -> GraphError.tokenExpired();
            case TOKEN_REVOKED -> {
                revoke.run();
                yield GraphError.tokenRevoked();
            }
            case PERMISSION_MISSING -> permissionMissing;
            case CUT_BEFORE_EFFECT,
                    CUT_AFTER_EFFECT,
                    SLOW,
                    HANG,
                    HANG_AFTER_EFFECT,
                    OUTAGE_PAGE,
                    EMPTY_SUCCESS_AFTER_EFFECT ->
                throw new IllegalStateException("no answer belongs to " + failure.kind());
        };
    }
}
