package io.broadside.publisher.platform.facebook;

import io.broadside.events.Content;
import io.broadside.events.MediaKind;
import io.broadside.events.Placement;

/** What a post is to Facebook, which has an edge of its own for nearly each of them. */
enum PostKind {
    /** Text, a link, or both. */
    TEXT,
    /** Photos in the feed. */
    PHOTOS,
    /** A video in the feed. */
    VIDEO,
    REEL,
    PHOTO_STORY,
    VIDEO_STORY;

    static PostKind of(Content content) {
        var isVideo = content.getMedia().stream().anyMatch(medium -> medium.getKind() == MediaKind.VIDEO);
        if (content.getPlacement() == Placement.REEL) {
            return REEL;
        }
        if (content.getPlacement() == Placement.STORY) {
            return isVideo ? VIDEO_STORY : PHOTO_STORY;
        }
        if (isVideo) {
            return VIDEO;
        }
        return content.getMedia().isEmpty() ? TEXT : PHOTOS;
    }

    /** Whether it disappears after a day, and has no text and no comments. */
    boolean isStory() {
        return this == PHOTO_STORY || this == VIDEO_STORY;
    }
}
