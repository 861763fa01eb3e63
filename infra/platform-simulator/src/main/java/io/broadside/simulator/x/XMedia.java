package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.x.XChange.Media;
import io.broadside.simulator.x.XState.User;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** Uploads of images in one call: https://docs.x.com/x-api/media/upload-media. */
final class XMedia {
    /** After the upload is complete. */
    static final Duration LIVES = Duration.ofDays(1);

    private static final int LONGEST_ALT_TEXT = 1000;
    private static final Set<String> CATEGORIES = Set.of("tweet_image", "dm_image", "subtitles");
    private static final Set<String> FIELDS =
            Set.of("media", "media_category", "media_type", "shared", "additional_owners");

    private final Clock clock;
    private final XState state;

    XMedia(Clock clock, XState state) {
        this.clock = clock;
        this.state = state;
    }

    Reply upload(User user, Request request) {
        var medium = switch (request.contentType()) {
            case "application/json" -> fromJson(request);
            case "multipart/form-data" -> fromMultipart(request);
            default ->
                throw new Refusal(
                        XProblem.of(415, "Unsupported Media Type", "multipart/form-data or application/json needed"));
        };
        if (medium.length() > MediaCategory.TWEET_IMAGE.largest()) {
            throw invalid("media", "File size exceeds 5242880 bytes.");
        }
        var type = medium.imageType().orElseThrow(() -> invalid("media", "Unsupported or broken media."));
        var now = clock.instant();
        var media = new Media(
                state.newId(now),
                user.account().id(),
                medium.fingerprint().text(),
                (int) medium.length(),
                type.contentType(),
                now.plus(LIVES),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        state.commit(new XChange.MediaUploaded(media));
        return XUploads.show(media, now);
    }

    Reply describe(User user, Request request) {
        var json = object(request);
        var id = json.path("id").asText();
        var text = json.path("metadata").path("alt_text").path("text");
        if (state.media(id)
                .filter(media -> media.userId().equals(user.account().id()))
                .isEmpty()) {
            throw invalid("id", "$.id: no such media");
        }
        if (!text.isTextual() || text.asText().isEmpty() || text.asText().length() > LONGEST_ALT_TEXT) {
            throw invalid("metadata", "$.metadata.alt_text.text: 1 to 1000 characters expected");
        }
        state.commit(new XChange.MediaDescribed(id, text.asText()));
        var body = Json.object();
        var data = body.putObject("data").put("id", id);
        data.putObject("associated_metadata")
                .putObject("alt_text")
                .put("text", state.altText(id).orElse(""));
        return Reply.json(200, body);
    }

    private static Medium fromJson(Request request) {
        var json = object(request);
        json.properties().forEach(field -> {
            if (!FIELDS.contains(field.getKey())) {
                throw invalid(field.getKey(), "$." + field.getKey() + ": is not defined in the schema");
            }
        });
        category(Optional.of(json.path("media_category"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText));
        try {
            return Medium.of(Base64.getDecoder().decode(json.path("media").asText()));
        } catch (IllegalArgumentException _) {
            throw invalid("media", "$.media: base64 expected");
        }
    }

    private static Medium fromMultipart(Request request) {
        var form = request.form();
        form.keySet().stream()
                .filter(name -> !FIELDS.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw invalid(name, name + ": is not known");
                });
        category(Optional.ofNullable(form.get("media_category")));
        var file = request.files().get("media");
        if (file == null) {
            throw invalid("media", "media: a file is needed");
        }
        return file.medium();
    }

    private static void category(Optional<String> category) {
        if (category.filter(CATEGORIES::contains).isEmpty()) {
            throw invalid(
                    "media_category",
                    "media_category: one of " + CATEGORIES.stream().sorted().toList() + " needed");
        }
    }

    private static JsonNode object(Request request) {
        return request.json()
                .filter(JsonNode::isObject)
                .orElseThrow(() -> invalid("$", "Requests body must be a JSON object"));
    }

    private static Refusal invalid(String parameter, String message) {
        return new Refusal(XProblem.invalid(parameter, message));
    }
}
