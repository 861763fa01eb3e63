package io.broadside.runtime.http;

import io.broadside.runtime.tracing.Trace;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * On whose behalf a call is made.
 *
 * @param connectionId the connection; empty text for a call made for the app itself
 * @param requestId the request it serves, if any
 * @param commandId the command it serves, if any
 * @param attempt number of the attempt, from 1; 0 where there is none
 * @param tokenVersion version of the token it uses, if any
 * @param trace the trace it belongs to
 * @param gate asked before anything is sent
 */
public record CallContext(
        String connectionId,
        Optional<String> requestId,
        Optional<String> commandId,
        int attempt,
        OptionalLong tokenVersion,
        Trace trace,
        CallGate gate) {

    /** For a call on behalf of a connection that no command stands behind. */
    public static CallContext forConnection(String connectionId, Trace trace) {
        return new CallContext(
                connectionId, Optional.empty(), Optional.empty(), 0, OptionalLong.empty(), trace, CallGate.open());
    }

    /** For a call on behalf of the app itself. */
    public static CallContext forApp(Trace trace) {
        return forConnection("", trace);
    }
}
