package io.broadside.token.platform.x;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How X is reached.
 *
 * @param api base of the API
 * @param clientId our app there; without it no token can be renewed
 * @param clientSecret secret of a confidential client; absent for a public one
 */
public record XConfig(URI api, Optional<String> clientId, Optional<Secret> clientSecret) {

    private static final Setting API = Setting.of("X_API_URI", "https://api.x.com", "Base URI of the X API.");
    private static final Setting CLIENT_ID = Setting.optional(
            "X_CLIENT_ID", "OAuth 2.0 client id of your X app. Without it tokens of X are not renewed.");
    private static final Setting CLIENT_SECRET = Setting.optional(
            "X_CLIENT_SECRET", "OAuth 2.0 client secret of your X app, if it is a confidential client.");

    public static final List<Setting> SETTINGS = List.of(API, CLIENT_ID, CLIENT_SECRET);

    public XConfig {
        if (clientSecret.isPresent() && clientId.isEmpty()) {
            throw new ConfigException("X_CLIENT_ID: needed where X_CLIENT_SECRET is set, was not set");
        }
    }

    public static XConfig from(Settings settings) {
        return new XConfig(settings.uri(API), settings.optionalText(CLIENT_ID), settings.optionalSecret(CLIENT_SECRET));
    }

    URI uri(String pathAndQuery) {
        var base = api.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + pathAndQuery);
    }
}
