package io.broadside.simulator.facebook;

import io.broadside.simulator.settings.Settings;

/**
 * How strict Facebook is.
 *
 * @param facebookCallsPerHour calls of one Page; 0 for no limit
 * @param facebookFetchesPhotos whether photo URLs are really fetched and looked at
 */
public record FacebookSettings(int facebookCallsPerHour, boolean facebookFetchesPhotos) {
    static final FacebookSettings DEFAULTS = new FacebookSettings(0, true);

    public FacebookSettings {
        Settings.notNegative("facebookCallsPerHour", facebookCallsPerHour);
    }
}
