package io.broadside.publisher.platform.x;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.MediaCheck.Ratio;
import io.broadside.publisher.platform.MediaCheck.Sides;
import io.broadside.publisher.platform.thread.Part;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What X takes, in each post of a thread. */
final class XRules {

    private static final int MOST_IMAGES = 4;
    private static final int LONGEST_ALT_TEXT = 1_000;

    private static final Duration SHORTEST_VIDEO = Duration.ofMillis(500);
    private static final Ratio NARROWEST_VIDEO = Ratio.of(1, 3);
    private static final Ratio WIDEST_VIDEO = Ratio.of(3, 1);
    private static final Sides LARGEST_ANIMATION = new Sides(1280, 1080);

    /** What X' own composer takes; of the API no limit is documented. */
    private static final int MOST_PARTS = 25;

    private final Content content;
    private final XConfig config;
    private final ContentCheck check;

    XRules(Content content, XConfig config) {
        this.content = content;
        this.config = config;
        this.check = new ContentCheck(XPlatform.ID, "X", content);
    }

    List<Fault> faults() {
        check.needsSomethingToPublish();
        if (content.getPlacement() != Placement.FEED) {
            check.unsupported(
                    "content.placement",
                    content.getPlacement().name(),
                    "X has neither stories nor reels; use the placement FEED.");
        }
        check.visibilityIsOneOf(Set.of(Visibility.PLATFORM_DEFAULT, Visibility.PUBLIC));
        check.optionsAreOneOf(XOptions.NAMES);
        XOptions.of(content).check(check);
        check.linkIsWebAddress();
        var length = content.getThread().size() + 1;
        if (length > MOST_PARTS) {
            check.add(
                    "content.thread",
                    "maxItems",
                    Integer.toString(MOST_PARTS - 1),
                    Integer.toString(length - 1),
                    "Threads on X have at most " + MOST_PARTS + " posts; make it shorter.");
        }
        PostText.parts(content).forEach(this::part);
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
        var length = PostText.weightedLength(text);
        if (length.isEmpty()) {
            check.add(
                    field,
                    "maxWeightedLength",
                    Integer.toString(config.textLimit()),
                    Integer.toString(text.codePointCount(0, text.length())),
                    "The text, or an address in it, is too long for X to be counted, and X allows " + config.textLimit()
                            + " characters; shorten it.");
            return;
        }
        length(field, length.getAsInt());
        if (PostText.hasForbiddenCharacters(text)) {
            check.add(
                    field,
                    "forbiddenCharacters",
                    "The text has characters that X refuses (U+FFFE, U+FEFF, U+FFFF); take them out.");
        }
        var cashtags = PostText.cashtags(text);
        if (cashtags > 1) {
            check.add(
                    field,
                    "maxCashtags",
                    "1",
                    Integer.toString(cashtags),
                    "X takes one cashtag in a post; write the others without the dollar sign.");
        }
    }

    private void length(String field, int length) {
        if (length > config.textLimit()) {
            check.add(
                    field,
                    "maxWeightedLength",
                    Integer.toString(config.textLimit()),
                    Integer.toString(length),
                    "X counts " + length
                            + " characters, link included (CJK and emoji count 2, every link 23), and allows "
                            + config.textLimit() + "; shorten the text by " + (length - config.textLimit()) + ".");
        }
    }

    private void media(String field, List<Media> media) {
        var isOfOne = media.stream().anyMatch(medium -> isAlone(medium.getKind()));
        if (isOfOne && media.size() > 1) {
            check.add(
                    field,
                    "maxItems",
                    "1",
                    Integer.toString(media.size()),
                    "A post on X has up to four images, or one animation, or one video; leave the others out.");
        } else if (media.size() > MOST_IMAGES) {
            check.add(
                    field,
                    "maxItems",
                    Integer.toString(MOST_IMAGES),
                    Integer.toString(media.size()),
                    "X takes at most " + MOST_IMAGES + " images in a post; take " + (media.size() - MOST_IMAGES)
                            + " away.");
        }
        for (var i = 0; i < media.size(); i++) {
            medium(field + "[" + i + "]", media.get(i));
        }
    }

    private static boolean isAlone(MediaKind kind) {
        return kind == MediaKind.VIDEO || kind == MediaKind.GIF;
    }

    private void medium(String field, Media medium) {
        check.isWebAddress(field + ".url", medium.getUrl());
        switch (medium.getKind()) {
            case IMAGE -> {
                tooLarge(field, medium, Uploads.LARGEST_IMAGE, "images");
                check.typeIsOneOf(
                        field,
                        medium,
                        Uploads.IMAGES.contentTypes(),
                        "X takes images as JPEG, PNG, GIF or WebP; use such a file.");
            }
            case GIF -> {
                tooLarge(field, medium, ChunkedUpload.LARGEST_GIF, "animations");
                check.typeIsOneOf(
                        field,
                        medium,
                        ChunkedUpload.GIFS.contentTypes(),
                        "X takes animations as GIF; use such a file.");
                check.ofMedium(field, medium).isAtMost(LARGEST_ANIMATION, "animations");
            }
            case VIDEO -> video(field, medium);
            case DOCUMENT, UNKNOWN ->
                check.unsupported(
                        field + ".kind",
                        medium.getKind().name(),
                        "X takes images, animations and videos; link to anything else, or leave it out for this target.");
        }
        var length = medium.getAltText().map(String::length).orElse(0);
        if (length > LONGEST_ALT_TEXT) {
            check.add(
                    field + ".altText",
                    "maxLength",
                    Integer.toString(LONGEST_ALT_TEXT),
                    Integer.toString(length),
                    "Descriptions on X have at most " + LONGEST_ALT_TEXT + " characters; shorten it by "
                            + (length - LONGEST_ALT_TEXT) + ".");
        }
    }

    private void video(String field, Media medium) {
        tooLarge(field, medium, ChunkedUpload.LARGEST_VIDEO, "videos");
        check.typeIsOneOf(
                field, medium, ChunkedUpload.VIDEOS.contentTypes(), "X takes videos as MP4 or MOV; use such a file.");
        var said = check.ofMedium(field, medium);
        said.lasts(SHORTEST_VIDEO, config.longestVideo(), "videos");
        said.isShaped(NARROWEST_VIDEO, WIDEST_VIDEO, "videos");
        if (medium.getAltText().isPresent()) {
            check.unsupported(
                    field + ".altText",
                    "present",
                    "X has descriptions of images and animations only; leave it out for this target, or put it into the text.");
        }
        if (medium.getThumbnailUrl().isPresent()) {
            check.unsupported(
                    field + ".thumbnailUrl", "present", "X takes no covers of videos; leave it out for this target.");
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
                        "X takes " + what + " of at most " + limit + " bytes; use a smaller file."));
    }
}
