package io.broadside.token.page;

import io.broadside.runtime.tracing.Trace;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all pages have in common.
 *
 * <ol>
 *   <li>Each request works on a virtual thread of its own; only so many at once, the others are told to come back.
 *   <li>Pages load nothing from elsewhere, run no script of others, stand in no frame and are kept by nobody.
 *   <li>Cookies are out of reach of scripts, and travel over https alone where the service is reached by that.
 *   <li>A fault of ours is told without anything of the request.
 * </ol>
 */
final class Web {

    private static final Logger LOGGER = LoggerFactory.getLogger(Web.class);

    private static final int MOST_BODY_BYTES = 64 * 1024;
    private static final int MOST_AT_ONCE = 100;

    private static final String POLICY =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
                    + " base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

    private static final Map<String, String> HEADERS = Map.of(
            "cache-control", "no-store",
            "x-content-type-options", "nosniff",
            "x-frame-options", "DENY",
            // Not even our own pages elsewhere learn an address of ours, which may hold a link's token.
            "referrer-policy", "same-origin",
            "cross-origin-opener-policy", "same-origin");

    private final Supplier<URI> publicUri;
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);

    Web(Supplier<URI> publicUri) {
        this.publicUri = publicUri;
    }

    /** Serves a route that reads. */
    void on(Route route, Consumer<RoutingContext> handler) {
        route.handler(ctx -> onItsOwnThread(ctx, handler));
    }

    /** Serves a route that has a body. */
    void onBody(Route route, Consumer<RoutingContext> handler) {
        route.handler(BodyHandler.create(false).setBodyLimit(MOST_BODY_BYTES))
                .handler(ctx -> onItsOwnThread(ctx, handler));
    }

    private void onItsOwnThread(RoutingContext ctx, Consumer<RoutingContext> handler) {
        if (!places.tryAcquire()) {
            ctx.response().putHeader("retry-after", "1");
            message(ctx, 503, "Busy", "Too many people are here at once. Try again in a moment.");
            return;
        }
        Thread.ofVirtual().name("page").start(() -> {
            try {
                handler.accept(ctx);
            } catch (RuntimeException e) {
                LOGGER.atError()
                        .addKeyValue("method", ctx.request().method())
                        .addKeyValue("cause", e.getClass().getName())
                        .addKeyValue("at", e.getStackTrace().length == 0 ? "" : e.getStackTrace()[0])
                        .log("page failed by a fault of ours");
                message(ctx, 500, "Something went wrong", "Broadside failed; the log of token-service says where.");
            } finally {
                places.release();
            }
        });
    }

    void page(RoutingContext ctx, int status, String html) {
        page(ctx, status, html, "");
    }

    /**
     * A page with a form whose answer may send the browser elsewhere.
     *
     * @param formsMayLeadTo where, as a scheme and a host; empty for nowhere
     */
    void page(RoutingContext ctx, int status, String html, String formsMayLeadTo) {
        if (ctx.response().ended() || ctx.response().closed()) {
            return;
        }
        HEADERS.forEach((name, value) -> ctx.response().putHeader(name, value));
        ctx.response()
                .setStatusCode(status)
                .putHeader("content-security-policy", (POLICY + " " + formsMayLeadTo).strip())
                .putHeader("content-type", "text/html; charset=utf-8")
                .end(html);
    }

    /** A page with one sentence. */
    void message(RoutingContext ctx, int status, String title, String sentence) {
        page(
                ctx,
                status,
                Html.page(title, "<h1>%s</h1>\n<p>%s</p>\n".formatted(Html.text(title), Html.text(sentence))));
    }

    void redirect(RoutingContext ctx, int status, URI to) {
        HEADERS.forEach((name, value) -> ctx.response().putHeader(name, value));
        ctx.response()
                .setStatusCode(status)
                .putHeader("location", to.toString())
                .end();
    }

    void cookie(RoutingContext ctx, String name, String value, String path, CookieSameSite sites, Duration lives) {
        ctx.response()
                .addCookie(Cookie.cookie(name, value)
                        .setPath(path)
                        .setHttpOnly(true)
                        .setSecure("https".equals(publicUri.get().getScheme()))
                        .setSameSite(sites)
                        .setMaxAge(lives.toSeconds()));
    }

    static Optional<String> cookie(RoutingContext ctx, String name) {
        return Optional.ofNullable(ctx.request().getCookie(name)).map(Cookie::getValue);
    }

    /** A parameter of the address; an empty one is none. */
    static Optional<String> query(RoutingContext ctx, String name) {
        return ctx.queryParam(name).stream().filter(value -> !value.isEmpty()).findFirst();
    }

    /** A field of the form; an empty one is none. */
    static Optional<String> field(RoutingContext ctx, String name) {
        return Optional.ofNullable(ctx.request().getFormAttribute(name)).filter(value -> !value.isEmpty());
    }

    /** Whether a browser says that a page of another site sent it here. */
    static boolean isFromElsewhere(RoutingContext ctx) {
        var site = ctx.request().getHeader("sec-fetch-site");
        return site != null && !site.equals("same-origin") && !site.equals("none");
    }

    static Trace traceOf(RoutingContext ctx) {
        return Optional.ofNullable(ctx.request().getHeader("traceparent"))
                .flatMap(Trace::parse)
                .map(Trace::child)
                .orElseGet(Trace::root);
    }
}
