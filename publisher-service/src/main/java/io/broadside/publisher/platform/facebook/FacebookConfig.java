package io.broadside.publisher.platform.facebook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How Facebook is reached and published to.
 *
 * @param apiUri where the Graph API is, without version
 * @param uploadUri where the bytes of reels and stories go, without version
 * @param apiVersion version of the Graph API, for instance v26.0
 * @param inSteps whether a post is made unseen first and shown with a second call
 * @param processingLimit how long Facebook may work on a video until nobody knows what comes of it
 * @param absentAfter for how long something must have been missing where Facebook says for certain what is there
 * @param proofSecret secret of the app, with which calls are proven to come from it; empty for no proof
 */
public record FacebookConfig(
        URI apiUri,
        URI uploadUri,
        String apiVersion,
        boolean inSteps,
        Duration processingLimit,
        Duration absentAfter,
        Optional<Secret> proofSecret) {

    private static final Setting API_URI = Setting.of(
            "FACEBOOK_API_URI", "https://graph.facebook.com", "Where Facebook's Graph API is, without the version.");
    private static final Setting UPLOAD_URI = Setting.of(
            "FACEBOOK_UPLOAD_URI",
            "https://rupload.facebook.com",
            "Where the bytes of reels and video stories go. An upload address that Facebook names is used only if it is on"
                    + " this host or on that of the API: the token goes with it.");
    private static final Setting API_VERSION = Setting.of(
            "FACEBOOK_API_VERSION",
            "v26.0",
            "Version of Facebook's Graph API. A version lives for about two years after its successor came out.");
    private static final Setting IN_STEPS = Setting.of(
            "FACEBOOK_PUBLISH_IN_STEPS",
            "true",
            "Whether a post is first made unseen and then shown with a second call. With it, a post whose answer was lost"
                    + " can be asked by its id whether it is out; without it, half the calls are needed, and a lost answer"
                    + " can end UNCONFIRMED. Change it while nothing is being published.");
    private static final Setting PROCESSING_LIMIT = Setting.of(
            "FACEBOOK_PROCESSING_LIMIT",
            "1h",
            "How long Facebook may work on a video that was handed over. After that it is looked for a few times more, and"
                    + " ends UNCONFIRMED if Facebook still does not say what came of it.");
    private static final Setting ABSENT_AFTER = Setting.of(
            "FACEBOOK_ABSENT_AFTER",
            "2m",
            "For how long a video, a story or a comment in doubt must have been missing, looked at again and again, until it"
                    + " counts as not posted and is sent again. Posts in the feed need no such wait.");

    private static final Setting PROOF_SECRET = Setting.optional(
            "FACEBOOK_PROOF_SECRET",
            "Secret of your Meta app, to prove with every call that it comes from the app (appsecret_proof). Needed where"
                    + " the app is set to require that; not set: no proof is sent.");

    public static final List<Setting> SETTINGS =
            List.of(API_URI, UPLOAD_URI, API_VERSION, IN_STEPS, PROCESSING_LIMIT, ABSENT_AFTER, PROOF_SECRET);

    public FacebookConfig {
        if (!apiVersion.matches("v[0-9]{1,3}\\.[0-9]")) {
            throw new ConfigException(API_VERSION.name() + ": a version such as v26.0 needed, was " + apiVersion);
        }
        isBase(API_URI, apiUri);
        isBase(UPLOAD_URI, uploadUri);
    }

    public static FacebookConfig from(Settings settings) {
        return new FacebookConfig(
                settings.uri(API_URI),
                settings.uri(UPLOAD_URI),
                settings.text(API_VERSION),
                settings.flag(IN_STEPS),
                settings.duration(PROCESSING_LIMIT),
                settings.duration(ABSENT_AFTER),
                settings.optionalSecret(PROOF_SECRET));
    }

    /** @param pathAndQuery below the version, beginning with a slash */
    URI address(String pathAndQuery) {
        return URI.create(trimmed(apiUri) + "/" + apiVersion + pathAndQuery);
    }

    /** Where the bytes of a reel or a story go, if Facebook does not say otherwise. */
    URI uploadAddress(String videoId) {
        return URI.create(trimmed(uploadUri) + "/video-upload/" + apiVersion + "/" + videoId);
    }

    /** Whether an address that came in an answer is one to which a token may be sent. */
    boolean isOurs(URI address) {
        return isSameHost(address, uploadUri) || isSameHost(address, apiUri);
    }

    private static boolean isSameHost(URI one, URI other) {
        return one.getScheme().equals(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && one.getPort() == other.getPort();
    }

    private static String trimmed(URI uri) {
        var text = uri.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }

    private static void isBase(Setting setting, URI uri) {
        if (uri.getHost() == null || uri.getRawQuery() != null) {
            throw new ConfigException(setting.name() + ": an address with a host and without query needed, was " + uri);
        }
    }
}
