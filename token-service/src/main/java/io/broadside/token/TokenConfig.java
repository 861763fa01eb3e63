package io.broadside.token;

import io.broadside.runtime.api.ApiKeys;
import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.dispatch.DispatchConfig;
import io.broadside.runtime.http.HttpConfig;
import io.broadside.runtime.kafka.KafkaConfig;
import io.broadside.runtime.vault.VaultConfig;
import io.broadside.token.health.notice.NoticeConfig;
import io.broadside.token.platform.SignIns;
import io.broadside.token.platform.TokenPlatforms;
import io.broadside.token.signin.SignInConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything token-service can be told.
 *
 * @param signIns the ways to sign in at platforms
 * @param signIn how people sign in
 * @param port of the connections API; 0 for any that is free
 * @param managementPort of health and metrics; 0 for any that is free
 * @param apiKeys who may use the API
 * @param apiHost the address it listens on
 * @param inspectsPasted whether a pasted token is shown to its platform where the request does not say
 * @param refreshMargin how long before its end a token is renewed
 * @param scanInterval between two looks at which tokens are due
 * @param mostPerSecond how many renewals are asked for of each platform
 * @param healthInterval between two looks at how connections fare
 * @param inspectionsPerSecond tokens that are shown to their platforms at most; 0: none
 * @param notices who is told of what happens to connections
 */
