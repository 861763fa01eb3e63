package io.broadside.webhook.platform.tiktok;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import java.util.Map;
import java.util.Optional;

/**
 * What a webhook of TikTok tells: one event, with its {@code content} as JSON in a text.
 *
 * <p>TikTok gives events no id. A publication reaches each of its states once, so event, user and publication make one; what is
 * published out of the inbox may be so several times, and what is public may become private and public again: there the second
 * counts too.
 *
 * @see <a href="https://developers.tiktok.com/doc/webhooks-events">Webhook events</a>
 */
final class TikTokEvents {

    private static final String DIRECT = "DIRECT_PUBLISH";

    private static final Map<String, String> REASONS = Map.of(
            "0", "unknown",
            "1", "user disconnected",
            "2", "account deleted",
            "3", "age changed",
            "4", "account banned",
            "5", "developer revoked");

    private final EventBatch batch;

    private TikTokEvents(EventBatch batch) {
        this.batch = batch;
    }

    static Normalised of(RawDelivery delivery) {
        return Json.parse(RawBody.of(delivery))
                .map(root -> new TikTokEvents(new EventBatch(delivery)).read(root))
                .orElseGet(() -> Normalised.malformed("The body is not JSON."));
    }

    private Normalised read(JsonNode root) {
        var name = Json.text(root, "event");
        var user = Json.text(root, "user_openid");
        var content = content(root.path("content"));
        if (name.isEmpty() || user.isEmpty()) {
            return Normalised.malformed("The body is JSON, but names no event or no user_openid.");
        }
        if (content.isEmpty()) {
            batch.fault("Its content is neither JSON nor JSON in a text.");
        }
        read(root, name.get(), user.get(), content.orElseGet(() -> root.path("content")));
        return batch.normalised();
    }

    private void read(JsonNode root, String name, String user, JsonNode content) {
        var publication = Json.text(content, "publish_id").or(() -> Json.text(content, "share_id"));
        var post = Json.text(content, "post_id");
        var time = Json.text(root, "create_time").orElse("");
        var isDirect = Json.text(content, "publish_type").filter(DIRECT::equals).isPresent();
        var isOnce = isDirect && !name.endsWith("_available");
        var event = publication.isPresent()
                ? batch.begin(
                        user, kind(name), name, name, user, publication.get(), post.orElse(""), isOnce ? "" : time)
                : batch.begin(user, kind(name), name, name, user, time, Json.canonical(content));
        publication.ifPresent(event::setPublishId);
        post.ifPresent(event::setObjectId);
        Json.time(root.path("create_time")).ifPresent(event::setOccurredAt);
        var details = Json.scalars(content);
        Json.text(root, "client_key").ifPresent(key -> details.put("client_key", key));
        if (name.equals("authorization.removed")) {
            event.setActorId(user);
            Json.text(content, "reason").map(REASONS::get).ifPresent(meaning -> details.put("reason.meaning", meaning));
        }
        event.setDetails(details);
        batch.add(event);
    }

    private static InboundKind kind(String name) {
        return switch (name) {
            case "post.publish.complete", "post.publish.publicly_available", "video.publish.completed" ->
                InboundKind.POST_PUBLISHED;
            case "post.publish.failed", "video.upload.failed" -> InboundKind.POST_FAILED;
            case "authorization.removed" -> InboundKind.ACCOUNT_DEAUTHORIZED;
            // In the inbox it is not out, and no longer public it may still be there.
            default -> InboundKind.OTHER;
        };
    }

    private static Optional<JsonNode> content(JsonNode content) {
        if (content.isTextual()) {
            return Json.parse(content.asText().getBytes(UTF_8));
        }
        return Optional.of(content).filter(JsonNode::isObject);
    }
}
