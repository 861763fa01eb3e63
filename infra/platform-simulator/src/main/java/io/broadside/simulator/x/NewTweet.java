package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.http.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The body of {@code POST /2/tweets}, checked as strictly as the real one: a field that is not known is refused.
 *
 * <p>https://docs.x.com/x-api/posts/create-post
 */
record NewTweet(String text, Optional<String> replyTo, Optional<String> quoted, List<String> mediaIds) {
    private static final int MOST_MEDIA = 4;
    private static final String ID = "[0-9]{1,19}";
    /** Fields by the object they stand in; the empty name is the body itself. */
    private static final Map<String, Set<String>> FIELDS = Map.of(
            "",
            Set.of(
                    "text",
                    "reply",
                    "media",
                    "quote_tweet_id",
                    "poll",
                    "reply_settings",
                    "community_id",
                    "share_with_followers",
                    "made_with_ai",
                    "paid_partnership",
                    "nullcast",
                    "geo",
                    "edit_options",
                    "for_super_followers_only",
                    "card_uri",
                    "direct_message_deep_link"),
            "reply",
            Set.of("in_reply_to_tweet_id", "exclude_reply_user_ids", "auto_populate_reply_metadata"),
            "media",
            Set.of("media_ids", "tagged_user_ids"),
            "poll",
            Set.of("options", "duration_minutes", "reply_settings"),
            "geo",
            Set.of("place_id"),
            "edit_options",
            Set.of("previous_post_id"));

    NewTweet {
        mediaIds = List.copyOf(mediaIds);
    }

    static NewTweet of(Optional<JsonNode> json) {
        var body =
                json.filter(JsonNode::isObject).orElseThrow(() -> refused("$", "Requests body must be a JSON object"));
        onlyKnown(body, "");
        var mediaIds = mediaIds(body.path("media"));
        var text = text(body.path("text"), !mediaIds.isEmpty() || body.has("poll") || body.has("card_uri"));
        var replyTo = id(body.path("reply"), "in_reply_to_tweet_id", "reply.in_reply_to_tweet_id");
        if (body.has("reply") && replyTo.isEmpty()) {
            throw refused("reply.in_reply_to_tweet_id", "$.reply.in_reply_to_tweet_id: is missing but it is required");
        }
        return new NewTweet(text, replyTo, id(body, "quote_tweet_id", "quote_tweet_id"), mediaIds);
    }

    private static void onlyKnown(JsonNode object, String name) {
        var known = FIELDS.getOrDefault(name, Set.of());
        object.properties().forEach(field -> {
            if (!known.contains(field.getKey())) {
                var path = (name.isEmpty() ? "$." : "$." + name + ".") + field.getKey();
                throw refused(
                        field.getKey(),
                        path + ": is not defined in the schema and the schema does not allow additional properties");
            }
            if (FIELDS.containsKey(field.getKey())) {
                if (!field.getValue().isObject()) {
                    throw refused(field.getKey(), "$." + field.getKey() + ": object expected");
                }
                onlyKnown(field.getValue(), field.getKey());
            }
        });
    }

    private static String text(JsonNode text, boolean hasOther) {
        if (text.isMissingNode()) {
            throw refused("text", "$.text: is missing; send an empty text with a post that has only media");
        }
        if (!text.isTextual()) {
            throw refused("text", "$.text: string expected");
        }
        var value = text.asText();
        if (value.isBlank()) {
            if (!hasOther) {
                throw refused("text", "$.text: must not be empty");
            }
        } else if (TweetText.isTooLong(value)) {
            throw new Refusal(XProblem.invalid("text", "Your Tweet text is too long.", "Your Tweet text is too long."));
        } else if (!TweetText.isValid(value)) {
            throw refused("text", "$.text: has characters that are not allowed");
        }
        return value;
    }

    private static List<String> mediaIds(JsonNode media) {
        var ids = new ArrayList<String>();
        if (media.isObject()) {
            var given = media.path("media_ids");
            if (!given.isArray() || given.isEmpty() || given.size() > MOST_MEDIA) {
                throw refused("media.media_ids", "$.media.media_ids: 1 to 4 items expected");
            }
            for (var id : given) {
                if (!id.isTextual() || !id.asText().matches(ID)) {
                    throw refused("media.media_ids", "$.media.media_ids: " + id + " is not an id");
                }
                ids.add(id.asText());
            }
        }
        return ids;
    }

    private static Optional<String> id(JsonNode object, String field, String path) {
        var value = object.path(field);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isTextual() || !value.asText().matches(ID)) {
            throw refused(path, "$." + path + ": does not match the regex pattern ^" + ID + "$");
        }
        return Optional.of(value.asText());
    }

    private static Refusal refused(String parameter, String message) {
        return new Refusal(XProblem.invalid(parameter, message));
    }
}
