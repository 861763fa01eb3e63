package io.broadside.webhook.platform.meta;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.InboundKind;
import io.broadside.events.RawDelivery;
import io.broadside.webhook.platform.EventBatch;
import io.broadside.webhook.platform.Json;
import io.broadside.webhook.platform.Normalised;
import io.broadside.webhook.platform.RawBody;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a webhook of Meta tells: {@code entry[]}, one per account, each with {@code changes[]} (or one change spread over the entry
 * itself, as Instagram writes it), {@code messaging[]} or {@code changed_fields}; from Threads an envelope of its own.
 *
 * <p>Which product a delivery is of is what it says of itself, not the address it came to: at Meta every object can have any
 * address, and a Page's event is a Page's event wherever it arrives.
 */
final class MetaEvents {

    /** What the changes of one kind of object mean. */
    interface Product {

        /** Adds the events of a change; false for a field that has no meaning of its own here. */
        boolean read(String account, String field, JsonNode value);
    }

    /** The objects with a meaning, and the platform each is of. */
    private static final Map<String, String> PLATFORMS = Map.of("page", "facebook", "instagram", "instagram");

    private final EventBatch batch;
    private final String addressedTo;
    private final Messaging messaging;
    private final Map<String, Product> products;

    private MetaEvents(RawDelivery delivery, EventBatch batch) {
        this.batch = batch;
        this.addressedTo = delivery.getPlatform();
        this.messaging = new Messaging(batch);
        this.products = Map.of("page", new PageEvents(batch), "instagram", new InstagramEvents(batch));
    }

    static Normalised of(RawDelivery delivery) {
        return Json.parse(RawBody.of(delivery))
                .map(root -> new MetaEvents(delivery, new EventBatch(delivery)).read(root))
                .orElseGet(() -> Normalised.malformed("The body is not JSON."));
    }

    private Normalised read(JsonNode root) {
        // Meta's own examples show an update alone, and in an array.
        var updates = root.isArray() ? root : List.of(root);
        var isEmpty = true;
        for (var update : updates) {
            isEmpty = false;
            readUpdate(update);
        }
        return isEmpty ? Normalised.malformed("The body is JSON, but has no entry.") : batch.normalised();
    }

    private void readUpdate(JsonNode update) {
        if (update.has("topic") && update.has("values")) {
            new ThreadsEvents(batch).read(update);
            return;
        }
        var entries = update.path("entry");
        if (!entries.isArray() || entries.isEmpty()) {
            batch.fault("The body is JSON, but has no entry.");
            return;
        }
        var object = Json.text(update, "object").orElse(addressedTo.equals("instagram") ? "instagram" : "page");
        for (var entry : entries) {
            Json.text(entry, "id")
                    .ifPresentOrElse(
                            account -> readEntry(object, account, entry),
                            () -> batch.fault("An entry of it names no id."));
        }
    }

    private void readEntry(String object, String account, JsonNode entry) {
        var isUnderstood = false;
        for (var change : entry.path("changes")) {
            isUnderstood = true;
            readChange(object, account, change);
        }
        if (entry.has("field") && entry.has("value")) {
            isUnderstood = true;
            readChange(object, account, entry);
        }
        for (var channel : List.of("messaging", "standby")) {
            for (var item : entry.path(channel)) {
                isUnderstood = true;
                messaging.read(platformOf(object), account, channel, item);
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
        var product = products.get(object);
        if (product == null || !product.read(account, field, value)) {
            var event = batch.beginFor(
                    platformOf(object),
                    account,
                    InboundKind.OTHER,
                    object + "." + field,
                    object,
                    account,
                    field,
                    Json.canonical(value));
            event.setDetails(Json.scalars(value));
            batch.add(event);
        }
    }

    /** With "Include Values" off the network tells only what changed, and leaves it to us to look. */
    private void readNames(String object, String account, JsonNode entry) {
        var names = Json.canonical(entry.path("changed_fields"));
        var time = Json.text(entry, "time").orElse("");
        var event = batch.beginFor(
                platformOf(object),
                account,
                InboundKind.OTHER,
                object + ".changed_fields",
                object,
                account,
                "changed_fields",
                names,
                time);
        var details = new LinkedHashMap<String, String>();
        details.put("changed_fields", names);
        event.setDetails(details);
        batch.add(event);
    }

    private String platformOf(String object) {
        return PLATFORMS.getOrDefault(object, addressedTo);
    }
}
