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
 * @param longestVideo longest video that is taken, where its length is said
 * @param absentAfter for how long the timeline must have lacked a post until it counts as not posted
 * @param uploadPiece length of the pieces that videos and animations are sent in, in bytes
 * @param processingLimit how long X may work on a video or an animation
 */
public record XConfig(
        URI apiUri,
        int textLimit,
        Duration longestVideo,
        Duration absentAfter,
        int uploadPiece,
        Duration processingLimit) {

    /** What every account may post. */
    static final int USUAL_TEXT_LIMIT = 280;

    private static final Setting API_URI =
            Setting.of("X_API_URI", "https://api.x.com", "Where X's API is, without the version.");
    private static final Setting TEXT_LIMIT = Setting.of(
            "X_TEXT_LIMIT",
            Integer.toString(USUAL_TEXT_LIMIT),
            "Longest text on X in its weighted characters (CJK and emoji count 2, every link 23). Raise it, up to 25000,"
                    + " only where all connected accounts are Premium: X refuses longer texts of others.");

    private static final Setting LONGEST_VIDEO = Setting.of(
            "X_LONGEST_VIDEO",
            "140s",
            "Longest video on X, where a post says how long its video lasts. Raise it only where all connected accounts are"
                    + " Premium: X refuses longer videos of others.");

    private static final Setting ABSENT_AFTER = Setting.of(
            "X_ABSENT_AFTER",
            "3m",
            "For how long the timeline must have lacked a post in doubt, looked at again and again, until it counts as not"
                    + " posted and is sent again. X does not say how late its timeline may be.");

    private static final Setting UPLOAD_PIECE = Setting.of(
            "X_UPLOAD_PIECE",
            "1048576",
            "Length of the pieces in which videos and animations are sent to X, in bytes. X's documents use 1 MiB; the most"
                    + " it is known to take is 5 MiB.");
    private static final Setting PROCESSING_LIMIT = Setting.of(
            "X_PROCESSING_LIMIT",
            "30m",
            "How long X may work on a video or an animation before the post that shows it is given up.");

    public static final List<Setting> SETTINGS =
            List.of(API_URI, TEXT_LIMIT, LONGEST_VIDEO, ABSENT_AFTER, UPLOAD_PIECE, PROCESSING_LIMIT);

    public XConfig {
        if (apiUri.getHost() == null || apiUri.getRawQuery() != null) {
            throw new ConfigException(
                    API_URI.name() + ": an address with a host and without query needed, was " + apiUri);
        }
    }

    public static XConfig from(Settings settings) {
        return new XConfig(
                settings.uri(API_URI),
                settings.integer(TEXT_LIMIT, 1, 25_000),
                settings.duration(LONGEST_VIDEO),
                settings.duration(ABSENT_AFTER),
                settings.integer(UPLOAD_PIECE, 1_024, 5 * 1024 * 1024),
                settings.duration(PROCESSING_LIMIT));
    }

    /** @param pathAndQuery below the version, beginning with a slash */
    URI address(String pathAndQuery) {
        var base = apiUri.toString();
        var trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return URI.create(trimmed + "/2" + pathAndQuery);
    }
}
