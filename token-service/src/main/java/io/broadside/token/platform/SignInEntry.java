package io.broadside.token.platform;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.token.platform.TokenPlatformEntry.Tools;
import java.util.List;
import java.util.function.Function;

/**
 * A way to sign in as {@link SignIns the list} has it.
 *
 * @param settings those of its own, for the reference
 * @param configure reads them, and refuses at once what is wrong
 */
public record SignInEntry(List<Setting> settings, Function<Settings, Function<Tools, SignIn>> configure) {

    public SignInEntry {
        settings = List.copyOf(settings);
    }
}
