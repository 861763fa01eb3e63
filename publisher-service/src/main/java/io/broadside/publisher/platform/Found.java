package io.broadside.publisher.platform;

import io.broadside.events.Checkpoint;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** What a search for a publication in doubt came to. */
public sealed interface Found {

    /** It happened. */
    record Landed(String remoteId, Optional<URI> permalink) implements Found {}

    /** It happened, and the command is not done with that: it goes on from this checkpoint. */
    record Further(Checkpoint checkpoint) implements Found {}

    /** It did not happen and no longer can: it may be sent again. */
    record Absent() implements Found {}

    /** It is still being worked on at the platform, which goes on by itself: to be asked again. */
    record Underway(Optional<Instant> notBefore) implements Found {}

    /**
     * Not to be found out, for now or at all; the cause says why.
     *
     * @param stopped what kept the search from going through; empty for one that did, and saw nothing
     */
    record CannotTell(Cause cause, Optional<Outcome> stopped) implements Found {

        /** A search that went through. */
        public CannotTell(Cause cause) {
            this(cause, Optional.empty());
        }
    }
}
