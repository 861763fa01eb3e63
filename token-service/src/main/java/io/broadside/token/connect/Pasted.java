package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.schemas.ErrorCode;
import java.time.Duration;
import java.util.List;

/** What came of a pasted token. Messages are for a person; nothing of the token is in them. */
sealed interface Pasted {

    /** It is stored, durably, and can be used from now on. */
    record Connected(Connection connection) implements Pasted {}

    /** It cannot be used. */
    record Refused(ErrorCode code, String message, List<FieldFault> faults) implements Pasted {}

    /** Nothing was stored, or that cannot be said now: sending the same again here does no harm. */
    record NotNow(ErrorCode code, String message, Duration retryAfter) implements Pasted {}
}
