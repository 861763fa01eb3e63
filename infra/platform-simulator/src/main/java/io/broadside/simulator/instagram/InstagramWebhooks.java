package io.broadside.simulator.instagram;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.graph.GraphWebhooks;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.WebhookDialect;
import java.net.URI;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Comments, and who removed the application; Instagram tells nobody about the account's own posts.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/webhooks
 */
final class InstagramWebhooks implements WebhookDialect {
    private static final String SOMEBODY = "3000000001";

    private final Clock clock;
    private final App app;
    private final InstagramState state;

    InstagramWebhooks(Clock clock, App app, InstagramState state) {
        this.clock = clock;
        this.app = app;
        this.state = state;
    }

    @Override
    public String secret() {
        return app.webhookSecret();
    }

    @Override
    public Optional<Challenge> challenge(URI callback) {
        return GraphWebhooks.challenge(app, callback);
    }

    @Override
    public Message message(Delivery delivery, String secret) {
        return switch (delivery.kind()) {
            case COMMENT -> GraphWebhooks.event(comment(delivery), secret);
            case REVOKED ->
                GraphWebhooks.deauthorization(
                        InstagramCallers.appScoped(delivery.accountId()), clock.instant(), secret);
            case POST, DELETED ->
                throw new IllegalArgumentException("kind: comment or revoked needed, Instagram has no others");
        };
    }

    /** Two shapes: an account of a Page gets changes in a list, one without has the change in the entry itself. */
    private ObjectNode comment(Delivery delivery) {
        var body = Json.object().put("object", "instagram");
        var entry = body.putArray("entry")
                .addObject()
                .put("id", delivery.accountId())
                .put("time", clock.instant().getEpochSecond());
        var isOfPage = state.profile(delivery.accountId())
                .flatMap(profile -> profile.account().pageId())
                .isPresent();
        var change = isOfPage ? entry.putArray("changes").addObject() : entry;
        var value = change.put("field", "comments").putObject("value");
        value.putObject("from").put("id", SOMEBODY).put("username", "somebody");
        value.putObject("media")
                .put("id", delivery.postId().orElseGet(() -> "1802" + number()))
                .put("media_product_type", "FEED");
        value.put("id", "1793" + number()).put("text", delivery.text());
        return body;
    }

    private static String number() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1_000_000_000_000L, 9_000_000_000_000L));
    }
}
