package io.broadside.retry;

import java.time.Instant;
import java.util.Optional;

/** What becomes of a command that came to wait. */
sealed interface Verdict {

    /**
     * It waits.
     *
     * @param due when it is sent back, or given up if its deadline has passed by then; {@link #NEVER} if only a token can
     *     release it
     * @param releasedBy the version of a token that releases it before that, and every later one;
     *     {@link #NO_TOKEN} if none does
     * @param until what people are told; empty where nobody knows
     */
    record Hold(Instant due, long releasedBy, Optional<Instant> until) implements Verdict {}

    /** Nobody wants it any more at the time it could go out. */
    record TooLate() implements Verdict {}

    /**
     * It has failed too often or for too long.
     *
     * @param limit which limit, in words: {@code 12 attempts}
     */
    record UsedUp(String limit) implements Verdict {}

    Instant NEVER = Instant.ofEpochMilli(Place.NEVER);
    long NO_TOKEN = Long.MAX_VALUE;
}
