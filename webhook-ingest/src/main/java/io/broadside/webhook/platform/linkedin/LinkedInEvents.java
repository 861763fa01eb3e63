package io.broadside.webhook.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import java.util.List;
import java.util.Optional;

/**
 * What a webhook of LinkedIn tells: up to ten {@code notifications[]} about an organization's posts, or one lead.
 *
 * <p>What members do and say must not be kept for longer than 48 hours, and events are: so an event names what happened by
 * LinkedIn's ids and holds no text and no names. Whoever needs the words asks LinkedIn for them.
 *
 * @see <a href="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/organizations/social-action-notifications">Social
 *     action notifications</a>
 */
final class LinkedInEvents {

    /** Of a notification, what is an id or a name of LinkedIn's own. */
    private static final List<String> KEPT = List.of("sourcePost", "generatedActivity", "subscriber");

    /** Of a lead. */
    private static final List<String> KEPT_OF_A_LEAD = List.of("leadGenForm", "leadType", "leadAction");

    private final EventBatch batch;

    private LinkedInEvents(EventBatch batch) {
        this.batch = batch;
    }

    static Normalised of(RawDelivery delivery) {
        return Json.parse(RawBody.of(delivery))
                .map(root -> new LinkedInEvents(new EventBatch(delivery)).read(root))
                .orElseGet(() -> Normalised.malformed("The body is not JSON."));
    }

    private Normalised read(JsonNode root) {
        var type = Json.text(root, "type").orElse("");
        if (root.path("notifications").isArray() && !root.path("notifications").isEmpty()) {
            root.path("notifications").forEach(this::readNotification);
        } else if (Json.text(root, "leadGenFormResponse").isPresent()) {
            readLead(type, root);
        } else {
            batch.fault("The body is JSON, but has neither notifications nor leadGenFormResponse.");
        }
        return batch.normalised();
    }

    private void readNotification(JsonNode notification) {
        var organization = Json.text(notification, "organizationalEntity");
        var action = Json.text(notification, "action");
        if (organization.isEmpty() || action.isEmpty()) {
            batch.fault("A notification in it names no organizationalEntity or no action.");
            return;
        }
        var event = batch.begin(
                organization.get(),
                kind(action.get()),
                action.get(),
                organization.get(),
                Json.text(notification, "notificationId").orElseGet(() -> Json.canonical(notification)));
        var post = Json.text(notification, "sourcePost");
        var activity = Json.text(notification, "generatedActivity");
        activity.or(() -> post).ifPresent(event::setObjectId);
        activity.flatMap(_ -> post).ifPresent(event::setParentId);
        Json.time(notification.path("lastModifiedAt")).ifPresent(event::setOccurredAt);
        var details = Json.scalars(notification);
        details.keySet().retainAll(KEPT);
        event.setDetails(details);
        batch.add(event);
    }

    private static InboundKind kind(String action) {
        return switch (action) {
            case "LIKE" -> InboundKind.REACTION;
            case "COMMENT", "ADMIN_COMMENT", "COMMENT_EDIT" -> InboundKind.COMMENT;
            case "SHARE_MENTION" -> InboundKind.MENTION;
            default -> InboundKind.OTHER;
        };
    }

    private void readLead(String type, JsonNode lead) {
        var response = Json.text(lead, "leadGenFormResponse").orElseThrow();
        var owner = owner(lead.path("owner"));
        if (owner.isEmpty()) {
            batch.fault("The lead names no owner.");
            return;
        }
        var action = Json.text(lead, "leadAction").orElse("");
        var occurredAt = lead.path("occurredAt");
        var event = batch.begin(
                owner.get(),
                InboundKind.OTHER,
                type.isEmpty() ? "lead" : type,
                owner.get(),
                "lead",
                response,
                action,
                occurredAt.asText());
        event.setObjectId(response);
        Json.text(lead, "associatedEntity").ifPresent(event::setParentId);
        Json.time(occurredAt).ifPresent(event::setOccurredAt);
        var details = Json.scalars(lead);
        details.keySet().retainAll(KEPT_OF_A_LEAD);
        event.setDetails(details);
        batch.add(event);
    }

    /** A URN, or an object with the one URN that applies. */
    private static Optional<String> owner(JsonNode owner) {
        return Json.text(owner).or(() -> Json.scalars(owner).values().stream().findFirst());
    }
}
