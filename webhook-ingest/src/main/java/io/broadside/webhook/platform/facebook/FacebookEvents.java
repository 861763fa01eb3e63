package io.broadside.webhook.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundEvent;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a webhook of a Page tells: {@code entry[]}, one per Page, each with {@code changes[]} (feed, mentions) and
 * {@code messaging[]} (conversations).
 *
 * <p>A kind names what came to be. That a comment was hidden, or a reaction taken back, is {@code OTHER}, with the network's
 * own name beside it; nobody must take it for a new comment.
 *
 * @see <a href="https://developers.facebook.com/docs/graph-api/webhooks/reference/page/">Reference of Page webhooks</a>
 */
final class FacebookEvents {

    private static final Set<String> POSTS =
            Set.of("status", "post", "photo", "video", "share", "album", "link", "reel");
    private static final Set<String> EDITS = Set.of("edit", "edited");

    private final EventBatch batch;

    private FacebookEvents(EventBatch batch) {
        this.batch = batch;
    }

    static Normalised of(RawDelivery delivery) {
        return Json.parse(RawBody.of(delivery))
                .map(root -> new FacebookEvents(new EventBatch(delivery)).read(root))
                .orElseGet(() -> Normalised.malformed("The body is not JSON."));
    }

    private Normalised read(JsonNode root) {
        var entries = root.path("entry");
        if (!entries.isArray() || entries.isEmpty()) {
            return Normalised.malformed("The body is JSON, but has no entry.");
        }
        var object = Json.text(root, "object").orElse("page");
        for (var entry : entries) {
            Json.text(entry, "id")
                    .ifPresentOrElse(
                            account -> readEntry(object, account, entry),
                            () -> batch.fault("An entry of it names no id."));
        }
        return batch.normalised();
    }

    private void readEntry(String object, String account, JsonNode entry) {
        var isUnderstood = false;
        for (var change : entry.path("changes")) {
            isUnderstood = true;
            readChange(object, account, change);
        }
        for (var channel : List.of("messaging", "standby")) {
            for (var item : entry.path(channel)) {
                isUnderstood = true;
                readMessage(account, channel, item);
            }
        }
        if (entry.path("changed_fields").isArray()) {
            isUnderstood = true;
            readNames(object, account, entry);
        }
        if (!isUnderstood) {
            batch.fault("An entry of it has neither changes nor messaging nor changed_fields.");
        }
    }

    private void readChange(String object, String account, JsonNode change) {
        var field = Json.text(change, "field").orElse("");
        var value = change.path("value");
        if (field.isEmpty() || value.isMissingNode()) {
            batch.fault("A change in it has no field or no value.");
            return;
        }
        var isOfAPage = object.equals("page");
        if (isOfAPage && field.equals("feed")) {
            readFeed(account, value);
        } else if (isOfAPage && field.equals("mention")) {
            var event = begin(account, isNew(value) ? InboundKind.MENTION : InboundKind.OTHER, "mention", value);
            batch.add(withSubject(event, value));
        } else {
            var event = batch.begin(
                    account, InboundKind.OTHER, object + "." + field, object, account, field, Json.canonical(value));
            event.setDetails(Json.scalars(value));
            batch.add(event);
        }
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
        if (object.isEmpty()) {
            // Nothing names what it is about, so all that is said of it has to tell it from others.
            return batch.begin(page, kind, name, page, field, Json.canonical(value));
        }
        return batch.begin(
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
                // One comment can be edited twice within a second of the same created_time.
                isEdit(value) ? Json.text(value, "message").orElse("") : "");
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

    private void readMessage(String page, String channel, JsonNode item) {
        var message = item.path("message");
        var mid = Json.text(message, "mid");
        var reacted = Json.text(item, "reaction", "mid");
        if (mid.isPresent()) {
            var event = batch.begin(page, InboundKind.MESSAGE, channel + ".message", page, "message", mid.get());
            event.setObjectId(mid.get());
            Json.text(message, "text").ifPresent(event::setText);
            add(event, item, message);
        } else if (reacted.isPresent()) {
            readReaction(page, channel, item, reacted.get());
        } else {
            var event = batch.begin(
                    page, InboundKind.OTHER, channel + "." + contentOf(item), page, channel, Json.canonical(item));
            add(event, item, item.path(contentOf(item)));
        }
    }

    private void readReaction(String page, String channel, JsonNode item, String mid) {
        var reaction = item.path("reaction");
        var action = Json.text(reaction, "action").orElse("react");
        var event = batch.begin(
                page,
                action.equals("react") ? InboundKind.REACTION : InboundKind.OTHER,
                channel + ".reaction." + action,
                page,
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

    /** With "Include Values" off the network tells only what changed, and leaves it to us to look. */
    private void readNames(String object, String account, JsonNode entry) {
        var names = Json.canonical(entry.path("changed_fields"));
        var time = Json.text(entry, "time").orElse("");
        var event = batch.begin(
                account, InboundKind.OTHER, object + ".changed_fields", object, account, "changed_fields", names, time);
        var details = new LinkedHashMap<String, String>();
        details.put("changed_fields", names);
        event.setDetails(details);
        batch.add(event);
    }

    private static String contentOf(JsonNode item) {
        for (var property : item.properties()) {
            if (!Set.of("sender", "recipient", "timestamp").contains(property.getKey())) {
                return property.getKey();
            }
        }
        return "unknown";
    }

    private static String verb(JsonNode value) {
        return Json.text(value, "verb").orElse("");
    }

    private static boolean isNew(JsonNode value) {
        return verb(value).equals("add");
    }

    private static boolean isEdit(JsonNode value) {
        return EDITS.contains(verb(value));
    }

    private static boolean isPublished(JsonNode value) {
        // A number in what the network sends, and a truth value in what it documents.
        return !Set.of("0", "false").contains(Json.text(value, "published").orElse("1"));
    }
}
