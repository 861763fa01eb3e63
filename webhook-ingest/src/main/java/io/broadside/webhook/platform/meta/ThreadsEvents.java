package io.broadside.webhook.platform.meta;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundKind;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import java.util.List;
import java.util.Optional;

/**
 * What happens around a Threads profile: {@code topic}, {@code target_id} and {@code values}, one or several, without entries.
 *
 * @see <a href="https://developers.facebook.com/docs/threads/webhooks">Threads webhooks</a>
 */
final class ThreadsEvents {

    private static final String PLATFORM = "threads";

    private final EventBatch batch;

    ThreadsEvents(EventBatch batch) {
        this.batch = batch;
    }

    void read(JsonNode update) {
        var values = update.path("values");
        // An object in the documents, an array in what some receive.
        for (var item : values.isArray() ? values : List.of(values)) {
            var field = Json.text(item, "field").orElse("");
            var value = item.path("value");
            if (field.isEmpty() || !value.isObject()) {
                batch.fault("A value in it has no field or no content.");
            } else {
                read(update, field, value);
            }
        }
    }

    private void read(JsonNode update, String field, JsonNode value) {
        var account = account(update, field, value);
        if (account.isEmpty()) {
            batch.fault("A value in it names no account.");
            return;
        }
        var id = Json.text(value, "id");
        var event = batch.beginFor(
                PLATFORM,
                account.get(),
                kind(field),
                Json.text(update, "topic").orElse("") + "." + field,
                // One post that mentions two accounts is told to each of them, under one id.
                account.get(),
                field,
                id.orElseGet(() -> Json.canonical(value)),
                Json.text(value, "deleted_at").orElse(""));
        id.ifPresent(event::setObjectId);
        Json.text(value, "replied_to", "id").ifPresent(event::setParentId);
        Json.text(value, "text").ifPresent(event::setText);
        Json.text(value, "username").ifPresent(event::setActorName);
        Json.text(value, "permalink").ifPresent(event::setUrl);
        Json.time(value.path("deleted_at"))
                .or(() -> Json.time(value.path("timestamp")))
                .ifPresent(event::setOccurredAt);
        var details = Json.scalars(value);
        details.remove("text");
        Json.text(update, "target_id").ifPresent(target -> details.put("target_id", target));
        Json.text(update, "app_id").ifPresent(app -> details.put("app_id", app));
        event.setDetails(details);
        batch.add(event);
    }

    private static InboundKind kind(String field) {
        return switch (field) {
            case "replies" -> InboundKind.COMMENT;
            case "mentions" -> InboundKind.MENTION;
            case "publish" -> InboundKind.POST_PUBLISHED;
            case "delete" -> InboundKind.POST_DELETED;
            default -> InboundKind.OTHER;
        };
    }

    /** Whose event it is. Of a publication the network tells no more than the name; a target may be a post. */
    private static Optional<String> account(JsonNode update, String field, JsonNode value) {
        return switch (field) {
            case "replies" -> Json.text(value, "root_post", "owner_id").or(() -> Json.text(update, "target_id"));
            case "delete" -> Json.text(value, "owner", "owner_id").or(() -> Json.text(update, "target_id"));
            case "publish" -> Json.text(value, "username").or(() -> Json.text(update, "target_id"));
            default -> Json.text(update, "target_id").or(() -> Json.text(value, "username"));
        };
    }
}
