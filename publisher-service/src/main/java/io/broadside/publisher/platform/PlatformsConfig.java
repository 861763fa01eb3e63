package io.broadside.publisher.platform;

import io.broadside.publisher.platform.PlatformEntry.Configured;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.util.List;
import java.util.stream.Stream;

/** What platforms can be told. */
public record PlatformsConfig(List<Configured> platforms, MediaConfig media) {

    public static final List<Setting> SETTINGS = Stream.concat(
                    Platforms.LIST.stream().flatMap(platform -> platform.settings().stream()),
                    MediaConfig.SETTINGS.stream())
            .toList();

    public PlatformsConfig {
        platforms = List.copyOf(platforms);
    }

    public static PlatformsConfig from(Settings settings) {
        var platforms = Platforms.LIST.stream()
                .map(platform -> platform.configure(settings))
                .toList();
        return new PlatformsConfig(platforms, MediaConfig.from(settings));
    }
}
