package io.broadside.publisher.platform.bluesky;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;

/**
 * How Bluesky is reached.
 *
 * @param service the server of accounts whose connection names none
 * @param allowsPrivate whether servers that connections name may be inside our own network
 * @param largestImage largest image, in bytes
 * @param largestVideo largest video, in bytes
 */
public record BlueskyConfig(URI service, boolean allowsPrivate, int largestImage, long largestVideo) {

    private static final Setting SERVICE = Setting.of(
            "BLUESKY_SERVICE_URI",
            "https://bsky.social",
            "Server of the AT Protocol for accounts whose connection names no other.");
    private static final Setting ALLOW_PRIVATE = Setting.of(
            "BLUESKY_ALLOW_PRIVATE",
            "false",
            "Whether a connection may name a server at a private or loopback address, or without https. For local development"
                    + " only: with it, whoever may connect an account can make Broadside call its own network.");
    private static final Setting LARGEST_IMAGE = Setting.of(
            "BLUESKY_LARGEST_IMAGE",
            "1000000",
            "Largest image on Bluesky, in bytes. Servers of 2026 and later take 2000000; older ones, which people run for"
                    + " themselves, refuse the whole post.");
    private static final Setting LARGEST_VIDEO = Setting.of(
            "BLUESKY_LARGEST_VIDEO",
            "50000000",
            "Largest video on Bluesky, in bytes. It goes to the account's own server in one call; Bluesky's own servers take 50"
                    + " MB in one, and others often no more than 5 MB.");

    public static final List<Setting> SETTINGS = List.of(SERVICE, ALLOW_PRIVATE, LARGEST_IMAGE, LARGEST_VIDEO);

    public BlueskyConfig {
        if (service.getHost() == null || service.getRawQuery() != null) {
            throw new ConfigException(
                    SERVICE.name() + ": an address with a host and without query needed, was " + service);
        }
    }

    public static BlueskyConfig from(Settings settings) {
        return new BlueskyConfig(
                settings.uri(SERVICE),
                settings.flag(ALLOW_PRIVATE),
                settings.integer(LARGEST_IMAGE, 1_024, 2_000_000),
                settings.wholeNumber(LARGEST_VIDEO, 1_024, 300_000_000));
    }
}
