package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;

/**
 * A connection that has lost its permission: all that is written of it, together.
 *
 * @param forgetsTokens whether its tokens are deleted too
 */
public record Loss(Connection connection, ConnectionEvent event, boolean forgetsTokens) {}
