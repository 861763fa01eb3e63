package io.broadside.token;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.CompactedTable;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The connections and their credentials (sealed), followed from their topics. */
final class ConnectionTables implements KnownConnections, AutoCloseable {

    /** Below the age at which an intent to call is too old: there must be time left for the call. */
    private static final Duration CURRENT_WITHIN = Duration.ofSeconds(3);

    private final CompactedTable<Connection, Connection> connections;
    private final CompactedTable<Credential, Credential> credentials;
    private final Index index;

    ConnectionTables(KafkaClients clients, MeterRegistry meters) {
        this.index = new Index(meters);
        this.connections = new CompactedTable<>(Topics.CONNECTIONS, clients, Function.identity(), index);
        this.credentials = new CompactedTable<>(Topics.CREDENTIALS, clients, Function.identity());
    }

    /** Begins to read; the topics must exist. */
    void start() {
        connections.start();
        credentials.start();
    }

    /** Waits until both tables are read. */
    void awaitLoaded(Duration limit) throws TimeoutException, InterruptedException {
        connections.awaitCurrent(limit);
        credentials.awaitCurrent(limit);
    }

    @Override
    public Optional<Connection> connection(String connectionId) {
        return connections.get(connectionId);
    }

    @Override
    public Optional<Credential> credential(String connectionId) {
        return credentials.get(connectionId);
    }

    @Override
    public Iterable<Connection> all() {
        return connections.entries().values();
    }

    @Override
    public List<Connection> ofProfile(String profileId) {
        return index.idsOf(profileId).stream()
                .map(connections::get)
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void awaitCurrent() throws TimeoutException, InterruptedException {
        connections.awaitCurrent(CURRENT_WITHIN);
        credentials.awaitCurrent(CURRENT_WITHIN);
    }

    List<Checked> checks() {
        return List.of(connections, credentials);
    }

    @Override
    public void close() {
        connections.close();
        credentials.close();
    }

    /** Connections by profile, and how many there are of each status. */
    private static final class Index implements CompactedTable.Listener<Connection> {

        private final Map<String, Set<String>> idsByProfile = new ConcurrentHashMap<>();
        private final Map<ConnectionStatus, LongAdder> countByStatus = new EnumMap<>(ConnectionStatus.class);

        Index(MeterRegistry meters) {
            for (var status : ConnectionStatus.values()) {
                var count = new LongAdder();
                countByStatus.put(status, count);
                Gauge.builder("broadside.connections", count, LongAdder::sum)
                        .tag("status", status.name())
                        .description("Connections there are, by how they fare.")
                        .register(meters);
            }
        }

        Set<String> idsOf(String profileId) {
            return idsByProfile.getOrDefault(profileId, Set.of());
        }

        @Override
        public void changed(String key, @Nullable Connection before, @Nullable Connection after) {
            if (before != null) {
                count(before).decrement();
                idsByProfile.computeIfPresent(before.getProfileId(), (_, ids) -> without(ids, key));
            }
            if (after != null) {
                count(after).increment();
                idsByProfile
                        .computeIfAbsent(after.getProfileId(), _ -> ConcurrentHashMap.newKeySet())
                        .add(key);
            }
        }

        private LongAdder count(Connection connection) {
            return countByStatus.computeIfAbsent(connection.getStatus(), _ -> new LongAdder());
        }

        private static @Nullable Set<String> without(Set<String> ids, String id) {
            ids.remove(id);
            return ids.isEmpty() ? null : ids;
        }
    }
}
