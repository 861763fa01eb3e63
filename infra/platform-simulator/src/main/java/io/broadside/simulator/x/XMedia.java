package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.http.ImageType;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.http.Request;
import io.broadside.simulator.x.XChange.Media;
import io.broadside.simulator.x.XState.User;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/** Uploads of images in one call: https://docs.x.com/x-api/media/upload-media. */
final class XMedia {
    /** https://docs.x.com/x-api/media/quickstart/best-practices */
    private static final int LARGEST_IMAGE = 5 * 1024 * 1024;

    private static final Duration LIVES = Duration.ofDays(1);
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
        var bytes = switch (request.contentType()) {
            case "application/json" -> fromJson(request);
            case "multipart/form-data" -> fromMultipart(request);
            default ->
                throw new Refusal(
                        XProblem.of(415, "Unsupported Media Type", "multipart/form-data or application/json needed"));
        };
        if (bytes.length() > LARGEST_IMAGE) {
            throw invalid("media", "File size exceeds 5242880 bytes.");
        }
        var type = ImageType.of(bytes).orElseThrow(() -> invalid("media", "Unsupported or broken media."));
        var now = clock.instant();
        var id = state.newId(now);
        var media = new Media(
                id,
                user.account().id(),
                ImageType.fingerprint(bytes),
                bytes.length(),
                type.contentType(),
                now.plus(LIVES));
        state.commit(new XChange.MediaUploaded(media));
        var body = Json.object();
        body.putObject("data")
                .put("id", id)
                .put("media_key", media.key())
                .put("size", media.size())
                .put("expires_after_secs", LIVES.toSeconds());
        return Reply.json(200, body);
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

    private static Buffer fromJson(Request request) {
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
            return Buffer.buffer(Base64.getDecoder().decode(json.path("media").asText()));
        } catch (IllegalArgumentException _) {
            throw invalid("media", "$.media: base64 expected");
        }
    }

    private static Buffer fromMultipart(Request request) {
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
        return file.bytes();
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
