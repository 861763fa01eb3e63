package io.broadside.retry;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.kafka.KafkaConfig;
import java.time.Duration;
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
 */
public record RetryConfig(KafkaConfig kafka, List<String> platforms, int port, Duration tick, int batch, int threads) {

    private static final Setting PLATFORMS = Setting.of(
            "BROADSIDE_PLATFORMS",
            "facebook,linkedin,x",
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

    /** All settings, for the reference. */
    public static final List<Setting> SETTINGS = Stream.concat(
                    Stream.of(Settings.CONFIG_FILE, PLATFORMS, PORT, TICK, BATCH, THREADS),
                    KafkaConfig.SETTINGS.stream())
            .toList();

    private static final Pattern PLATFORM_ID = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final Duration SHORTEST_TICK = Duration.ofMillis(1);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(10);

    public RetryConfig {
        platforms = List.copyOf(platforms);
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
                settings.integer(THREADS, 1, 256));
    }
}
