package io.broadside.retry;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Everything retry-service can be told. Reference: docs/configuration.md.
 *
 * @param platforms ids of the platforms whose commands are held; a command of another one is given up
 * @param port of the management server; 0 for any that is free
 * @param tick how often the timer looks for what is due; commands are late by half of it on average
 * @param batch how many commands one partition sends back per tick at most
 * @param threads of Kafka Streams; partitions are shared among them
 * @param standbys how many other instances keep the stores of each partition up to date
 * @param policy how long what waits
 * @param mostPerSecond commands this instance sends back at most, by platform; none for those that are not named
 * @param rampEnd commands per second at which a platform that is back has no limit any more
 * @param overdueAfter how long after its due time a target is told of as overdue
 * @param auditEvery how often it is looked where everything is that has not ended
 * @param apiPort of the HTTP API; 0 for any that is free
 * @param apiKeys who may use it
 */
public record RetryConfig(
        KafkaConfig kafka,
        List<String> platforms,
        int port,
        Duration tick,
        int batch,
        int threads,
        int standbys,
        RetryPolicy policy,
        Map<String, Double> mostPerSecond,
        int rampEnd,
        Duration overdueAfter,
        Duration auditEvery,
        int apiPort,
        ApiKeys apiKeys) {

    private static final Setting PLATFORMS = Setting.of(
            "BROADSIDE_PLATFORMS",
            "bluesky,facebook,instagram,linkedin,tiktok,x",
            "Ids of the platforms, comma separated, the same for all services. Commands of any other are given up.");
    private static final Setting PORT =
            Setting.of("RETRY_PORT", "8084", "Port of health checks and metrics of retry-service; 0 for any.");
    private static final Setting TICK = Setting.of(
            "RETRY_TICK",
            "50ms",
            "How often the timer looks for what is due, 1ms to 10s. A tick costs next to nothing when nothing is due.");
    private static final Setting BATCH = Setting.of(
            "RETRY_BATCH",
            "5000",
            "Commands one partition sends back per tick at most, so that other work goes on when very many are due.");
    private static final Setting THREADS =
            Setting.of("RETRY_THREADS", "1", "Threads of retry-service that share its partitions.");

    private static final Setting STANDBYS = Setting.of(
            "RETRY_STANDBYS",
            "0",
            "Other instances that keep a partition's store up to date, so that they take over without reading it"
                    + " first. Needs that many instances more.");
    private static final Setting POLICY = Setting.optional(
            "RETRY_POLICY",
            "Changes of the retry policy (docs/retry-policy.md), comma separated: UNAVAILABLE.cap=30m,"
                    + " x.RATE_LIMITED.attempts=20.");
    private static final Setting MOST_PER_SECOND = Setting.optional(
            "RETRY_MOST_PER_SECOND",
            "Commands an instance sends back per second at most, by platform, comma separated: x=50, facebook=200."
                    + " What is due beyond that waits for its turn; profiles take turns.");
    private static final Setting RAMP_END = Setting.of(
            "RETRY_RAMP_END",
            "1000",
            "After an outage of a platform its commands leave at a rate that doubles every second; at this many per"
                    + " second there is no limit any more.");
    private static final Setting OVERDUE_AFTER = Setting.of(
            "RETRY_OVERDUE_AFTER",
            "2m",
            "A target of which nothing was heard for this long after its due time counts as overdue in the account:"
                    + " worth an alert.");
    private static final Setting AUDIT_EVERY = Setting.of(
            "RETRY_AUDIT_EVERY",
            "1h",
            "How often each instance looks where the posts are that have not ended, 1s or longer; those that are"
                    + " nowhere show as broadside.account.difference. It reads the changelog of what waits, all of it.");
    private static final Setting API_PORT = Setting.of(
            "RETRY_API_PORT",
            "8085",
            "Port of the HTTP API of dead letters; 0 for any. Without keys it listens on loopback only.");
    private static final Setting API_KEYS = Setting.optional(
            "RETRY_API_KEY_SHA256",
            "SHA-256 hashes of the keys of the API, in hex, comma separated. Without any the API is open, and listens"
                    + " on loopback only.");

    /** All settings, for the reference. */
    public static final List<Setting> SETTINGS = Stream.concat(
                    Stream.of(
                            Settings.CONFIG_FILE,
                            PLATFORMS,
                            PORT,
                            TICK,
                            BATCH,
                            THREADS,
                            STANDBYS,
                            POLICY,
                            MOST_PER_SECOND,
                            RAMP_END,
                            OVERDUE_AFTER,
                            AUDIT_EVERY,
                            API_PORT,
                            API_KEYS),
                    KafkaConfig.SETTINGS.stream())
            .toList();

    private static final Pattern PLATFORM_ID = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final Pattern RATE = Pattern.compile("([a-z][a-z0-9_-]{0,63})=(\\d{1,7}(?:\\.\\d{1,3})?)");
    private static final Duration SHORTEST_TICK = Duration.ofMillis(1);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(10);

    public RetryConfig {
        platforms = List.copyOf(platforms);
        mostPerSecond = Map.copyOf(mostPerSecond);
        if (platforms.isEmpty()) {
            throw new ConfigException("BROADSIDE_PLATFORMS: at least one platform needed, were none");
        }
        platforms.stream()
                .filter(platform -> !PLATFORM_ID.matcher(platform).matches())
                .findFirst()
                .ifPresent(platform -> {
                    throw new ConfigException(
                            "BROADSIDE_PLATFORMS: ids in lower case needed (letters, digits, - and _)," + " was "
                                    + platform);
                });
        if (platforms.stream().distinct().count() < platforms.size()) {
            throw new ConfigException("BROADSIDE_PLATFORMS: each platform once needed, was " + platforms);
        }
        if (tick.compareTo(SHORTEST_TICK) < 0 || tick.compareTo(LONGEST_TICK) > 0) {
            throw new ConfigException("RETRY_TICK: from 1ms to 10s needed, was " + tick);
        }
        if (auditEvery.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new ConfigException("RETRY_AUDIT_EVERY: 1s or longer needed, was " + auditEvery);
        }
    }

    /**
     * Reads the environment.
     *
     * @param environment usually {@code System.getenv()}
     * @throws ConfigException if a setting breaks its rule
     */
    public static RetryConfig from(Map<String, String> environment) {
        return from(Settings.from(environment));
    }

    /**
     * Reads settings.
     *
     * @throws ConfigException if a setting breaks its rule
     */
    public static RetryConfig from(Settings settings) {
        return new RetryConfig(
                KafkaConfig.from(settings),
                settings.list(PLATFORMS),
                settings.integer(PORT, 0, 65_535),
                settings.duration(TICK),
                settings.integer(BATCH, 1, 1_000_000),
                settings.integer(THREADS, 1, 256),
                settings.integer(STANDBYS, 0, 10),
                PolicySettings.changed(POLICY.name(), settings.list(POLICY)),
                rates(settings.list(MOST_PER_SECOND)),
                settings.integer(RAMP_END, 1, 1_000_000),
                settings.duration(OVERDUE_AFTER),
                settings.duration(AUDIT_EVERY),
                settings.integer(API_PORT, 0, 65_535),
                ApiKeys.of(API_KEYS.name(), settings.list(API_KEYS)));
    }

    private static Map<String, Double> rates(List<String> entries) {
        var rates = new HashMap<String, Double>();
        for (var entry : entries) {
            var parts = RATE.matcher(entry);
            if (!parts.matches() || Double.parseDouble(parts.group(2)) <= 0) {
                throw new ConfigException(
                        "RETRY_MOST_PER_SECOND: entries such as x=50 or linkedin=0.5 needed, was " + entry);
            }
            rates.put(parts.group(1), Double.parseDouble(parts.group(2)));
        }
        return Map.copyOf(rates);
    }
}
