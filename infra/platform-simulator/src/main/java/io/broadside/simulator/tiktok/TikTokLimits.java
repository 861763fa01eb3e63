package io.broadside.simulator.tiktok;

import io.broadside.simulator.tiktok.TikTokState.Creator;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** What one creator, and one application, may post within a day. What failed does not count. */
final class TikTokLimits {
    private static final Duration DAY = Duration.ofDays(1);

    private final Clock clock;
    private final TikTokState state;
    private final Supplier<TikTokSettings> settings;

    TikTokLimits(Clock clock, TikTokState state, Supplier<TikTokSettings> settings) {
        this.clock = clock;
        this.state = state;
        this.settings = settings;
    }

    /** Why the creator may not post just now; empty if nothing is against it. */
    Optional<TikTokError> direct(Creator creator) {
        if (isOneTooMany(creator)) {
            return Optional.of(TikTokError.REACHED_ACTIVE_USER_CAP);
        }
        return begun(creator, false) >= settings.get().tiktokPostsPerDay()
                ? Optional.of(TikTokError.SPAM_RISK_TOO_MANY_POSTS)
                : Optional.empty();
    }

    /** Why no further draft goes to the creator's inbox. */
    Optional<TikTokError> draft(Creator creator) {
        return begun(creator, true) >= settings.get().tiktokPendingSharesPerDay()
                ? Optional.of(TikTokError.SPAM_RISK_TOO_MANY_PENDING_SHARE)
                : Optional.empty();
    }

    private boolean isOneTooMany(Creator creator) {
        var dayAgo = clock.instant().minus(DAY);
        var isActive = creator.shares().stream()
                .anyMatch(progress -> progress.share().begunAt().isAfter(dayAgo));
        return !settings.get().tiktokIsAudited()
                && !isActive
                && state.activeSince(dayAgo) >= settings.get().tiktokUsersPerDay();
    }

    private long begun(Creator creator, boolean drafts) {
        var dayAgo = clock.instant().minus(DAY);
        return creator.shares().stream()
                .filter(progress -> progress.share().flow().isDraft() == drafts)
                .filter(progress -> progress.share().begunAt().isAfter(dayAgo) && progress.counts())
                .count();
    }
}
