package io.broadside.simulator.facebook;

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

/** Events of the feed of a Page: https://developers.facebook.com/docs/graph-api/webhooks/reference/page */
final class FacebookWebhooks implements WebhookDialect {
    private static final String SOMEBODY = "3000000001";

    private final Clock clock;
    private final App app;
    private final FacebookAccounts accounts;

    FacebookWebhooks(Clock clock, App app, FacebookAccounts accounts) {
        this.clock = clock;
        this.app = app;
        this.accounts = accounts;
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
        return delivery.kind() == Delivery.Kind.REVOKED
                ? GraphWebhooks.deauthorization(accounts.personOf(delivery.accountId()), clock.instant(), secret)
                : GraphWebhooks.event(event(delivery), secret);
    }

    private ObjectNode event(Delivery delivery) {
        long now = clock.instant().getEpochSecond();
        var page = delivery.accountId();
        var postId = delivery.postId().orElseGet(() -> page + "_" + number());
        var body = Json.object().put("object", "page");
        var entry = body.putArray("entry").addObject().put("id", page).put("time", now);
        var value = entry.putArray("changes").addObject().put("field", "feed").putObject("value");
        switch (delivery.kind()) {
            case COMMENT -> {
                value.putObject("from").put("id", SOMEBODY).put("name", "Somebody");
                value.put("item", "comment");
                value.put("comment_id", postId.substring(postId.indexOf('_') + 1) + "_" + number());
                value.put("parent_id", postId);
                value.put("verb", "add");
                value.put("message", delivery.text());
            }
            case POST -> {
                value.putObject("from").put("id", page).put("name", "Page " + page);
                value.put("item", "status");
                value.put("verb", "add");
                value.put("published", 1);
                value.put("message", delivery.text());
            }
            case DELETED -> {
                value.putObject("from").put("id", page).put("name", "Page " + page);
                value.put("item", "post");
                value.put("verb", "remove");
            }
            case REVOKED -> throw new IllegalStateException("a deauthorization is no event of the feed");
        }
        value.put("post_id", postId);
        value.put("created_time", now);
        return body;
    }

    private static String number() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1_230_000_000L, 9_000_000_000L));
    }
}
