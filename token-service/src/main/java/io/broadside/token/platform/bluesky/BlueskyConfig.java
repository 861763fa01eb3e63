package io.broadside.token.platform.bluesky;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How Bluesky is reached.
 *
 * @param service the server of accounts for which none is named
 * @param directory where did:plc identities are looked up
 * @param clientId our app, by the address of its description; without it nobody signs in by OAuth
 * @param allowsPrivate whether a server that people name may be inside our own network
 */
public record BlueskyConfig(URI service, URI directory, Optional<String> clientId, boolean allowsPrivate) {

    private static final Setting SERVICE = Setting.of(
            "BLUESKY_SERVICE_URI",
            "https://bsky.social",
            "Server of the AT Protocol for accounts whose connection names no other.");
    private static final Setting DIRECTORY = Setting.of(
            "BLUESKY_DIRECTORY_URI", "https://plc.directory", "Where identities of the kind did:plc are looked up.");
    private static final Setting CLIENT_ID = Setting.optional(
            "BLUESKY_CLIENT_ID",
            "OAuth client id of your app on Bluesky: the https address of its client metadata (docs/tokens.md). Without it accounts"
                    + " are connected by app passwords alone.");
    private static final Setting ALLOW_PRIVATE = Setting.of(
            "BLUESKY_ALLOW_PRIVATE",
            "false",
            "Whether a connection may name a server at a private or loopback address, or without https. For local development"
                    + " only: with it, whoever may connect an account can make Broadside call its own network.");

    public static final List<Setting> SETTINGS = List.of(SERVICE, DIRECTORY, CLIENT_ID, ALLOW_PRIVATE);

    public static BlueskyConfig from(Settings settings) {
        return new BlueskyConfig(
                settings.uri(SERVICE),
                settings.uri(DIRECTORY),
                settings.optionalText(CLIENT_ID),
                settings.flag(ALLOW_PRIVATE));
    }
}
