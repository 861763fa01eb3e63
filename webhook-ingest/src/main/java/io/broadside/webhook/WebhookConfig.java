package io.broadside.webhook;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything webhook-ingest can be told.
 *
 * @param port of the webhooks; 0 for any that is free
 * @param managementPort of health and metrics; 0 for any that is free
 * @param bodyLimit bytes of the longest body taken
 * @param maxInFlight verified deliveries waiting for the broker at once
 * @param maxBytesInFlight bytes of bodies in memory at once, verified or not
 * @param readLimit how long a client may take to send a body
 * @param idleTimeout how long a connection may be silent
 * @param durableWithin how long the broker may take to store a delivery before the platform is told to try again
 * @param quarantineBodyLimit bytes kept of the body of a delivery that is set aside
 * @param rememberFor for how long events are known again
 */
public record WebhookConfig(
        KafkaConfig kafka,
        int port,
        int managementPort,
        List<WebhookApp> apps,
        int bodyLimit,
        int maxInFlight,
        int maxBytesInFlight,
        Duration readLimit,
        Duration idleTimeout,
        Duration durableWithin,
        int quarantineBodyLimit,
        Duration rememberFor) {

    /** Meta repeats a delivery for 36 hours. */
    private static final Duration LONGEST_REDELIVERY = Duration.ofHours(36);

    /** A quarantined delivery has to fit into a record of the default size, with its headers. */
    private static final int LARGEST_QUARANTINE_BODY = 900_000;

    private static final Setting PORT =
            Setting.of("WEBHOOK_PORT", "8083", "Port of the webhooks; 0 for any that is free.");
    private static final Setting MANAGEMENT_PORT =
            Setting.of("WEBHOOK_MANAGEMENT_PORT", "9083", "Port of health and metrics; 0 for any that is free.");
    private static final Setting APPS = Setting.required(
            "WEBHOOK_APPS",
            "Apps whose webhooks are taken, PLATFORM/NAME, separated by commas: facebook/demo,x/demo. Each is at "
                    + "/webhooks/PLATFORM/NAME.");
    private static final Setting BODY_LIMIT = Setting.of(
            "WEBHOOK_BODY_LIMIT",
            "4194304",
            "Bytes of the longest body taken; beyond it the answer is 413. Meta sends batches of 1000 updates, and drops one "
                    + "that is refused for 36 hours: not too small.");
    private static final Setting MAX_IN_FLIGHT = Setting.of(
            "WEBHOOK_MAX_IN_FLIGHT",
            "1000",
            "Verified deliveries waiting for the broker at once; beyond it the answer is 503 with Retry-After.");
    private static final Setting MAX_BYTES_IN_FLIGHT = Setting.of(
            "WEBHOOK_MAX_BYTES_IN_FLIGHT",
            "67108864",
            "Bytes of bodies in memory at once; beyond it the answer is 503 with Retry-After. At least WEBHOOK_BODY_LIMIT.");
    private static final Setting READ_LIMIT = Setting.of(
            "WEBHOOK_READ_LIMIT", "10s", "How long a client may take to send a body; then the answer is 408.");
    private static final Setting IDLE_TIMEOUT =
            Setting.of("WEBHOOK_IDLE_TIMEOUT", "30s", "After this long without a byte a connection is closed.");
    private static final Setting DURABLE_WITHIN = Setting.of(
            "WEBHOOK_DURABLE_WITHIN",
            "5s",
            "How long the broker may take to store a delivery; then the answer is 503, before the platform loses patience.");
    private static final Setting QUARANTINE_BODY_LIMIT = Setting.of(
            "WEBHOOK_QUARANTINE_BODY_LIMIT",
            "262144",
            "Bytes kept of the body of a delivery that is set aside. Only one kept whole can be verified again.");
    private static final Setting REMEMBER_FOR = Setting.of(
            "WEBHOOK_REMEMBER_FOR",
            "48h",
            "For how long an event is known again when it is delivered once more; at least 36h, as long as Meta repeats.");

    public static final List<Setting> SETTINGS = Stream.concat(
                    Stream.of(
                            Settings.CONFIG_FILE,
                            PORT,
                            MANAGEMENT_PORT,
                            APPS,
                            WebhookApp.SECRETS_OF_AN_APP,
                            WebhookApp.VERIFY_TOKEN_OF_AN_APP,
                            BODY_LIMIT,
                            MAX_IN_FLIGHT,
                            MAX_BYTES_IN_FLIGHT,
                            READ_LIMIT,
                            IDLE_TIMEOUT,
                            DURABLE_WITHIN,
                            QUARANTINE_BODY_LIMIT,
                            REMEMBER_FOR),
                    KafkaConfig.SETTINGS.stream())
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
        if (maxBytesInFlight < bodyLimit) {
            throw new ConfigException("WEBHOOK_MAX_BYTES_IN_FLIGHT: at least WEBHOOK_BODY_LIMIT (" + bodyLimit
                    + ") needed, was " + maxBytesInFlight);
        }
        atLeast(READ_LIMIT, Duration.ofMillis(100), readLimit);
        atLeast(IDLE_TIMEOUT, Duration.ofMillis(100), idleTimeout);
        atLeast(DURABLE_WITHIN, Duration.ofMillis(1), durableWithin);
        atLeast(REMEMBER_FOR, LONGEST_REDELIVERY, rememberFor);
    }

    /**
     * Reads everything; the only reader of the environment.
     *
     * @param environment usually {@code System.getenv()}
     */
    public static WebhookConfig from(Map<String, String> environment) {
        var settings = Settings.from(environment);
        return new WebhookConfig(
                KafkaConfig.from(settings),
                settings.integer(PORT, 0, 65_535),
                settings.integer(MANAGEMENT_PORT, 0, 65_535),
                settings.list(APPS).stream()
                        .map(entry -> WebhookApp.from(entry, settings))
                        .toList(),
                settings.integer(BODY_LIMIT, 1_024, 64 << 20),
                settings.integer(MAX_IN_FLIGHT, 1, 1_000_000),
                settings.integer(MAX_BYTES_IN_FLIGHT, 1_024, Integer.MAX_VALUE),
                settings.duration(READ_LIMIT),
                settings.duration(IDLE_TIMEOUT),
                settings.duration(DURABLE_WITHIN),
                settings.integer(QUARANTINE_BODY_LIMIT, 0, LARGEST_QUARANTINE_BODY),
                settings.duration(REMEMBER_FOR));
    }

    private static void atLeast(Setting setting, Duration least, Duration value) {
        if (value.compareTo(least) < 0) {
            throw new ConfigException(setting.name() + ": at least " + least + " needed, was " + value);
        }
    }
}
