package io.broadside.token.connect;

import io.broadside.events.Connection;
import io.broadside.runtime.tracing.Trace;
import io.broadside.runtime.vault.Vault;
import io.broadside.token.platform.TokenPlatforms;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A store in memory, and what was accepted into it. */
public final class StoredConnections {

    private final Map<String, Connection> byId = new LinkedHashMap<>();
    private boolean isAway;

    /** Nothing can be stored from now on. */
    public void goAway() {
        isAway = true;
    }

    public Map<String, Connection> byId() {
        return byId;
    }

    public Acceptance acceptance(Vault vault, Clock clock) {
        return new Acceptance((ConnectionStore) this::write, vault, clock);
    }

    public Pasting pasting(TokenPlatforms platforms, Vault vault, Clock clock) {
        return new Pasting(platforms, (ConnectionStore) this::write, vault, clock);
    }

    private Connection write(
            String id, Function<Optional<Connection>, Optional<ConnectionWriter.Change>> compose, Trace trace)
            throws NotStoredException {
        if (isAway) {
            throw new NotStoredException("the broker is away");
        }
        var connection = compose.apply(Optional.ofNullable(byId.get(id)))
                .map(ConnectionWriter.Change::connection)
                .orElseGet(() -> byId.get(id));
        byId.put(id, connection);
        return connection;
    }
}
