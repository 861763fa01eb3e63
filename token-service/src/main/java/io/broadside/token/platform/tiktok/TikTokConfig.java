package io.broadside.token.platform.tiktok;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How TikTok is reached.
 *
 * @param api base of the API
 * @param app our app there; without it no token can be renewed
 */
public record TikTokConfig(URI api, Optional<App> app) {

    private static final Setting API =
            Setting.of("TIKTOK_API_URI", "https://open.tiktokapis.com", "Base URI of TikTok's API.");
    private static final Setting CLIENT_KEY = Setting.optional(
            "TIKTOK_CLIENT_KEY", "Client key of your TikTok app. Without it tokens of TikTok are not renewed.");
    private static final Setting CLIENT_SECRET =
            Setting.optional("TIKTOK_CLIENT_SECRET", "Client secret of your TikTok app; goes with TIKTOK_CLIENT_KEY.");

    public static final List<Setting> SETTINGS = List.of(API, CLIENT_KEY, CLIENT_SECRET);

    /** An app of ours. */
    public record App(String key, Secret secret) {}

    public static TikTokConfig from(Settings settings) {
        var key = settings.optionalText(CLIENT_KEY);
        var secret = settings.optionalSecret(CLIENT_SECRET);
        if (key.isPresent() != secret.isPresent()) {
            throw new ConfigException("TIKTOK_CLIENT_KEY, TIKTOK_CLIENT_SECRET: both or neither needed, was only "
                    + (key.isPresent() ? "TIKTOK_CLIENT_KEY" : "TIKTOK_CLIENT_SECRET"));
        }
        return new TikTokConfig(settings.uri(API), key.flatMap(known -> secret.map(it -> new App(known, it))));
    }

    URI uri(String pathAndQuery) {
        var base = api.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + pathAndQuery);
    }
}
