package io.broadside.simulator.tiktok;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.tiktok.TikTokChange.End;
import io.broadside.simulator.tiktok.TikTokChange.Share;
import io.broadside.simulator.tiktok.TikTokState.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What becomes of a post, settled at the moment its media are complete. It is out then, whoever asks or does not: only its
 * status takes its time.
 */
final class TikTokEndings {
    /** An endpoint for failures alone: their code is the reason. */
    static final String PROCESSING = "processing";

    private static final String PUBLIC = "PUBLIC_TO_EVERYONE";

    private final Foundation foundation;
    private final Clock clock;
    private final TikTokState state;
    private final Supplier<TikTokSettings> settings;

    TikTokEndings(Foundation foundation, TikTokState state, Supplier<TikTokSettings> settings) {
        this.foundation = foundation;
        this.clock = foundation.clock();
        this.state = state;
        this.settings = settings;
    }

    /** All media are here. */
    void complete(Progress progress, List<String> fingerprints) {
        var share = progress.share();
        var usually = Duration.ofSeconds(settings.get().tiktokProcessingSeconds());
        var processing = foundation.processing(Platform.TIKTOK, PROCESSING, share.openId(), usually);
        var at = clock.instant().plus(processing.takes());
        if (processing.failure().isPresent()) {
            var reason = processing.failure().filter(code -> !code.isEmpty()).orElse("internal");
            settle(share, new End(reason, Optional.empty(), fingerprints, at, Optional.empty()));
            return;
        }
        var isOut = !share.flow().isDraft();
        settle(
                share,
                new End(
                        "",
                        isOut ? Optional.of(state.newId()) : Optional.empty(),
                        fingerprints,
                        at,
                        isOut ? publicAt(share, at) : Optional.empty()));
    }

    /** They are not, or are not what they should be. */
    void fail(Progress progress, String reason) {
        settle(progress.share(), new End(reason, Optional.empty(), List.of(), clock.instant(), Optional.empty()));
    }

    /** MP4, MOV, and WebM, which begins as Matroska does. */
    static boolean isVideo(Medium medium) {
        var head = medium.head();
        return medium.isVideo() || (head.length() >= 4 && head.getInt(0) == 0x1A45DFA3);
    }

    private Optional<Instant> publicAt(Share share, Instant processed) {
        return share.privacyLevel().equals(PUBLIC)
                ? Optional.of(processed.plusSeconds(settings.get().tiktokModerationSeconds()))
                : Optional.empty();
    }

    private void settle(Share share, End end) {
        state.commit(new TikTokChange.ShareSettled(share.publishId(), end));
    }
}
