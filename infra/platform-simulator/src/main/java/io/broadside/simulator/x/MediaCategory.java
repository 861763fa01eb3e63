package io.broadside.simulator.x;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a medium is for: https://docs.x.com/x-api/media/quickstart/best-practices */
enum MediaCategory {
    TWEET_IMAGE("3_", 5, "photo"),
    TWEET_GIF("16_", 15, "photo"),
    TWEET_VIDEO("13_", 512, "video"),
    AMPLIFY_VIDEO("13_", 512, "video");

    private static final int MEBIBYTE = 1024 * 1024;

    private final String prefix;
    private final int megabytes;
    private final String place;

    MediaCategory(String prefix, int megabytes, String place) {
        this.prefix = prefix;
        this.megabytes = megabytes;
        this.place = place;
    }

    static Optional<MediaCategory> of(String id) {
        return Arrays.stream(values())
                .filter(category -> category.id().equals(id))
                .findFirst();
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String key(String mediaId) {
        return prefix + mediaId;
    }

    /** In bytes. */
    int largest() {
        return megabytes * MEBIBYTE;
    }

    /** In the address of a post's medium. */
    String place() {
        return place;
    }

    /** Whether it can be used only some time after the upload. */
    boolean isProcessed() {
        return this != TWEET_IMAGE;
    }

    boolean fits(String looksLike) {
        return switch (this) {
            case TWEET_IMAGE -> looksLike.startsWith("image/");
            case TWEET_GIF -> looksLike.equals("image/gif");
            case TWEET_VIDEO, AMPLIFY_VIDEO -> looksLike.startsWith("video/");
        };
    }
}
