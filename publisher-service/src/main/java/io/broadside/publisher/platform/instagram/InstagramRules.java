package io.broadside.publisher.platform.instagram;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.MediaCheck.Ratio;
import io.broadside.publisher.platform.WebAddress;
import io.broadside.runtime.http.PublicAddresses;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What Instagram takes, as far as it can be told without the files:
 * https://developers.facebook.com/docs/instagram-platform/reference/instagram-user/media.
 */
final class InstagramRules {

    private static final int LONGEST_CAPTION = 2200;
    private static final int MOST_HASHTAGS = 30;
    private static final int MOST_MENTIONS = 20;
    private static final int LONGEST_ALT_TEXT = 1000;
    private static final int MOST_MEDIA = 10;

    /** Not on a page of Meta; publishers use it. */
    private static final int LONGEST_COMMENT = 2200;

    private static final long LARGEST_IMAGE = 8L * 1024 * 1024;
    private static final long LARGEST_VIDEO = 300L * 1024 * 1024;
    private static final long LARGEST_STORY_VIDEO = 100L * 1024 * 1024;

    private static final Ratio NARROWEST_IMAGE = Ratio.of(4, 5);
    private static final Ratio WIDEST_IMAGE = new Ratio("1.91:1", 191, 100);
    private static final Duration SHORTEST_VIDEO = Duration.ofSeconds(3);
    private static final Duration LONGEST_VIDEO = Duration.ofMinutes(15);
    private static final Duration LONGEST_STORY_VIDEO = Duration.ofMinutes(1);
    private static final int WIDEST_FRAME = 1920;

    private static final Set<String> IMAGES = Set.of("image/jpeg", "image/jpg");
    private static final Set<String> VIDEOS = Set.of("video/mp4", "video/quicktime");

    private static final Pattern HASHTAG = Pattern.compile("(?<![\\p{L}\\p{N}_&])#[\\p{L}\\p{N}_]+");
    private static final Pattern MENTION = Pattern.compile("(?<![\\p{L}\\p{N}_.])@[A-Za-z0-9_.]+");

    private final Content content;
    private final boolean allowsPrivate;
    private final ContentCheck check;

    private InstagramRules(Content content, boolean allowsPrivate) {
        this.content = content;
        this.allowsPrivate = allowsPrivate;
        this.check = new ContentCheck(InstagramPlatform.ID, "Instagram", content);
    }

    /** @param allowsPrivate whether media may be at addresses that are not public; Meta cannot fetch those */
    static List<Fault> faults(Content content, boolean allowsPrivate) {
        var rules = new InstagramRules(content, allowsPrivate);
        rules.media();
        rules.text();
        rules.placement();
        rules.firstComment();
        rules.check.visibilityIsOneOf(Set.of(Visibility.PLATFORM_DEFAULT, Visibility.PUBLIC));
        rules.check.linkIsWebAddress();
        if (!content.getThread().isEmpty()) {
            rules.check.unsupported(
                    "content.thread",
                    content.getThread().size() + " parts",
                    "Instagram has no threads; send an empty thread for this target.");
        }
        InstagramOptions.check(content, rules.check);
        return rules.check.faults();
    }

    private void placement() {
        if (!EnumSet.of(Placement.FEED, Placement.REEL, Placement.STORY).contains(content.getPlacement())) {
            check.unsupported(
                    "content.placement",
                    content.getPlacement().name(),
                    "Posts on Instagram appear in the feed, as reels or as stories; use FEED, REEL or STORY.");
        }
    }

    private void media() {
        var media = content.getMedia();
        switch (content.getPlacement()) {
            case STORY -> hasExactlyOne("A story on Instagram is one image or one video; send one request for each.");
            case REEL -> hasExactlyOne("A reel on Instagram is one video; give one video.");
            case FEED, UNKNOWN -> {
                if (media.isEmpty()) {
                    check.add(
                            "content.media",
                            "minItems",
                            "1",
                            "0",
                            "Instagram publishes no text alone; add an image or a video, or leave this target out.");
                }
                check.hasAtMostMedia(MOST_MEDIA);
            }
        }
        for (var i = 0; i < media.size(); i++) {
            medium("content.media[" + i + "]", media.get(i));
        }
    }

    private void hasExactlyOne(String message) {
        var count = content.getMedia().size();
        if (count != 1) {
            check.add("content.media", count == 0 ? "minItems" : "maxItems", "1", Integer.toString(count), message);
        }
    }

    private void medium(String field, Media medium) {
        var isReel = content.getPlacement() == Placement.REEL;
        var isKnown = medium.getKind() == MediaKind.VIDEO || (medium.getKind() == MediaKind.IMAGE && !isReel);
        if (!isKnown) {
            check.unsupported(
                    field + ".kind",
                    medium.getKind().name(),
                    isReel
                            ? "A reel on Instagram is one video; give a video, or use the placement FEED."
                            : "Instagram publishes JPEG images and videos only; use one, or leave it out for this target.");
        }
        address(field + ".url", medium.getUrl());
        medium.getThumbnailUrl().ifPresent(cover -> cover(field + ".thumbnailUrl", medium, cover));
        type(field, medium);
        size(field, medium);
        shape(field, medium);
        var altText = medium.getAltText().map(String::length).orElse(0);
        if (medium.getKind() == MediaKind.IMAGE && altText > LONGEST_ALT_TEXT) {
            tooLong(field + ".altText", "Descriptions of images", altText, LONGEST_ALT_TEXT);
        }
    }

