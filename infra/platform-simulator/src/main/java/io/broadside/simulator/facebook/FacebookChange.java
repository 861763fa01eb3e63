package io.broadside.simulator.facebook;

import io.broadside.simulator.account.FacebookPage;
import io.broadside.simulator.http.Fingerprint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What can happen to the state of Facebook. Written to the journal: components are only ever added. */
sealed interface FacebookChange {
    /** A Page is new, or got the given tokens from outside: they are good from now on, whatever they were before. */
    record PageSaved(FacebookPage page, Instant at) implements FacebookChange {}

    record TokenIssued(Token token) implements FacebookChange {}

    record TokenEnded(String token, TokenState state) implements FacebookChange {}

    record Posted(Post post, List<String> fingerprints, Instant calledAt) implements FacebookChange {
        public Posted {
            fingerprints = List.copyOf(fingerprints);
        }
    }

    /** An unpublished post became visible. */
    record Shown(String id, Instant at, Instant calledAt) implements FacebookChange {}

    record PhotoAdded(Photo photo) implements FacebookChange {}

    record Commented(Comment comment, Optional<Instant> calledAt) implements FacebookChange {}

    record VideoBegun(Video video) implements FacebookChange {}

    /** A piece arrived, behind the ones before it. */
    record VideoReceived(String videoId, Fingerprint piece, boolean isVideo) implements FacebookChange {}

    /** All bytes are there, and are processed from then on. */
    record VideoLoaded(String videoId, VideoLoad load) implements FacebookChange {}

    record VideoFinished(String videoId, Finish finish) implements FacebookChange {}

    record VideoPublished(String videoId, Post post, String fingerprint, Instant calledAt) implements FacebookChange {}

    record VideoCancelled(String videoId) implements FacebookChange {}

    record StoryPublished(Story story, String fingerprint, Instant calledAt) implements FacebookChange {}

    record Deleted(String id) implements FacebookChange {}

    /** The Page shows an Instagram account as its own. */
    record InstagramLinked(String pageId, String instagramId) implements FacebookChange {}

    record Subscribed(String pageId, List<String> fields) implements FacebookChange {}

    /** Whose token it is. */
    enum TokenKind {
        PAGE,
        USER
    }

    /** Whether a token can be used, apart from its expiry. */
    enum TokenState {
        VALID,
        EXPIRED,
        REVOKED
    }

    /** An access token of a Page or a user. */
    record Token(
            String value,
            TokenKind kind,
            String ownerId,
            Instant issuedAt,
            Optional<Instant> expiresAt,
            TokenState state) {
        boolean isExpired(Instant now) {
            return state == TokenState.EXPIRED || (expiresAt.isPresent() && !now.isBefore(expiresAt.get()));
        }

        boolean isUsable(Instant now) {
            return state == TokenState.VALID && !isExpired(now);
        }

        Token ended(TokenState end) {
            return new Token(value, kind, ownerId, issuedAt, expiresAt, end);
        }
    }

    /** Something with an id of its own. */
    sealed interface Node {
        String id();

        String pageId();

        Instant createdAt();
    }

    record Post(
            String id,
            String pageId,
            String message,
            Optional<String> link,
            List<String> photoIds,
            boolean published,
            Instant createdAt,
            Optional<String> videoId)
            implements Node {
        public Post {
            photoIds = List.copyOf(photoIds);
        }

        Post shown() {
            return new Post(id, pageId, message, link, photoIds, true, createdAt, videoId);
        }
    }

    record Photo(
            String id,
            String pageId,
            String fingerprint,
            Optional<String> caption,
            Optional<String> altText,
            boolean published,
            Instant createdAt)
            implements Node {}

    /**
     * A video, from the beginning of its upload on.
     *
     * @param fileSize as it was announced; 0 where it is told with the bytes
     */
    record Video(String id, String pageId, VideoKind kind, long fileSize, Instant createdAt) implements Node {}

    /** Where a video is shown. */
    enum VideoKind {
        VIDEO,
        REEL,
        STORY
    }

    /**
     * The contents of a video.
     *
     * @param readyAt when its processing is over
     * @param failure why it fails
     */
    record VideoLoad(String fingerprint, Instant readyAt, Optional<String> failure) {}

    /** What was said at the end of the upload. */
    record Finish(Optional<String> title, String description, boolean published) {}

    /** A photo or a video that is shown for a day. */
    record Story(String id, String pageId, String mediaId, boolean isVideo, Instant createdAt) {}

    record Comment(String id, String pageId, String postId, String message, Instant createdAt) implements Node {}
}
