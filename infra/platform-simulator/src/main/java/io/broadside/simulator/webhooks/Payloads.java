package io.broadside.simulator.webhooks;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/** The bytes of deliveries. */
public final class Payloads {
    private static final String SOMEBODY = "3000000001";

    private final Clock clock;
    private final String xAppId;
    private final UnaryOperator<String> personOfPage;

    /** @param personOfPage user id of who manages a Page */
    public Payloads(Clock clock, String xAppId, UnaryOperator<String> personOfPage) {
        this.clock = clock;
        this.xAppId = xAppId;
        this.personOfPage = personOfPage;
    }

    Message message(Platform platform, Delivery delivery) {
        return switch (platform) {
            case FACEBOOK ->
                delivery.kind() == Delivery.Kind.REVOKED
                        ? new Message.FacebookDeauthorization(Json.bytes(deauthorization(delivery)))
                        : new Message.FacebookEvent(escaped(facebook(delivery)));
            case X -> new Message.XEvent(Json.bytes(x(delivery)));
        };
    }

    /** As Meta writes JSON: only ASCII, with lower-case escapes, and slashes escaped too. */
    static byte[] escaped(ObjectNode json) {
        var text = json.toString();
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/') {
                escaped.append("\\/");
            } else if (c < 0x80) {
                escaped.append(c);
            } else {
                escaped.append(String.format("\\u%04x", (int) c));
            }
        }
        return escaped.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** https://developers.facebook.com/docs/graph-api/webhooks/reference/page */
    private ObjectNode facebook(Delivery delivery) {
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

    /** https://developers.facebook.com/docs/facebook-login/guides/advanced/deauthorize-callback */
    private ObjectNode deauthorization(Delivery delivery) {
        return Json.object()
                .put("user_id", personOfPage.apply(delivery.accountId()))
                .put("algorithm", "HMAC-SHA256")
                .put("issued_at", clock.instant().getEpochSecond());
    }

    /** https://docs.x.com/x-api/activity/introduction */
    private ObjectNode x(Delivery delivery) {
        var user = delivery.accountId();
        var postId = delivery.postId().orElseGet(() -> "20807" + number() + number().substring(6));
        var body = Json.object();
        var data = body.putObject("data");
        data.put("event_uuid", Long.toString(UUID.randomUUID().getMostSignificantBits()));
        var filter = data.putObject("filter");
        if (delivery.kind() != Delivery.Kind.REVOKED) {
            filter.put("user_id", user);
        }
        data.put(
                "event_type",
                switch (delivery.kind()) {
                    case COMMENT -> "post.reply.create";
                    case POST -> "post.create";
                    case DELETED -> "post.delete";
                    case REVOKED -> "oauth.revoke";
                });
        var payload = data.putObject("payload");
        switch (delivery.kind()) {
            case COMMENT ->
                payload.put("id", postId)
                        .put("author_id", SOMEBODY)
                        .put("created_at", clock.instant().toString())
                        .put("text", delivery.text());
            case POST ->
                payload.put("id", postId)
                        .put("author_id", user)
                        .put("created_at", clock.instant().toString())
                        .put("text", delivery.text());
            case DELETED -> payload.put("id", postId).put("author_id", user);
            case REVOKED ->
                payload.put("date_time", clock.instant().toString())
                        .put("user_id", user)
                        .put("app_id", xAppId);
        }
        return body;
    }

    private static String number() {
        return Long.toString(ThreadLocalRandom.current().nextLong(1_230_000_000L, 9_000_000_000L));
    }

    /** What is to be signed, by the way it is signed. */
    @SuppressWarnings("ArrayRecordComponent") // lives for one sending, and is never compared
    sealed interface Message {
        record FacebookEvent(byte[] body) implements Message {}

        record FacebookDeauthorization(byte[] payload) implements Message {}

        record XEvent(byte[] body) implements Message {}
    }
}
