package io.broadside.token.page;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.KnownConnections;
import io.broadside.token.WaitingOnConnections;
import io.broadside.token.connect.ConnectionJson;
import io.broadside.token.connect.Disconnecting;
import io.broadside.token.platform.SignIns;
import io.broadside.token.signin.ConnectLinks;
import io.broadside.token.signin.ReturnUrls;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the connections API has beside pasting and reading.
 *
 * <ul>
 *   <li>{@code POST /v1/connect-links {"profileId", "platforms", "expiresInSeconds", "returnUrl"}}: 201 with {@code url} and {@code
 *       expiresAt}. Without platforms all, without a time a day; a field that nobody knows, or of another type, is refused
 *   <li>{@code DELETE /v1/connections/{connectionId}}: 200 with the connection, DISCONNECTED, and what became of the permission
 *   <li>{@code GET /v1/connections/{connectionId}/health}: how it stands ({@code summary}, {@code sentence}), why ({@code reason}), until
 *       when a person must act ({@code actBefore}), what to do ({@code recommendations}), and what waits on it ({@code waiting})
 * </ul>
 */
final class ConnectApi {

    private final Web web;
    private final ApiKeys keys;
    private final LinkReader reader;
    private final ConnectLinks links;
    private final Disconnecting disconnecting;
    private final KnownConnections connections;
    private final WaitingOnConnections waiting;
    private final Cards cards;
    private final Supplier<URI> publicUri;

    ConnectApi(
            Web web,
            ApiKeys keys,
            SignIns ways,
            ConnectLinks links,
            ReturnUrls returnUrls,
            Disconnecting disconnecting,
            KnownConnections connections,
            WaitingOnConnections waiting,
            Cards cards,
            Supplier<URI> publicUri) {
        this.web = web;
        this.keys = keys;
        this.reader = new LinkReader(ways, returnUrls);
        this.links = links;
        this.disconnecting = disconnecting;
        this.connections = connections;
        this.waiting = waiting;
        this.cards = cards;
        this.publicUri = publicUri;
    }

    void mount(Router router) {
        web.onBody(router.post("/v1/connect-links"), withKey(this::makeLink));
        web.on(router.delete("/v1/connections/:connectionId"), withKey(this::disconnect));
        web.on(router.get("/v1/connections/:connectionId/health"), withKey(this::health));
    }

    private Consumer<RoutingContext> withKey(Consumer<RoutingContext> handler) {
        return ctx -> {
            if (keys.admits(ctx.request().getHeader("authorization"))) {
                handler.accept(ctx);
            } else {
                ctx.response().putHeader("www-authenticate", "Bearer");
                fail(ctx, 401, "UNAUTHORIZED", "A known API key is needed: send it as Authorization: Bearer KEY.");
            }
        };
    }

    private void makeLink(RoutingContext ctx) {
        // A page of some other site can send a form or plain text through a browser, but not this type.
        var type = Optional.ofNullable(ctx.request().getHeader("content-type")).orElse("");
        if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            fail(ctx, 415, "INVALID_REQUEST", "Send the request as application/json.");
            return;
        }
        switch (reader.read(Optional.ofNullable(ctx.body().asString()).orElse(""))) {
            case LinkReader.Read.Unreadable() -> fail(ctx, 400, "INVALID_REQUEST", "The body must be one JSON object.");
            case LinkReader.Read.Faulty(var sentence) -> fail(ctx, 422, "INVALID_REQUEST", sentence);
            case LinkReader.Read.Good(var link, var lives) -> {
                var made = links.make(link, lives);
                send(
                        ctx,
                        201,
                        new JsonObject()
                                .put("url", publicUri.get() + "/link/" + made.token())
                                .put("expiresAt", made.expiresAt().toString()));
            }
        }
    }

    private void disconnect(RoutingContext ctx) {
        switch (disconnecting.disconnect(ctx.pathParam("connectionId"), Web.traceOf(ctx))) {
            case Disconnecting.Ending.Disconnected(var connection, var permission) ->
                send(ctx, 200, ConnectionJson.of(connection).put("permission", permission.name()));
            case Disconnecting.Ending.Unknown() -> unknown(ctx);
            case Disconnecting.Ending.NotNow() -> {
                ctx.response().putHeader("retry-after", "5");
                fail(ctx, 503, ErrorCode.INTERNAL.name(), "It could not be stored now. Send it again.");
            }
        }
    }

    private void health(RoutingContext ctx) {
        var connection = connections.connection(ctx.pathParam("connectionId"));
        var standing = connection.flatMap(cards::standing);
        if (connection.isEmpty() || standing.isEmpty()) {
            unknown(ctx);
            return;
        }
        var health = standing.get().health();
        var json = new JsonObject()
                .put("connectionId", connection.get().getConnectionId())
                .put("status", health.status().name())
                .put("summary", standing.get().badge())
                .put("sentence", health.sentence())
                .put("needsPerson", standing.get().level() != Standing.Level.GOOD);
        health.reason().ifPresent(reason -> json.put("reason", reason.name()));
        standing.get().actBefore().ifPresent(end -> json.put("actBefore", end.toString()));
        waiting.on(connection.get().getConnectionId())
                .ifPresent(posts -> json.put(
                        "waiting",
                        new JsonObject()
                                .put("posts", posts.getCount())
                                .put("oldestSince", posts.getOldestSince().toString())));
        json.put("missingScopes", new JsonArray(connection.get().getMissingScopes()))
                .put(
                        "recommendations",
                        new JsonArray(standing.get().recommendations().toList()));
        send(ctx, 200, json);
    }

    private static void unknown(RoutingContext ctx) {
        fail(ctx, 404, ErrorCode.UNKNOWN_CONNECTION.name(), ErrorCode.UNKNOWN_CONNECTION.sentence());
    }

    private static void fail(RoutingContext ctx, int status, String code, String message) {
        send(ctx, status, ConnectionJson.error(code, message));
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
