package io.broadside.webhook.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import java.util.Optional;

/**
 * What a webhook of X tells: one event of the X Activity API ({@code data}), or several of the older Account Activity API
 * ({@code tweet_create_events} and its kin).
 *
 * @see <a href="https://docs.x.com/x-api/activity/introduction">X Activity API</a>
 */
final class XEvents {

    private static final String OF_EVENTS = "_events";

    private final EventBatch batch;

    private XEvents(EventBatch batch) {
        this.batch = batch;
    }

    static Normalised of(RawDelivery delivery) {
        return Json.parse(RawBody.of(delivery))
                .map(root -> new XEvents(new EventBatch(delivery)).read(root))
                .orElseGet(() -> Normalised.malformed("The body is not JSON."));
    }

    private Normalised read(JsonNode root) {
        if (root.path("data").isObject()) {
            readActivity(root.path("data"));
        } else if (root.path("user_event").path("revoke").isObject()) {
            readRevocation(root.path("user_event").path("revoke"));
        } else if (Json.text(root, "for_user_id").isPresent()) {
            readAccountActivity(Json.text(root, "for_user_id").get(), root);
        } else {
            batch.fault("The body is JSON, but has neither data nor for_user_id nor user_event.revoke.");
        }
        return batch.normalised();
    }

    private void readActivity(JsonNode data) {
        var payload = data.path("payload");
        var type = Json.text(data, "event_type");
        // The filter of a revocation is empty: the account is in the payload.
        var account = Json.text(data, "filter", "user_id").or(() -> Json.text(payload, "user_id"));
        if (type.isEmpty() || account.isEmpty()) {
            batch.fault("The event names no event_type or no user_id.");
            return;
        }
        var identity = Json.text(data, "event_uuid").orElseGet(() -> Json.canonical(data));
        var event = batch.begin(
                account.get(),
                kind(type.get(), account.get(), payload),
                type.get(),
                account.get(),
                type.get(),
                identity);
        describe(event, payload);
        var details = Json.scalars(payload);
        details.remove("text");
        Json.text(data, "tag").ifPresent(tag -> details.put("tag", tag));
        event.setDetails(details);
        batch.add(event);
    }

    private static InboundKind kind(String type, String account, JsonNode payload) {
        return switch (type) {
            case "post.create" ->
                Json.text(payload, "author_id").orElse(account).equals(account)
                        ? InboundKind.POST_PUBLISHED
                        : InboundKind.OTHER;
            case "post.delete" -> InboundKind.POST_DELETED;
            case "post.mention.create" -> InboundKind.MENTION;
            case "post.reply.create" -> InboundKind.COMMENT;
            case "like.create" -> InboundKind.REACTION;
            case "dm.received", "dm.sent" -> InboundKind.MESSAGE;
            case "oauth.revoke" -> InboundKind.TOKEN_REVOKED;
            default -> InboundKind.OTHER;
        };
    }

    private static void describe(InboundEvent.Builder event, JsonNode payload) {
        Json.text(payload, "id").ifPresent(event::setObjectId);
        Json.text(payload, "in_reply_to_tweet_id").ifPresent(event::setParentId);
        Json.text(payload, "text").ifPresent(event::setText);
        Json.text(payload, "author_id")
                .or(() -> Json.text(payload, "user_id"))
                .or(() -> Json.text(payload, "sender_id"))
                .ifPresent(event::setActorId);
        Json.time(payload.path("created_at"))
                .or(() -> Json.time(payload.path("date_time")))
                .ifPresent(event::setOccurredAt);
    }

    private void readRevocation(JsonNode revoke) {
        var account = Json.text(revoke, "source", "user_id");
        if (account.isEmpty()) {
            batch.fault("The revocation names no user_id.");
            return;
        }
        var time = Json.text(revoke, "date_time").orElse("");
        var app = Json.text(revoke, "target", "app_id");
        var event = batch.begin(
                account.get(),
                InboundKind.TOKEN_REVOKED,
                "user_event.revoke",
                account.get(),
                "user_event.revoke",
                app.orElse(""),
                time);
        event.setActorId(account.get());
        Json.time(revoke.path("date_time")).ifPresent(event::setOccurredAt);
        var details = Json.scalars(revoke);
        app.ifPresent(id -> details.put("app_id", id));
        event.setDetails(details);
        batch.add(event);
    }

    private void readAccountActivity(String account, JsonNode root) {
        var isUnderstood = false;
        for (var property : root.properties()) {
            if (property.getKey().endsWith(OF_EVENTS) && property.getValue().isArray()) {
                for (var item : property.getValue()) {
                    isUnderstood = true;
                    readAccountEvent(account, property.getKey(), item);
                }
            }
        }
        if (!isUnderstood) {
            batch.fault("The body has a for_user_id, but no events.");
        }
    }

    private void readAccountEvent(String account, String name, JsonNode item) {
        var object = Json.text(item, "id_str")
                .or(() -> Json.text(item, "status", "id"))
                .or(() -> Json.text(item, "id"));
        var author = Json.text(item, "user", "id_str").or(() -> Json.text(item, "status", "user_id"));
        var event = batch.begin(
                account,
                accountKind(account, name, item, author),
                name,
                account,
                name,
                object.orElseGet(() -> Json.canonical(item)));
        object.ifPresent(event::setObjectId);
        author.ifPresent(event::setActorId);
        Json.text(item, "user", "name").ifPresent(event::setActorName);
        Json.text(item, "in_reply_to_status_id_str").ifPresent(event::setParentId);
        Json.text(item, "text")
                .or(() -> Json.text(item, "message_create", "message_data", "text"))
                .ifPresent(event::setText);
        Json.time(item.path("timestamp_ms"))
                .or(() -> Json.time(item.path("created_timestamp")))
                .ifPresent(event::setOccurredAt);
        var details = Json.scalars(item);
        details.remove("text");
        event.setDetails(details);
        batch.add(event);
    }

    private static InboundKind accountKind(String account, String name, JsonNode item, Optional<String> author) {
        return switch (name) {
            case "tweet_create_events" -> postKind(account, item, author);
            case "tweet_delete_events" -> InboundKind.POST_DELETED;
            case "favorite_events" -> InboundKind.REACTION;
            case "direct_message_events" -> InboundKind.MESSAGE;
            default -> InboundKind.OTHER;
        };
    }

    /** Posts by the account and posts that concern it come under one name. */
    private static InboundKind postKind(String account, JsonNode item, Optional<String> author) {
        if (author.filter(account::equals).isPresent()) {
            return InboundKind.POST_PUBLISHED;
        }
        if (Json.text(item, "in_reply_to_user_id_str").filter(account::equals).isPresent()) {
            return InboundKind.COMMENT;
        }
        var isPassedOn = item.path("retweeted_status").isObject()
                || item.path("quoted_status").isObject();
        return isPassedOn ? InboundKind.OTHER : InboundKind.MENTION;
    }
}
