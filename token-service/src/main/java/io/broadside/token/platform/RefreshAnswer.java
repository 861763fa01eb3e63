package io.broadside.token.platform;

import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.Optional;

/** What came of one call that renews a token. */
public sealed interface RefreshAnswer {

    /** A new token is there; a single-use refresh token is dead from now on. */
    record Renewed(TokenPair tokens) implements RefreshAnswer {}

    /**
     * The platform no longer accepts the refresh token, and will not again.
     *
     * @param platformCode the platform's own code
     */
    record Refused(String platformCode) implements RefreshAnswer {}

    /** No answer that can be used: the refresh token may have been used up by this call. */
    record Unclear(ErrorCode cause) implements RefreshAnswer {}

    /**
     * Nothing happened; later it may work.
     *
     * @param retryAfter how long the platform wants to be left alone, if it says so
     */
    record NotNow(ErrorCode cause, Optional<Duration> retryAfter) implements RefreshAnswer {}
}
