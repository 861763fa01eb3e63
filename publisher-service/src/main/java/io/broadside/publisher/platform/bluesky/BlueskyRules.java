package io.broadside.publisher.platform.bluesky;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.thread.Part;
import java.util.List;
import java.util.Set;

/**
 * What Bluesky takes, in each post of a thread.
 *
 * <p>https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json
 */
final class BlueskyRules {

    private static final int MOST_GRAPHEMES = 300;
    private static final int MOST_BYTES = 3_000;
    private static final int MOST_IMAGES = 4;

    /** What Bluesky's own app takes; the protocol has no limit. */
    private static final int LONGEST_ALT_TEXT = 2_000;

    /** A thread is one call after another; more of them is no thread any more. */
    private static final int MOST_PARTS = 25;

    private final Content content;
    private final BlueskyConfig config;
    private final ContentCheck check;

    BlueskyRules(Content content, BlueskyConfig config) {
        this.content = content;
        this.config = config;
        this.check = new ContentCheck(BlueskyPlatform.ID, "Bluesky", content);
    }

    List<Fault> faults() {
        check.needsSomethingToPublish();
        if (content.getPlacement() != Placement.FEED) {
            check.unsupported(
                    "content.placement",
                    content.getPlacement().name(),
                    "Bluesky has neither stories nor reels; use the placement FEED.");
        }
        check.visibilityIsOneOf(Set.of(Visibility.PLATFORM_DEFAULT, Visibility.PUBLIC));
        check.optionsAreOneOf(BlueskyOptions.NAMES);
        BlueskyOptions.of(content).check(check);
        check.linkIsWebAddress();
        content.getLink()
                .flatMap(link -> link.getThumbnailUrl())
                .ifPresent(url -> check.isWebAddress("content.link.thumbnailUrl", url));
        var length = content.getThread().size() + 1;
        if (length > MOST_PARTS) {
            check.add(
                    "content.thread",
                    "maxItems",
                    Integer.toString(MOST_PARTS - 1),
                    Integer.toString(length - 1),
                    "Threads on Bluesky have at most " + MOST_PARTS + " posts here; make it shorter.");
        }
        Cards.parts(content).forEach(this::part);
        return check.faults();
    }

    private void part(Part part) {
        // A first comment is a text by itself; all others have one beside what else they have.
        var field = part.field().equals("content.firstComment") ? part.field() : part.field() + ".text";
        if (!part.isFirst() && part.text().isBlank() && part.media().isEmpty()) {
            check.add(
                    part.field(),
                    "required",
                    "This part of the thread is empty; give it a text or media, or take it out.");
        }
        text(field, part.text());
        media(part.field() + ".media", part.media());
    }

    private void text(String field, String text) {
        var graphemes = Facets.graphemes(text);
        if (graphemes > MOST_GRAPHEMES) {
            check.add(
                    field,
                    "maxGraphemes",
                    Integer.toString(MOST_GRAPHEMES),
                    Integer.toString(graphemes),
                    "Posts on Bluesky have at most " + MOST_GRAPHEMES
                            + " characters as people count them, links in full; shorten the text by "
                            + (graphemes - MOST_GRAPHEMES) + ".");
        }
        var bytes = Facets.bytes(text);
        if (bytes > MOST_BYTES) {
            check.add(
                    field,
                    "maxBytes",
                    Integer.toString(MOST_BYTES),
                    Integer.toString(bytes),
                    "Posts on Bluesky have at most " + MOST_BYTES + " bytes in UTF-8; shorten the text by "
                            + (bytes - MOST_BYTES) + ".");
        }
    }

    private void media(String field, List<Media> media) {
        var hasVideo = media.stream().anyMatch(medium -> medium.getKind() == MediaKind.VIDEO);
        if (hasVideo && media.size() > 1) {
            check.add(
                    field,
                    "maxItems",
                    "1",
                    Integer.toString(media.size()),
                    "A post on Bluesky has up to four images or one video; leave the others out.");
        } else if (media.size() > MOST_IMAGES) {
            check.add(
                    field,
                    "maxItems",
                    Integer.toString(MOST_IMAGES),
                    Integer.toString(media.size()),
                    "Bluesky takes at most " + MOST_IMAGES + " images in a post; take " + (media.size() - MOST_IMAGES)
                            + " away.");
        }
        for (var i = 0; i < media.size(); i++) {
            medium(field + "[" + i + "]", media.get(i));
        }
    }

    private void medium(String field, Media medium) {
        check.isWebAddress(field + ".url", medium.getUrl());
        switch (medium.getKind()) {
            case IMAGE -> {
                tooLarge(field, medium, config.largestImage(), "images");
                check.typeIsOneOf(
                        field,
                        medium,
                        Uploads.IMAGE_TYPES,
                        "Bluesky takes images as JPEG, PNG or WebP; use such a file.");
            }
            case VIDEO -> {
                tooLarge(field, medium, config.largestVideo(), "videos");
                check.typeIsOneOf(field, medium, Uploads.VIDEO_TYPES, "Bluesky takes videos as MP4; use such a file.");
                if (medium.getThumbnailUrl().isPresent()) {
                    check.unsupported(
                            field + ".thumbnailUrl",
                            "present",
                            "Bluesky takes no covers of videos; leave it out for this target.");
                }
            }
            case GIF ->
                check.unsupported(
                        field + ".kind",
                        medium.getKind().name(),
                        "Bluesky shows only the first picture of an animation; send it as a video.");
            case DOCUMENT, UNKNOWN ->
                check.unsupported(
                        field + ".kind",
                        medium.getKind().name(),
                        "Bluesky takes images and videos; link to anything else, or leave it out for this target.");
        }
        var length = medium.getAltText().map(Facets::graphemes).orElse(0);
        if (length > LONGEST_ALT_TEXT) {
            check.add(
                    field + ".altText",
                    "maxLength",
                    Integer.toString(LONGEST_ALT_TEXT),
                    Integer.toString(length),
                    "Descriptions on Bluesky have at most " + LONGEST_ALT_TEXT + " characters; shorten it by "
                            + (length - LONGEST_ALT_TEXT) + ".");
        }
    }

    private void tooLarge(String field, Media medium, long limit, String what) {
        medium.getSizeBytes()
                .filter(size -> size > limit)
                .ifPresent(size -> check.add(
                        field + ".sizeBytes",
                        "maxBytes",
                        Long.toString(limit),
                        Long.toString(size),
                        "Bluesky takes " + what + " of at most " + limit + " bytes here; use a smaller file."));
    }
}
