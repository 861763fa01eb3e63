package io.broadside.local;

import static io.broadside.simulator.account.Platform.FACEBOOK;
import static io.broadside.simulator.account.Platform.LINKEDIN;
import static io.broadside.simulator.account.Platform.TIKTOK;
import static io.broadside.simulator.account.Platform.X;
import static io.broadside.simulator.failure.FailureKind.CUT_AFTER_EFFECT;
import static io.broadside.simulator.failure.FailureKind.CUT_BEFORE_EFFECT;
import static io.broadside.simulator.failure.FailureKind.RATE_LIMITED_WITH_RETRY_AFTER;
import static io.broadside.simulator.failure.FailureKind.SERVER_ERROR_AFTER_EFFECT;
import static io.broadside.simulator.failure.FailureKind.SERVER_ERROR_BEFORE_EFFECT;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.control.Control;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.failure.FailureKind;
import io.broadside.simulator.instagram.InstagramPlatform;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What goes wrong for one account of the demo.
 *
 * @param what it does, in words
 * @param failure absent: its access token expires
 */
record DemoTrouble(String profile, Platform platform, String what, Optional<Failure> failure) {

    static final List<DemoTrouble> ALL = List.of(
            at("bakery", FACEBOOK, "will answer 429, come back in 3 s", "page.photos", RATE_LIMITED_WITH_RETRY_AFTER)
                    .status(429)
                    .seconds(3),
            at(
                    "bakery",
                    InstagramPlatform.ID,
                    "will publish, and cut the connection",
                    "media.publish",
                    CUT_AFTER_EFFECT),
            at("bakery", LINKEDIN, "will publish, and answer 500", "posts.create", SERVER_ERROR_AFTER_EFFECT),
            expired("bakery", TIKTOK),
            at("bakery", X, "will answer 503 to the upload of the photo", "media.upload", SERVER_ERROR_BEFORE_EFFECT)
                    .status(503),
            at("coffee", LINKEDIN, "will answer 503 to a piece of the video", "upload", SERVER_ERROR_BEFORE_EFFECT)
                    .status(503),
            expired("coffee", X),
            at("library", FACEBOOK, "will publish, and answer 500", "post.show", SERVER_ERROR_AFTER_EFFECT),
            at("library", TIKTOK, "will take the video, and answer 500", "upload", SERVER_ERROR_AFTER_EFFECT),
            at("library", X, "will cut the connection amid the video", "media.append", CUT_BEFORE_EFFECT));

    private static DemoTrouble at(String profile, Platform platform, String what, String endpoint, FailureKind kind) {
        return new DemoTrouble(profile, platform, what, Optional.of(Failure.of(platform, endpoint, kind)));
    }

    private static DemoTrouble expired(String profile, Platform platform) {
        return new DemoTrouble(profile, platform, "has an access token that has expired", Optional.empty());
    }

    private DemoTrouble status(int status) {
        return new DemoTrouble(profile, platform, what, failure.map(it -> it.status(status)));
    }

    private DemoTrouble seconds(int seconds) {
        return new DemoTrouble(profile, platform, what, failure.map(it -> it.seconds(seconds)));
    }

    /** @param account the platform's id of it */
    void inject(Control control, String account) {
        failure.ifPresentOrElse(
                found -> control.inject(found.account(account)), () -> control.expireToken(platform, account));
    }

    String words() {
        return String.format(Locale.ROOT, "%-20s %s", profile + " on " + platform.id(), what);
    }
}
