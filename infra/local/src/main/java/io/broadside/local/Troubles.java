package io.broadside.local;

import io.broadside.simulator.PlatformSimulator;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.instagram.InstagramPlatform;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What goes wrong at the platforms during chaos, by itself and all the time. */
final class Troubles {

    private static final int NO_LIMIT = 10_000_000;

    private static final List<String> UNLIMITED = List.of(
            "instagramPublishesPerDay",
            "instagramContainersPerDay",
            "linkedinPostsPerMemberDay",
            "linkedinCallsPerMemberDay",
            "linkedinCallsPerAppDay",
            "tiktokInitsPerMinute",
            "tiktokCreatorInfosPerMinute",
            "tiktokStatusesPerMinute",
            "tiktokReadsPerMinute",
            "tiktokPostsPerDay",
            "xPostsPer15Minutes",
            "xPostsPerAppDay",
            "xReadsPer15Minutes",
            "xMediaPer15Minutes",
            "xUploadsPer15Minutes");

    /** The call after which people see the post. */
    private static final Map<Platform, String> PUBLISHING = Map.of(
            Platform.FACEBOOK, "post.show",
            InstagramPlatform.ID, "media.publish",
            Platform.LINKEDIN, "posts.create",
            Platform.TIKTOK, "upload",
            Platform.X, "tweets.create");

    /** Calls before that. */
    private static final Map<String, Platform> PREPARING = Map.of(
            "page.feed", Platform.FACEBOOK,
            "page.videos.transfer", Platform.FACEBOOK,
            "media.create", InstagramPlatform.ID,
            "images.initializeUpload", Platform.LINKEDIN,
            "videos.finalizeUpload", Platform.LINKEDIN,
            "video.init", Platform.TIKTOK,
            "media.upload", Platform.X,
            "media.append", Platform.X);

    /** Those that say when calls are welcome again; after a refusal of the others posts wait for minutes. */
    private static final Set<Platform> NAMING_A_TIME = Set.of(Platform.FACEBOOK, Platform.X);

    private Troubles() {}

    static void inject(PlatformSimulator simulator, Chaos.Plan plan) {
        var seed = plan.seed();
        var control = simulator.control();
        // A platform that refuses duplicates would hide that we made them.
        control.set("refuseDuplicates", false);
        control.set("linkedinDuplicateSeconds", 0);
        UNLIMITED.forEach(limit -> control.set(limit, NO_LIMIT));
        PUBLISHING.forEach((platform, endpoint) -> {
            control.inject(often(platform, endpoint, FailureKind.CUT_AFTER_EFFECT, 0.010, seed));
            control.inject(often(platform, endpoint, FailureKind.SERVER_ERROR_AFTER_EFFECT, 0.010, seed + 1));
            control.inject(often(platform, endpoint, FailureKind.CUT_BEFORE_EFFECT, 0.005, seed + 2));
            control.inject(often(platform, endpoint, FailureKind.HANG_AFTER_EFFECT, 0.001, seed + 3));
            if (NAMING_A_TIME.contains(platform)) {
                control.inject(often(platform, endpoint, FailureKind.RATE_LIMITED_WITH_RETRY_AFTER, 0.005, seed + 4)
                        .seconds(2));
            }
            control.inject(often(platform, endpoint, FailureKind.SLOW, plan.slowShare(), seed + 5)
                    .seconds(1));
        });
        PREPARING.forEach((endpoint, platform) -> {
            control.inject(often(platform, endpoint, FailureKind.SERVER_ERROR_BEFORE_EFFECT, 0.01, seed + 6));
            control.inject(often(platform, endpoint, FailureKind.SERVER_ERROR_AFTER_EFFECT, 0.01, seed + 7));
        });
    }

    private static Failure often(Platform platform, String endpoint, FailureKind kind, double chance, long seed) {
        return Failure.of(platform, endpoint, kind).forEver().probability(chance, seed);
    }
}
