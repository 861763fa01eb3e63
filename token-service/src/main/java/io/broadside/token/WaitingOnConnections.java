package io.broadside.token;

import io.broadside.events.WaitingPosts;
import java.util.Optional;

/** What waits on connections, for people: as of a few seconds before. Reads are for any thread and never block. */
@FunctionalInterface
public interface WaitingOnConnections {

    /** The posts that wait for the token of this connection, or for a person; empty if none does. */
    Optional<WaitingPosts> on(String connectionId);
}
