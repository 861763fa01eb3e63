package io.broadside.runtime.vault;

import io.broadside.runtime.config.ConfigException;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the keysets are.
 *
 * @param accessKeyset file of the keyset for access tokens; empty for a service that needs none
 * @param refreshKeyset file of the keyset for refresh tokens; empty for every service but token-service
 * @param createsMissing whether a file that does not exist is created with a new key; for local use
 * @param reloadInterval how old the keys may be that are used, if their file has changed
 */
public record VaultConfig(
        Optional<Path> accessKeyset, Optional<Path> refreshKeyset, boolean createsMissing, Duration reloadInterval) {

    private static final Setting ACCESS_KEYSET_FILE = Setting.optional(
            "VAULT_ACCESS_KEYSET_FILE",
            "File with the Tink keyset (JSON, AES256_GCM) that seals access tokens; the same for token-service and"
                    + " publisher-service.");
    private static final Setting REFRESH_KEYSET_FILE = Setting.optional(
            "VAULT_REFRESH_KEYSET_FILE",
            "File with the Tink keyset (JSON, AES256_GCM) that seals refresh tokens; for token-service alone.");
    private static final Setting CREATE_MISSING = Setting.of(
            "VAULT_CREATE_MISSING",
            "false",
            "Whether a keyset file that does not exist is created. For local use: whoever loses the file loses every"
                    + " token sealed with it.");

    private static final Setting RELOAD_INTERVAL = Setting.of(
            "VAULT_RELOAD_INTERVAL",
            "10s",
            "How often the keyset files are looked at for new keys. A key is promoted no sooner than this after it was"
                    + " added everywhere.");

    /** Everything the vault can be told. */
    public static final List<Setting> SETTINGS =
            List.of(ACCESS_KEYSET_FILE, REFRESH_KEYSET_FILE, CREATE_MISSING, RELOAD_INTERVAL);

    public VaultConfig {
        if (accessKeyset.isPresent() && accessKeyset.equals(refreshKeyset)) {
            throw new ConfigException(REFRESH_KEYSET_FILE.name() + ": another file than " + ACCESS_KEYSET_FILE.name()
                    + " names needed, was " + refreshKeyset.get());
        }
    }

    public VaultConfig(Optional<Path> accessKeyset, Optional<Path> refreshKeyset, boolean createsMissing) {
        this(accessKeyset, refreshKeyset, createsMissing, Duration.ofSeconds(10));
    }

    public static VaultConfig from(Settings settings) {
        return new VaultConfig(
                settings.optionalPath(ACCESS_KEYSET_FILE),
                settings.optionalPath(REFRESH_KEYSET_FILE),
                settings.flag(CREATE_MISSING),
                settings.duration(RELOAD_INTERVAL));
    }

    static String settingOf(KeysetName keyset) {
        return switch (keyset) {
            case ACCESS -> ACCESS_KEYSET_FILE.name();
            case REFRESH -> REFRESH_KEYSET_FILE.name();
        };
    }

    Optional<Path> fileOf(KeysetName keyset) {
        return switch (keyset) {
            case ACCESS -> accessKeyset;
            case REFRESH -> refreshKeyset;
        };
    }
}
