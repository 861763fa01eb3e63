package io.broadside.token.page;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.token.signin.Envelopes;
import io.broadside.token.signin.Envelopes.Purpose;
import io.vertx.core.http.CookieSameSite;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * Somebody at the page.
 *
 * <ol>
 *   <li>Who they are stands sealed in a cookie that no other site can have sent along.
 *   <li>Where the API wants a key, so does the page: once, for some hours, and not for longer than that key is known. It is not kept,
 *       its hash is.
 *   <li>A form counts if it was given out by this service to the same browser.
 * </ol>
 *
 * @param id of the browser
 * @param keyHash of the key that they have shown; empty if they have shown none
 */
record Visitor(String id, String keyHash) {

    static final Duration STAYS = Duration.ofHours(12);

    private static final String COOKIE = "broadside-page";

    /** Knows visitors again. */
    record Door(Web web, ApiKeys keys, Envelopes envelopes, Clock clock) {

        /** Whoever this is; a new visitor gets a cookie. */
        Visitor greet(RoutingContext ctx) {
            return known(ctx).orElseGet(() -> let(ctx, ""));
        }

        /** Whether this may be done: by a visitor who has shown a key, with a key, or where none is needed. */
        boolean admits(RoutingContext ctx) {
            return keys.admits(ctx.request().getHeader("authorization"))
                    || known(ctx).map(Visitor::keyHash).filter(keys::isKnown).isPresent();
        }

        boolean needsKey() {
            return !keys.isOpen();
        }

        /** Shows a key; whether it is known. */
        boolean show(RoutingContext ctx, String key) {
            if (!keys.admits("Bearer " + key)) {
                return false;
            }
            var _ = let(ctx, ApiKeys.hashOf(key.strip()));
            return true;
        }

        /** Forgets the visitor. */
        void leave(RoutingContext ctx) {
            web.cookie(ctx, COOKIE, "", "/", CookieSameSite.STRICT, Duration.ZERO);
        }

        /** Stands in each form. */
        String formToken(Visitor visitor) {
            return envelopes.seal(
                    Purpose.FORM,
                    Envelopes.content().put("visitor", visitor.id()),
                    clock.instant().plus(STAYS));
        }

        /** Whether a form came from a page of ours in the same browser. */
        boolean isOurs(RoutingContext ctx) {
            var visitor = known(ctx).map(Visitor::id);
            return !Web.isFromElsewhere(ctx)
                    && Web.field(ctx, "form")
                            .flatMap(token -> envelopes.open(Purpose.FORM, token))
                            .map(content -> content.path("visitor").asText())
                            .filter(id -> visitor.equals(Optional.of(id)))
                            .isPresent();
        }

        private Optional<Visitor> known(RoutingContext ctx) {
            return Web.cookie(ctx, COOKIE)
                    .flatMap(given -> envelopes.open(Purpose.SESSION, given))
                    .map(content -> new Visitor(
                            content.path("visitor").asText(),
                            content.path("key").asText("")));
        }

        private Visitor let(RoutingContext ctx, String keyHash) {
            var visitor = new Visitor(UUID.randomUUID().toString(), keyHash);
            var content = Envelopes.content().put("visitor", visitor.id()).put("key", keyHash);
            web.cookie(
                    ctx,
                    COOKIE,
                    envelopes.seal(Purpose.SESSION, content, clock.instant().plus(STAYS)),
                    "/",
                    CookieSameSite.STRICT,
                    STAYS);
            return visitor;
        }
    }
}
