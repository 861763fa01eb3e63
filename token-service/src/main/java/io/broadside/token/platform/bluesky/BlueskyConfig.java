package io.broadside.token.platform.bluesky;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;

/**
 * How Bluesky is reached.
 *
 * @param service the server of accounts for which none is named
 * @param allowsPrivate whether a server that people name may be inside our own network
 */
public record BlueskyConfig(URI service, boolean allowsPrivate) {

    private static final Setting SERVICE = Setting.of(
            "BLUESKY_SERVICE_URI",
            "https://bsky.social",
            "Server of the AT Protocol for accounts whose connection names no other.");
    private static final Setting ALLOW_PRIVATE = Setting.of(
            "BLUESKY_ALLOW_PRIVATE",
            "false",
            "Whether a connection may name a server at a private or loopback address, or without https. For local development"
                    + " only: with it, whoever may connect an account can make Broadside call its own network.");

    public static final List<Setting> SETTINGS = List.of(SERVICE, ALLOW_PRIVATE);

    public static BlueskyConfig from(Settings settings) {
        return new BlueskyConfig(settings.uri(SERVICE), settings.flag(ALLOW_PRIVATE));
    }

    /** Whether people named this server, and it is not to be trusted therefore. */
    boolean isChosen(URI server) {
        return !server.equals(service);
    }
}
