package io.broadside.publisher.posts;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.time.Duration;
import java.util.List;

/**
 * How the posts API is served.
 *
 * @param isServed whether this instance serves it at all
 * @param host the address it listens on
 * @param port 0 for any that is free
 * @param keys who may use it
 * @param kept for how long what became of a post can be asked for, counted from when it was learnt
 */
public record PostsConfig(boolean isServed, String host, int port, ApiKeys keys, Duration kept) {

    /** For the error of a port that is taken. */
    static final String PORT_NAME = "PUBLISHER_API_PORT";

    private static final Setting SERVED = Setting.of(
            "PUBLISHER_API",
            "true",
            "Whether this instance serves the posts API. For that it reads all results and calls of all instances into an"
                    + " index on its disk; instances that only publish can be spared it.");
    private static final Setting PORT =
            Setting.of(PORT_NAME, "8088", "Port of the posts API; 0: any free one. Health and metrics are elsewhere.");
    private static final Setting KEYS = Setting.optional(
            "PUBLISHER_API_KEYS",
            "SHA-256 hashes in hex, comma separated, of the keys that may use the posts API (Authorization: Bearer KEY)."
                    + " Not set: anybody who reaches the port may, and without PUBLISHER_API_HOST only this machine does.");
    private static final Setting HOST = Setting.optional(
            "PUBLISHER_API_HOST",
            "Address that the posts API listens on. Not set: all addresses (0.0.0.0) with PUBLISHER_API_KEYS, and this"
                    + " machine alone (127.0.0.1) without.");
    private static final Setting KEPT = Setting.of(
            "PUBLISHER_API_KEPT",
            "7d",
            "For how long the posts API tells of what happened to a post. Where a target stands that is not through yet is"
                    + " told for as long as that lasts.");

    public static final List<Setting> SETTINGS = List.of(SERVED, PORT, KEYS, HOST, KEPT);

    public PostsConfig {
        if (kept.compareTo(Duration.ofMinutes(1)) < 0 || kept.compareTo(Duration.ofDays(365)) > 0) {
            throw new ConfigException(KEPT.name() + ": a time span from 1m to 365d needed, was " + kept);
        }
    }

    public static PostsConfig from(Settings settings) {
        var keys = ApiKeys.of(KEYS.name(), settings.list(KEYS));
        return new PostsConfig(
                settings.flag(SERVED),
                settings.optionalText(HOST).orElse(keys.isOpen() ? "127.0.0.1" : "0.0.0.0"),
                settings.integer(PORT, 0, 65_535),
                keys,
                settings.duration(KEPT));
    }
}
