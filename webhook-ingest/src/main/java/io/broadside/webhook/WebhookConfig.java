package io.broadside.webhook;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaConfig;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Everything webhook-ingest can be told.
 *
 * @param port of the webhooks; 0 for any that is free
 * @param managementPort of health and metrics; 0 for any that is free
 * @param apiKeys who may have deliveries verified again
 * @param publicUri where the world reaches the webhooks, without a slash at its end; without it requests to delete data are not
 *     taken
 * @param deletionKey what the confirmation codes of requests to delete data are made with
 * @param quarantineBodyLimit bytes kept of the body of a delivery that is set aside
 * @param tolerance how old a signature may be that names its time
 * @param rememberFor for how long events are known again
 * @param leastGap no silence of an app is told of that is shorter
 */
public record WebhookConfig(
        KafkaConfig kafka,
        int port,
        int managementPort,
        List<WebhookApp> apps,
        Limits limits,
        ApiKeys apiKeys,
        Optional<URI> publicUri,
        Optional<Secret> deletionKey,
        int quarantineBodyLimit,
        Duration tolerance,
        Duration rememberFor,
        Duration leastGap) {

    /** A quarantined delivery has to fit into a record of the default size, with its headers. */
    private static final int LARGEST_QUARANTINE_BODY = 900_000;

    private static final Pattern PLAIN_URI = Pattern.compile("https?://[A-Za-z0-9.:/_-]*[A-Za-z0-9_-]");

    private static final Setting PORT =
            Setting.of("WEBHOOK_PORT", "8083", "Port of the webhooks; 0 for any that is free.");
    private static final Setting MANAGEMENT_PORT =
            Setting.of("WEBHOOK_MANAGEMENT_PORT", "9083", "Port of health and metrics; 0 for any that is free.");
    private static final Setting APPS = Setting.required(
            "WEBHOOK_APPS",
            "Apps whose webhooks are taken, PLATFORM/NAME, separated by commas: facebook/demo,x/demo. Each is at "
                    + "/webhooks/PLATFORM/NAME.");
    private static final Setting API_KEYS = Setting.optional(
            "WEBHOOK_API_KEYS",
            "SHA-256 hashes in hex, comma separated, of the keys that may have quarantined deliveries verified again on the "
                    + "management port (Authorization: Bearer KEY). Not set: nobody may.");
    private static final Setting PUBLIC_URI = Setting.optional(
            "WEBHOOK_PUBLIC_URI",
            "Where the world reaches the webhooks, such as https://hooks.example.org. Needed for Meta's data-deletion callback, "
                    + "which is told the address of a page; not set, that callback is not taken.");
    private static final Setting DELETION_KEY = Setting.optional(
            "WEBHOOK_DELETION_KEY",
            "What the confirmation codes of requests to delete data are made with, any long random text; best WEBHOOK_DELETION_KEY_FILE. "
                    + "Not set, it is the app's secret, and the page of a code is gone once that secret does not stand among "
                    + "the app's any more.");
    private static final Setting QUARANTINE_BODY_LIMIT = Setting.of(
            "WEBHOOK_QUARANTINE_BODY_LIMIT",
            "262144",
            "Bytes kept of the body of a delivery that is set aside. Only one kept whole can be verified again; the whole of a longer "
                    + "one that was genuine and not understood is on inbound.raw, under the same key.");
    private static final Setting TOLERANCE = Setting.of(
            "WEBHOOK_SIGNATURE_TOLERANCE",
            "73h",
            "How old a signature may be that names its time (TikTok). TikTok repeats a delivery for 72 hours and does not say "
                    + "whether it signs it anew: a shorter time may cost what came while the service was away. What anybody else "
                    + "repeats within it is known again, so it must not be longer than WEBHOOK_REMEMBER_FOR.");
    private static final Setting REMEMBER_FOR = Setting.of(
            "WEBHOOK_REMEMBER_FOR",
            "76h",
            "For how long an event is known again when it is delivered once more; at least as long as the apps' platforms repeat: "
                    + "72h with TikTok, 36h with Meta.");
    private static final Setting LEAST_GAP = Setting.of(
            "WEBHOOK_LEAST_GAP",
            "15m",
            "An app that is silent for three times its longest usual pause, and for at least this long, is told of as a gap.");

    public static final List<Setting> SETTINGS = Stream.of(
                    List.of(
                            Settings.CONFIG_FILE,
                            PORT,
                            MANAGEMENT_PORT,
                            APPS,
                            WebhookApp.SECRETS_OF_AN_APP,
                            WebhookApp.VERIFY_TOKEN_OF_AN_APP,
                            API_KEYS,
                            PUBLIC_URI,
                            DELETION_KEY),
                    Limits.SETTINGS,
                    List.of(QUARANTINE_BODY_LIMIT, TOLERANCE, REMEMBER_FOR, LEAST_GAP),
                    KafkaConfig.SETTINGS)
            .flatMap(List::stream)
            .toList();

    public WebhookConfig {
        apps = List.copyOf(apps);
        if (apps.isEmpty()) {
            throw new ConfigException("WEBHOOK_APPS: at least one app needed, such as facebook/demo, was empty");
        }
        var paths = new HashSet<String>();
        for (var app : apps) {
            if (!paths.add(app.path())) {
                throw new ConfigException(
                        "WEBHOOK_APPS: every app once needed, was twice " + app.platform() + "/" + app.name());
            }
        }
        for (var app : apps) {
            var repeats =
                    WebhookPlatforms.find(app.platform()).orElseThrow().traits().repeatsFor();
            if (rememberFor.compareTo(repeats) < 0) {
                throw new ConfigException("WEBHOOK_REMEMBER_FOR: at least " + repeats + " needed, as long as "
                        + app.platform() + " repeats a delivery, was " + rememberFor);
            }
        }
        atLeast(TOLERANCE, Duration.ofSeconds(1), tolerance);
        if (apps.stream().anyMatch(WebhookApp::hasTimedSignatures) && tolerance.compareTo(rememberFor) > 0) {
            throw new ConfigException("WEBHOOK_SIGNATURE_TOLERANCE: no more than WEBHOOK_REMEMBER_FOR (" + rememberFor
                    + ") needed, or an old delivery could be told again, was " + tolerance);
        }
        atLeast(LEAST_GAP, Duration.ofSeconds(1), leastGap);
        publicUri.ifPresent(uri -> {
            // It stands in JSON and on pages as it is.
            if (!PLAIN_URI.matcher(uri.toString()).matches()) {
                throw new ConfigException(
                        "WEBHOOK_PUBLIC_URI: a URI like https://hooks.example.org needed, was " + uri);
            }
        });
    }

    /**
     * Reads everything; the only reader of the environment.
     *
     * @param environment usually {@code System.getenv()}
     */
    public static WebhookConfig from(Map<String, String> environment) {
        var settings = Settings.from(environment);
        var tolerance = settings.duration(TOLERANCE);
        return new WebhookConfig(
                KafkaConfig.from(settings),
                settings.integer(PORT, 0, 65_535),
                settings.integer(MANAGEMENT_PORT, 0, 65_535),
                settings.list(APPS).stream()
                        .map(entry -> WebhookApp.from(entry, settings, tolerance))
                        .toList(),
                Limits.from(settings),
                ApiKeys.of(API_KEYS.name(), settings.list(API_KEYS)),
                settings.optionalText(PUBLIC_URI).map(_ -> settings.uri(PUBLIC_URI)),
                settings.optionalSecret(DELETION_KEY),
                settings.integer(QUARANTINE_BODY_LIMIT, 0, LARGEST_QUARANTINE_BODY),
                tolerance,
                settings.duration(REMEMBER_FOR),
                settings.duration(LEAST_GAP));
    }

    static void atLeast(Setting setting, Duration least, Duration value) {
        if (value.compareTo(least) < 0) {
            throw new ConfigException(setting.name() + ": at least " + least + " needed, was " + value);
        }
    }
}
