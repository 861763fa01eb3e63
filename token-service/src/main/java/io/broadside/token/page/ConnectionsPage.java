package io.broadside.token.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Connection;
import io.broadside.token.KnownConnections;
import io.broadside.token.Smallest;
import io.broadside.token.connect.Disconnecting;
import io.broadside.token.connect.PasteForm;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The page of connections.
 *
 * <ul>
 *   <li>{@code GET /} and {@code /connections?profileId=}: a card for each connection
 *   <li>{@code POST /connections/paste}, {@code POST /connections/{connectionId}/disconnect}
 *   <li>{@code POST /session} shows a key where one is needed, {@code POST /session/end} leaves
 * </ul>
 */
final class ConnectionsPage {

    private static final int MOST_CARDS = 50;
    private static final Comparator<Connection> ORDER = Comparator.comparing(Connection::getProfileId)
            .thenComparing(Connection::getPlatform)
            .thenComparing(Connection::getAccountName)
            .thenComparing(Connection::getConnectionId);
    private static final List<String> PASTED =
            List.of("profileId", "platform", "accountId", "server", "accessToken", "refreshToken");

    /** What was done last, by a name that may stand in an address. */
    private static final Map<String, String> DONE =
            Map.of("connected", "The account is connected.", "disconnected", "The account is disconnected.");

    private final Web web;
    private final Visitor.Door door;
    private final KnownConnections connections;
    private final PasteForm pasting;
    private final Disconnecting disconnecting;
    private final Cards cards;
    private final String style = resource("page.css");
    private final String script = resource("page.js");

    ConnectionsPage(
            Web web,
            Visitor.Door door,
            KnownConnections connections,
            PasteForm pasting,
            Disconnecting disconnecting,
            Cards cards) {
        this.web = web;
        this.door = door;
        this.connections = connections;
        this.pasting = pasting;
        this.disconnecting = disconnecting;
        this.cards = cards;
    }

    void mount(Router router) {
        web.on(router.get("/"), this::show);
        web.on(router.get("/connections"), this::show);
        web.onBody(router.post("/connections/paste"), this::paste);
        web.onBody(router.post("/connections/:connectionId/disconnect"), this::disconnect);
        web.onBody(router.post("/session"), this::enter);
        web.onBody(router.post("/session/end"), this::leave);
        router.get("/page.css").handler(ctx -> asset(ctx, "text/css; charset=utf-8", style));
        router.get("/page.js").handler(ctx -> asset(ctx, "text/javascript; charset=utf-8", script));
    }

    private static void asset(RoutingContext ctx, String type, String content) {
        ctx.response()
                .putHeader("content-type", type)
                .putHeader("cache-control", "no-cache")
                .putHeader("x-content-type-options", "nosniff")
                .end(content);
    }

    private void show(RoutingContext ctx) {
        var done = Web.query(ctx, "done").flatMap(name -> Optional.ofNullable(DONE.get(name)));
        show(ctx, 200, Web.query(ctx, "profileId"), done.map(List::of).orElse(List.of()));
    }

    private void show(RoutingContext ctx, int status, Optional<String> profileId, List<String> news) {
        var visitor = door.greet(ctx);
        if (!door.admits(ctx)) {
            web.page(ctx, status == 200 ? 401 : status, key(visitor, news));
            return;
        }
        var form = door.formToken(visitor);
        // There may be a million of them.
        var first = new Smallest<>(MOST_CARDS + 1, ORDER);
        profileId
                .<Iterable<Connection>>map(connections::ofProfile)
                .orElseGet(connections::all)
                .forEach(first::offer);
        var found = first.inOrder();
        var body = new StringBuilder("<h1>Connections</h1>\n")
                .append(news(news))
                .append("""
                <form class="profile" method="get" action="/connections">
                <label for="profile">Profile</label>
                <input id="profile" name="profileId" value="%s" autocomplete="off" required>
                <button>Show</button>
                </form>
                """.formatted(Html.text(profileId.orElse(""))));
        profileId.ifPresent(profile -> body.append("<h2>Connect an account to ")
                .append(Html.text(profile))
                .append("</h2>\n")
                .append(cards.connect(profile))
                .append(cards.paste(profile, form)));
        body.append("<h2>")
                .append(profileId
                        .map(profile -> "Accounts of " + Html.text(profile))
                        .orElse("All accounts"))
                .append("</h2>\n")
                .append(cards.list(found.subList(0, Math.min(found.size(), MOST_CARDS)), form));
        if (found.size() > MOST_CARDS) {
            body.append("<p>These are the first ").append(MOST_CARDS).append(". Name a profile to see its own.</p>\n");
        }
        if (door.needsKey()) {
            body.append("<form method=\"post\" action=\"/session/end\">\n")
                    .append(Cards.hidden(form))
                    .append("<button class=\"quiet\">Leave</button>\n</form>\n");
        }
        web.page(ctx, status, Html.page("Connections", body.toString()));
    }

