package io.broadside.publisher.platform;

import io.broadside.publisher.platform.facebook.FacebookPlatform;
import io.broadside.publisher.platform.media.MediaFetch;
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

    private final Map<String, Platform> byId;

    private Platforms(List<Platform> all) {
        var platforms = new LinkedHashMap<String, Platform>();
        all.forEach(platform -> platforms.put(platform.id(), platform));
        this.byId = Collections.unmodifiableMap(platforms);
    }

    public static Platforms all(PlatformsConfig config, PlatformHttp http, MediaFetch media, Clock clock) {
        return new Platforms(List.of(
                new FacebookPlatform(config.facebook(), http, media, clock),
                new XPlatform(config.x(), http, media, clock)));
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
