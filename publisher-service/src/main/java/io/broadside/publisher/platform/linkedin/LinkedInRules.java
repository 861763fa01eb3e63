package io.broadside.publisher.platform.linkedin;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.linkedin.LinkedInConfig.PostsApi;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What LinkedIn takes, told before anything is sent. */
final class LinkedInRules {

    private static final int LONGEST_TEXT = 3_000;

    /** https://www.linkedin.com/help/linkedin, not on a page of the API. */
    private static final int LONGEST_COMMENT = 1_250;

    /** Of documents, as publishers found it; not on a page of the API. Other titles are shown in the same place. */
    private static final int LONGEST_TITLE = 400;

    private static final int LONGEST_ALT_TEXT = 4_086;
    private static final int MOST_IMAGES = 20;

    /** An image of so many is refused. */
    private static final long MOST_PIXELS = 36_152_320;

    /** LinkedIn's 75 KB, taken as 1,000 bytes each. */
    static final long SMALLEST_VIDEO = 75_000;

    private static final Duration SHORTEST_VIDEO = Duration.ofSeconds(3);
    private static final Duration LONGEST_VIDEO = Duration.ofMinutes(30);

    private final LinkedInConfig config;
    private final Content content;
    private final ContentCheck check;

    private LinkedInRules(LinkedInConfig config, Content content) {
        this.config = config;
        this.content = content;
        this.check = new ContentCheck(LinkedInPlatform.ID, "LinkedIn", content);
    }

    static List<Fault> faults(LinkedInConfig config, Content content) {
        var rules = new LinkedInRules(config, content);
        rules.check.needsSomethingToPublish();
        rules.isAPostInTheFeed();
        rules.hasAVisibilityOfLinkedIn();
        rules.check.optionsAreOneOf(Set.of());
        rules.textIsNotTooLong();
        rules.commentIsNotTooLong();
        rules.showsALinkOrMedia();
        rules.mediaGoTogether();
        for (var i = 0; i < content.getMedia().size(); i++) {
            rules.isFit("content.media[" + i + "]", content.getMedia().get(i));
        }
        if (config.postsApi() == PostsApi.UGC) {
            rules.isForTheOlderApi();
        }
        return rules.check.faults();
    }

    private void isAPostInTheFeed() {
        if (content.getPlacement() != Placement.FEED) {
            check.unsupported(
                    "content.placement",
                    content.getPlacement().name(),
                    "LinkedIn has posts in the feed only; use the placement FEED.");
        }
        if (!content.getThread().isEmpty()) {
            check.unsupported(
                    "content.thread",
                    content.getThread().size() + " parts",
                    "LinkedIn has no threads; send an empty thread for this target, or use the first comment.");
        }
    }

    private void hasAVisibilityOfLinkedIn() {
        var known = Set.of(Visibility.PLATFORM_DEFAULT, Visibility.PUBLIC, Visibility.CONNECTIONS);
        if (!known.contains(content.getVisibility())) {
            check.unsupported(
                    "content.visibility",
                    content.getVisibility().name(),
                    "Posts on LinkedIn are for everybody or for a member's connections; use PLATFORM_DEFAULT, PUBLIC or"
                            + " CONNECTIONS.");
        }
    }

    private void textIsNotTooLong() {
        var text = content.getText().orElse("");
        var length = config.postsApi() == PostsApi.REST ? LittleText.of(text).length() : text.length();
        if (length > LONGEST_TEXT) {
            check.add(
                    "content.text",
                    "maxLength",
                    Integer.toString(LONGEST_TEXT),
                    Integer.toString(length),
                    "LinkedIn counts " + length + " characters (signs such as brackets count 2) and allows "
                            + LONGEST_TEXT + "; shorten the text by " + (length - LONGEST_TEXT) + ".");
        }
    }

    private void commentIsNotTooLong() {
        var length = content.getFirstComment().map(String::length).orElse(0);
        if (content.getFirstComment().filter(String::isBlank).isPresent()) {
            check.add("content.firstComment", "required", "The first comment is empty; write one, or leave it out.");
        }
        if (length > LONGEST_COMMENT) {
            check.add(
                    "content.firstComment",
                    "maxLength",
                    Integer.toString(LONGEST_COMMENT),
                    Integer.toString(length),
                    "Comments on LinkedIn have at most " + LONGEST_COMMENT + " characters; shorten it by "
                            + (length - LONGEST_COMMENT) + ".");
        }
    }

    private void showsALinkOrMedia() {
        check.linkIsWebAddress();
        content.getLink().flatMap(link -> link.getTitle()).ifPresent(title -> titleIsNotTooLong("content.link", title));
        content.getLink()
                .flatMap(link -> link.getThumbnailUrl())
                .ifPresent(url -> check.isWebAddress("content.link.thumbnailUrl", url));
        if (content.getLink().isPresent() && !content.getMedia().isEmpty()) {
            check.unsupported(
                    "content.link",
                    "link and " + content.getMedia().size() + " media",
                    "A post on LinkedIn shows a link or media, not both; put the address into the text, or leave one out.");
        }
    }

