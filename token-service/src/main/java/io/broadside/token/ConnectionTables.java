package io.broadside.token;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.events.Credential;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.CompactedTable;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.kafka.PackedMap;
import io.broadside.schemas.Topics;
import io.broadside.token.refresh.DueTimes;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The connections and their credentials (sealed), followed from their topics. There may be a million of them: they are kept as bytes,
 * and what is due is found without reading the others.
 */
final class ConnectionTables implements KnownConnections, AutoCloseable {

    /** Below the age at which an intent to call is too old: there must be time left for the call. */
    private static final Duration CURRENT_WITHIN = Duration.ofSeconds(3);

    private final PackedMap<Connection> packed;
    private final CompactedTable<Connection, Connection> connections;
    private final CompactedTable<Credential, Credential> credentials;

    ConnectionTables(KafkaClients clients, MeterRegistry meters, DueTimes dueTimes) {
        this.packed = new PackedMap<>(new RecordForm<>(
                Connection.class,
                connection -> dueTimes.of(connection).map(Instant::toEpochMilli).orElse(Long.MAX_VALUE)));
        this.connections =
                new CompactedTable<>(Topics.CONNECTIONS, clients, Function.identity(), new Counts(meters), packed);
        this.credentials = new CompactedTable<>(
                Topics.CREDENTIALS,
                clients,
                Function.identity(),
                (_, _, _) -> {},
                new PackedMap<>(new RecordForm<>(Credential.class, _ -> 0)));
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
    public Iterable<Connection> dueBy(Instant time) {
        return () -> packed.upTo(time.toEpochMilli()).iterator();
    }

    @Override
    public List<Connection> ofProfile(String profileId) {
        return Stream.of(RecordForm.startOf(profileId), RecordForm.OTHERS)
                .flatMap(packed::startingWith)
                .filter(connection -> connection.getProfileId().equals(profileId))
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

    /** How many connections there are of each status. */
    private static final class Counts implements CompactedTable.Listener<Connection> {

        private final Map<ConnectionStatus, LongAdder> countByStatus = new EnumMap<>(ConnectionStatus.class);

        Counts(MeterRegistry meters) {
            for (var status : ConnectionStatus.values()) {
                var count = new LongAdder();
                countByStatus.put(status, count);
                Gauge.builder("broadside.connections", count, LongAdder::sum)
                        .tag("status", status.name())
                        .description("Connections there are, by how they fare.")
                        .register(meters);
            }
        }

        @Override
        public void changed(String key, @Nullable Connection before, @Nullable Connection after) {
            if (before != null) {
                count(before).decrement();
            }
            if (after != null) {
                count(after).increment();
            }
        }

        private LongAdder count(Connection connection) {
            return countByStatus.computeIfAbsent(connection.getStatus(), _ -> new LongAdder());
        }
    }
}