    /** A script says it again once the page is there, for those who listen. */
    private static String news(List<String> sentences) {
        var text = sentences.stream().map(Html::text).collect(Collectors.joining(" "));
        return "<p id=\"news\" role=\"status\" aria-live=\"polite\"%s>%s</p>\n"
                .formatted(text.isEmpty() ? " hidden" : "", text);
    }

    private String key(Visitor visitor, List<String> news) {
        return Html.page("Connections", """
                <h1>Connections</h1>
                %s<form class="key" method="post" action="/session">
                %s<label for="key">API key</label>
                <input id="key" name="key" type="password" autocomplete="off" required>
                <button>Enter</button>
                </form>
                """.formatted(news(news), Cards.hidden(door.formToken(visitor))));
    }

    private void enter(RoutingContext ctx) {
        if (!door.isOurs(ctx)) {
            notOurs(ctx);
        } else if (Web.field(ctx, "key").filter(key -> door.show(ctx, key)).isPresent()) {
            web.redirect(ctx, 303, URI.create("/connections"));
        } else {
            show(ctx, 403, Optional.empty(), List.of("This key is not known."));
        }
    }

    private void leave(RoutingContext ctx) {
        if (!door.isOurs(ctx)) {
            notOurs(ctx);
            return;
        }
        door.leave(ctx);
        web.redirect(ctx, 303, URI.create("/connections"));
    }

    private void paste(RoutingContext ctx) {
        if (isTurnedAway(ctx)) {
            return;
        }
        var fields = new HashMap<String, String>();
        PASTED.forEach(name -> Web.field(ctx, name).ifPresent(value -> fields.put(name, value)));
        var result = pasting.paste(fields, Web.traceOf(ctx));
        if (result.connection().isPresent()) {
            back(ctx, result.connection().get().getProfileId(), "connected");
        } else {
            show(ctx, 422, Optional.ofNullable(fields.get("profileId")), result.sentences());
        }
    }

    private void disconnect(RoutingContext ctx) {
        if (isTurnedAway(ctx)) {
            return;
        }
        switch (disconnecting.disconnect(ctx.pathParam("connectionId"), Web.traceOf(ctx))) {
            case Disconnecting.Ending.Disconnected(var connection, var _) ->
                back(ctx, connection.getProfileId(), "disconnected");
            case Disconnecting.Ending.Unknown() ->
                show(ctx, 404, Optional.empty(), List.of("There is no such connection."));
            case Disconnecting.Ending.NotNow() ->
                show(ctx, 503, Optional.empty(), List.of("It could not be disconnected now. Try again in a moment."));
        }
    }

    private boolean isTurnedAway(RoutingContext ctx) {
        if (!door.isOurs(ctx)) {
            notOurs(ctx);
            return true;
        }
        if (!door.admits(ctx)) {
            show(ctx, 401, Optional.empty(), List.of("Show your key again."));
            return true;
        }
        return false;
    }

    private void notOurs(RoutingContext ctx) {
        web.message(
                ctx,
                403,
                "Not done",
                "This did not come from a page of this service, or the page is too old. Open the connections again and"
                        + " repeat it there.");
    }

    private void back(RoutingContext ctx, String profileId, String done) {
        web.redirect(ctx, 303, URI.create("/connections?profileId=" + Html.part(profileId) + "&done=" + done));
    }

    private static String resource(String name) {
        try (var stream = Objects.requireNonNull(ConnectionsPage.class.getResourceAsStream(name), name)) {
            return new String(stream.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
