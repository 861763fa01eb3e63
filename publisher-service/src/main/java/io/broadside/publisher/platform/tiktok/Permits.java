package io.broadside.publisher.platform.tiktok;

import java.util.Map;

/** What a post may be, between what it wants and what its account lets apps do. */
record Permits(String level, boolean noComments, boolean noDuets, boolean noStitches) {

    private static final String LEVEL = "privacy";
    private static final String NO_COMMENTS = "noComments";
    private static final String NO_DUETS = "noDuets";
    private static final String NO_STITCHES = "noStitches";

    static Permits of(String level, Creator creator, TikTokOptions options) {
        return new Permits(
                level,
                creator.noComments() || options.isSet(TikTokOptions.DISABLE_COMMENT),
                creator.noDuets() || options.isSet(TikTokOptions.DISABLE_DUET),
                creator.noStitches() || options.isSet(TikTokOptions.DISABLE_STITCH));
    }

    /** As values of a checkpoint. */
    Map<String, String> values() {
        return Map.of(
                LEVEL,
                level,
                NO_COMMENTS,
                Boolean.toString(noComments),
                NO_DUETS,
                Boolean.toString(noDuets),
                NO_STITCHES,
                Boolean.toString(noStitches));
    }

    static Permits from(Map<String, String> values) {
        return new Permits(
                values.getOrDefault(LEVEL, Creator.PRIVATE),
                Boolean.parseBoolean(values.get(NO_COMMENTS)),
                Boolean.parseBoolean(values.get(NO_DUETS)),
                Boolean.parseBoolean(values.get(NO_STITCHES)));
    }
}
