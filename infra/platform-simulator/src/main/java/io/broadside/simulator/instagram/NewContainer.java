package io.broadside.simulator.instagram;

import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.instagram.InstagramChange.ContainerKind;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The parameters of a container, checked. Stricter than the real one where that finds mistakes: what would be ignored is refused.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
 *
 * @param mediaUrl absent: a carousel, or the bytes are uploaded
 */
record NewContainer(
        ContainerKind kind,
        String caption,
        Optional<String> altText,
        Optional<String> mediaUrl,
        boolean isCarouselItem,
        List<String> children) {
    private static final int LONGEST_CAPTION = 2200;
    private static final int LONGEST_ALT_TEXT = 1000;
    private static final int MOST_HASHTAGS = 30;
    private static final int MOST_MENTIONS = 20;
    private static final int MOST_CHILDREN = 10;
    private static final int MOST_COLLABORATORS = 3;
    private static final Pattern HASHTAG = Pattern.compile("(?<![\\p{L}\\p{N}_])#[\\p{L}\\p{N}_]+");
    private static final Pattern MENTION = Pattern.compile("(?<![\\p{L}\\p{N}_])@[A-Za-z0-9_.]+");
    private static final Set<String> PARAMETERS = Set.of(
            "image_url",
            "video_url",
            "media_type",
            "caption",
            "alt_text",
            "is_carousel_item",
            "children",
            "upload_type",
            "location_id",
            "user_tags",
            "collaborators",
            "share_to_feed",
            "cover_url",
            "thumb_offset",
            "audio_name",
            "product_tags",
            "trial_params");

    static NewContainer of(GraphRequest request) {
        request.onlyKnown(PARAMETERS);
        boolean isItem = request.flag("is_carousel_item", false);
        var kind = kind(request, isItem);
        if (isItem && kind != ContainerKind.IMAGE && kind != ContainerKind.VIDEO) {
            throw GraphError.invalidParameter("Reels, stories and carousels cannot be items of a carousel");
        }
        var caption = request.parameter("caption").orElse("");
        if (!caption.isEmpty() && (isItem || kind.isStory())) {
            throw GraphError.invalidParameter("An item of a carousel, or a story, has no caption");
        }
        checkCaption(caption);
        var altText = request.parameter("alt_text");
        if (altText.isPresent() && (kind.isVideo() || kind == ContainerKind.CAROUSEL)) {
            throw GraphError.invalidParameter("alt_text is for images only");
        }
        if (altText.filter(text -> text.length() > LONGEST_ALT_TEXT).isPresent()) {
            throw GraphError.invalidParameter("alt_text must be at most 1000 characters");
        }
        checkCollaborators(request);
        return new NewContainer(kind, caption, altText, mediaUrl(request, kind), isItem, children(request, kind));
    }

    private static ContainerKind kind(GraphRequest request, boolean isItem) {
        boolean hasImage = request.parameter("image_url").isPresent();
        boolean hasVideo = request.parameter("video_url").isPresent()
                || request.parameter("upload_type").isPresent();
        if (hasImage && hasVideo) {
            throw GraphError.invalidParameter("image_url and video_url exclude each other");
        }
        var type = request.parameter("media_type").orElse("IMAGE");
        return switch (type) {
            case "IMAGE" -> {
                if (hasVideo) {
                    throw InstagramError.unknownType("a video needs media_type REELS, STORIES or VIDEO");
                }
                yield ContainerKind.IMAGE;
            }
            case "VIDEO" -> {
                if (!isItem) {
                    throw InstagramError.unknownType("VIDEO, use REELS");
                }
                yield ContainerKind.VIDEO;
            }
            case "REELS" -> ContainerKind.REEL;
            case "STORIES" -> hasVideo ? ContainerKind.VIDEO_STORY : ContainerKind.IMAGE_STORY;
            case "CAROUSEL" -> ContainerKind.CAROUSEL;
            default -> throw InstagramError.unknownType(type);
        };
    }

    private static void checkCaption(String caption) {
        if (caption.codePointCount(0, caption.length()) > LONGEST_CAPTION) {
            throw InstagramError.captionTooLong();
        }
        if (HASHTAG.matcher(caption).results().count() > MOST_HASHTAGS
                || MENTION.matcher(caption).results().count() > MOST_MENTIONS) {
            throw InstagramError.tooManyTags();
        }
    }

    private static void checkCollaborators(GraphRequest request) {
        var names = request.list("collaborators");
        if (names.size() > MOST_COLLABORATORS
                || names.stream().anyMatch(name -> name.asText().startsWith("@"))) {
            throw InstagramError.collaborator();
        }
    }

    private static Optional<String> mediaUrl(GraphRequest request, ContainerKind kind) {
        if (kind == ContainerKind.CAROUSEL) {
            if (request.parameter("image_url")
                    .or(() -> request.parameter("video_url"))
                    .isPresent()) {
                throw GraphError.invalidParameter("A carousel has children instead of a medium");
            }
            return Optional.empty();
        }
        var upload = request.parameter("upload_type");
        if (upload.isPresent()) {
            if (!upload.get().equals("resumable")
                    || request.parameter("video_url").isPresent()) {
                throw GraphError.invalidParameter("upload_type must be resumable, without a video_url");
            }
            return Optional.empty();
        }
        return Optional.of(webAddress(request.required(kind.isVideo() ? "video_url" : "image_url")));
    }

    private static List<String> children(GraphRequest request, ContainerKind kind) {
        var text = request.parameter("children");
        if (kind != ContainerKind.CAROUSEL) {
            if (text.isPresent()) {
                throw GraphError.invalidParameter("children are for media_type CAROUSEL");
            }
            return List.of();
        }
        // A JSON array, or ids with commas between them.
        var ids = text.flatMap(Json::parse)
                .filter(json -> json.isArray())
                .map(array -> StreamSupport.stream(array.spliterator(), false)
                        .map(id -> id.asText())
                        .toList())
                .orElseGet(() -> text.map(list -> Arrays.stream(list.split(",", -1))
                                .map(String::strip)
                                .toList())
                        .orElse(List.of()));
        if (ids.size() < 2 || ids.size() > MOST_CHILDREN || Set.copyOf(ids).size() < ids.size()) {
            throw InstagramError.carouselCount();
        }
        return ids;
    }

    private static String webAddress(String url) {
        try {
            var uri = URI.create(url);
            var scheme = uri.getScheme();
            if (uri.getHost() != null
                    && scheme != null
                    && scheme.matches("(?i)https?")
                    && url.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                return url;
            }
        } catch (IllegalArgumentException _) {
            // refused below, as any other that is not a web address
        }
        throw InstagramError.notFetched(url);
    }
}
