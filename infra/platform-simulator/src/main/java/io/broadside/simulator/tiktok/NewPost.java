package io.broadside.simulator.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.http.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A post as it is asked for, checked field by field. A field that is not known is refused: it is a mistake.
 *
 * @param text title, or title and description
 * @param privacyLevel empty for a draft
 */
record NewPost(String text, String privacyLevel, boolean isDraft, Source source) {
    private static final long MEGABYTE = 1_000_000;
    private static final long LARGEST_VIDEO = 4_000 * MEGABYTE;
    private static final long SMALLEST_CHUNK = 5 * MEGABYTE;
    private static final long LARGEST_CHUNK = 64 * MEGABYTE;
    private static final int MOST_CHUNKS = 1_000;
    private static final int LONGEST_VIDEO_TITLE = 2_200;
    private static final int LONGEST_PHOTO_TITLE = 90;
    private static final int LONGEST_DESCRIPTION = 4_000;
    private static final int MOST_PHOTOS = 35;

    private static final Set<String> VIDEO_INFO = Set.of(
            "title",
            "privacy_level",
            "disable_comment",
            "disable_duet",
            "disable_stitch",
            "video_cover_timestamp_ms",
            "brand_content_toggle",
            "brand_organic_toggle",
            "is_aigc");
    private static final Set<String> PHOTO_INFO = Set.of(
            "title",
            "description",
            "privacy_level",
            "disable_comment",
            "auto_add_music",
            "brand_content_toggle",
            "brand_organic_toggle");
    private static final Set<String> NO_TOGGLES =
            Set.of("title", "description", "privacy_level", "video_cover_timestamp_ms");

    /** Where the media come from. */
    sealed interface Source {
        record Upload(long size, long chunkSize, int chunks) implements Source {}

        record Pull(List<String> urls) implements Source {
            public Pull {
                urls = List.copyOf(urls);
            }
        }
    }

    static NewPost video(JsonNode json, boolean isDraft) {
        onlyKnown(json, isDraft ? Set.of("source_info") : Set.of("post_info", "source_info"));
        var info = json.path("post_info");
        if (!isDraft) {
            check(info.isObject(), "request post info is empty");
            onlyKnown(info, VIDEO_INFO);
            checkToggles(info);
            check(info.path("title").asText().length() <= LONGEST_VIDEO_TITLE, "title is too long");
        }
        return new NewPost(info.path("title").asText(), isDraft ? "" : privacyLevel(info), isDraft, videoSource(json));
    }

    static NewPost photos(JsonNode json) {
        onlyKnown(json, Set.of("media_type", "post_mode", "post_info", "source_info"));
        check(json.path("media_type").asText().equals("PHOTO"), "media_type must be PHOTO");
        var mode = json.path("post_mode").asText();
        check(mode.equals("DIRECT_POST") || mode.equals("MEDIA_UPLOAD"), "post_mode is invalid");
        var isDraft = mode.equals("MEDIA_UPLOAD");
        var info = json.path("post_info");
        check(info.isObject(), "request post info is empty");
        onlyKnown(info, PHOTO_INFO);
        checkToggles(info);
        var title = info.path("title").asText();
        var description = info.path("description").asText();
        check(title.length() <= LONGEST_PHOTO_TITLE, "title is too long");
        check(description.length() <= LONGEST_DESCRIPTION, "description is too long");
        var text = title.isEmpty() || description.isEmpty() ? title + description : title + "\n" + description;
        return new NewPost(text, isDraft ? "" : privacyLevel(info), isDraft, photoSource(json.path("source_info")));
    }

    private static String privacyLevel(JsonNode info) {
        check(info.path("privacy_level").isTextual(), "privacy_level is needed");
        return info.path("privacy_level").asText();
    }

    private static Source videoSource(JsonNode json) {
        var source = json.path("source_info");
        return switch (source.path("source").asText()) {
            case "FILE_UPLOAD" -> upload(source);
            case "PULL_FROM_URL" -> {
                onlyKnown(source, Set.of("source", "video_url"));
                yield new Source.Pull(List.of(url(source.path("video_url"))));
            }
            default -> throw refusal("source_info.source is invalid");
        };
    }

    /** The number of chunks is rounded down: the last one takes what is left over. */
    private static Source upload(JsonNode source) {
        onlyKnown(source, Set.of("source", "video_size", "chunk_size", "total_chunk_count"));
        var size = number(source, "video_size");
        var chunkSize = number(source, "chunk_size");
        var chunks = number(source, "total_chunk_count");
        check(size > 0 && size <= LARGEST_VIDEO, "video_size is invalid");
        var isInOneGo = chunkSize == size && size <= LARGEST_CHUNK;
        var isFit = chunkSize >= SMALLEST_CHUNK && chunkSize <= LARGEST_CHUNK && chunkSize <= size;
        check(isInOneGo || isFit, "The chunk size is invalid");
        check(chunks == size / chunkSize && chunks <= MOST_CHUNKS, "The total chunk count is invalid");
        return new Source.Upload(size, chunkSize, Math.toIntExact(chunks));
    }

    private static Source photoSource(JsonNode source) {
        onlyKnown(source, Set.of("source", "photo_images", "photo_cover_index"));
        check(source.path("source").asText().equals("PULL_FROM_URL"), "photos are pulled from URLs only");
        var urls = new ArrayList<String>();
        source.path("photo_images").forEach(image -> urls.add(url(image)));
        check(!urls.isEmpty() && urls.size() <= MOST_PHOTOS, "photo_images must be 1 to 35");
        var cover = number(source, "photo_cover_index");
        check(cover >= 0 && cover < urls.size(), "photo_cover_index is invalid");
        return new Source.Pull(urls);
    }

    private static String url(JsonNode node) {
        try {
            var uri = new URI(node.asText());
            check(node.isTextual() && uri.isAbsolute() && uri.getHost() != null, "the URL is invalid");
            return node.asText();
        } catch (URISyntaxException _) {
            throw refusal("the URL is invalid");
        }
    }

    private static void checkToggles(JsonNode info) {
        info.properties()
                .forEach(field -> check(
                        NO_TOGGLES.contains(field.getKey()) || field.getValue().isBoolean(),
                        field.getKey() + " must be a boolean"));
    }

    private static long number(JsonNode node, String name) {
        check(node.path(name).isIntegralNumber(), name + " must be a number");
        return node.path(name).asLong();
    }

    private static void onlyKnown(JsonNode node, Set<String> names) {
        node.fieldNames().forEachRemaining(name -> check(names.contains(name), "unknown field: " + name));
    }

    private static void check(boolean isRight, String message) {
        if (!isRight) {
            throw refusal(message);
        }
    }

    private static Refusal refusal(String message) {
        return TikTokError.INVALID_PARAMS.refusal(message);
    }
}
