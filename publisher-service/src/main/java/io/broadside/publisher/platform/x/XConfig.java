package io.broadside.publisher.platform.x;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How X is reached.
 *
 * @param apiUri where the API is, without version
 * @param textLimit longest text, in X's weighted characters
 * @param absentAfter for how long the timeline must have lacked a post until it counts as not posted
 */
public record XConfig(URI apiUri, int textLimit, Duration absentAfter) {

    /** What every account may post. */
    static final int USUAL_TEXT_LIMIT = 280;

    private static final Setting API_URI =
            Setting.of("X_API_URI", "https://api.x.com", "Where X's API is, without the version.");
    private static final Setting TEXT_LIMIT = Setting.of(
            "X_TEXT_LIMIT",
            Integer.toString(USUAL_TEXT_LIMIT),
            "Longest text on X in its weighted characters (CJK and emoji count 2, every link 23). Raise it, up to 25000,"
                    + " only where all connected accounts are Premium: X refuses longer texts of others.");

    private static final Setting ABSENT_AFTER = Setting.of(
            "X_ABSENT_AFTER",
            "3m",
            "For how long the timeline must have lacked a post in doubt, looked at again and again, until it counts as not"
                    + " posted and is sent again. X does not say how late its timeline may be.");

    public static final List<Setting> SETTINGS = List.of(API_URI, TEXT_LIMIT, ABSENT_AFTER);

    public XConfig {
        if (apiUri.getHost() == null || apiUri.getRawQuery() != null) {
            throw new ConfigException(
                    API_URI.name() + ": an address with a host and without query needed, was " + apiUri);
        }
    }

    public static XConfig from(Settings settings) {
        return new XConfig(
                settings.uri(API_URI), settings.integer(TEXT_LIMIT, 1, 25_000), settings.duration(ABSENT_AFTER));
    }

    /** @param pathAndQuery below the version, beginning with a slash */
    URI address(String pathAndQuery) {
        var base = apiUri.toString();
        var trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return URI.create(trimmed + "/2" + pathAndQuery);
    }
}
