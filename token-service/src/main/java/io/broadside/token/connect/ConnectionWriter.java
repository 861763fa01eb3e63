package io.broadside.token.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionEvent;
import io.broadside.events.Credential;
import io.broadside.events.FreshToken;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.token.KnownConnections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a person changed about connections: all of it in one transaction, one change after another.
 *
 * <p>A refresh that is under way for the same connection, here or elsewhere, may write its outcome at the same moment. The
 * refresh drops its outcome if it sees a newer version in time; and this writer looks, after it has written, whether the
 * last word is its own, and says it again if not. What remains is a refresh whose transaction is already on its way when
 * the change is written and arrives after that look.
 */
public final class ConnectionWriter implements ConnectionStore, Losses, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ConnectionWriter.class);

    private static final int TRIES = 3;
    private static final Duration TURN_WITHIN = Duration.ofSeconds(10);

    private final Supplier<Producer<byte[], byte[]>> producers;
    private final EventSerdes serdes;
    private final KnownConnections connections;
    private final ReentrantLock turn = new ReentrantLock();
    private @Nullable Producer<byte[], byte[]> producer;

    /** What is written together. */
    record Change(Connection connection, FreshToken token, Credential credential, ConnectionEvent event) {}

    public ConnectionWriter(KafkaClients clients, KnownConnections connections) {
        this.producers = () -> clients.transactionalProducer("connections");
        this.serdes = clients.serdes();
        this.connections = connections;
    }

    @Override
    public Connection write(String connectionId, Function<Optional<Connection>, Optional<Change>> compose, Trace trace)
            throws NotStoredException {
        return inTurn(() -> writeInTurn(connectionId, compose, trace));
    }

    @Override
    public boolean settle(String connectionId, Function<Optional<Connection>, Optional<Loss>> compose, Trace trace)
            throws NotStoredException {
        return inTurn(() -> settleInTurn(connectionId, compose, trace));
    }

    private <T> T inTurn(Writing<T> writing) throws NotStoredException {
        try {
            if (!turn.tryLock(TURN_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new NotStoredException("Too many changes at once.");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NotStoredException("The service is closing.");
        }
        try {
            return writing.write();
        } catch (TimeoutException | KafkaException e) {
            discard();
            throw new NotStoredException(e.getClass().getSimpleName());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NotStoredException("The service is closing.");
        } finally {
            turn.unlock();
        }
    }

    @FunctionalInterface
    private interface Writing<T> {
        T write() throws TimeoutException, InterruptedException, NotStoredException;
    }

    private boolean settleInTurn(String id, Function<Optional<Connection>, Optional<Loss>> compose, Trace trace)
            throws TimeoutException, InterruptedException, NotStoredException {
        for (int i = 0; i <= TRIES; i++) {
            var ready = ready();
            connections.awaitCurrent();
            var loss = compose.apply(connections.connection(id));
            if (loss.isEmpty()) {
                return i > 0;
            }
            if (i < TRIES) {
                commit(ready, id, records(loss.get(), trace));
            }
        }
        throw new NotStoredException("Others keep writing to this connection.");
    }

    private Connection writeInTurn(String id, Function<Optional<Connection>, Optional<Change>> compose, Trace trace)
            throws TimeoutException, InterruptedException, NotStoredException {
        @Nullable Connection written = null;
        for (int i = 0; i <= TRIES; i++) {
            // A new producer gets its id only after the transaction before it has ended: then the tables can tell.
            var ready = ready();
            connections.awaitCurrent();
            var current = connections.connection(id);
            if (written != null && isLastWord(written, current)) {
                return written;
            }
            if (i < TRIES) {
                var change = compose.apply(current);
                if (change.isEmpty()) {
                    return current.orElseThrow();
                }
                written = asItWillBeRead(change.get().connection());
                commit(ready, id, records(change.get(), trace));
            }
        }
        throw new NotStoredException("Others keep writing to this connection.");
    }

    /** On the topic, times are whole milliseconds. */
    private Connection asItWillBeRead(Connection connection) {
        return serdes.read(Topics.CONNECTIONS, serdes.write(Topics.CONNECTIONS, connection));
    }

    /** A higher version than ours was made from ours; another record with our version was made beside it. */
    private static boolean isLastWord(Connection written, Optional<Connection> current) {
        return current.filter(now -> now.equals(written) || now.getTokenVersion() > written.getTokenVersion())
                .isPresent();
    }

    private List<ProducerRecord<byte[], byte[]>> records(Change change, Trace trace) {
        var id = change.connection().getConnectionId();
        return List.of(
                record(Topics.CREDENTIALS, id, change.credential(), trace),
                record(Topics.FRESH_TOKENS, id, change.token(), trace),
                record(Topics.CONNECTIONS, id, change.connection(), trace),
                record(Topics.CONNECTION_EVENTS, id, change.event(), trace));
    }

    private List<ProducerRecord<byte[], byte[]>> records(Loss loss, Trace trace) {
        var id = loss.connection().getConnectionId();
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
        records.add(tombstone(Topics.CREDENTIALS, id));
        records.add(tombstone(Topics.FRESH_TOKENS, id));
        // Who follows hears how it ended, also where it is forgotten in the same breath.
        records.add(record(Topics.CONNECTIONS, id, loss.connection(), trace));
        if (loss.forgets() == Loss.Forgets.EVERYTHING) {
            records.add(tombstone(Topics.CONNECTIONS, id));
        }
        records.add(record(Topics.CONNECTION_EVENTS, id, loss.event(), trace));
        return records;
    }

    private void commit(Producer<byte[], byte[]> ready, String id, List<ProducerRecord<byte[], byte[]>> records) {
        try {
            ready.beginTransaction();
            for (var record : records) {
                // Whatever happens to it, the commit tells.
                var _ = ready.send(record);
            }
            ready.commitTransaction();
        } catch (KafkaException e) {
            LOGGER.atWarn()
                    .addKeyValue("connectionId", id)
                    .addKeyValue("cause", e.toString())
                    .log("change may not have been stored; looking");
            discard();
        }
    }

    private static ProducerRecord<byte[], byte[]> tombstone(Topic<?> topic, String key) {
        return new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), null);
    }

    private <V extends SpecificRecord> ProducerRecord<byte[], byte[]> record(
            Topic<V> topic, String key, V value, Trace trace) {
        var record = new ProducerRecord<>(topic.name(), key.getBytes(UTF_8), serdes.write(topic, value));
        trace.writeTo(record.headers());
        return record;
    }

    private Producer<byte[], byte[]> ready() {
        var current = producer;
        if (current == null) {
            current = producers.get();
            producer = current;
            current.initTransactions();
        }
        return current;
    }

    private void discard() {
        var current = producer;
        producer = null;
        if (current != null) {
            current.close(Duration.ZERO);
        }
    }

    @Override
    public void close() {
        turn.lock();
        try {
            discard();
        } finally {
            turn.unlock();
        }
    }
}
