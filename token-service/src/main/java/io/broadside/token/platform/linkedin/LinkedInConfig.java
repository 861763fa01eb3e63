package io.broadside.token.platform.linkedin;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How LinkedIn is reached.
 *
 * @param api base of the API
 * @param oauth base of what issues tokens
 * @param app our app there; without it tokens are neither renewed nor looked at
 */
public record LinkedInConfig(URI api, URI oauth, Optional<App> app) {

    private static final Setting API =
            Setting.of("LINKEDIN_API_URI", "https://api.linkedin.com", "Base URI of LinkedIn's API.");
    private static final Setting OAUTH =
            Setting.of("LINKEDIN_OAUTH_URI", "https://www.linkedin.com", "Base URI of LinkedIn's token endpoint.");
    private static final Setting CLIENT_ID = Setting.optional(
            "LINKEDIN_CLIENT_ID",
            "Client id of your LinkedIn app. With LINKEDIN_CLIENT_SECRET, scopes and end of a token are looked up when it is"
                    + " connected, and it is renewed if there is a refresh token.");
    private static final Setting CLIENT_SECRET = Setting.optional(
            "LINKEDIN_CLIENT_SECRET", "Client secret of your LinkedIn app; goes with LINKEDIN_CLIENT_ID.");

    public static final List<Setting> SETTINGS = List.of(API, OAUTH, CLIENT_ID, CLIENT_SECRET);

    /** An app of ours. */
    public record App(String id, Secret secret) {}

    public static LinkedInConfig from(Settings settings) {
        var id = settings.optionalText(CLIENT_ID);
        var secret = settings.optionalSecret(CLIENT_SECRET);
        if (id.isPresent() != secret.isPresent()) {
            throw new ConfigException("LINKEDIN_CLIENT_ID, LINKEDIN_CLIENT_SECRET: both or neither needed, was only "
                    + (id.isPresent() ? "LINKEDIN_CLIENT_ID" : "LINKEDIN_CLIENT_SECRET"));
        }
        return new LinkedInConfig(
                settings.uri(API), settings.uri(OAUTH), id.flatMap(known -> secret.map(it -> new App(known, it))));
    }

    URI ofApi(String pathAndQuery) {
        return below(api, pathAndQuery);
    }

    URI ofOAuth(String path) {
        return below(oauth, path);
    }

    private static URI below(URI base, String path) {
        var text = base.toString();
        return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
    }
}
