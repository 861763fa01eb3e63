package io.broadside.publisher.platform.instagram;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How Instagram is reached and published to.
 *
 * @param ofInstagram the API for accounts that logged in with Instagram
 * @param ofFacebook the API for accounts that logged in with Facebook
 * @param pollAfter how long after a container was made its status is first asked for; each further wait is twice as long
 * @param processingLimit how long Instagram may process a container
 * @param absentAfter how long a container must stay unpublished before a call in doubt counts as one without effect
 * @param proofSecret secret of the app, with which calls to the API for accounts of Facebook login are proven to come from it;
 *     empty for no proof
 */
public record InstagramConfig(
        Api ofInstagram,
        Api ofFacebook,
        Duration pollAfter,
        Duration processingLimit,
        Duration absentAfter,
        Optional<Secret> proofSecret) {

    /**
     * One of the two places where the same API is.
     *
     * @param uri without version
     * @param version for instance v26.0
     */
    public record Api(URI uri, String version) {}

    private static final Setting API_URI = Setting.of(
            "INSTAGRAM_API_URI",
            "https://graph.instagram.com",
            "Where the API is for accounts connected by Instagram login, without the version.");
    private static final Setting API_VERSION = Setting.of(
            "INSTAGRAM_API_VERSION",
            "v26.0",
            "Version of that API. A version lives for about two years after its successor came out.");
    private static final Setting FACEBOOK_API_URI = Setting.of(
            "INSTAGRAM_BY_FACEBOOK_API_URI",
            "https://graph.facebook.com",
            "Where the API is for accounts connected by Facebook login, without the version.");
    private static final Setting FACEBOOK_API_VERSION =
            Setting.of("INSTAGRAM_BY_FACEBOOK_API_VERSION", "v26.0", "Version of that API.");
    private static final Setting POLL_AFTER = Setting.of(
            "INSTAGRAM_POLL_AFTER",
            "3s",
            "How long after handing media to Instagram it is first asked whether it is done with them; each further wait"
                    + " is twice as long, up to a minute. Every question counts against the account's calls.");
    private static final Setting PROCESSING_LIMIT = Setting.of(
            "INSTAGRAM_PROCESSING_LIMIT",
            "1h",
            "How long Instagram may process media. A post whose media take longer fails; Instagram itself forgets them"
                    + " after 24 hours.");
    private static final Setting ABSENT_AFTER = Setting.of(
            "INSTAGRAM_ABSENT_AFTER",
            "1m",
            "For how long Instagram must call a post unpublished before one whose answer was lost is sent again. Shorter,"
                    + " and a call that took effect late makes a second post.");

    private static final Setting PROOF_SECRET = Setting.optional(
            "INSTAGRAM_BY_FACEBOOK_PROOF_SECRET",
            "Secret of your Meta app, to prove with every call for accounts connected by Facebook login that it comes from"
                    + " the app (appsecret_proof). Needed where the app is set to require that; not set: no proof is sent.");

    public static final List<Setting> SETTINGS = List.of(
            API_URI,
            API_VERSION,
            FACEBOOK_API_URI,
            FACEBOOK_API_VERSION,
            POLL_AFTER,
            PROCESSING_LIMIT,
            ABSENT_AFTER,
            PROOF_SECRET);

    /** Containers expire after a day. */
    private static final Duration LONGEST = Duration.ofHours(23);

    public InstagramConfig {
        require(API_URI, API_VERSION, ofInstagram);
        require(FACEBOOK_API_URI, FACEBOOK_API_VERSION, ofFacebook);
        if (pollAfter.toMillis() < 1 || pollAfter.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new ConfigException(POLL_AFTER.name() + ": a time span from 1ms to 1m needed, was " + pollAfter);
        }
        if (processingLimit.toMillis() < 1 || processingLimit.compareTo(LONGEST) > 0) {
            throw new ConfigException(
                    PROCESSING_LIMIT.name() + ": a time span from 1ms to 23h needed, was " + processingLimit);
        }
        if (absentAfter.isNegative() || absentAfter.compareTo(LONGEST) > 0) {
            throw new ConfigException(ABSENT_AFTER.name() + ": a time span from 0s to 23h needed, was " + absentAfter);
        }
    }

    public static InstagramConfig from(Settings settings) {
        return new InstagramConfig(
                new Api(settings.uri(API_URI), settings.text(API_VERSION)),
                new Api(settings.uri(FACEBOOK_API_URI), settings.text(FACEBOOK_API_VERSION)),
                settings.duration(POLL_AFTER),
                settings.duration(PROCESSING_LIMIT),
                settings.duration(ABSENT_AFTER),
                settings.optionalSecret(PROOF_SECRET));
    }

    /** The API of an account of this kind. */
    Api of(InstagramLogin login) {
        return switch (login) {
            case INSTAGRAM -> ofInstagram;
            case FACEBOOK -> ofFacebook;
        };
    }

    /** The secret to prove calls with for an account of this kind: Instagram's own API knows no such proof. */
    Optional<Secret> proofOf(InstagramLogin login) {
        return switch (login) {
            case INSTAGRAM -> Optional.empty();
            case FACEBOOK -> proofSecret;
        };
    }

    private static void require(Setting uri, Setting version, Api api) {
        if (!api.version().matches("v[0-9]{1,3}\\.[0-9]")) {
            throw new ConfigException(version.name() + ": a version such as v26.0 needed, was " + api.version());
        }
        if (api.uri().getHost() == null || api.uri().getRawQuery() != null) {
            throw new ConfigException(
                    uri.name() + ": an address with a host and without query needed, was " + api.uri());
        }
    }
}
