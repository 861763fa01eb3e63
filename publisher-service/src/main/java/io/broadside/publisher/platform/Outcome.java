package io.broadside.publisher.platform;

import io.broadside.events.Checkpoint;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.RetryAfter;
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

    /**
     * The same, with the time that the answer names in {@code Retry-After}, where the platform is to be left alone and no other time is
     * known. One that has passed names none: asked at once again and again, a platform would refuse for ever.
     */
    default Outcome naming(Answer answer, Instant now) {
        var time = RetryAfter.of(answer, now).filter(now::isBefore);
        return switch (this) {
            case RateLimited(var scope, var notBefore, var cause) ->
                new RateLimited(scope, notBefore.or(() -> time), cause);
            case Unavailable(var cause) -> new Unavailable(cause.retryAt(time));
            case Unconfirmed(var step, var cause) -> new Unconfirmed(step, cause.retryAt(time));
            case Published _, Continue _, Underway _, TokenExpired _, TokenRevoked _, Rejected _ -> this;
        };
    }

    /** What a limit applies to. */
    enum Scope {
        APP,
        /** Calls of the same group of endpoints, for everybody who uses the app. */
        APP_ENDPOINT,
        ACCOUNT,
        ENDPOINT
    }
}
