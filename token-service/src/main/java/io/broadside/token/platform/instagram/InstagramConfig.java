package io.broadside.token.platform.instagram;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;

/**
 * How Instagram is reached, for accounts that log in with Instagram.
 *
 * @param api base of its Graph API
 * @param version version of that, as it stands in paths
 */
public record InstagramConfig(URI api, String version) {

    private static final Setting API =
            Setting.of("INSTAGRAM_API_URI", "https://graph.instagram.com", "Base URI of Instagram's Graph API.");
    private static final Setting VERSION = Setting.of(
            "INSTAGRAM_API_VERSION", "v26.0", "Version of Instagram's Graph API, as it stands in its paths.");

    public static final List<Setting> SETTINGS = List.of(API, VERSION);

    public static InstagramConfig from(Settings settings) {
        return new InstagramConfig(settings.uri(API), settings.text(VERSION));
    }

    /** The URI of a path below the version. */
    URI versioned(String pathAndQuery) {
        return unversioned("/" + version + pathAndQuery);
    }

    /** Tokens are renewed at a path without a version. */
    URI unversioned(String pathAndQuery) {
        var base = api.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + pathAndQuery);
    }
}
