package io.broadside.publisher.platform;

import io.broadside.publisher.platform.facebook.FacebookConfig;
import io.broadside.publisher.platform.linkedin.LinkedInConfig;
import io.broadside.publisher.platform.media.MediaConfig;
import io.broadside.publisher.platform.x.XConfig;
import io.broadside.runtime.config.Setting;
import io.broadside.runtime.config.Settings;
import java.util.List;
import java.util.stream.Stream;

/** What platforms can be told. */
public record PlatformsConfig(FacebookConfig facebook, LinkedInConfig linkedIn, XConfig x, MediaConfig media) {

    public static final List<Setting> SETTINGS = Stream.of(
                    FacebookConfig.SETTINGS, LinkedInConfig.SETTINGS, XConfig.SETTINGS, MediaConfig.SETTINGS)
            .flatMap(List::stream)
            .toList();

    public static PlatformsConfig from(Settings settings) {
        return new PlatformsConfig(
                FacebookConfig.from(settings),
                LinkedInConfig.from(settings),
                XConfig.from(settings),
                MediaConfig.from(settings));
    }
}
