package io.broadside.webhook.platform.meta;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import java.util.Optional;
import java.util.Set;

/**
 * What happens on a Page, as {@code changes[]} of the fields feed and mention tell it.
 *
 * <p>A kind names what came to be. That a comment was hidden, or a reaction taken back, is {@code OTHER}, with the network's
 * own name beside it; nobody must take it for a new comment. What the Page itself publishes comes back here: a confirmation of
 * our own posts.
 *
 * <p>The network gives no id to what happens, and the time of an entry is that of sending. What may happen to one object several
 * times is told apart by all that is said of it, an {@code edited_time} above all: where two say the same in every word, as hiding a
 * comment twice may, the second passes for a repetition of the first.
 *
 * @see <a href="https://developers.facebook.com/docs/graph-api/webhooks/reference/page/">Reference of Page webhooks</a>
 */
final class PageEvents implements MetaEvents.Product {

    private static final String PLATFORM = "facebook";

    private static final Set<String> POSTS =
            Set.of("status", "post", "photo", "video", "share", "album", "link", "reel");
    private static final Set<String> EDITS = Set.of("edit", "edited");

    private final EventBatch batch;

    PageEvents(EventBatch batch) {
        this.batch = batch;
    }

    /** Reads a change of a Page, if it is of a field that has a meaning here. */
    @Override
    public boolean read(String page, String field, JsonNode value) {
        switch (field) {
            case "feed" -> readFeed(page, value);
            case "mention" -> {
                var event = begin(page, isNew(value) ? InboundKind.MENTION : InboundKind.OTHER, "mention", value);
                batch.add(withSubject(event, value));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void readFeed(String page, JsonNode value) {
        var kind = feedKind(page, value);
        batch.add(withSubject(begin(page, kind, "feed", value), value));
    }

    private static InboundKind feedKind(String page, JsonNode value) {
        var item = Json.text(value, "item").orElse("");
        // What a visitor writes on the Page is none of the Page's posts.
        var isOfThePage = Json.text(value, "from", "id").orElse(page).equals(page);
        return switch (item) {
            case "comment" -> isNew(value) || isEdit(value) ? InboundKind.COMMENT : InboundKind.OTHER;
            case "reaction", "like" -> isNew(value) || isEdit(value) ? InboundKind.REACTION : InboundKind.OTHER;
            default -> {
                if (!POSTS.contains(item) || !isOfThePage) {
                    yield InboundKind.OTHER;
                }
                if (isNew(value)) {
                    yield isPublished(value) ? InboundKind.POST_PUBLISHED : InboundKind.OTHER;
                }
                yield verb(value).equals("remove") ? InboundKind.POST_DELETED : InboundKind.OTHER;
            }
        };
    }

    /** Begins an event of the feed or a mention, with the identity that redeliveries share. */
    private InboundEvent.Builder begin(String page, InboundKind kind, String field, JsonNode value) {
        var item = Json.text(value, "item").orElse("");
        var name = field + (item.isEmpty() ? "" : "." + item) + (verb(value).isEmpty() ? "" : "." + verb(value));
        var object = Json.text(value, "comment_id").or(() -> Json.text(value, "post_id"));
        if (object.isEmpty() || !happensOnce(value)) {
            // All that is said of it has to tell it from others; who hears of it again hears the same.
            return batch.beginFor(PLATFORM, page, kind, name, page, field, Json.canonical(value));
        }
        return batch.beginFor(
                PLATFORM,
                page,
                kind,
                name,
                page,
                field,
                item,
                verb(value),
                object.get(),
                Json.text(value, "created_time").orElse(""),
                Json.text(value, "from", "id").orElse(""),
                Json.text(value, "reaction_type").orElse(""),
                // A draft comes into being with its created_time, and is published with the same.
                isPublished(value) ? "" : "unpublished");
    }

    private static InboundEvent.Builder withSubject(InboundEvent.Builder event, JsonNode value) {
        var comment = Json.text(value, "comment_id");
        var post = Json.text(value, "post_id");
        comment.or(() -> post).ifPresent(event::setObjectId);
        parent(value, comment, post).ifPresent(event::setParentId);
        Json.text(value, "message").ifPresent(event::setText);
        Json.text(value, "from", "id").ifPresent(event::setActorId);
        Json.text(value, "from", "name").ifPresent(event::setActorName);
        Json.text(value, "post", "permalink_url").ifPresent(event::setUrl);
        Json.time(value.path("created_time")).ifPresent(event::setOccurredAt);
        var details = Json.scalars(value);
        details.remove("message");
        event.setDetails(details);
        return event;
    }

    private static Optional<String> parent(JsonNode value, Optional<String> comment, Optional<String> post) {
        if (comment.isEmpty()) {
            return Optional.empty();
        }
        // The parent of a reaction to a comment is that comment already; the post is what it all hangs on.
        return Json.text(value, "item").filter("comment"::equals).isPresent()
                ? Json.text(value, "parent_id").or(() -> post)
                : post;
    }

    private static String verb(JsonNode value) {
        return Json.text(value, "verb").orElse("");
    }

    /** One comment can be edited again, to an earlier text too, and hidden and shown again. */
    private static boolean happensOnce(JsonNode value) {
        return Set.of("", "add", "remove").contains(verb(value));
    }

    private static boolean isNew(JsonNode value) {
        return verb(value).equals("add");
    }

    private static boolean isEdit(JsonNode value) {
        return EDITS.contains(verb(value));
    }

    private static boolean isPublished(JsonNode value) {
        // A number in what the network sends, and a truth value in what it documents.
        var published = Json.text(value, "published").or(() -> Json.text(value, "post", "is_published"));
        return !Set.of("0", "false").contains(published.orElse("1"));
    }
}
