package io.broadside.publisher.platform.tiktok;

import io.broadside.events.Content;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The options only TikTok has, as a post's content gives them; all of them were checked when the request came. */
record TikTokOptions(Content content) {

    static final String DISABLE_COMMENT = "tiktok.disableComment";
    static final String DISABLE_DUET = "tiktok.disableDuet";
    static final String DISABLE_STITCH = "tiktok.disableStitch";
    /** A paid partnership with a third party. */
    static final String BRAND_CONTENT = "tiktok.brandContent";
    /** The account's own business. */
    static final String BRAND_ORGANIC = "tiktok.brandOrganic";

    static final String MADE_WITH_AI = "tiktok.madeWithAi";
    /** Milliseconds into the video. */
    static final String COVER_TIMESTAMP = "tiktok.coverTimestamp";
    /** Position of the photo, from 0. */
    static final String COVER_INDEX = "tiktok.coverIndex";

    static final String AUTO_ADD_MUSIC = "tiktok.autoAddMusic";
    /** Of a post of photos, above its text. */
    static final String TITLE = "tiktok.title";

    static final String PULL_FROM_URL = "tiktok.pullFromUrl";

    static final Set<String> FLAGS_OF_ALL = Set.of(DISABLE_COMMENT, BRAND_CONTENT, BRAND_ORGANIC);
    static final Set<String> FLAGS_OF_VIDEOS = Set.of(DISABLE_DUET, DISABLE_STITCH, MADE_WITH_AI, PULL_FROM_URL);
    static final Set<String> FLAGS_OF_PHOTOS = Set.of(AUTO_ADD_MUSIC);

    /** All that a post of a kind may have. */
    static Set<String> of(boolean isVideo) {
        var all = new HashSet<>(FLAGS_OF_ALL);
        all.addAll(isVideo ? FLAGS_OF_VIDEOS : FLAGS_OF_PHOTOS);
        all.addAll(isVideo ? Set.of(COVER_TIMESTAMP) : Set.of(COVER_INDEX, TITLE));
        return Set.copyOf(all);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(content.getOptions().get(name)).map(String::strip);
    }

    /** Empty where the post does not say. */
    Optional<Boolean> flag(String name) {
        return text(name).map("true"::equalsIgnoreCase);
    }

    boolean isSet(String name) {
        return flag(name).orElse(false);
    }

    /** Empty where the post gives none, or none that is a number. */
    Optional<Integer> number(String name) {
        return text(name).filter(it -> it.matches("[0-9]{1,9}")).map(Integer::valueOf);
    }
}
