package io.broadside.token.platform;

import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.time.Clock;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A platform as {@link TokenPlatforms the list} has it: what can be set, and what is made of that.
 *
 * @param <C> what it can be told
 * @param settings all of them, for the reference
 * @param config reads them, and refuses at once what is wrong
 * @param platform the platform itself
 */
public record TokenPlatformEntry<C>(
        List<Setting> settings, Function<Settings, C> config, BiFunction<C, Tools, TokenPlatform> platform) {

    public TokenPlatformEntry {
        settings = List.copyOf(settings);
    }

    /** What every platform may be made with. */
    public record Tools(PlatformCalls calls, Clock clock) {}

    Function<Tools, TokenPlatform> configure(Settings from) {
        var told = config.apply(from);
        return tools -> platform.apply(told, tools);
    }
}
