package io.broadside.webhook.platform.meta;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import java.util.Optional;

/**
 * What happens around an Instagram account. Instagram tells nothing of what the account itself publishes: there are no
 * confirmations of our own posts.
 *
 * @see <a href="https://developers.facebook.com/docs/instagram-platform/webhooks">Instagram webhooks</a>
 */
final class InstagramEvents implements MetaEvents.Product {

    private static final String PLATFORM = "instagram";

    private final EventBatch batch;

    InstagramEvents(EventBatch batch) {
        this.batch = batch;
    }

    @Override
    public boolean read(String account, String field, JsonNode value) {
        var subject = switch (field) {
            case "comments", "live_comments" -> Json.text(value, "id");
            case "mentions", "story_insights" -> Json.text(value, "media_id");
            default -> Optional.<String>empty();
        };
        if (subject.isEmpty()) {
            return false;
        }
        var event = switch (field) {
            case "mentions" -> mention(account, subject.get(), value);
            case "story_insights" ->
                batch.beginFor(PLATFORM, account, InboundKind.OTHER, field, account, field, subject.get())
                        .setObjectId(subject.get());
            default -> comment(account, field, subject.get(), value);
        };
        var details = Json.scalars(value);
        details.remove("text");
        Json.scalars(value.path("media")).forEach((name, content) -> details.put("media." + name, content));
        event.setDetails(details);
        batch.add(event);
        return true;
    }

    private InboundEvent.Builder comment(String account, String field, String comment, JsonNode value) {
        var event = batch.beginFor(PLATFORM, account, InboundKind.COMMENT, field, account, field, comment)
                .setObjectId(comment);
        Json.text(value, "parent_id").or(() -> Json.text(value, "media", "id")).ifPresent(event::setParentId);
        Json.text(value, "text").ifPresent(event::setText);
        Json.text(value, "from", "id").ifPresent(event::setActorId);
        Json.text(value, "from", "username").ifPresent(event::setActorName);
        return event;
    }

    /** In a comment, or in the caption of a post. */
    private InboundEvent.Builder mention(String account, String media, JsonNode value) {
        var comment = Json.text(value, "comment_id");
        var event = batch.beginFor(
                        PLATFORM,
                        account,
                        InboundKind.MENTION,
                        "mentions",
                        account,
                        "mentions",
                        media,
                        comment.orElse(""))
                .setObjectId(comment.orElse(media));
        comment.ifPresent(_ -> event.setParentId(media));
        return event;
    }
}