    private void mediaGoTogether() {
        var media = content.getMedia();
        var images = media.stream().filter(LinkedInRules::isImage).count();
        var isMixed = images > 0 && images < media.size();
        if (isMixed) {
            check.add(
                    "content.media",
                    "oneKind",
                    "A post on LinkedIn shows images, one video or one document; take the others away.");
        } else if (images > MOST_IMAGES) {
            check.hasAtMostMedia(MOST_IMAGES);
        } else if (images == 0 && media.size() > 1) {
            check.add(
                    "content.media",
                    "maxItems",
                    "1",
                    Integer.toString(media.size()),
                    "LinkedIn takes one video or one document in a post; take " + (media.size() - 1) + " away.");
        }
        check.altTextsAreAtMost(LONGEST_ALT_TEXT);
    }

    private void isFit(String field, Media medium) {
        switch (medium.getKind()) {
            case IMAGE, GIF -> {
                isNoLargerThan(field, medium, Files.LARGEST_IMAGE);
                check.ofMedium(field, medium).hasFewerPixelsThan(MOST_PIXELS, "images");
            }
            case VIDEO -> {
                isNoLargerThan(field, medium, Files.LARGEST_VIDEO);
                check.ofMedium(field, medium).hasAtLeastBytes(SMALLEST_VIDEO, "videos");
                check.ofMedium(field, medium).lasts(SHORTEST_VIDEO, LONGEST_VIDEO, "videos");
                hasNoAltText(field, medium, "videos");
                if (medium.getThumbnailUrl().isPresent()) {
                    check.unsupported(
                            field + ".thumbnailUrl",
                            "present",
                            "This version does not set the cover picture of a video on LinkedIn; leave it out for this"
                                    + " target.");
                }
            }
            case DOCUMENT -> {
                isNoLargerThan(field, medium, Files.LARGEST_DOCUMENT);
                hasNoAltText(field, medium, "documents");
                if (medium.getTitle().filter(title -> !title.isBlank()).isEmpty()) {
                    check.add(field + ".title", "required", "LinkedIn shows a document under its title; give it one.");
                }
            }
            case UNKNOWN ->
                check.unsupported(
                        field + ".kind",
                        medium.getKind().name(),
                        "LinkedIn takes images, videos and documents; use one of these, or leave it out for this target.");
        }
        check.isWebAddress(field + ".url", medium.getUrl());
        medium.getTitle().ifPresent(title -> titleIsNotTooLong(field, title));
        if (medium.getKind() != MediaKind.UNKNOWN) {
            check.typeIsOneOf(
                    field,
                    medium,
                    Files.limits(medium).contentTypes(),
                    "LinkedIn takes images as JPEG, PNG or GIF, videos as MP4, and documents as PDF, Word or PowerPoint;"
                            + " use such a file.");
        }
    }

    private void titleIsNotTooLong(String of, String title) {
        if (title.length() > LONGEST_TITLE) {
            check.add(
                    of + ".title",
                    "maxLength",
                    Integer.toString(LONGEST_TITLE),
                    Integer.toString(title.length()),
                    "Titles on LinkedIn have at most " + LONGEST_TITLE + " characters; shorten it by "
                            + (title.length() - LONGEST_TITLE) + ".");
        }
    }

    private void hasNoAltText(String field, Media medium, String what) {
        if (medium.getAltText().filter(text -> !text.isBlank()).isPresent()) {
            check.unsupported(
                    field + ".altText",
                    "present",
                    "LinkedIn has no descriptions of " + what + "; leave it out for this target.");
        }
    }

    private void isNoLargerThan(String field, Media medium, long maxBytes) {
        medium.getSizeBytes()
                .filter(size -> size > maxBytes)
                .ifPresent(size -> check.add(
                        field + ".sizeBytes",
                        "maxBytes",
                        Long.toString(maxBytes),
                        Long.toString(size),
                        "LinkedIn takes files of this kind with at most " + maxBytes + " bytes; use a smaller one."));
    }

    private void isForTheOlderApi() {
        for (var i = 0; i < content.getMedia().size(); i++) {
            var kind = content.getMedia().get(i).getKind();
            if (kind == MediaKind.VIDEO || kind == MediaKind.DOCUMENT) {
                check.unsupported(
                        "content.media[" + i + "].kind",
                        kind.name(),
                        "With LINKEDIN_POSTS_API=ugc this version publishes images only; use images, or leave it out.");
            }
        }
        if (content.getFirstComment().isPresent()) {
            check.unsupported(
                    "content.firstComment",
                    "present",
                    "With LINKEDIN_POSTS_API=ugc this version writes no first comment; leave it out for this target.");
        }
        if (content.getLink().flatMap(link -> link.getThumbnailUrl()).isPresent()) {
            check.unsupported(
                    "content.link.thumbnailUrl",
                    "present",
                    "With LINKEDIN_POSTS_API=ugc LinkedIn takes the picture from the linked page; leave it out.");
        }
    }

    private static boolean isImage(Media medium) {
        return medium.getKind() == MediaKind.IMAGE || medium.getKind() == MediaKind.GIF;
    }
}
