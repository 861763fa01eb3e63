package io.broadside.simulator;

import io.broadside.simulator.bluesky.BlueskyPlatform;
import io.broadside.simulator.facebook.FacebookPlatform;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.simulator.linkedin.LinkedInPlatform;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.platform.SimulatedPlatform;
import io.broadside.simulator.tiktok.TikTokPlatform;
import io.broadside.simulator.x.XPlatform;
import java.util.List;

/** The networks that are doubled: the one place that names them all. */
final class SimulatedPlatforms {
    private SimulatedPlatforms() {}

    static List<SimulatedPlatform<?>> on(Foundation foundation) {
        var facebook = new FacebookPlatform(foundation);
        return List.of(
                new BlueskyPlatform(foundation),
                facebook,
                new InstagramPlatform(foundation, facebook.pageTokens()),
                new LinkedInPlatform(foundation),
                new TikTokPlatform(foundation),
                new XPlatform(foundation));
    }
}
