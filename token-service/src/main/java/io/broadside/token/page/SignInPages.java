package io.broadside.token.page;

import io.broadside.events.Connection;
import io.broadside.token.KnownConnections;
import io.broadside.token.platform.CodeExchange;
import io.broadside.token.platform.SignIn;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.Step;
import io.broadside.token.signin.ConnectLinks;
import io.broadside.token.signin.Ending;
import io.broadside.token.signin.ReturnUrls;
import io.broadside.token.signin.SigningIn;
import io.broadside.token.signin.SigningIn.Begun;
import io.broadside.token.signin.SigningIn.Return;
import io.broadside.token.signin.SigningIn.Wish;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Signing in, over HTTP.
 *
 * <ul>
 *   <li>{@code GET /connect/{way}?profileId=} with a key or from the page, or {@code ?link=} with the token of a link: sends the
 *       browser to the platform. {@code connectionId} connects that account again; {@code returnUrl} is where the person is sent at
 *       the end
 *   <li>{@code GET /connect/{way}/callback}: where the platform sends the browser
 *   <li>{@code POST /connect/{way}/choose}: the account that was chosen among several
 *   <li>{@code GET /link/{token}}: the buttons of a link
 * </ul>
 */
final class SignInPages {

    private static final String PATH = "/connect";
    private static final Pattern PROFILE = Pattern.compile("[\\x21-\\x7e]{1,128}");

    private final Web web;
    private final Visitor.Door door;
    private final SignIns ways;
    private final SigningIn signingIn;
    private final ConnectLinks links;
    private final ReturnUrls returnUrls;
    private final KnownConnections connections;
    private final Cards cards;
    private final Duration within;

    SignInPages(
            Web web,
            Visitor.Door door,
            SignIns ways,
            SigningIn signingIn,
            ConnectLinks links,
            ReturnUrls returnUrls,
            KnownConnections connections,
            Cards cards,
            Duration within) {
        this.web = web;
        this.door = door;
        this.ways = ways;
        this.signingIn = signingIn;
        this.links = links;
        this.returnUrls = returnUrls;
        this.connections = connections;
        this.cards = cards;
        this.within = within;
    }

    void mount(Router router) {
        web.on(router.get("/link/:token"), this::link);
        web.on(router.get("/connect/:way"), this::begin);
        web.on(router.get("/connect/:way/callback"), this::finish);
        web.onBody(router.post("/connect/:way/choose"), this::choose);
    }

    private void link(RoutingContext ctx) {
        var token = ctx.pathParam("token");
        links.open(token)
                .ifPresentOrElse(
                        link -> web.page(ctx, 200, Html.page("Connect your accounts", """
                                <h1>Connect your accounts</h1>
                                <p>You will sign in at the platform itself. Your password stays there.</p>
                                %s""".formatted(
                                        cards.connect(token, link.platforms())))),
                        () -> linkIsOver(ctx));
    }

    private void linkIsOver(RoutingContext ctx) {
        web.message(
                ctx,
                403,
                "This link does not work",
                "It has expired or is not complete. Ask whoever sent it to you for a new one.");
    }

    private void begin(RoutingContext ctx) {
        var way = way(ctx);
        if (way.isEmpty()) {
            return;
        }
        var token = Web.query(ctx, "link");
        if (token.isPresent()) {
            links.open(token.get())
                    .filter(link -> link.platforms().contains(way.get().platform()))
                    .ifPresentOrElse(
                            link -> send(
                                    ctx, way.get(), new Wish(link.profileId(), Optional.empty(), link.returnUrl())),
                            () -> linkIsOver(ctx));
            return;
        }
        if (!door.admits(ctx)) {
            web.message(ctx, 401, "Not allowed", "Open the connections page and show your key there first.");
            return;
        }
        var profileId =
                Web.query(ctx, "profileId").filter(id -> PROFILE.matcher(id).matches());
        if (profileId.isEmpty()) {
            web.message(ctx, 400, "Whose account?", "The address lacks profileId, or it is not one.");
            return;
        }
        var returnUrl = Web.query(ctx, "returnUrl");
        if (returnUrl.flatMap(returnUrls::admitted).isEmpty() && returnUrl.isPresent()) {
            web.message(
                    ctx,
                    400,
                    "Not allowed",
                    "The returnUrl is not among those that may be returned to; see TOKEN_RETURN_URLS.");
            return;
        }
        var again = again(ctx, way.get(), profileId.get());
        if (Web.query(ctx, "connectionId").isPresent() && again.isEmpty()) {
            web.message(ctx, 404, "No such connection", "The profile has no such connection on this platform.");
            return;
        }
        send(ctx, way.get(), new Wish(profileId.get(), again, returnUrl.flatMap(returnUrls::admitted)));
    }

    private Optional<Connection> again(RoutingContext ctx, SignIn way, String profileId) {
        return Web.query(ctx, "connectionId")
                .flatMap(connections::connection)
                .filter(connection -> connection.getProfileId().equals(profileId)
                        && connection.getPlatform().equals(way.platform()));
    }

    private void send(RoutingContext ctx, SignIn way, Wish wish) {
        switch (signingIn.begin(way, wish, Web.traceOf(ctx))) {
            case Step.Failed<Begun>(var code, var sentence) ->
                failed(ctx, new Ending.Failed(code, sentence, wish.returnUrl(), Optional.of(wish.profileId())));
            case Step.Done<Begun>(var begun) -> {
                // Lax: it has to come along when the platform sends the browser back.
                web.cookie(ctx, begun.cookie().name(), begun.cookie().value(), PATH, CookieSameSite.LAX, within);
                web.redirect(ctx, 302, begun.authorization());
            }
        }
    }

