package io.broadside.simulator.bluesky;

import io.broadside.simulator.settings.Settings;

/**
 * How strict Bluesky is.
 *
 * @param blueskyPointsPerHour points of writing of one account; a post that is put costs two
 * @param blueskyLargestBlob largest file, in bytes
 * @param blueskyAccessTokenSeconds how long an access token lives
 * @param blueskyGraceSeconds how long a refresh token that was used brings the same successor
 */
public record BlueskySettings(
        int blueskyPointsPerHour, int blueskyLargestBlob, int blueskyAccessTokenSeconds, int blueskyGraceSeconds) {
    /** As the server has them that its makers give away. */
    static final BlueskySettings DEFAULTS = new BlueskySettings(5_000, 5 * 1024 * 1024, 7_200, 7_200);

    public BlueskySettings {
        Settings.notNegative("blueskyPointsPerHour", blueskyPointsPerHour);
        Settings.notNegative("blueskyLargestBlob", blueskyLargestBlob);
        Settings.notNegative("blueskyAccessTokenSeconds", blueskyAccessTokenSeconds);
        Settings.notNegative("blueskyGraceSeconds", blueskyGraceSeconds);
    }
}
