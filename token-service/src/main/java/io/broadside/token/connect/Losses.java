package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.runtime.tracing.Trace;
import java.util.Optional;
import java.util.function.Function;

/** Where it is written that connections have lost their permission. */
@FunctionalInterface
public interface Losses {

    /**
     * Writes until nothing is to be written any more: somebody else may write the same connection at the same moment.
     *
     * @param compose what is to be written of the connection as it is; empty if nothing is
     * @return whether anything was
     * @throws NotStoredException if it did not become durable, or that cannot be found out now
     */
    boolean settle(String connectionId, Function<Optional<Connection>, Optional<Loss>> compose, Trace trace)
            throws NotStoredException;
}