    /** Reels have covers, and nothing else has. Of an image it is a hint for other platforms. */
    private void cover(String field, Media medium, String cover) {
        address(field, cover);
        if (PostKind.isVideo(medium) && PostKind.of(content) != PostKind.REEL) {
            check.unsupported(
                    field,
                    "present",
                    "Videos in carousels and stories on Instagram have no covers; leave it out for this target.");
        }
    }

    private void type(String field, Media medium) {
        var types = PostKind.isVideo(medium) ? VIDEOS : IMAGES;
        medium.getContentType()
                .map(type -> type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT))
                .filter(type -> !types.contains(type))
                .filter(_ -> medium.getKind() == MediaKind.IMAGE || PostKind.isVideo(medium))
                .ifPresent(type -> check.add(
                        field + ".contentType",
                        "contentType",
                        PostKind.isVideo(medium) ? "video/mp4, video/quicktime" : "image/jpeg",
                        type,
                        PostKind.isVideo(medium)
                                ? "Instagram takes videos as MP4 or MOV; use such a file."
                                : "Instagram takes images as JPEG only; use such a file."));
    }

    private void size(String field, Media medium) {
        var isStory = content.getPlacement() == Placement.STORY;
        var largest = !PostKind.isVideo(medium) ? LARGEST_IMAGE : isStory ? LARGEST_STORY_VIDEO : LARGEST_VIDEO;
        medium.getSizeBytes()
                .filter(size -> size > largest)
                .ifPresent(size -> check.add(
                        field + ".sizeBytes",
                        "maxBytes",
                        Long.toString(largest),
                        Long.toString(size),
                        "Instagram takes files like this of at most " + largest + " bytes; use a smaller file."));
    }

    private void shape(String field, Media medium) {
        var isStory = content.getPlacement() == Placement.STORY;
        var said = check.ofMedium(field, medium);
        if (PostKind.isVideo(medium) && isStory) {
            said.lasts(SHORTEST_VIDEO, LONGEST_STORY_VIDEO, "videos in stories");
        } else if (PostKind.isVideo(medium)) {
            said.lasts(SHORTEST_VIDEO, LONGEST_VIDEO, "videos");
            said.isNoWiderThan(WIDEST_FRAME, "videos");
        } else if (medium.getKind() == MediaKind.IMAGE && !isStory) {
            // Images in stories are fitted into the screen.
            said.isShaped(NARROWEST_IMAGE, WIDEST_IMAGE, "images");
        }
    }

    /** Meta fetches the file itself. */
    private void address(String field, String url) {
        var address = WebAddress.of(url);
        if (address.isEmpty()) {
            // The address is not repeated: it may hold credentials, and that may be what is wrong with it.
            check.add(
                    field,
                    "webAddress",
                    "An http or https address with a host and without credentials is needed; correct it.");
        } else if (!allowsPrivate && !PublicAddresses.mayBePublic(address.get().getHost())) {
            check.add(
                    field,
                    "publicAddress",
                    "Instagram fetches the file itself and cannot reach this address; use a public one.");
        }
    }

    private void text() {
        var caption = ContainerFields.caption(content);
        if (content.getPlacement() == Placement.STORY) {
            if (!caption.isBlank()) {
                check.unsupported(
                        content.getText().filter(text -> !text.isBlank()).isPresent() ? "content.text" : "content.link",
                        "present",
                        "Stories on Instagram have neither text nor link; leave both out for this target.");
            }
            return;
        }
        if (caption.length() > LONGEST_CAPTION) {
            tooLong("content.text", "Captions", caption.length(), LONGEST_CAPTION);
        }
        atMost("maxHashtags", HASHTAG, caption, MOST_HASHTAGS, "hashtags");
        atMost("maxMentions", MENTION, caption, MOST_MENTIONS, "mentions");
    }

    private void atMost(String rule, Pattern pattern, String caption, int limit, String what) {
        var count = pattern.matcher(caption).results().count();
        if (count > limit) {
            check.add(
                    "content.text",
                    rule,
                    Integer.toString(limit),
                    Long.toString(count),
                    "Captions on Instagram have at most " + limit + " " + what + "; take " + (count - limit) + " out.");
        }
    }

    private void firstComment() {
        var comment = content.getFirstComment().filter(text -> !text.isBlank());
        if (comment.isPresent() && content.getPlacement() == Placement.STORY) {
            check.unsupported(
                    "content.firstComment",
                    "present",
                    "Stories on Instagram have no comments; leave it out for this target.");
        } else if (comment.isPresent() && comment.get().length() > LONGEST_COMMENT) {
            tooLong("content.firstComment", "Comments", comment.get().length(), LONGEST_COMMENT);
        }
    }

    private void tooLong(String field, String what, int length, int limit) {
        check.add(
                field,
                "maxLength",
                Integer.toString(limit),
                Integer.toString(length),
                what + " on Instagram have at most " + limit + " characters; shorten it by " + (length - limit) + ".");
    }
}
