package io.broadside.publisher.platform;

import io.broadside.publisher.platform.facebook.FacebookConfig;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.tiktok.TikTokConfig;
import io.broadside.publisher.platform.x.XConfig;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.util.List;
import java.util.stream.Stream;

/** What platforms can be told. */
public record PlatformsConfig(FacebookConfig facebook, XConfig x, TikTokConfig tiktok, MediaConfig media) {

    public static final List<Setting> SETTINGS = Stream.of(
                    FacebookConfig.SETTINGS, XConfig.SETTINGS, TikTokConfig.SETTINGS, MediaConfig.SETTINGS)
            .flatMap(List::stream)
            .toList();

    public static PlatformsConfig from(Settings settings) {
        return new PlatformsConfig(
                FacebookConfig.from(settings),
                XConfig.from(settings),
                TikTokConfig.from(settings),
                MediaConfig.from(settings));
    }
}
