package io.broadside.publisher.platform;

import io.broadside.publisher.platform.bluesky.BlueskyPlatform;
import io.broadside.publisher.platform.facebook.FacebookPlatform;
import io.broadside.publisher.platform.instagram.InstagramPlatform;
import io.broadside.publisher.platform.linkedin.LinkedInPlatform;
import io.broadside.publisher.platform.media.MediaFetch;
import io.broadside.publisher.platform.tiktok.TikTokPlatform;
import io.broadside.publisher.platform.x.XPlatform;
import io.broadside.runtime.http.PlatformHttp;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The one list of platforms: a new one is a line here and a package beside the others. */
public final class Platforms {

    static final List<PlatformEntry<?>> LIST = List.of(
            BlueskyPlatform.ENTRY,
            FacebookPlatform.ENTRY,
            InstagramPlatform.ENTRY,
            LinkedInPlatform.ENTRY,
            TikTokPlatform.ENTRY,
            XPlatform.ENTRY);

    private final Map<String, Platform> byId;

    private Platforms(List<Platform> all) {
        var platforms = new LinkedHashMap<String, Platform>();
        all.forEach(platform -> platforms.put(platform.id(), platform));
        this.byId = Collections.unmodifiableMap(platforms);
    }

    public static Platforms all(PlatformsConfig config, PlatformHttp http, MediaFetch media, Clock clock) {
        var tools = new PlatformEntry.Tools(http, media, config.media(), clock);
        return new Platforms(config.platforms().stream()
                .map(platform -> platform.platform(tools))
                .toList());
    }

    /** How they limit calls. */
    public static List<Quotas> quotas(PlatformsConfig config) {
        return config.platforms().stream().map(PlatformEntry.Configured::quotas).toList();
    }

    /** These and no others: for tests. */
    public static Platforms of(Platform... platforms) {
        return new Platforms(List.of(platforms));
    }

    /** A platform by its id in lower case. */
    public Optional<Platform> byId(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The ids of all, always in the same order. */
    public List<String> ids() {
        return List.copyOf(byId.keySet());
    }
}
