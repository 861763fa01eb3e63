package io.broadside.local;

import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;

/** What goes wrong at the platforms during chaos, by itself and all the time. */
final class Troubles {

    private static final int NO_LIMIT = 10_000_000;

    private Troubles() {}

    static void inject(PlatformSimulator simulator, Chaos.Plan plan) {
        var seed = plan.seed();
        var control = simulator.control();
        // A platform that refuses duplicates would hide that we made them.
        control.set("refuseDuplicates", false);
        control.set("xPostsPer15Minutes", NO_LIMIT);
        control.set("xReadsPer15Minutes", NO_LIMIT);
        control.set("xMediaPer15Minutes", NO_LIMIT);
        for (var endpoint : new String[] {"facebook post.show", "x tweets.create"}) {
            var platform = Platform.of(endpoint.substring(0, endpoint.indexOf(' ')));
            var name = endpoint.substring(endpoint.indexOf(' ') + 1);
            control.inject(often(platform, name, FailureKind.CUT_AFTER_EFFECT, 0.010, seed));
            control.inject(often(platform, name, FailureKind.SERVER_ERROR_AFTER_EFFECT, 0.010, seed + 1));
            control.inject(often(platform, name, FailureKind.CUT_BEFORE_EFFECT, 0.005, seed + 2));
            control.inject(often(platform, name, FailureKind.HANG_AFTER_EFFECT, 0.001, seed + 3));
            control.inject(often(platform, name, FailureKind.RATE_LIMITED_WITH_RETRY_AFTER, 0.005, seed + 4)
                    .seconds(2));
            control.inject(often(platform, name, FailureKind.SLOW, plan.slowShare(), seed + 5)
                    .seconds(1));
        }
        control.inject(often(Platform.FACEBOOK, "page.feed", FailureKind.SERVER_ERROR_BEFORE_EFFECT, 0.01, seed + 6));
        control.inject(often(Platform.FACEBOOK, "page.feed", FailureKind.SERVER_ERROR_AFTER_EFFECT, 0.01, seed + 7));
        control.inject(often(Platform.X, "media.upload", FailureKind.SERVER_ERROR_BEFORE_EFFECT, 0.02, seed + 8));
    }

    private static Failure often(Platform platform, String endpoint, FailureKind kind, double chance, long seed) {
        return Failure.of(platform, endpoint, kind).forEver().probability(chance, seed);
    }
}
