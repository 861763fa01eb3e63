package io.broadside.token.platform.facebook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How Facebook is reached.
 *
 * @param api base of the Graph API
 * @param version version of the Graph API, as it stands in paths
 * @param app our app there; without it a token's scopes and end are not looked up
 */
public record FacebookConfig(URI api, String version, Optional<App> app) {

    private static final Setting API =
            Setting.of("FACEBOOK_API_URI", "https://graph.facebook.com", "Base URI of the Graph API.");
    private static final Setting VERSION =
            Setting.of("FACEBOOK_API_VERSION", "v26.0", "Version of the Graph API, as it stands in its paths.");
    private static final Setting APP_ID = Setting.optional(
            "FACEBOOK_APP_ID",
            "Id of your Meta app. With FACEBOOK_APP_SECRET, scopes and end of a Facebook token are looked up when it is"
                    + " connected.");
    private static final Setting APP_SECRET =
            Setting.optional("FACEBOOK_APP_SECRET", "Secret of your Meta app; goes with FACEBOOK_APP_ID.");

    public static final List<Setting> SETTINGS = List.of(API, VERSION, APP_ID, APP_SECRET);

    /** An app of ours. */
    public record App(String id, Secret secret) {

        /** The token with which the app speaks for itself. */
        Secret token() {
            return Secret.of(id + "|" + secret.reveal());
        }
    }

    public static FacebookConfig from(Settings settings) {
        var id = settings.optionalText(APP_ID);
        var secret = settings.optionalSecret(APP_SECRET);
        if (id.isPresent() != secret.isPresent()) {
            throw new ConfigException("FACEBOOK_APP_ID, FACEBOOK_APP_SECRET: both or neither needed, was only "
                    + (id.isPresent() ? "FACEBOOK_APP_ID" : "FACEBOOK_APP_SECRET"));
        }
        return new FacebookConfig(
                settings.uri(API), settings.text(VERSION), id.flatMap(known -> secret.map(s -> new App(known, s))));
    }

    /** The URI of a path below the version. */
    URI uri(String pathAndQuery) {
        var base = api.toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + version + pathAndQuery);
    }
}
