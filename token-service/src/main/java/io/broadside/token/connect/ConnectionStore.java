package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.runtime.tracing.Trace;
import io.broadside.token.connect.ConnectionWriter.Change;
import java.util.Optional;
import java.util.function.Function;

/** Where connections are kept. */
@FunctionalInterface
interface ConnectionStore {

    /**
     * Changes a connection.
     *
     * @param compose makes the change from what is there, or none, to leave a connection as it is; may be asked again if somebody else
     *     wrote meanwhile
     * @return the connection as it was written, or left
     * @throws NotStoredException if it did not become durable, or that cannot be found out now
     */
    Connection write(String connectionId, Function<Optional<Connection>, Optional<Change>> compose, Trace trace)
            throws NotStoredException;
}