public record TokenConfig(
        KafkaConfig kafka,
        DispatchConfig dispatch,
        VaultConfig vault,
        HttpConfig http,
        TokenPlatforms.Config platforms,
        SignIns.Config signIns,
        SignInConfig signIn,
        int port,
        int managementPort,
        ApiKeys apiKeys,
        String apiHost,
        boolean inspectsPasted,
        Duration refreshMargin,
        Duration scanInterval,
        int mostPerSecond,
        Duration healthInterval,
        int inspectionsPerSecond,
        NoticeConfig notices) {

    private static final int LARGEST_PORT = 65_535;
    private static final String THIS_MACHINE = "127.0.0.1";
    private static final String EVERYWHERE = "0.0.0.0";

    private static final Setting PORT =
            Setting.of("TOKEN_PORT", "8080", "Port of the connections API; 0: any free one.");
    private static final Setting MANAGEMENT_PORT =
            Setting.of("TOKEN_MANAGEMENT_PORT", "9080", "Port of health and metrics; 0: any free one.");
    private static final Setting API_KEYS = Setting.optional(
            "TOKEN_API_KEYS",
            "SHA-256 hashes in hex, comma separated, of the keys that may use the connections API (Authorization: Bearer"
                    + " KEY). Not set: anybody may who reaches the port under one of its own names (localhost, TOKEN_PUBLIC_URI,"
                    + " TOKEN_API_HOST), and without TOKEN_API_HOST only this machine does.");
    private static final Setting API_HOST = Setting.optional(
            "TOKEN_API_HOST",
            "Address that the connections API and the page listen on. Not set: all addresses (0.0.0.0) with TOKEN_API_KEYS, and this"
                    + " machine alone (127.0.0.1) without.");
    private static final Setting PASTE_VERIFY = Setting.of(
            "TOKEN_PASTE_VERIFY",
            "true",
            "Whether a pasted token is shown to its platform before it is stored, where the request does not say (verify).");
    private static final Setting REFRESH_MARGIN = Setting.of(
            "TOKEN_REFRESH_MARGIN",
            "10m",
            "How long before its end a token is renewed; half of its life for tokens that live for less than twice that.");
    private static final Setting REFRESH_SCAN_INTERVAL =
            Setting.of("TOKEN_REFRESH_SCAN_INTERVAL", "5s", "How often it is looked which tokens are due for renewal.");
    private static final Setting HEALTH_INTERVAL = Setting.of(
            "TOKEN_HEALTH_INTERVAL",
            "1m",
            "How often it is looked which connections are about to end, and which are to be inspected.");
    private static final Setting INSPECTIONS_PER_SECOND = Setting.of(
            "TOKEN_INSPECTIONS_PER_SECOND",
            "20",
            "Tokens that are shown to their platforms at most, each once a day; those that are renewed within the day are not"
                    + " shown. 0: none is.");

    private static final Setting REFRESH_RATE = Setting.of(
            "TOKEN_REFRESH_RATE",
            "500",
            "How many renewals a second are asked for of each platform at most, so that after a pause not all that became due"
                    + " meanwhile are asked for at once. A million tokens that live for two hours need 150.");

    /**
     * The answer to a renewal may be the only copy of what renews the connection next: it is waited for whenever partitions move or the
     * service ends. So its calls are shorter than others', to fit into the time that a process is given to end.
     */
    private static final DispatchConfig.Limits LIMITS = DispatchConfig.Limits.of("14s", "20s", "20s");

    public static final List<Setting> SETTINGS = Stream.of(
                    List.of(Settings.CONFIG_FILE),
                    KafkaConfig.SETTINGS,
                    DispatchConfig.settings(LIMITS),
                    VaultConfig.SETTINGS,
                    HttpConfig.SETTINGS,
                    TokenPlatforms.Config.SETTINGS,
                    SignIns.Config.SETTINGS,
                    SignInConfig.SETTINGS,
                    List.of(
                            PORT,
                            MANAGEMENT_PORT,
                            API_KEYS,
                            API_HOST,
                            PASTE_VERIFY,
                            REFRESH_MARGIN,
                            REFRESH_SCAN_INTERVAL,
                            REFRESH_RATE),
                    List.of(HEALTH_INTERVAL, INSPECTIONS_PER_SECOND),
                    NoticeConfig.SETTINGS)
            .flatMap(List::stream)
            .toList();

    public TokenConfig {
        if (vault.accessKeyset().isEmpty()) {
            throw new ConfigException("VAULT_ACCESS_KEYSET_FILE: a value needed, was not set");
        }
        if (vault.refreshKeyset().isEmpty()) {
            throw new ConfigException("VAULT_REFRESH_KEYSET_FILE: a value needed, was not set");
        }
        outlastsCalls("DISPATCH_REVOKE_LIMIT", dispatch.revokeLimit(), dispatch);
        outlastsCalls("DISPATCH_CLOSE_LIMIT", dispatch.closeLimit(), dispatch);
        dispatch.requireRevokeWithin(kafka.maxPollInterval());
        if (scanInterval.compareTo(Duration.ofMillis(10)) < 0) {
            throw new ConfigException("TOKEN_REFRESH_SCAN_INTERVAL: at least 10ms needed, was " + scanInterval);
        }
        if (healthInterval.compareTo(Duration.ofMillis(10)) < 0) {
            throw new ConfigException("TOKEN_HEALTH_INTERVAL: at least 10ms needed, was " + healthInterval);
        }
    }

    /** A renewal that is answered when nobody waits for it any more has used up a token for nothing. */
    private static void outlastsCalls(String setting, Duration limit, DispatchConfig dispatch) {
        if (limit.compareTo(dispatch.longestCalls()) <= 0) {
            throw new ConfigException(setting + ": more than DISPATCH_INTENT_MAX_AGE and DISPATCH_CALL_LIMIT together ("
                    + dispatch.longestCalls().toMillis() + "ms) needed, was " + limit.toMillis() + "ms");
        }
    }

    /**
     * Reads the environment.
     *
     * @throws ConfigException if an entry is missing or breaks its rule
     */
    public static TokenConfig from(Map<String, String> environment) {
        var settings = Settings.from(environment);
        var apiKeys = ApiKeys.of(API_KEYS.name(), settings.list(API_KEYS));
        return new TokenConfig(
                KafkaConfig.from(settings),
                DispatchConfig.from(settings, LIMITS),
                VaultConfig.from(settings),
                HttpConfig.from(settings),
                TokenPlatforms.Config.from(settings),
                SignIns.Config.from(settings),
                SignInConfig.from(settings),
                settings.integer(PORT, 0, LARGEST_PORT),
                settings.integer(MANAGEMENT_PORT, 0, LARGEST_PORT),
                apiKeys,
                settings.optionalText(API_HOST).orElse(apiKeys.isOpen() ? THIS_MACHINE : EVERYWHERE),
                settings.flag(PASTE_VERIFY),
                settings.duration(REFRESH_MARGIN),
                settings.duration(REFRESH_SCAN_INTERVAL),
                settings.integer(REFRESH_RATE, 1, 1_000_000),
                settings.duration(HEALTH_INTERVAL),
                settings.integer(INSPECTIONS_PER_SECOND, 0, 10_000),
                NoticeConfig.from(settings));
    }
}
