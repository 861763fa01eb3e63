package io.broadside.publisher.platform.media;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How media are fetched.
 *
 * @param allowsPrivate whether addresses inside our own network may be fetched from
 * @param maxBytes largest file fetched into memory; platforms may ask for less
 * @param timeout longest time for one file, redirects included
 */
public record MediaConfig(boolean allowsPrivate, int maxBytes, Duration timeout) {

    private static final Setting ALLOW_PRIVATE = Setting.of(
            "PUBLISHER_MEDIA_ALLOW_PRIVATE",
            "false",
            "Whether media may be fetched from private and loopback addresses. For local development only: with it,"
                    + " whoever may send a post can make the publisher read from its own network.");
    private static final Setting MAX_BYTES = Setting.of(
            "PUBLISHER_MEDIA_MAX_BYTES",
            "16777216",
            "Largest media file that is fetched into memory, in bytes; a platform's own limit may be lower.");
    private static final Setting TIMEOUT = Setting.of(
            "PUBLISHER_MEDIA_TIMEOUT", "15s", "Longest time for fetching one media file, redirects included.");

    public static final List<Setting> SETTINGS = List.of(ALLOW_PRIVATE, MAX_BYTES, TIMEOUT);

    public MediaConfig {
        if (timeout.toMillis() < 1 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new ConfigException(TIMEOUT.name() + ": a time span from 1ms to 10m needed, was " + timeout);
        }
    }

    public static MediaConfig from(Settings settings) {
        return new MediaConfig(
                settings.flag(ALLOW_PRIVATE), settings.integer(MAX_BYTES, 1_024, 1 << 30), settings.duration(TIMEOUT));
    }
}
