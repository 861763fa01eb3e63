package io.broadside.simulator.post;

import com.fasterxml.jackson.annotation.JsonValue;
import io.broadside.simulator.account.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that everybody can see.
 *
 * @param media fingerprints of the contents of its media, or their URLs where contents were not looked at
 * @param replyTo what it answers: the post before it in a thread, or the post of a comment
 * @param calledAt when the call that published it arrived
 */
public record Publication(
        Platform platform,
        String accountId,
        Kind kind,
        String id,
        String text,
        Optional<String> link,
        List<String> media,
        Optional<String> replyTo,
        Instant publishedAt,
        Instant calledAt) {
    public Publication {
        media = List.copyOf(media);
    }

    /** Equal for publications that a reader cannot tell apart. A reply belongs to its place in a thread. */
    Fingerprint fingerprint() {
        return new Fingerprint(platform, accountId, kind, text, link, media, replyTo);
    }

    /** Where readers meet it. */
    public enum Kind {
        /** In the feed: text, link, pictures, documents. */
        POST,
        VIDEO,
        REEL,
        STORY,
        /** Below a post; a reply of a network where replies are posts is a {@link #POST}. */
        COMMENT;

        @JsonValue
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    record Fingerprint(
            Platform platform,
            String accountId,
            Kind kind,
            String text,
            Optional<String> link,
            List<String> media,
            Optional<String> replyTo) {}
}
