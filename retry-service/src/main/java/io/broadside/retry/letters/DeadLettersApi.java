package io.broadside.retry.letters;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.ConfigException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API of the dead letters.
 *
 * <ul>
 *   <li>{@code GET /v1/dead-letters?code=&platform=&connectionId=&requestId=&since=&until=&limit=}: those that fit, by cause, and
 *       the newest of them.
 *   <li>{@code GET /v1/dead-letters/{id}}: one of them, with all its attempts.
 *   <li>{@code POST /v1/dead-letters/redrive}: takes up again what {@code {"ids":[],"code","platform","connectionId",
 *       "requestId","since","until"}} selects, {@code ratePerSecond} (10) at a time, {@code limit} (1000) at most;
 *       {@code "trial":true} only counts. All of them only with {@code "all":true}.
 * </ul>
 *
 * A redrive answers how many it took up, how many of the selection were redriven before, and how many are left beyond the limit.
 * What is wrong, names that are not known among it, comes back as {@code {"error":{"code","message"}}}. Every request reads the topic anew, so only a few work at once.
 */
public final class DeadLettersApi implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLettersApi.class);

    private static final int MOST_BODY_BYTES = 64 * 1024;
    private static final int MOST_AT_ONCE = 4;
    private static final int LARGEST_PAGE = 1000;
    private static final int PAGE = 100;
    private static final Set<String> LIST_PARAMETERS =
            Set.of("code", "platform", "connectionId", "requestId", "since", "until", "limit");
    private static final Set<String> REDRIVE_FIELDS = Set.of(
            "ids",
            "code",
            "platform",
            "connectionId",
            "requestId",
            "since",
            "until",
            "ratePerSecond",
            "limit",
            "trial",
            "all");

    private final ApiKeys keys;
    private final DeadLetterDesk desk;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);
    private final HttpServer server;

    private DeadLettersApi(Vertx vertx, int port, ApiKeys keys, DeadLetterDesk desk) {
        this.keys = keys;
        this.desk = desk;
        this.server = vertx.createHttpServer(new HttpServerOptions()
                .setHost(keys.isOpen() ? "127.0.0.1" : "0.0.0.0")
                .setPort(port)
                .setIdleTimeout(60));
        server.requestHandler(router(vertx));
    }

    /**
     * Starts the server and waits until it listens: without keys on loopback only.
     *
     * @param port the port, or 0 for any that is free
     * @throws ConfigException if it cannot listen there
     */
    public static DeadLettersApi start(Vertx vertx, int port, ApiKeys keys, DeadLetterDesk desk) {
        var api = new DeadLettersApi(vertx, port, keys, desk);
        try {
            api.server.listen().await();
        } catch (Exception e) {
            // Vert.x throws what the operating system said, declared or not.
            throw new ConfigException(
                    "RETRY_API_PORT: a free port needed, was " + port + " (" + e.getMessage() + ")", e);
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

    private Router router(Vertx vertx) {
        var router = Router.router(vertx);
        router.route().handler(DeadLettersApi::decode);
        router.route().handler(this::admit);
        router.get("/v1/dead-letters").handler(ctx -> onItsOwnThread(ctx, this::list));
        router.post("/v1/dead-letters/redrive")
                .handler(BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES))
                .handler(ctx -> onItsOwnThread(ctx, this::redrive));
        router.get("/v1/dead-letters/:id").handler(ctx -> onItsOwnThread(ctx, this::one));
        router.errorHandler(404, ctx -> fail(ctx, 404, "NOT_FOUND", "There is nothing at this path."));
        router.errorHandler(405, ctx -> fail(ctx, 405, "INVALID_REQUEST", "This path does not take this method."));
        router.errorHandler(
                413,
                ctx -> fail(ctx, 413, "INVALID_REQUEST", "The body is longer than " + MOST_BODY_BYTES + " bytes."));
        return router;
    }

    private static void decode(RoutingContext ctx) {
        try {
            var _ = ctx.normalizedPath();
            var _ = ctx.queryParams();
        } catch (IllegalArgumentException | HttpException _) {
            fail(ctx, 400, "INVALID_REQUEST", "The escapes in the path or the query cannot be decoded.");
            return;
        }
        ctx.next();
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
            ctx.response().putHeader("retry-after", "1");
            fail(ctx, 503, "OVERLOADED", "Too many requests at once. Send it again in a moment.");
            return;
        }
        Thread.ofVirtual().name("dead-letters-api").start(() -> {
            try {
                handler.accept(ctx);
            } catch (InvalidException e) {
                fail(ctx, 422, "INVALID_REQUEST", String.valueOf(e.getMessage()));
            } catch (KafkaException e) {
                LOGGER.atWarn()
                        .addKeyValue("method", ctx.request().method())
                        .addKeyValue("cause", e.getMessage())
                        .log("request could not be answered without Kafka or its registry");
                ctx.response().putHeader("retry-after", "5");
                fail(
                        ctx,
                        503,
                        "UNAVAILABLE",
                        "Kafka or its schema registry does not answer. Send it again in a moment.");
            } catch (RuntimeException e) {
                LOGGER.atError()
                        .addKeyValue("method", ctx.request().method())
                        .setCause(e)
                        .log("request failed");
                fail(ctx, 500, "INTERNAL", "Broadside failed; the log of retry-service says why.");
            } finally {
                places.release();
            }
        });
    }

    private void list(RoutingContext ctx) {
        var query = ctx.queryParams();
        requireKnown(query.names(), LIST_PARAMETERS);
        query.names().stream()
                .filter(name -> query.getAll(name).size() > 1)
                .findFirst()
                .ifPresent(name -> {
                    throw new InvalidException("Give " + name + " once.");
                });
        var selection = selection(name -> Optional.ofNullable(query.get(name)), Set.of());
        var limit = Optional.ofNullable(query.get("limit"))
                .map(text -> number("limit", text, LARGEST_PAGE))
                .orElse((long) PAGE);
        send(
                ctx,
                200,
                new JsonObject()
                        .put("groups", LetterJson.groups(desk.groups(selection)))
                        .put("deadLetters", LetterJson.letters(desk.list(selection, Math.toIntExact(limit)))));
    }

    private void one(RoutingContext ctx) {
        desk.one(ctx.pathParam("id"))
                .ifPresentOrElse(
                        filed -> send(ctx, 200, LetterJson.whole(filed, desk.outlook(filed))),
                        () -> fail(ctx, 404, "NOT_FOUND", "There is no dead letter of this id, or none any more."));
    }

    private void redrive(RoutingContext ctx) {
        // A page of some other site can send a form or plain text through a browser, but not this type.
        var type = Optional.ofNullable(ctx.request().getHeader("content-type")).orElse("");
        if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            fail(ctx, 415, "INVALID_REQUEST", "Send the selection as application/json.");
            return;
        }
        var body = body(ctx);
        requireKnown(body.fieldNames(), REDRIVE_FIELDS);
        var selection = selection(name -> text(body, name), ids(body));
        if (selection.isAll() && !isSet(body, "all")) {
            throw new InvalidException("Say which dead letters are meant, or \"all\":true.");
        }
        var rate = body.getValue("ratePerSecond", 10);
        if (!(rate instanceof Number perSecond)
                || !(perSecond.doubleValue() >= DeadLetterDesk.LEAST_PER_SECOND)
                || perSecond.doubleValue() > DeadLetterDesk.MOST_PER_SECOND) {
            throw new InvalidException("ratePerSecond must be a number from " + DeadLetterDesk.LEAST_PER_SECOND + " to "
                    + (long) DeadLetterDesk.MOST_PER_SECOND + ".");
        }
        var limit = number("limit", String.valueOf(body.getValue("limit", 1000)), Integer.MAX_VALUE);
        var isTrial = isSet(body, "trial");
        var redriven = desk.redrive(selection, perSecond.doubleValue(), limit, isTrial);
        send(
                ctx,
                isTrial ? 200 : 202,
                new JsonObject()
                        .put(isTrial ? "wouldRedrive" : "redriven", redriven.sent())
                        .put("alreadyRedriven", redriven.alreadyRedriven())
                        .put("left", redriven.left())
                        .put("notRedrivable", redriven.notRedrivable())
                        .put("pastDeadline", redriven.pastDeadline())
                        .put("lastDueAt", redriven.lastDue().toString()));
    }

    private static JsonObject body(RoutingContext ctx) {
        try {
            return Optional.ofNullable(ctx.body().asJsonObject()).orElseGet(JsonObject::new);
        } catch (DecodeException | ClassCastException e) {
            throw new InvalidException("The body must be a JSON object.");
        }
    }

    /** A misspelt filter would leave out nothing, and so mean more letters than its sender does. */
    private static void requireKnown(Set<String> names, Set<String> known) {
        names.stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw new InvalidException("There is no " + name + " here; known are "
                    + known.stream().sorted().collect(Collectors.joining(", ")) + ".");
        });
    }

    private static Optional<String> text(JsonObject body, String name) {
        if (!body.containsKey(name)) {
            return Optional.empty();
        }
        if (!(body.getValue(name) instanceof String text) || text.isEmpty()) {
            throw new InvalidException(name + " must be a text, or be left out.");
        }
        return Optional.of(text);
    }

    private static boolean isSet(JsonObject body, String name) {
        if (!(body.getValue(name, false) instanceof Boolean isSet)) {
            throw new InvalidException(name + " must be true or false.");
        }
        return isSet;
    }

    private static Set<String> ids(JsonObject body) {
        if (!body.containsKey("ids")) {
            return Set.of();
        }
        if (!(body.getValue("ids") instanceof JsonArray array)
                || array.isEmpty()
                || !array.stream().allMatch(id -> id instanceof String text && text.matches("\\d{1,9}-\\d{1,18}"))) {
            throw new InvalidException("ids must be a list of ids, such as [\"3-17\"].");
        }
        var ids = new HashSet<String>();
        array.forEach(id -> ids.add(String.valueOf(id)));
        return ids;
    }

    private interface Parameters {
        Optional<String> get(String name);
    }

    private static Selection selection(Parameters parameters, Set<String> ids) {
        return new Selection(
                ids,
                parameters.get("code"),
                parameters.get("platform"),
                parameters.get("connectionId"),
                parameters.get("requestId"),
                parameters.get("since").map(text -> time("since", text)),
                parameters.get("until").map(text -> time("until", text)));
    }

    private static Instant time(String name, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new InvalidException(name + " must be a time such as 2026-12-01T08:00:00Z.");
        }
    }

    private static long number(String name, String text, long most) {
        if (!text.matches("\\d{1,10}") || Long.parseLong(text) < 1 || Long.parseLong(text) > most) {
            throw new InvalidException(name + " must be a whole number from 1 to " + most + ".");
        }
        return Long.parseLong(text);
    }

    /** The caller is to mend something; the message says what. */
    private static final class InvalidException extends RuntimeException {
        private InvalidException(String message) {
            super(message);
        }
    }

    private static void fail(RoutingContext ctx, int status, String code, String message) {
        send(
                ctx,
                status,
                new JsonObject().put("error", new JsonObject().put("code", code).put("message", message)));
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
