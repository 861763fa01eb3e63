package io.broadside.token.signin;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How people sign in.
 *
 * @param publicUri where browsers reach token-service, without a slash at its end; absent: this machine, on the service's port
 * @param returnUrls where people may be sent when they are done
 * @param within how long a sign-in may take
 */
public record SignInConfig(Optional<URI> publicUri, ReturnUrls returnUrls, Duration within) {

    private static final Setting PUBLIC_URI = Setting.optional(
            "TOKEN_PUBLIC_URI",
            "Where browsers reach token-service, for instance https://connect.example.org. Platforms must know"
                    + " <this>/connect/<way>/callback as an address to come back to. Not set: http://localhost and TOKEN_PORT.");
    private static final Setting RETURN_URLS = Setting.optional(
            "TOKEN_RETURN_URLS",
            "Where people may be sent after connecting, comma separated: whole addresses, or beginnings that end in a slash."
                    + " Not set: nowhere, they stay on token-service's own page.");
    private static final Setting WITHIN = Setting.of(
            "TOKEN_SIGN_IN_WITHIN", "10m", "How long a person may take to sign in at a platform, and again to choose.");

    public static final List<Setting> SETTINGS = List.of(PUBLIC_URI, RETURN_URLS, WITHIN);

    public SignInConfig {
        publicUri.ifPresent(uri -> {
            var isHttp = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            if (!isHttp || uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
                throw new ConfigException(PUBLIC_URI.name()
                        + ": an http or https URI with a host, without query and fragment, needed, was " + uri);
            }
        });
        if (within.compareTo(Duration.ofMinutes(1)) < 0 || within.compareTo(Duration.ofHours(1)) > 0) {
            throw new ConfigException(WITHIN.name() + ": 1m to 1h needed, was " + within);
        }
    }

    public static SignInConfig from(Settings settings) {
        return new SignInConfig(
                settings.optionalText(PUBLIC_URI)
                        .map(_ -> settings.uri(PUBLIC_URI))
                        .map(SignInConfig::withoutSlash),
                ReturnUrls.of(RETURN_URLS.name(), settings.list(RETURN_URLS)),
                settings.duration(WITHIN));
    }

    private static URI withoutSlash(URI uri) {
        var text = uri.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : uri;
    }
}
