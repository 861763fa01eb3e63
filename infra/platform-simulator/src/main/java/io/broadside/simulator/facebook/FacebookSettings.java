package io.broadside.simulator.facebook;

import io.broadside.simulator.settings.Settings;

/**
 * How strict Facebook is.
 *
 * @param facebookCallsPerHour calls of one Page; 0 for no limit
 * @param facebookFetchesPhotos whether URLs of photos and videos are really fetched and looked at
 * @param facebookVideoProcessingSeconds how long videos are processed
 * @param facebookReelsPerDay reels published by one Page
 */
public record FacebookSettings(
        int facebookCallsPerHour,
        boolean facebookFetchesPhotos,
        int facebookVideoProcessingSeconds,
        int facebookReelsPerDay) {
    /** https://developers.facebook.com/docs/video-api/guides/reels-publishing */
    static final FacebookSettings DEFAULTS = new FacebookSettings(0, true, 2, 30);

    public FacebookSettings {
        Settings.notNegative("facebookCallsPerHour", facebookCallsPerHour);
        Settings.notNegative("facebookVideoProcessingSeconds", facebookVideoProcessingSeconds);
        Settings.notNegative("facebookReelsPerDay", facebookReelsPerDay);
    }
}
