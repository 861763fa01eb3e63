package io.broadside.publisher.platform.linkedin;

import io.broadside.events.Content;
import io.broadside.events.Link;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.publisher.platform.media.MediaLimits;
import java.util.List;
import java.util.Set;

/**
 * The files that a post needs at LinkedIn, in order, and what LinkedIn takes.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api, videos-api, documents-api
 */
final class Files {

    /** LinkedIn counts pixels and names no size; this one holds what it takes. */
    static final long LARGEST_IMAGE = 20L * 1024 * 1024;

    static final long LARGEST_VIDEO = 500L * 1024 * 1024;

    static final long LARGEST_DOCUMENT = 100L * 1024 * 1024;

    private static final MediaLimits IMAGES = new MediaLimits(
            Set.of(MediaKind.IMAGE, MediaKind.GIF), Set.of("image/jpeg", "image/png", "image/gif"), LARGEST_IMAGE);

    private static final MediaLimits VIDEOS =
            new MediaLimits(Set.of(MediaKind.VIDEO), Set.of("video/mp4"), LARGEST_VIDEO);

    private static final MediaLimits DOCUMENTS = new MediaLimits(
            Set.of(MediaKind.DOCUMENT),
            Set.of(
                    "application/pdf",
                    "application/msword",
                    "application/vnd.ms-powerpoint",
                    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                    "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
            LARGEST_DOCUMENT);

    private Files() {}

    /** The media, or the picture of the link: a post has only one of the two. */
    static List<Media> of(Content content) {
        return content.getMedia().isEmpty()
                ? content.getLink().flatMap(Link::getThumbnailUrl).stream()
                        .map(Files::picture)
                        .toList()
                : content.getMedia();
    }

    static MediaLimits limits(Media medium) {
        return switch (medium.getKind()) {
            case VIDEO -> VIDEOS;
            case DOCUMENT -> DOCUMENTS;
            case IMAGE, GIF, UNKNOWN -> IMAGES;
        };
    }

    /** Whether LinkedIn works on such a file for long, so that it is to be asked before the post is made. */
    static boolean areProcessed(Content content) {
        return content.getMedia().stream()
                .anyMatch(medium -> medium.getKind() == MediaKind.VIDEO || medium.getKind() == MediaKind.DOCUMENT);
    }

    private static Media picture(String url) {
        return Media.newBuilder().setUrl(url).setKind(MediaKind.IMAGE).build();
    }
}
