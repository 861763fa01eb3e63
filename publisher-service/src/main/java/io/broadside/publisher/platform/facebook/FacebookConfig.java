package io.broadside.publisher.platform.facebook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;

/**
 * How Facebook is reached and published to.
 *
 * @param apiUri where the Graph API is, without version
 * @param apiVersion version of the Graph API, for instance v26.0
 * @param inSteps whether a post is made unseen first and shown with a second call
 */
public record FacebookConfig(URI apiUri, String apiVersion, boolean inSteps) {

    private static final Setting API_URI = Setting.of(
            "FACEBOOK_API_URI", "https://graph.facebook.com", "Where Facebook's Graph API is, without the version.");
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

    public static final List<Setting> SETTINGS = List.of(API_URI, API_VERSION, IN_STEPS);

    public FacebookConfig {
        if (!apiVersion.matches("v[0-9]{1,3}\\.[0-9]")) {
            throw new ConfigException(API_VERSION.name() + ": a version such as v26.0 needed, was " + apiVersion);
        }
        if (apiUri.getHost() == null || apiUri.getRawQuery() != null) {
            throw new ConfigException(
                    API_URI.name() + ": an address with a host and without query needed, was " + apiUri);
        }
    }

    public static FacebookConfig from(Settings settings) {
        return new FacebookConfig(settings.uri(API_URI), settings.text(API_VERSION), settings.flag(IN_STEPS));
    }
}
