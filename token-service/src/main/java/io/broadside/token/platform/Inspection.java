package io.broadside.token.platform;

import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What came of looking at a token. Sentences are for a person; nothing of the token is in them. */
public sealed interface Inspection {

    /**
     * The platform accepts the token.
     *
     * @param expiresAt when it ends, if it does and the platform says so
     * @param dataAccessExpiresAt when the permission to read data ends (Meta)
     * @param scopes what it allows; empty if the platform does not say
     */
    record Found(
            Account account, Optional<Instant> expiresAt, Optional<Instant> dataAccessExpiresAt, List<String> scopes)
            implements Inspection {
        public Found {
            scopes = List.copyOf(scopes);
        }
    }

    /** The platform does not accept the token, or it is not one that can publish. */
    record Refused(ErrorCode code, String sentence) implements Inspection {}

    /**
     * The platform does not accept the token, and says that the person has ended it: removed the app, or changed the password. It is
     * as REVOKED as any that is refused, and there is no doubt about it.
     */
    record Withdrawn(String sentence) implements Inspection {}

    /** It cannot be found out now. */
    record Unavailable(ErrorCode code, String sentence, Optional<Duration> retryAfter) implements Inspection {}
}
