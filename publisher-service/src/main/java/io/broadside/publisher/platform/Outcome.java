package io.broadside.publisher.platform;

import io.broadside.events.Checkpoint;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/** What came of an attempt to publish. */
public sealed interface Outcome {

    /** It is out. */
    record Published(String remoteId, Optional<URI> permalink) implements Outcome {}

    /**
     * A step is done; the next one starts from this checkpoint, once that is durable. A checkpoint that has the post's id says
     * that the post is out: whatever comes of the steps after it, the result is PUBLISHED, and says what is missing.
     */
    record Continue(Checkpoint checkpoint, Optional<Instant> notBefore) implements Outcome {}

    /**
     * The platform has all it needs and publishes by itself, or says later why it does not: {@link Platform#find} asks it, from
     * this checkpoint. From here on the post is neither too late nor taken back, because it may come out at any moment.
     */
    record Underway(Checkpoint checkpoint, Optional<Instant> notBefore) implements Outcome {}

    /** The platform asks to wait, until the time it names if it names one. Nothing was published. */
    record RateLimited(Scope scope, Optional<Instant> notBefore, Cause cause) implements Outcome {}

    /** The platform, or the way to it, is down. Nothing was published. */
    record Unavailable(Cause cause) implements Outcome {}

    /** The token is refused and a newer one may help. Nothing was published. */
    record TokenExpired(Cause cause) implements Outcome {}

    /** The token is refused for good: a person must reconnect. Nothing was published. */
    record TokenRevoked(Cause cause) implements Outcome {}

    /** The platform refuses, and would refuse again. Nothing was published. */
    record Rejected(Cause cause) implements Outcome {}

    /** Perhaps it was published: it must be looked for first. */
    record Unconfirmed(String step, Cause cause) implements Outcome {}

    /** What a limit applies to. */
    enum Scope {
        APP,
        /** Calls of the same group of endpoints, for everybody who uses the app. */
        APP_ENDPOINT,
        ACCOUNT,
        ENDPOINT
    }
}