    private void finish(RoutingContext ctx) {
        var way = way(ctx);
        if (way.isEmpty()) {
            return;
        }
        var back = new Return(Web.query(ctx, "state"), Web.query(ctx, "code"), Web.query(ctx, "error"));
        var ending = signingIn.finish(way.get(), back, name -> Web.cookie(ctx, name), Web.traceOf(ctx));
        signingIn.cookieOf(back).ifPresent(name -> forget(ctx, name, CookieSameSite.LAX));
        answer(ctx, way.get(), ending);
    }

    private void choose(RoutingContext ctx) {
        var way = way(ctx);
        if (way.isEmpty()) {
            return;
        }
        // What a page of another site sends is no choice of ours.
        var sealed = Web.isFromElsewhere(ctx) ? "" : Web.field(ctx, "choice").orElse("");
        var account = Web.field(ctx, "account").orElse("");
        var ending = signingIn.choose(way.get(), sealed, account, name -> Web.cookie(ctx, name), Web.traceOf(ctx));
        answer(ctx, way.get(), ending);
    }

    private void answer(RoutingContext ctx, SignIn way, Ending ending) {
        switch (ending) {
            case Ending.Connected(var connection, var returnUrl) -> connected(ctx, way, connection, returnUrl);
            case Ending.Choosing choosing -> ask(ctx, way, choosing);
            case Ending.Failed failed -> failed(ctx, failed);
        }
    }

    private void connected(RoutingContext ctx, SignIn way, Connection connection, Optional<URI> returnUrl) {
        var missing = connection.getMissingScopes();
        var back = returnUrl.map(url -> told(url, "connected", "connectionId", connection.getConnectionId()));
        if (back.isPresent() && missing.isEmpty()) {
            web.redirect(ctx, 303, back.get());
            return;
        }
        var lack = missing.isEmpty()
                ? ""
                : "<p class=\"badge warning\">Something is missing</p>\n<p>%s did not grant: %s. Publishing will not fully work. Connect again and leave every permission ticked.</p>\n"
                        .formatted(Html.text(way.title()), Html.text(String.join(", ", missing)));
        web.page(ctx, 200, Html.page("Connected", """
                <h1>Connected</h1>
                <p role="status">%s on %s is connected.</p>
                %s%s""".formatted(
                        Html.text(connection.getAccountName()),
                        Html.text(way.title()),
                        lack,
                        onwards(back, Optional.of(connection.getProfileId())))));
    }

    private void ask(RoutingContext ctx, SignIn way, Ending.Choosing choosing) {
        web.cookie(ctx, choosing.key().name(), choosing.key().value(), PATH, CookieSameSite.STRICT, within);
        var options = choosing.candidates().stream()
                .map(candidate -> """
                        <p><input type="radio" id="account-%1$s" name="account" value="%1$s" required>
                        <label for="account-%1$s">%2$s <small>%3$s %1$s</small></label></p>
                        """.formatted(
                                Html.text(candidate.accountId()),
                                Html.text(candidate.name()),
                                Html.text(candidate.kind().replace('_', ' '))))
                .collect(Collectors.joining());
        var elsewhere = choosing.returnUrl()
                .map(url -> url.getScheme() + "://" + url.getRawAuthority())
                .orElse("");
        var page = Html.page("Choose an account", """
                <h1>Choose an account</h1>
                <form method="post" action="/connect/%s/choose">
                <input type="hidden" name="choice" value="%s">
                <fieldset>
                <legend>You opened several on %s. Which one is to be connected?</legend>
                %s</fieldset>
                <button>Connect</button>
                </form>
                """.formatted(
                        Html.part(way.id()), Html.text(choosing.sealed()), Html.text(way.title()), options));
        web.page(ctx, 200, page, elsewhere);
    }

    private void failed(RoutingContext ctx, Ending.Failed failed) {
        var back = failed.returnUrl()
                .map(url -> told(url, "failed", "error", failed.code().name()));
        web.page(ctx, 400, Html.page("Not connected", """
                <h1>Not connected</h1>
                <p role="alert">%s</p>
                %s""".formatted(
                        Html.text(failed.sentence()), onwards(back, failed.profileId()))));
    }

    /** Where a click leads from here. The session's cookie does not come along from another site, but it does with a click. */
    private static String onwards(Optional<URI> back, Optional<String> profileId) {
        var address = back.map(URI::toString)
                .orElseGet(() -> "/connections"
                        + profileId.map(id -> "?profileId=" + Html.part(id)).orElse(""));
        return "<p><a class=\"button\" href=\"%s\">Go on</a></p>\n".formatted(Html.text(address));
    }

    private static URI told(URI url, String status, String name, String value) {
        var parameters = new LinkedHashMap<String, String>();
        parameters.put("status", status);
        parameters.put(name, value);
        return CodeExchange.withQuery(url, parameters);
    }

    private void forget(RoutingContext ctx, String cookie, CookieSameSite sites) {
        web.cookie(ctx, cookie, "", PATH, sites, Duration.ZERO);
    }

    private Optional<SignIn> way(RoutingContext ctx) {
        var way = ways.find(ctx.pathParam("way"));
        if (way.isEmpty()) {
            web.message(ctx, 404, "Nothing here", "There is no such platform to sign in at.");
            return Optional.empty();
        }
        var missing = way.get().missingSettings();
        if (!missing.isEmpty()) {
            web.message(
                    ctx,
                    503,
                    "Not set up",
                    "Nobody can sign in with " + way.get().title() + " here yet. Whoever runs Broadside must set "
                            + String.join(" and ", missing) + ".");
            return Optional.empty();
        }
        return way;
    }
}
