package io.broadside.publisher.platform.facebook;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.MediaCheck.Ratio;
import io.broadside.publisher.platform.MediaCheck.Sides;
import io.broadside.publisher.platform.WebAddress;
import io.broadside.runtime.http.PublicAddresses;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What Facebook takes, and what of it this version does. */
final class FacebookRules {

    /** Two publishers found this limit; it is not on a page of Meta. */
    private static final int LONGEST_TEXT = 63_206;

    /** Not on a page of Meta either; what people meet on facebook.com. */
    private static final int LONGEST_COMMENT = 8_000;

    /** Not documented; publishers use it. */
    private static final int MOST_PHOTOS = 10;

    /** Meta's pages say 10 MB, its error 1366046 says 4. */
    private static final long LARGEST_PHOTO = 4L * 1024 * 1024;

    /** Meta's page on photos names more; its error 1366046 is what others get. */
    private static final Set<String> PHOTO_TYPES = Set.of("image/jpeg", "image/jpg", "image/png");

    private static final Duration SHORTEST_REEL = Duration.ofSeconds(3);
    private static final Duration LONGEST_REEL = Duration.ofSeconds(90);
    private static final Ratio REEL_SHAPE = Ratio.of(9, 16);
    private static final Sides SMALLEST_REEL = new Sides(540, 960);
    private static final Duration LONGEST_STORY = Duration.ofSeconds(60);

    /** Facebook's own files, which it does not fetch. */
    private static final String OWN_FILES = "fbcdn.net";

    private final Content content;
    private final boolean allowsPrivate;
    private final PostKind kind;
    private final ContentCheck check;

    /** @param allowsPrivate whether media may be at addresses that are not public; Facebook cannot fetch those */
    FacebookRules(Content content, boolean allowsPrivate) {
        this.content = content;
        this.allowsPrivate = allowsPrivate;
        this.kind = PostKind.of(content);
        this.check = new ContentCheck(FacebookPlatform.ID, "Facebook", content);
    }

    List<Fault> faults() {
        check.needsSomethingToPublish();
        placement();
        check.visibilityIsOneOf(Set.of(Visibility.PLATFORM_DEFAULT, Visibility.PUBLIC));
        check.optionsAreOneOf(Set.of());
        check.linkIsWebAddress();
        thread();
        text();
        link();
        media();
        firstComment();
        return check.faults();
    }

    private void placement() {
        if (content.getPlacement() == Placement.UNKNOWN) {
            check.unsupported(
                    "content.placement",
                    content.getPlacement().name(),
                    "This version does not know the placement; use FEED, REEL or STORY.");
        }
    }

    private void thread() {
        if (!content.getThread().isEmpty()) {
            check.unsupported(
                    "content.thread",
                    content.getThread().size() + " parts",
                    "Facebook has no threads; send an empty thread for this target.");
        }
    }

    private void text() {
        var text = content.getText().orElse("");
        tooLong("content.text", "Texts", text.length(), LONGEST_TEXT);
        if (kind.isStory() && !text.isBlank()) {
            check.unsupported(
                    "content.text", "present", "Stories on Facebook show no text; leave it out for this target.");
        }
    }

    private void link() {
        if (content.getLink().isEmpty()) {
            return;
        }
        if (kind != PostKind.TEXT) {
            check.unsupported(
                    "content.link",
                    "link and " + content.getMedia().size() + " media",
                    "A post on Facebook shows a link or media, not both; put the address into the text, or leave one out.");
        }
    }

    private void media() {
        switch (kind) {
            case TEXT, PHOTOS -> check.hasAtMostMedia(MOST_PHOTOS);
            case VIDEO -> only(1, "A post on Facebook has photos or one video; leave the other media out.");
            case REEL -> only(1, "A reel on Facebook is one video; give exactly one.");
            case PHOTO_STORY, VIDEO_STORY ->
                only(1, "A story on Facebook is one photo or one video; give exactly one.");
        }
        for (var i = 0; i < content.getMedia().size(); i++) {
            medium("content.media[" + i + "]", content.getMedia().get(i));
        }
    }

    private void only(int count, String message) {
        var actual = content.getMedia().size();
        if (actual != count) {
            check.add(
                    "content.media",
                    actual > count ? "maxItems" : "minItems",
                    Integer.toString(count),
                    Integer.toString(actual),
                    message);
        }
    }

