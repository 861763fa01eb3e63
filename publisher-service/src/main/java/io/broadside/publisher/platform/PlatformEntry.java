package io.broadside.publisher.platform;

import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import io.broadside.runtime.http.PlatformHttp;
import java.time.Clock;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A platform as {@link Platforms the list} has it: what can be set, and what is made of that.
 *
 * @param <C> what it can be told
 * @param settings all of them, for the reference
 * @param config reads them, and refuses at once what is wrong
 * @param quotas how it limits calls
 * @param platform the platform itself
 */
public record PlatformEntry<C>(
        List<Setting> settings,
        Function<Settings, C> config,
        Function<C, Quotas> quotas,
        BiFunction<C, Tools, Platform> platform) {

    public PlatformEntry {
        settings = List.copyOf(settings);
    }

    /** What every platform may be made with. */
    public record Tools(PlatformHttp http, MediaFetch media, MediaConfig mediaConfig, Clock clock) {}

    /** A platform that has been told everything. */
    public interface Configured {

        Quotas quotas();

        Platform platform(Tools tools);
    }

    Configured configure(Settings from) {
        var told = config.apply(from);
        return new Configured() {
            @Override
            public Quotas quotas() {
                return quotas.apply(told);
            }

            @Override
            public Platform platform(Tools tools) {
                return platform.apply(told, tools);
            }
        };
    }
}
