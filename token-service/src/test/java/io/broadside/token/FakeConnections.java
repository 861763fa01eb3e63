package io.broadside.token;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Connection;
import io.broadside.events.Credential;
import io.broadside.runtime.dispatch.Outputs;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Tables that know what was written only once they are asked to be current, as real ones may. */
public final class FakeConnections implements KnownConnections {

    private final Map<String, Connection> connections = new LinkedHashMap<>();
    private final Map<String, Credential> credentials = new LinkedHashMap<>();
    private final List<Runnable> unread = new ArrayList<>();
    private boolean isAway;

    /** Known from now on. */
    public void put(Connection connection, Credential credential) {
        connections.put(connection.getConnectionId(), connection);
        credentials.put(credential.getConnectionId(), credential);
    }

    /** Written by somebody; known once the tables are current. */
    public void write(Connection connection, Credential credential) {
        unread.add(() -> put(connection, credential));
    }

    /** Writes what a handler put out, as the dispatcher's transaction does. */
    public void write(Outputs outputs, EventSerdes serdes) {
        for (var record : outputs.records()) {
            var key = new String(record.key(), UTF_8);
            if (record.topic().equals(Topics.CONNECTIONS.name())) {
                unread.add(() -> connections.put(key, serdes.read(Topics.CONNECTIONS, record.value())));
            } else if (record.topic().equals(Topics.CREDENTIALS.name())) {
                unread.add(() -> credentials.put(key, serdes.read(Topics.CREDENTIALS, record.value())));
            }
        }
    }

    /** The broker cannot be asked from now on. */
    public void goAway() {
        isAway = true;
    }

    /** It can be asked again. */
    public void comeBack() {
        isAway = false;
    }

    @Override
    public Optional<Connection> connection(String connectionId) {
        return Optional.ofNullable(connections.get(connectionId));
    }

    @Override
    public Optional<Credential> credential(String connectionId) {
        return Optional.ofNullable(credentials.get(connectionId));
    }

    @Override
    public Iterable<Connection> all() {
        return List.copyOf(connections.values());
    }

    @Override
    public List<Connection> ofProfile(String profileId) {
        return connections.values().stream()
                .filter(connection -> connection.getProfileId().equals(profileId))
                .toList();
    }

    @Override
    public void awaitCurrent() throws TimeoutException {
        if (isAway) {
            throw new TimeoutException("The broker is away.");
        }
        catchUp();
    }

    /** What was written is known from now on. */
    public void catchUp() {
        unread.forEach(Runnable::run);
        unread.clear();
    }
}
