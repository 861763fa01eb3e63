package io.broadside.publisher.platform.tiktok;

import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.MediaCheck.Sides;
import io.broadside.publisher.platform.WebAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What is wrong with a content for TikTok. A post is one video, or photos: there is nothing else.
 *
 * <p>Descriptions of photos, and titles and thumbnails of media, have no place on TikTok and are left out in silence: they
 * belong to the media of a request that goes to several platforms.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-direct-post,
 * https://developers.tiktok.com/doc/content-posting-api-reference-photo-post,
 * https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide
 */
final class TikTokFaults {

    /** In UTF-16 units, as TikTok counts and as Java does. */
    private static final int LONGEST_CAPTION = 2_200;

    private static final int LONGEST_DESCRIPTION = 4_000;
    private static final int LONGEST_TITLE = 90;
    private static final int MOST_PHOTOS = 35;
    private static final long LARGEST_PHOTO = 20_000_000;

    /** TikTok's 1080p. */
    private static final Sides LARGEST_PICTURE = new Sides(1080, 1920);

    /** Of any account; {@link Creator#longestSeconds} may be less. */
    private static final Duration LONGEST_VIDEO = Duration.ofMinutes(10);

    private static final int SHORTEST_SIDE = 360;
    private static final int LONGEST_SIDE = 4096;

    /** TikTok's 4 GB, taken as 10^9 bytes each. */
    static final long LARGEST_VIDEO = 4_000_000_000L;

    private static final Set<String> PHOTO_TYPES = Set.of("image/jpeg", "image/jpg", "image/webp");

    static final Set<String> VIDEO_TYPES = Set.of("video/mp4", "video/quicktime", "video/webm");

    private static final Set<Visibility> VISIBILITIES = Set.of(
            Visibility.PLATFORM_DEFAULT,
            Visibility.PUBLIC,
            Visibility.FOLLOWERS,
            Visibility.FRIENDS,
            Visibility.PRIVATE);

    private final TikTokConfig config;
    private final Content content;
    private final TikTokOptions options;
    private final ContentCheck check;

    private TikTokFaults(TikTokConfig config, Content content) {
        this.config = config;
        this.content = content;
        this.options = new TikTokOptions(content);
        this.check = new ContentCheck(TikTokPlatform.ID, "TikTok", content);
    }

    static List<Fault> of(Content content, TikTokConfig config) {
        return new TikTokFaults(config, content).all();
    }

    /** Whether a content is a video rather than photos. */
    static boolean isVideo(Content content) {
        return content.getMedia().stream().anyMatch(medium -> medium.getKind() == MediaKind.VIDEO);
    }

    /** Whether TikTok is to fetch the video itself. */
    static boolean pullsVideo(Content content, TikTokConfig config) {
        return new TikTokOptions(content).flag(TikTokOptions.PULL_FROM_URL).orElse(config.pullsVideos());
    }

    private List<Fault> all() {
        check.isPlainPost();
        visibility();
        noLink();
        media();
        if (!content.getMedia().isEmpty()) {
            options();
            texts();
        }
        return check.faults();
    }

    private void visibility() {
        var wanted = content.getVisibility();
        if (!VISIBILITIES.contains(wanted)) {
            check.unsupported(
                    "content.visibility",
                    wanted.name(),
                    "Posts on TikTok are for everybody, followers, friends or the account alone; use PUBLIC, FOLLOWERS,"
                            + " FRIENDS, PRIVATE or PLATFORM_DEFAULT.");
        } else if (!config.isAudited() && wanted != Visibility.PRIVATE && wanted != Visibility.PLATFORM_DEFAULT) {
            check.unsupported(
                    "content.visibility",
                    wanted.name(),
                    "TikTok has not audited this app, so its posts are for the account alone; use PRIVATE or"
                            + " PLATFORM_DEFAULT until it has.");
        }
        if (options.isSet(TikTokOptions.BRAND_CONTENT) && wanted == Visibility.PRIVATE) {
            check.unsupported(
                    "content.options." + TikTokOptions.BRAND_CONTENT,
                    "true with PRIVATE",
                    "Paid partnerships on TikTok cannot be for the account alone; use another visibility.");
        }
    }

    private void noLink() {
        if (content.getLink().isPresent()) {
            check.unsupported(
                    "content.link",
                    "present",
                    "Posts on TikTok have no links; put the address into the text, or leave it out for this target.");
        }
    }

    private void media() {
        var media = content.getMedia();
        if (media.isEmpty()) {
            check.add(
                    "content.media",
                    "required",
                    "TikTok has no posts without a picture; add a video, or photos, for this target.");
            return;
        }
        var isVideo = isVideo(content);
        if (isVideo && media.size() > 1) {
            check.add(
                    "content.media",
                    "maxItems",
                    "1",
                    Integer.toString(media.size()),
                    "A post on TikTok is one video, or photos without a video; take the others away.");
        } else if (media.size() > MOST_PHOTOS) {
            check.add(
                    "content.media",
                    "maxItems",
                    Integer.toString(MOST_PHOTOS),
                    Integer.toString(media.size()),
                    "TikTok takes at most " + MOST_PHOTOS + " photos in a post; take " + (media.size() - MOST_PHOTOS)
                            + " away.");
        }
        for (var i = 0; i < media.size(); i++) {
            medium("content.media[" + i + "]", media.get(i));
        }
    }

