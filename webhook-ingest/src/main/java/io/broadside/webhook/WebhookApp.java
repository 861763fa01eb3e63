package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.webhook.platform.Credentials;
import io.broadside.webhook.platform.WebhookPlatform;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One app at a platform: its webhooks come to {@code /webhooks/PLATFORM/NAME}.
 *
 * @param name 1 to 63 lower-case letters, digits and hyphens, a letter or digit first
 */
public record WebhookApp(String platform, String name, Credentials credentials) {

    static final Setting SECRETS_OF_AN_APP = Setting.required(
            "WEBHOOK_<PLATFORM>_<APP>_SECRETS",
            "For every app, for instance WEBHOOK_FACEBOOK_DEMO_SECRETS: what its platform signs with, separated by commas or line "
                    + "ends, the current one first; any other is taken too for as long as it stands here. What stands in a file "
                    + "(WEBHOOK_FACEBOOK_DEMO_SECRETS_FILE) is read again every few seconds. Facebook: the app secret. Instagram: "
                    + "the Meta app's secret, the Instagram app's, or both. Threads: the Threads app's secret. X: the API secret "
                    + "(consumer secret). LinkedIn, TikTok: the client secret.");
    static final Setting VERIFY_TOKEN_OF_AN_APP = Setting.optional(
            "WEBHOOK_<PLATFORM>_<APP>_VERIFY_TOKEN",
            "For every app of a platform whose handshake has one (facebook, instagram, threads), and needed there: the verify token entered at the "
                    + "platform.");

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    public WebhookApp {
        var known = WebhookPlatforms.find(platform).orElseThrow(() -> unknown(platform, name));
        if (!NAME.matcher(name).matches()) {
            throw new ConfigException("WEBHOOK_APPS: names of lower-case letters, digits and hyphens needed, was "
                    + platform + "/" + name);
        }
        if (known.traits().needsVerifyToken() && credentials.verifyToken().isEmpty()) {
            throw new ConfigException(verifyTokenName(platform, name)
                    + ": a value needed, was not set. Without a verify token anybody could claim this endpoint.");
        }
    }

    /**
     * The app that an entry of WEBHOOK_APPS names, with its secrets from their own settings.
     *
     * @param tolerance how old a signature may be that names its time
     */
    static WebhookApp from(String entry, Settings settings, Duration tolerance) {
        var parts = entry.split("/", -1);
        if (parts.length != 2) {
            throw new ConfigException("WEBHOOK_APPS: entries like facebook/demo needed, was " + entry);
        }
        var platform = WebhookPlatforms.find(parts[0]).orElseThrow(() -> unknown(parts[0], parts[1]));
        return new WebhookApp(
                parts[0],
                parts[1],
                new Credentials(
                        secrets(parts[0], parts[1], settings), verifyToken(platform, parts[1], settings), tolerance));
    }

    /**
     * The same app with the secrets it has now.
     *
     * @param environment usually {@code System.getenv()}
     * @throws ConfigException if they cannot be read
     */
    WebhookApp readAgain(Map<String, String> environment) {
        return from(label(), Settings.from(environment), credentials.tolerance());
    }

    /** Whether a signature of its platform is good for a time only. */
    boolean hasTimedSignatures() {
        return WebhookPlatforms.find(platform).orElseThrow().traits().signsTime();
    }

    /** PLATFORM/NAME. */
    String label() {
        return platform + "/" + name;
    }

    /** Where its webhooks come to. */
    public String path() {
        return "/webhooks/" + platform + "/" + name;
    }

    private static List<Secret> secrets(String platform, String app, Settings settings) {
        var name = SettingName.of(platform, app, "SECRETS");
        var all = settings.secret(Setting.required(name, "At least one secret, separated by commas."));
        var secrets = Stream.of(all.reveal().split("[,\n]", -1))
                .map(String::strip)
                .filter(secret -> !secret.isEmpty())
                .map(Secret::of)
                .toList();
        if (secrets.isEmpty()) {
            throw new ConfigException(name + ": at least one secret that is not empty needed.");
        }
        return secrets;
    }

    private static Optional<Secret> verifyToken(WebhookPlatform platform, String app, Settings settings) {
        return settings.optionalSecret(
                Setting.optional(verifyTokenName(platform.id(), app), "The verify token entered at the platform."));
    }

    private static String verifyTokenName(String platform, String app) {
        return SettingName.of(platform, app, "VERIFY_TOKEN");
    }

    private static ConfigException unknown(String platform, String app) {
        var known = WebhookPlatforms.ALL.stream().map(WebhookPlatform::id).toList();
        return new ConfigException("WEBHOOK_APPS: platforms of " + known + " needed, was " + platform + "/" + app);
    }

    /** Names of the settings of one app. Hyphens cannot stand in them; as no name holds an underscore, none meet. */
    private static final class SettingName {

        static String of(String platform, String app, String what) {
            return ("WEBHOOK_" + platform + "_" + app + "_" + what)
                    .toUpperCase(Locale.ROOT)
                    .replace('-', '_');
        }
    }
}