    private void medium(String field, Media medium) {
        check.isWebAddress(field + ".url", medium.getUrl());
        switch (medium.getKind()) {
            case IMAGE -> image(field, medium);
            case VIDEO -> video(field, medium);
            case GIF -> kindRefused(field, MediaKind.GIF, "animations", "use an image or a video");
            case DOCUMENT -> kindRefused(field, MediaKind.DOCUMENT, "documents", "link to it, or leave it out");
            case UNKNOWN -> kindRefused(field, MediaKind.UNKNOWN, "media of this kind", "use images or a video");
        }
    }

    private void image(String field, Media medium) {
        if (kind == PostKind.REEL) {
            kindRefused(field, MediaKind.IMAGE, "images as reels", "use a video");
        }
        fetchedByFacebook(field + ".url", medium.getUrl());
        tooLarge(field, medium, LARGEST_PHOTO, "photos");
        check.typeIsOneOf(field, medium, PHOTO_TYPES, "Facebook takes photos as JPEG or PNG; use such a file.");
    }

    /** Videos are fetched here, and looked at then. */
    private void fetchedByFacebook(String field, String url) {
        var host = WebAddress.of(url).map(address -> address.getHost().toLowerCase(Locale.ROOT));
        host.filter(name -> !allowsPrivate && !PublicAddresses.mayBePublic(name))
                .ifPresent(_ -> check.add(
                        field,
                        "publicAddress",
                        "Facebook fetches the photo itself and cannot reach this address; use a public one."));
        host.filter(name -> name.equals(OWN_FILES) || name.endsWith("." + OWN_FILES))
                .ifPresent(name -> check.unsupported(
                        field, name, "Facebook fetches no files from its own servers; use another address."));
    }

    private void video(String field, Media medium) {
        tooLarge(field, medium, VideoUpload.LARGEST, "videos");
        check.typeIsOneOf(
                field,
                medium,
                VideoUpload.LIMITS.contentTypes(),
                "This version takes videos for Facebook as MP4 or MOV; use such a file.");
        var said = check.ofMedium(field, medium);
        if (kind == PostKind.REEL) {
            said.lasts(SHORTEST_REEL, LONGEST_REEL, "reels");
            said.isShaped(REEL_SHAPE, REEL_SHAPE, "reels");
            said.isAtLeast(SMALLEST_REEL, "reels");
        } else if (kind == PostKind.VIDEO_STORY) {
            said.lasts(Duration.ZERO, LONGEST_STORY, "videos in stories");
        }
        if (medium.getAltText().isPresent()) {
            check.unsupported(
                    field + ".altText",
                    "present",
                    "Facebook has no descriptions of videos; leave it out for this target, or put it into the text.");
        }
        if (medium.getThumbnailUrl().isPresent()) {
            check.unsupported(
                    field + ".thumbnailUrl",
                    "present",
                    "This version sets no covers of videos on Facebook; leave it out for this target.");
        }
    }

    private void firstComment() {
        var comment = content.getFirstComment().filter(text -> !text.isBlank());
        if (comment.isEmpty()) {
            return;
        }
        if (kind.isStory()) {
            check.unsupported(
                    "content.firstComment",
                    "present",
                    "Stories on Facebook have no comments; leave it out for this target.");
        }
        tooLong("content.firstComment", "Comments", comment.get().length(), LONGEST_COMMENT);
    }

    private void kindRefused(String field, MediaKind found, String what, String instead) {
        check.unsupported(
                field + ".kind", found.name(), "Facebook does not take " + what + " in a post; " + instead + ".");
    }

    private void tooLarge(String field, Media medium, long limit, String what) {
        medium.getSizeBytes()
                .filter(size -> size > limit)
                .ifPresent(size -> check.add(
                        field + ".sizeBytes",
                        "maxBytes",
                        Long.toString(limit),
                        Long.toString(size),
                        "Facebook takes " + what + " of at most " + limit + " bytes; use a smaller file."));
    }

    private void tooLong(String field, String what, int length, int limit) {
        if (length > limit) {
            check.add(
                    field,
                    "maxLength",
                    Integer.toString(limit),
                    Integer.toString(length),
                    what + " on Facebook have at most " + limit + " characters; shorten it by " + (length - limit)
                            + ".");
        }
    }
}
