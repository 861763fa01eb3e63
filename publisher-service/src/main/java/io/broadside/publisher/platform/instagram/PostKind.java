package io.broadside.publisher.platform.instagram;

import io.broadside.events.Content;
import io.broadside.events.Media;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;

/** What Instagram makes of a content. */
enum PostKind {
    IMAGE,
    CAROUSEL,
    /** Every single video is a reel. */
    REEL,
    STORY;

    /** The kind of a content without faults. */
    static PostKind of(Content content) {
        if (content.getPlacement() == Placement.STORY) {
            return STORY;
        }
        if (content.getMedia().size() > 1) {
            return CAROUSEL;
        }
        return content.getMedia().stream().anyMatch(PostKind::isVideo) ? REEL : IMAGE;
    }

    static boolean isVideo(Media medium) {
        return medium.getKind() == MediaKind.VIDEO;
    }

    /** The type that a post of this kind has in lists of media. */
    String listedType(Content content) {
        return switch (this) {
            case IMAGE -> "IMAGE";
            case CAROUSEL -> "CAROUSEL_ALBUM";
            case REEL -> "VIDEO";
            case STORY -> isVideo(content.getMedia().getFirst()) ? "VIDEO" : "IMAGE";
        };
    }
}
