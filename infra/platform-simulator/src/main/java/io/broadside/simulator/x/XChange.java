package io.broadside.simulator.x;

import io.broadside.simulator.account.XUser;
import io.broadside.simulator.http.Fingerprint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What can happen to the state of X. Written to the journal: components are only ever added. */
sealed interface XChange {
    /** A user is new, or got the given tokens from outside: they are good from now on, whatever they were before. */
    record UserSaved(XUser user) implements XChange {}

    /** A user granted a connection: one more family of tokens. */
    record Granted(String userId, String accessToken, String refreshToken, Instant expiresAt) implements XChange {}

    record TokensRotated(
            String userId, String usedRefreshToken, String accessToken, String refreshToken, Instant expiresAt)
            implements XChange {}

    record FamilyRevoked(String family, Cause cause) implements XChange {}

    record AccessTokenExpired(String accessToken) implements XChange {}

    record Tweeted(Tweet tweet, List<String> fingerprints, Instant calledAt) implements XChange {}

    record TweetDeleted(String id) implements XChange {}

    record MediaUploaded(Media media) implements XChange {}

    record UploadStarted(Upload upload) implements XChange {}

    /**
     * A piece arrived, perhaps once more.
     *
     * @param type what the first bytes look like; told for the first piece only
     */
    record PieceAppended(String uploadId, int index, Fingerprint piece, Optional<String> type) implements XChange {}

    record MediaDescribed(String id, String altText) implements XChange {}

    /** Why a family of tokens died. */
    enum Cause {
        REFRESH_TOKEN_REUSED,
        REVOKED_BY_CLIENT,
        REVOKED_BY_USER
    }

    /** A post. */
    record Tweet(
            String id,
            String userId,
            String text,
            Optional<String> replyTo,
            Optional<String> quoted,
            List<String> mediaIds,
            Instant createdAt) {
        public Tweet {
            mediaIds = List.copyOf(mediaIds);
        }
    }

    /**
     * An uploaded medium.
     *
     * @param category absent: an image
     * @param readyAt when its processing is over; absent: it needs none
     * @param failure why its processing fails
     */
    record Media(
            String id,
            String userId,
            String fingerprint,
            int size,
            String type,
            Instant expiresAt,
            Optional<MediaCategory> category,
            Optional<Instant> readyAt,
            Optional<String> failure) {
        String key() {
            return categoryOrImage().key(id);
        }

        MediaCategory categoryOrImage() {
            return category.orElse(MediaCategory.TWEET_IMAGE);
        }

        boolean isUsable(Instant now) {
            return now.isBefore(expiresAt) && failure.isEmpty() && (readyAt.isEmpty() || !now.isBefore(readyAt.get()));
        }
    }

    /** An upload in pieces, announced. */
    record Upload(
            String id, String userId, String mediaType, long totalBytes, MediaCategory category, Instant startedAt) {}
}
