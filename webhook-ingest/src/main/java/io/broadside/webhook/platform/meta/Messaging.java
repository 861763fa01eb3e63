package io.broadside.webhook.platform.meta;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import java.util.Set;

/** Conversations: the items of {@code messaging[]} and {@code standby[]}, the same for Pages and Instagram. */
final class Messaging {

    private static final Set<String> AROUND_THE_CONTENT = Set.of("sender", "recipient", "timestamp");

    private final EventBatch batch;

    Messaging(EventBatch batch) {
        this.batch = batch;
    }

    void read(String platform, String account, String channel, JsonNode item) {
        var message = item.path("message");
        var mid = Json.text(message, "mid");
        var reacted = Json.text(item, "reaction", "mid");
        if (mid.isPresent()) {
            readMessage(platform, account, channel, item, mid.get());
        } else if (reacted.isPresent()) {
            readReaction(platform, account, channel, item, reacted.get());
        } else {
            var content = contentOf(item);
            var event = batch.beginFor(
                    platform,
                    account,
                    InboundKind.OTHER,
                    channel + "." + content,
                    account,
                    channel,
                    Json.canonical(item));
            add(event, item, item.path(content));
        }
    }

    private void readMessage(String platform, String account, String channel, JsonNode item, String mid) {
        var message = item.path("message");
        // A message taken back comes under the id it had.
        var isDeleted = message.path("is_deleted").asBoolean();
        var event = isDeleted
                ? batch.beginFor(
                        platform,
                        account,
                        InboundKind.OTHER,
                        channel + ".message.deleted",
                        account,
                        "message",
                        mid,
                        "deleted")
                : batch.beginFor(platform, account, InboundKind.MESSAGE, channel + ".message", account, "message", mid);
        event.setObjectId(mid);
        Json.text(message, "text").ifPresent(event::setText);
        add(event, item, message);
    }

    private void readReaction(String platform, String account, String channel, JsonNode item, String mid) {
        var reaction = item.path("reaction");
        var action = Json.text(reaction, "action").orElse("react");
        var event = batch.beginFor(
                platform,
                account,
                action.equals("react") ? InboundKind.REACTION : InboundKind.OTHER,
                channel + ".reaction." + action,
                account,
                "reaction",
                mid,
                action,
                Json.text(reaction, "reaction").orElse(""),
                Json.text(reaction, "emoji").orElse(""),
                Json.text(item, "sender", "id").orElse(""),
                Json.text(item, "timestamp").orElse(""));
        event.setObjectId(mid);
        add(event, item, reaction);
    }

    private void add(InboundEvent.Builder event, JsonNode item, JsonNode content) {
        Json.text(item, "sender", "id").ifPresent(event::setActorId);
        Json.time(item.path("timestamp")).ifPresent(event::setOccurredAt);
        var details = Json.scalars(content);
        details.remove("text");
        Json.text(item, "recipient", "id").ifPresent(recipient -> details.put("recipient", recipient));
        event.setDetails(details);
        batch.add(event);
    }

    private static String contentOf(JsonNode item) {
        for (var property : item.properties()) {
            if (!AROUND_THE_CONTENT.contains(property.getKey())) {
                return property.getKey();
            }
        }
        return "unknown";
    }
}
