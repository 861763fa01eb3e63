package io.broadside.runtime.api;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves an API of JSON over HTTP.
 *
 * <ol>
 *   <li>A request whose path or query cannot be decoded is refused, whoever sends it.
 *   <li>Who has no key is told so before anything else is read, and nothing else.
 *   <li>Every request is worked on by a virtual thread of its own, so many at once; the others are told to come back.
 *   <li>A parameter of the query that comes several times is refused: none of its values is left out in silence.
 *   <li>What is wrong comes back as {@code {"error":{"code","message","faults"}}}, whatever it is.
 *   <li>A fault of ours is 500 and a line in the log, neither of which repeats what was sent.
 * </ol>
 */
public final class ApiServer implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ApiServer.class);

    private static final int MOST_AT_ONCE = 200;
    private static final Duration WHEN_FULL = Duration.ofSeconds(1);
    private static final Duration FINISH_WITHIN = Duration.ofSeconds(10);
    private static final int IDLE_SECONDS = 60;
    private static final int LARGEST_HEADERS = 16 << 10;

    private final ApiKeys keys;
    private final int mostBodyBytes;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);
    private final HttpServer server;

    private ApiServer(Vertx vertx, String host, int port, ApiKeys keys, int mostBodyBytes, List<ApiRoute> routes) {
        this.keys = keys;
        this.mostBodyBytes = mostBodyBytes;
        this.server = vertx.createHttpServer(new HttpServerOptions()
                .setHost(host)
                .setPort(port)
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxHeaderSize(LARGEST_HEADERS));
        server.requestHandler(router(vertx, routes));
    }

    /**
     * Starts to serve and returns when it listens.
     *
     * @param host the address to listen on: 127.0.0.1 for this machine alone, 0.0.0.0 for all of its addresses
     * @param portSetting name of the setting that the port is from, for the error
     * @param port the port, or 0 for any that is free
     * @param mostBodyBytes a longer body is refused
     * @throws ConfigException if it cannot listen there
     */
    public static ApiServer start(
            Vertx vertx,
            String host,
            String portSetting,
            int port,
            ApiKeys keys,
            int mostBodyBytes,
            List<ApiRoute> routes) {
        var api = new ApiServer(vertx, host, port, keys, mostBodyBytes, routes);
        try {
            api.server.listen().await();
        } catch (Exception e) {
            // Vert.x throws what the operating system said, declared or not.
            throw new ConfigException(
                    portSetting + ": a free port needed, was " + port + " (" + e.getMessage() + ")", e);
        }
        return api;
    }

    /** The port it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Takes no more requests and lets those under way end, within a limit. */
    @Override
    public void close() {
        server.close().await();
        try {
            if (!places.tryAcquire(MOST_AT_ONCE, FINISH_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                LOGGER.atWarn().log("requests did not end in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private Router router(Vertx vertx, List<ApiRoute> routes) {
        var router = Router.router(vertx);
        var open = routes.stream()
                .filter(route -> !route.needsKey())
                .map(ApiRoute::path)
                .collect(Collectors.toSet());
        router.route().handler(ApiServer::decode);
        // Before anything else: who has no key does not learn what is here either.
        router.route().handler(ctx -> admit(ctx, open));
        for (var route : routes) {
            var found = router.route(
                    HttpMethod.valueOf(route.method()), route.path().replaceAll("\\{(\\w+)}", ":$1"));
            if (route.takesJson()) {
                found.handler(BodyHandler.create(false).setBodyLimit(mostBodyBytes));
            }
            found.handler(ctx -> onItsOwnThread(ctx, route));
        }
        router.errorHandler(400, ApiServer::unreadable);
        router.errorHandler(404, ctx -> fail(ctx, 404, "NOT_FOUND", "There is nothing at this path."));
        router.errorHandler(405, ctx -> fail(ctx, 405, "INVALID_REQUEST", "This path does not take this method."));
        router.errorHandler(
                413, ctx -> fail(ctx, 413, "INVALID_REQUEST", "The body is longer than " + mostBodyBytes + " bytes."));
        router.errorHandler(500, ctx -> failed(ctx, ctx.failure()));
        return router;
    }

    private static void decode(RoutingContext ctx) {
        try {
            var _ = ctx.normalizedPath();
            var _ = ctx.queryParams();
        } catch (IllegalArgumentException | HttpException _) {
            unreadable(ctx);
            return;
        }
        ctx.next();
    }

    private void admit(RoutingContext ctx, Set<String> open) {
        if (open.contains(ctx.normalizedPath()) || keys.admits(ctx.request().getHeader("authorization"))) {
            ctx.next();
            return;
        }
        ctx.response().putHeader("www-authenticate", "Bearer");
        fail(ctx, 401, "UNAUTHORIZED", "A known API key is needed: send it as Authorization: Bearer KEY.");
    }

    private void onItsOwnThread(RoutingContext ctx, ApiRoute route) {
        // A page of some other site can send a form or plain text through a browser, but not this type.
        if (route.takesJson() && !isJson(ctx)) {
            fail(ctx, 415, "INVALID_REQUEST", "Send the body as application/json.");
            return;
        }
        if (ctx.queryParams().names().stream()
                .anyMatch(name -> ctx.queryParams().getAll(name).size() > 1)) {
            fail(ctx, 400, "INVALID_REQUEST", "A parameter comes several times; give each of them once.");
            return;
        }
        // Whatever can fail comes before a place is taken: one that is not given back is lost until a restart.
        var request = request(ctx);
        if (!places.tryAcquire()) {
            send(
                    ctx,
                    ApiAnswer.notNow("OVERLOADED", "Too many requests at once. Send it again in a moment.", WHEN_FULL));
            return;
        }
        try {
            Thread.ofVirtual().name("api").start(() -> {
                try {
                    answer(ctx, route, request);
                } finally {
                    places.release();
                }
            });
        } catch (Throwable e) {
            places.release();
            throw e;
        }
    }

    private static void answer(RoutingContext ctx, ApiRoute route, ApiRequest request) {
        try {
            send(ctx, route.work().apply(request));
        } catch (RuntimeException | Error e) {
            // Errors too, such as a stack that overflows: whoever asked waits for an answer.
            failed(ctx, e);
        }
    }

    private static boolean isJson(RoutingContext ctx) {
        var type = Optional.ofNullable(ctx.request().getHeader("content-type")).orElse("");
        return type.toLowerCase(Locale.ROOT).startsWith("application/json");
    }

    private static ApiRequest request(RoutingContext ctx) {
        var trace = Optional.ofNullable(ctx.request().getHeader("traceparent"))
                .flatMap(Trace::parse)
                .map(Trace::child)
                .orElseGet(Trace::root);
        var body = Optional.ofNullable(ctx.body().asString()).orElse("");
        return new ApiRequest(ctx.pathParams(), parameters(ctx.queryParams()), body, trace);
    }

    private static Map<String, String> parameters(MultiMap query) {
        var parameters = new HashMap<String, String>();
        query.forEach((name, value) -> parameters.put(name, value));
        return parameters;
    }

    /** Where it happened, but not what the exception says: it may quote the request. */
    private static void failed(RoutingContext ctx, Throwable cause) {
        LOGGER.atError()
                .addKeyValue("method", ctx.request().method())
                .addKeyValue("cause", cause.getClass().getName())
                .addKeyValue("at", cause.getStackTrace().length == 0 ? "" : cause.getStackTrace()[0])
                .log("request failed by a fault of ours");
        fail(ctx, 500, ErrorCode.INTERNAL.name(), "Broadside failed; the log of the service says where.");
    }

    private static void unreadable(RoutingContext ctx) {
        fail(
                ctx,
                400,
                "INVALID_REQUEST",
                "The request cannot be read as HTTP; see to the escapes in its path and query.");
    }

    private static void fail(RoutingContext ctx, int status, String code, String message) {
        send(ctx, ApiAnswer.error(status, code, message));
    }

    private static void send(RoutingContext ctx, ApiAnswer answer) {
        var response = ctx.response();
        if (response.ended() || response.closed()) {
            return;
        }
        answer.headers().forEach((name, value) -> response.putHeader(name, value));
        response.setStatusCode(answer.status())
                .putHeader("content-type", "application/json")
                .putHeader("cache-control", "no-store")
                .end(answer.body().toString());
    }
}
