package io.broadside.simulator.facebook;

import io.broadside.simulator.account.FacebookPage;
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

    record Commented(Comment comment) implements FacebookChange {}

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
            Instant createdAt)
            implements Node {
        public Post {
            photoIds = List.copyOf(photoIds);
        }

        Post shown() {
            return new Post(id, pageId, message, link, photoIds, true, createdAt);
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

    record Comment(String id, String pageId, String postId, String message, Instant createdAt) implements Node {}
}
