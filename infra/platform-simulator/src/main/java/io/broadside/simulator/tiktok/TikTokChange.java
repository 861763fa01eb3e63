package io.broadside.simulator.tiktok;

import io.broadside.simulator.account.TikTokCreator;
import io.broadside.simulator.http.Fingerprint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What can happen to the state of TikTok. Written to the journal: components are only ever added. */
sealed interface TikTokChange {
    /** A creator is new, or got the given tokens from outside: they are good from now on, whatever they were before. */
    record CreatorSaved(TikTokCreator creator) implements TikTokChange {}

    /** A creator granted a connection: one more family of tokens. */
    record Granted(
            String openId,
            String accessToken,
            String refreshToken,
            String scope,
            Instant expiresAt,
            Instant refreshExpiresAt)
            implements TikTokChange {}

    record TokensRotated(
            String openId,
            String usedRefreshToken,
            String accessToken,
            String refreshToken,
            Instant expiresAt,
            Instant refreshExpiresAt)
            implements TikTokChange {}

    record FamilyRevoked(String family) implements TikTokChange {}

    record AccessTokenExpired(String accessToken) implements TikTokChange {}

    record ShareBegun(Share share) implements TikTokChange {}

    /** One more piece of a video is here. */
    record ChunkTaken(String publishId, Fingerprint chunk) implements TikTokChange {}

    /** The bytes do not begin as a video does. */
    record FormatRefused(String publishId) implements TikTokChange {}

    /** All media are here: what becomes of it, and when, is settled. */
    record ShareSettled(String publishId, End end) implements TikTokChange {}

    record ShareCancelled(String publishId, Instant at) implements TikTokChange {}

    /**
     * A post on its way.
     *
     * @param chunkSize 0 where nothing is uploaded
     * @param uploadToken in the address that takes the bytes; empty where nothing is uploaded
     */
    record Share(
            String publishId,
            String openId,
            Flow flow,
            String text,
            String privacyLevel,
            List<String> urls,
            long videoSize,
            long chunkSize,
            int chunks,
            String uploadToken,
            Instant begunAt,
            Instant calledAt) {
        public Share {
            urls = List.copyOf(urls);
        }
    }

    /**
     * What became of a post.
     *
     * @param failReason empty for one that went through
     * @param postId of a post that is out; absent for drafts and failures
     * @param media fingerprints
     * @param at when processing is over
     * @param publicAt when its id can be seen; absent for what is not public
     */
    record End(String failReason, Optional<String> postId, List<String> media, Instant at, Optional<Instant> publicAt) {
        public End {
            media = List.copyOf(media);
        }
    }

    /** How media come to TikTok, and where they go. */
    enum Flow {
        UPLOAD("v_pub_file"),
        PULL("v_pub_url"),
        INBOX_UPLOAD("v_inbox_file"),
        INBOX_PULL("v_inbox_url"),
        PHOTOS("p_pub_url"),
        INBOX_PHOTOS("p_inbox_url");

        private final String prefix;

        Flow(String prefix) {
            this.prefix = prefix;
        }

        /** Publish ids begin with it. */
        String prefix() {
            return prefix;
        }

        boolean isUpload() {
            return this == UPLOAD || this == INBOX_UPLOAD;
        }

        boolean isPhotos() {
            return this == PHOTOS || this == INBOX_PHOTOS;
        }

        /** Whether the creator finishes it in the app: nobody else sees it until then. */
        boolean isDraft() {
            return this == INBOX_UPLOAD || this == INBOX_PULL || this == INBOX_PHOTOS;
        }
    }
}
