package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A post as a client asks for it, checked as far as that goes without knowing who asks.
 *
 * @param content of the body; empty when it has none
 */
record NewPost(
        String author,
        String commentary,
        String visibility,
        Optional<ObjectNode> content,
        Optional<String> link,
        List<Asset> assets) {
    static final int LONGEST_COMMENTARY = 3_000;

    private static final int LONGEST_ALT_TEXT = 4_086;
    private static final int LONGEST_TITLE = 400;
    private static final int MOST_IMAGES = 20;

    /** What each object may have; what is not listed is refused. */
    private static final Map<String, Set<String>> FIELDS = Map.ofEntries(
            Map.entry(
                    "",
                    Set.of(
                            "author",
                            "commentary",
                            "visibility",
                            "distribution",
                            "content",
                            "lifecycleState",
                            "isReshareDisabledByAuthor",
                            "reshareContext",
                            "container",
                            "adContext",
                            "contentCallToActionLabel",
                            "contentLandingPage")),
            Map.entry("distribution", Set.of("feedDistribution", "targetEntities", "thirdPartyDistributionChannels")),
            Map.entry("reshareContext", Set.of("parent", "root")),
            Map.entry("content", Set.of("article", "media", "multiImage", "poll")),
            Map.entry("content.article", Set.of("source", "title", "description", "thumbnail", "thumbnailAltText")),
            Map.entry("content.media", Set.of("id", "altText", "title")),
            Map.entry("content.multiImage", Set.of("images", "altText")),
            Map.entry("content.poll", Set.of("question", "options", "settings")));

    private static final Set<String> VISIBILITIES = Set.of("PUBLIC", "CONNECTIONS", "LOGGED_IN", "CONTAINER");

    NewPost {
        assets = List.copyOf(assets);
    }

    /**
     * What a post shows and was uploaded before.
     *
     * @param path where the body names it
     */
    record Asset(String path, String urn, Set<String> kinds) {}

    boolean isVideo() {
        return assets.stream().anyMatch(asset -> asset.urn().startsWith("urn:li:video:"));
    }

    static NewPost of(Request request) {
        var body = object(request);
        onlyKnown(body, "");
        var author = text(body, "author");
        requireAuthor(author);
        if (!body.path("commentary").isTextual()) {
            throw LinkedInError.missing("commentary");
        }
        var commentary = body.path("commentary").asText();
        requireLength("commentary", commentary, LONGEST_COMMENTARY);
        var visibility = text(body, "visibility");
        if (!VISIBILITIES.contains(visibility)) {
            throw LinkedInError.invalid(
                    "visibility", "one of " + VISIBILITIES.stream().sorted().toList() + " needed");
        }
        if (author.startsWith("urn:li:organization:") && visibility.equals("CONNECTIONS")) {
            throw LinkedInError.invalid("visibility", "an organization has no connections");
        }
        distribution(body);
        if (!text(body, "lifecycleState").equals("PUBLISHED")) {
            throw LinkedInError.invalid("lifecycleState", "PUBLISHED needed");
        }
        if (body.has("isReshareDisabledByAuthor")
                && !body.path("isReshareDisabledByAuthor").isBoolean()) {
            throw LinkedInError.invalid("isReshareDisabledByAuthor", "true or false needed");
        }
        var isEmpty = !body.has("content") && !body.has("reshareContext");
        if (isEmpty && commentary.isBlank()) {
            throw LinkedInError.field("INVALID_VALUE_BLANK_FIELD", "commentary", "commentary must not be blank");
        }
        return withContent(author, commentary, visibility, body);
    }

    private static NewPost withContent(String author, String commentary, String visibility, ObjectNode body) {
        if (!(body.path("content") instanceof ObjectNode content)) {
            if (body.has("content")) {
                throw LinkedInError.invalid("content", "an object needed");
            }
            return new NewPost(author, commentary, visibility, Optional.empty(), Optional.empty(), List.of());
        }
        if (content.size() != 1) {
            throw LinkedInError.invalid("content", "exactly one kind of content needed");
        }
        var assets = new ArrayList<Asset>();
        var link = Optional.<String>empty();
        if (content.has("article")) {
            link = Optional.of(article(content.path("article"), assets));
        } else if (content.has("media")) {
            media(content.path("media"), assets);
        } else if (content.has("multiImage")) {
            images(content.path("multiImage").path("images"), assets);
        } else {
            poll(content.path("poll"));
        }
        return new NewPost(author, commentary, visibility, Optional.of(content), link, assets);
    }

    static ObjectNode object(Request request) {
        if (!request.contentType().equals("application/json")) {
            throw new Refusal(LinkedInError.plain(415, "Content-Type: application/json is needed"));
        }
        return request.json()
                .filter(JsonNode::isObject)
                .map(ObjectNode.class::cast)
                .orElseThrow(() -> new Refusal(LinkedInError.plain(400, "Cannot parse the body as a JSON object")));
    }

    static void requireAuthor(String author) {
        var urn = Urn.of(author)
                .orElseThrow(() -> LinkedInError.field("INVALID_URN_ID", "author", author + " is no URN"));
        if (!urn.kind().equals(Urn.PERSON) && !urn.kind().equals(Urn.ORGANIZATION)) {
            throw LinkedInError.field("INVALID_URN_TYPE", "author", "a person or an organization needed");
        }
    }

    static void requireLength(String path, String text, int limit) {
        if (text.length() > limit) {
            throw LinkedInError.field(
                    "FIELD_LENGTH_TOO_LONG", path, path + " has " + text.length() + " characters, at most " + limit);
        }
    }

    private static void distribution(ObjectNode body) {
        var distribution = body.path("distribution");
        if (!distribution.isObject()) {
            throw LinkedInError.missing("distribution");
        }
        var feed = distribution.path("feedDistribution").asText();
        if (feed.isEmpty()) {
            throw LinkedInError.missing("distribution.feedDistribution");
        }
        if (!feed.equals("MAIN_FEED") && !feed.equals("NONE")) {
            throw LinkedInError.invalid("distribution.feedDistribution", "MAIN_FEED or NONE needed");
        }
        for (var list : List.of("targetEntities", "thirdPartyDistributionChannels")) {
            if (distribution.has(list) && !distribution.path(list).isArray()) {
                throw LinkedInError.invalid("distribution." + list, "an array needed");
            }
        }
    }

    private static String article(JsonNode article, List<Asset> assets) {
        var source = required(article, "content.article", "source");
        if (!source.matches("https?://[^\\s/]+.*")) {
            throw LinkedInError.invalid("content.article.source", "an address that begins with http needed");
        }
        requireLength("content.article.title", required(article, "content.article", "title"), LONGEST_TITLE);
        requireLength("content.article.description", article.path("description").asText(), LONGEST_ALT_TEXT);
        if (article.has("thumbnail")) {
            assets.add(new Asset(
                    "content.article.thumbnail", article.path("thumbnail").asText(), Set.of("image")));
        }
        return source;
    }

    private static void media(JsonNode media, List<Asset> assets) {
        var urn = required(media, "content.media", "id");
        assets.add(new Asset("content.media.id", urn, Set.of("image", "video", "document")));
        requireLength("content.media.altText", media.path("altText").asText(), LONGEST_ALT_TEXT);
        if (urn.startsWith("urn:li:document:")) {
            required(media, "content.media", "title");
        }
    }

    private static void images(JsonNode images, List<Asset> assets) {
        if (!images.isArray() || images.size() < 2 || images.size() > MOST_IMAGES) {
            throw LinkedInError.invalid("content.multiImage.images", "2 to " + MOST_IMAGES + " images needed");
        }
        for (int i = 0; i < images.size(); i++) {
            var path = "content.multiImage.images[" + i + "]";
            images.get(i).fieldNames().forEachRemaining(name -> {
                if (!name.equals("id") && !name.equals("altText")) {
                    throw LinkedInError.unknownField(path + "." + name);
                }
            });
            assets.add(new Asset(path + ".id", required(images.get(i), path, "id"), Set.of("image")));
            requireLength(path + ".altText", images.get(i).path("altText").asText(), LONGEST_ALT_TEXT);
        }
    }

    private static void poll(JsonNode poll) {
        requireLength("content.poll.question", required(poll, "content.poll", "question"), 140);
        var options = poll.path("options");
        if (!options.isArray() || options.size() < 2 || options.size() > 4) {
            throw LinkedInError.invalid("content.poll.options", "2 to 4 options needed");
        }
        required(poll.path("settings"), "content.poll.settings", "duration");
    }

    private static void onlyKnown(JsonNode object, String path) {
        var known = FIELDS.getOrDefault(path, Set.of());
        object.properties().forEach(field -> {
            var inner = path.isEmpty() ? field.getKey() : path + "." + field.getKey();
            if (!known.contains(field.getKey())) {
                throw LinkedInError.unknownField(inner);
            }
            if (FIELDS.containsKey(inner) && field.getValue().isObject()) {
                onlyKnown(field.getValue(), inner);
            }
        });
    }

    private static String text(ObjectNode body, String field) {
        var value = body.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw LinkedInError.missing(field);
        }
        return value.asText();
    }

    private static String required(JsonNode object, String path, String field) {
        var value = object.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw LinkedInError.missing(path + "." + field);
        }
        return value.asText();
    }
}
