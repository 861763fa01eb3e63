package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;

/**
 * A connection that has lost its permission: all that is written of it, together.
 *
 * @param forgets what is deleted with that
 */
public record Loss(Connection connection, ConnectionEvent event, Forgets forgets) {

    /** What is deleted. */
    public enum Forgets {
        /** Its tokens, which are good for nothing any more. */
        TOKENS,
        /** The connection too: once it was said how it ended, nothing of it is kept but what happened to it. */
        EVERYTHING
    }
}