    private void medium(String field, Media medium) {
        switch (medium.getKind()) {
            case VIDEO -> {
                isFetchable(field, medium, pullsVideo(content, config));
                isOfType(field, medium, VIDEO_TYPES, "TikTok takes videos as MP4, MOV or WebM; use such a file.");
                isNotLarger(field, medium, LARGEST_VIDEO);
                check.ofMedium(field, medium).lasts(Duration.ZERO, LONGEST_VIDEO, "videos");
                check.ofMedium(field, medium).hasSidesOf(SHORTEST_SIDE, LONGEST_SIDE, "videos");
            }
            case IMAGE -> {
                isFetchable(field, medium, true);
                isOfType(field, medium, PHOTO_TYPES, "TikTok takes photos as JPEG or WebP; use such a file.");
                isNotLarger(field, medium, LARGEST_PHOTO);
                check.ofMedium(field, medium).isAtMostTurned(LARGEST_PICTURE, "photos");
            }
            case GIF, DOCUMENT, UNKNOWN ->
                check.unsupported(
                        field + ".kind",
                        medium.getKind().name(),
                        "TikTok takes videos and photos only; leave it out for this target.");
        }
    }

    private void isFetchable(String field, Media medium, boolean isPulled) {
        var address = WebAddress.of(medium.getUrl());
        if (address.isEmpty()) {
            // The address is not repeated: it may hold credentials, and that may be what is wrong with it.
            check.add(
                    field + ".url",
                    "webAddress",
                    "An http or https address with a host and without credentials is needed; correct it.");
        } else if (isPulled && !"https".equals(address.get().getScheme())) {
            check.add(
                    field + ".url",
                    "https",
                    "TikTok fetches this file itself, over https only; use an address that begins with https.");
        } else if (isPulled && !config.mayFetch(medium.getUrl())) {
            check.add(
                    field + ".url",
                    "verifiedAddress",
                    "TikTok fetches this file itself, and only from addresses verified for the app; put the file under"
                            + " one of them, or have its address verified.");
        }
    }

    private void isOfType(String field, Media medium, Set<String> types, String message) {
        check.typeIsOneOf(field, medium, types, message);
    }

    private void isNotLarger(String field, Media medium, long limit) {
        medium.getSizeBytes()
                .filter(size -> size > limit)
                .ifPresent(size -> check.add(
                        field + ".sizeBytes",
                        "maxBytes",
                        Long.toString(limit),
                        Long.toString(size),
                        "TikTok takes such a file up to " + limit + " bytes; use a smaller one."));
    }

    private void options() {
        var isVideo = isVideo(content);
        var known = TikTokOptions.of(isVideo);
        var ofOthers = TikTokOptions.of(!isVideo);
        for (var option : ofOthers) {
            if (!known.contains(option) && content.getOptions().containsKey(option)) {
                check.unsupported(
                        "content.options." + option,
                        option,
                        "This option is for " + (isVideo ? "photos" : "videos") + " only; take it out.");
            }
        }
        var either = new HashSet<>(known);
        either.addAll(ofOthers);
        check.optionsAreOneOf(either);
        var flags = new HashSet<>(TikTokOptions.FLAGS_OF_ALL);
        flags.addAll(isVideo ? TikTokOptions.FLAGS_OF_VIDEOS : TikTokOptions.FLAGS_OF_PHOTOS);
        flags.stream().sorted().forEach(this::isFlag);
        if (isVideo) {
            isNumber(TikTokOptions.COVER_TIMESTAMP, Integer.MAX_VALUE, "milliseconds into the video");
        } else {
            isNumber(TikTokOptions.COVER_INDEX, content.getMedia().size() - 1, "the position of a photo, from 0");
        }
    }

    private void isFlag(String option) {
        options.text(option)
                .filter(value -> !value.equalsIgnoreCase("true") && !value.equalsIgnoreCase("false"))
                .ifPresent(_ -> check.add(
                        "content.options." + option, "boolean", "This option is true or false; use one of the two."));
    }

    private void isNumber(String option, int most, String what) {
        options.text(option)
                .filter(_ -> options.number(option).filter(it -> it <= most).isEmpty())
                .ifPresent(_ -> check.add(
                        "content.options." + option, "number", "This option is " + what + "; use such a number."));
    }

    private void texts() {
        var length = content.getText().map(String::length).orElse(0);
        var limit = isVideo(content) ? LONGEST_CAPTION : LONGEST_DESCRIPTION;
        isNotLonger("content.text", isVideo(content) ? "Captions of videos" : "Texts below photos", limit, length);
        var title = options.text(TikTokOptions.TITLE).map(String::length).orElse(0);
        isNotLonger("content.options." + TikTokOptions.TITLE, "Titles of photos", LONGEST_TITLE, title);
    }

    private void isNotLonger(String field, String what, int limit, int length) {
        if (length > limit) {
            check.add(
                    field,
                    "maxLength",
                    Integer.toString(limit),
                    Integer.toString(length),
                    what + " on TikTok have at most " + limit + " characters (emoji count 2 or more); shorten it by "
                            + (length - limit) + ".");
        }
    }
}
