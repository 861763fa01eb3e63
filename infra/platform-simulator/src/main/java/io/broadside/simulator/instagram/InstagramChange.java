package io.broadside.simulator.instagram;

import io.broadside.simulator.http.Fingerprint;
import io.broadside.simulator.post.Publication;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What can happen to the state of Instagram. Written to the journal: components are only ever added. */
sealed interface InstagramChange {
    /** An account is new, or got the given token from outside: it is good from now on, whatever it was before. */
    record AccountSaved(InstagramAccount account) implements InstagramChange {}

    record TokenIssued(Token token) implements InstagramChange {}

    /** A long-lived token took the place of an older one. */
    record TokenRefreshed(String old, Token token, boolean isOldDead) implements InstagramChange {}

    record TokenEnded(String token, TokenState state) implements InstagramChange {}

    record ContainerCreated(Container container) implements InstagramChange {}

    /** A piece of a video arrived. */
    record BytesReceived(String containerId, Fingerprint piece, boolean isVideo) implements InstagramChange {}

    /** The bytes are to be fetched instead of uploaded. */
    record UrlGiven(String containerId, String url) implements InstagramChange {}

    /** What the container shows is known, and processed from then on. */
    record Loaded(String containerId, Load load) implements InstagramChange {}

    record Published(Media media, List<String> fingerprints, Instant calledAt) implements InstagramChange {
        public Published {
            fingerprints = List.copyOf(fingerprints);
        }
    }

    record Commented(Comment comment, Instant calledAt) implements InstagramChange {}

    record Subscribed(String accountId, List<String> fields) implements InstagramChange {}

    /** Whether a token can be used, apart from its expiry. */
    enum TokenState {
        VALID,
        EXPIRED,
        REVOKED,
        /** A younger one took its place. */
        REPLACED
    }

    /**
     * A token of the Instagram login.
     *
     * @param isLongLived only those can be refreshed
     */
    record Token(
            String value,
            String accountId,
            boolean isLongLived,
            Optional<Instant> issuedAt,
            Optional<Instant> expiresAt,
            TokenState state) {
        boolean isExpired(Instant now) {
            return state == TokenState.EXPIRED || (expiresAt.isPresent() && !now.isBefore(expiresAt.get()));
        }

        Token ended(TokenState end) {
            return new Token(value, accountId, isLongLived, issuedAt, expiresAt, end);
        }
    }

    /** What a container is for. */
    enum ContainerKind {
        IMAGE(Publication.Kind.POST, false, "IMAGE", "FEED"),
        /** Of a carousel; alone it would be a reel. */
        VIDEO(Publication.Kind.POST, true, "VIDEO", "FEED"),
        REEL(Publication.Kind.REEL, true, "VIDEO", "REELS"),
        IMAGE_STORY(Publication.Kind.STORY, false, "IMAGE", "STORY"),
        VIDEO_STORY(Publication.Kind.STORY, true, "VIDEO", "STORY"),
        CAROUSEL(Publication.Kind.POST, false, "CAROUSEL_ALBUM", "FEED");

        private final Publication.Kind publication;
        private final boolean isVideo;
        private final String mediaType;
        private final String productType;

        ContainerKind(Publication.Kind publication, boolean isVideo, String mediaType, String productType) {
            this.publication = publication;
            this.isVideo = isVideo;
            this.mediaType = mediaType;
            this.productType = productType;
        }

        Publication.Kind publication() {
            return publication;
        }

        boolean isVideo() {
            return isVideo;
        }

        boolean isStory() {
            return publication == Publication.Kind.STORY;
        }

        String mediaType() {
            return mediaType;
        }

        String productType() {
            return productType;
        }
    }

    /** How far a container is. */
    enum Status {
        IN_PROGRESS,
        FINISHED,
        PUBLISHED,
        ERROR,
        EXPIRED
    }

    /**
     * Something that can be published, once.
     *
     * @param mediaUrl absent: the bytes are uploaded, or it is a carousel
     */
    record Container(
            String id,
            String accountId,
            ContainerKind kind,
            String caption,
            Optional<String> altText,
            Optional<String> mediaUrl,
            boolean isCarouselItem,
            List<String> children,
            Instant createdAt) {
        public Container {
            children = List.copyOf(children);
        }
    }

    /**
     * The contents of a container.
     *
     * @param readyAt when its processing is over
     * @param failure subcode of why it failed
     */
    record Load(List<String> fingerprints, Instant readyAt, Optional<String> failure) {
        public Load {
            fingerprints = List.copyOf(fingerprints);
        }
    }

    /** A published medium: a carousel too is one. */
    record Media(
            String id, String containerId, String accountId, ContainerKind kind, String caption, Instant publishedAt) {}

    record Comment(String id, String accountId, String mediaId, String text, Instant createdAt) {}
}
