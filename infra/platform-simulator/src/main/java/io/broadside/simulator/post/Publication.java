package io.broadside.simulator.post;

import io.broadside.simulator.account.Platform;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A post that everybody can see.
 *
 * @param media fingerprints of the contents of its media, or their URLs where contents were not looked at
 * @param replyTo the post it answers, on X
 * @param calledAt when the call that published it arrived
 */
public record Publication(
        Platform platform,
        String accountId,
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

    /** Equal for posts that a reader cannot tell apart. A reply belongs to its place in a thread. */
    Fingerprint fingerprint() {
        return new Fingerprint(platform, accountId, text, link, media, replyTo);
    }

    record Fingerprint(
            Platform platform,
            String accountId,
            String text,
            Optional<String> link,
            List<String> media,
            Optional<String> replyTo) {}
}
