package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.KnownConnections;
import io.broadside.token.Smallest;
import io.broadside.token.platform.TokenPlatforms;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections API.
 *
 * <ul>
 *   <li>{@code POST /v1/connections}: connects an account with a token it has already; 201 with the connection.
 *   <li>{@code GET /v1/connections?limit=&after=}: all of them by id, a page at a time; {@code after} is the last id of the
 *       page before.
 *   <li>{@code GET /v1/connections/{connectionId}}
 *   <li>{@code GET /v1/profiles/{profileId}/connections}
 * </ul>
 *
 * Without keys, requests must name a host that is known to be this one ({@link OwnNames}); the others are refused with 403.
 *
 * <p>What is wrong comes back as {@code {"error":{"code","message","faults":[{"field","rule","message"}]}}}. Tokens never do.
 * Every request works on a virtual thread of its own; only so many at once, the others are told to come back.
 */
public final class ConnectionsApi implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ConnectionsApi.class);

    private static final int MOST_BODY_BYTES = 64 * 1024;
    private static final int MOST_AT_ONCE = 200;
    private static final int PAGE = 100;
    private static final int LARGEST_PAGE = 1000;
    private static final Duration WHEN_FULL = Duration.ofSeconds(1);

    private final ApiKeys keys;
    private final OwnNames names;
    private final PasteReader reader;
    private final Pasting pasting;
    private final KnownConnections connections;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);
    private final HttpServer server;

    private ConnectionsApi(
            Vertx vertx,
            String host,
            int port,
            ApiKeys keys,
            OwnNames names,
            PasteReader reader,
            Pasting pasting,
            KnownConnections connections,
            Consumer<Router> more) {
        this.keys = keys;
        this.names = names;
        this.reader = reader;
        this.pasting = pasting;
        this.connections = connections;
        this.server = vertx.createHttpServer(
                new HttpServerOptions().setHost(host).setPort(port).setIdleTimeout(60));
        server.requestHandler(router(vertx, more));
    }

    /**
     * Starts the server and waits until it listens.
     *
     * @param host the address to listen on: 127.0.0.1 for this machine alone, 0.0.0.0 for all of its addresses
     * @param port the port, or 0 for any that is free
     * @param publicHost the name it is known by, if it is told one
     * @param inspectsByDefault whether a token is shown to its platform where the request does not say
     * @param more mounts what else is served on this port, and sees for itself who may use it
     * @throws ConfigException if it cannot listen there
     */
    public static ConnectionsApi start(
            Vertx vertx,
            String host,
            int port,
            ApiKeys keys,
            Optional<String> publicHost,
            boolean inspectsByDefault,
            TokenPlatforms platforms,
            Pasting pasting,
            KnownConnections connections,
            Consumer<Router> more) {
        var api = new ConnectionsApi(
                vertx,
                host,
                port,
                keys,
                new OwnNames(host, publicHost),
                new PasteReader(platforms, inspectsByDefault),
                pasting,
                connections,
                more);
        try {
            api.server.listen().await();
        } catch (Exception e) {
            // Vert.x throws what the operating system said, declared or not.
            throw new ConfigException("TOKEN_PORT: a free port needed, was " + port + " (" + e.getMessage() + ")", e);
        }
        return api;
    }

    /** The port it listens on. */
    public int port() {
        return server.actualPort();
    }

    @Override
    public void close() {
        server.close().await();
    }

    private Router router(Vertx vertx, Consumer<Router> more) {
        var router = Router.router(vertx);
        router.route().handler(this::admitOwnName);
        more.accept(router);
        router.route().handler(this::admit);
        router.post("/v1/connections")
                .handler(BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES))
                .handler(ctx -> onItsOwnThread(ctx, this::paste));
        router.get("/v1/connections").handler(ctx -> onItsOwnThread(ctx, this::list));
        router.get("/v1/connections/:connectionId").handler(ctx -> onItsOwnThread(ctx, this::one));
        router.get("/v1/profiles/:profileId/connections").handler(ctx -> onItsOwnThread(ctx, this::ofProfile));
        router.errorHandler(400, ctx -> fail(ctx, 400, "INVALID_REQUEST", "The request cannot be read as HTTP."));
        router.errorHandler(404, ctx -> fail(ctx, 404, "NOT_FOUND", "There is nothing at this path."));
        router.errorHandler(405, ctx -> fail(ctx, 405, "INVALID_REQUEST", "This path does not take this method."));
        router.errorHandler(
                413,
                ctx -> fail(ctx, 413, "INVALID_REQUEST", "The body is longer than " + MOST_BODY_BYTES + " bytes."));
        router.errorHandler(500, ctx -> failed(ctx, ctx.failure()));
        return router;
    }

    /**
     * Whoever needs no key needs a browser of somebody who reaches this port: a page elsewhere whose name is made to lead here could ask
     * for anything through it. Its requests still bear its own name.
     */
    private void admitOwnName(RoutingContext ctx) {
        var authority = ctx.request().authority();
        if (!keys.isOpen() || (authority != null && names.contain(authority.host()))) {
            ctx.next();
            return;
        }
        fail(
                ctx,
                403,
                "FORBIDDEN",
                "Without TOKEN_API_KEYS token-service answers to localhost, to TOKEN_API_HOST and to the host of"
                        + " TOKEN_PUBLIC_URI only. Ask for it by one of these names, or set TOKEN_API_KEYS.");
    }

    private void admit(RoutingContext ctx) {
        if (keys.admits(ctx.request().getHeader("authorization"))) {
            ctx.next();
            return;
        }
        ctx.response().putHeader("www-authenticate", "Bearer");
        fail(ctx, 401, "UNAUTHORIZED", "A known API key is needed: send it as Authorization: Bearer KEY.");
    }

    private void onItsOwnThread(RoutingContext ctx, Consumer<RoutingContext> handler) {
        if (!places.tryAcquire()) {
            ctx.response().putHeader("retry-after", Long.toString(WHEN_FULL.toSeconds()));
            fail(ctx, 503, "OVERLOADED", "Too many requests at once. Send it again in a moment.");
            return;
        }
        Thread.ofVirtual().name("connections-api").start(() -> {
            try {
                handler.accept(ctx);
            } catch (RuntimeException e) {
                failed(ctx, e);
            } finally {
                places.release();
            }
        });
    }

    private void paste(RoutingContext ctx) {
        // A page of some other site can send a form or plain text through a browser, but not this type.
        var type = Optional.ofNullable(ctx.request().getHeader("content-type")).orElse("");
        if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            fail(ctx, 415, "INVALID_REQUEST", "Send the token as application/json.");
            return;
        }
        var body = Optional.ofNullable(ctx.body().asString()).orElse("");
        switch (reader.read(body)) {
            case PasteReader.Read.Unreadable(var message) -> fail(ctx, 400, "INVALID_REQUEST", message);
            case PasteReader.Read.Faulty(var faults) ->
                send(
                        ctx,
                        422,
                        ConnectionJson.error(
                                ErrorCode.INVALID_REQUEST.name(), ErrorCode.INVALID_REQUEST.sentence(), faults));
            case PasteReader.Read.Good(var request) -> answer(ctx, pasting.paste(request, traceOf(ctx)));
        }
    }

    private static void answer(RoutingContext ctx, Pasted pasted) {
        switch (pasted) {
            case Pasted.Connected(var connection) -> {
                ctx.response().putHeader("location", "/v1/connections/" + connection.getConnectionId());
                send(ctx, 201, ConnectionJson.of(connection));
            }
            case Pasted.Refused(var code, var message, var faults) ->
                send(ctx, 422, ConnectionJson.error(code.name(), message, faults));
            case Pasted.NotNow(var code, var message, var retryAfter) -> {
                ctx.response().putHeader("retry-after", Long.toString(Math.max(1, retryAfter.toSeconds())));
                fail(ctx, 503, code.name(), message);
            }
        }
    }

    private void list(RoutingContext ctx) {
        var limit = limitOf(ctx);
        if (limit.isEmpty()) {
            var sentence = "The parameter must be a whole number from 1 to " + LARGEST_PAGE + ".";
            send(
                    ctx,
                    422,
                    ConnectionJson.error(
                            ErrorCode.INVALID_REQUEST.name(),
                            ErrorCode.INVALID_REQUEST.sentence(),
                            List.of(new FieldFault("limit", "value", sentence))));
            return;
        }
        var after = Optional.ofNullable(ctx.request().getParam("after")).orElse("");
        // There may be a million of them.
        var first = new Smallest<>(limit.get() + 1, Comparator.comparing(Connection::getConnectionId));
        for (var connection : connections.all()) {
            if (connection.getConnectionId().compareTo(after) > 0) {
                first.offer(connection);
            }
        }
        var page = first.inOrder();
        var shown = page.subList(0, Math.min(page.size(), limit.get()));
        var json = new JsonObject().put("connections", ConnectionJson.of(shown));
        if (page.size() > shown.size()) {
            json.put("next", shown.getLast().getConnectionId());
        }
        send(ctx, 200, json);
    }

    private void one(RoutingContext ctx) {
        connections
                .connection(ctx.pathParam("connectionId"))
                .ifPresentOrElse(
                        connection -> send(ctx, 200, ConnectionJson.of(connection)),
                        () -> fail(
                                ctx,
                                404,
                                ErrorCode.UNKNOWN_CONNECTION.name(),
                                ErrorCode.UNKNOWN_CONNECTION.sentence()));
    }

    private void ofProfile(RoutingContext ctx) {
        var found = connections.ofProfile(ctx.pathParam("profileId")).stream()
                .sorted(Comparator.comparing(Connection::getConnectionId))
                .toList();
        send(ctx, 200, new JsonObject().put("connections", ConnectionJson.of(found)));
    }

    private static Optional<Integer> limitOf(RoutingContext ctx) {
        var text = Optional.ofNullable(ctx.request().getParam("limit")).orElse(Integer.toString(PAGE));
        return Optional.of(text)
                .filter(digits -> digits.matches("\\d{1,4}"))
                .map(Integer::parseInt)
                .filter(limit -> limit >= 1 && limit <= LARGEST_PAGE);
    }

    private static Trace traceOf(RoutingContext ctx) {
        return Optional.ofNullable(ctx.request().getHeader("traceparent"))
                .flatMap(Trace::parse)
                .map(Trace::child)
                .orElseGet(Trace::root);
    }

    /** Where it happened, but not what the exception says: it may quote the request. */
    private static void failed(RoutingContext ctx, Throwable cause) {
        LOGGER.atError()
                .addKeyValue("method", ctx.request().method())
                .addKeyValue("cause", cause.getClass().getName())
                .addKeyValue("at", cause.getStackTrace().length == 0 ? "" : cause.getStackTrace()[0])
                .log("request failed by a fault of ours");
        fail(ctx, 500, ErrorCode.INTERNAL.name(), "Broadside failed; the log of token-service says where.");
    }

    private static void fail(RoutingContext ctx, int status, String code, String message) {
        send(ctx, status, ConnectionJson.error(code, message, List.of()));
    }

    private static void send(RoutingContext ctx, int status, JsonObject body) {
        if (ctx.response().ended() || ctx.response().closed()) {
            return;
        }
        ctx.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .putHeader("cache-control", "no-store")
                .end(body.encode());
    }
}
