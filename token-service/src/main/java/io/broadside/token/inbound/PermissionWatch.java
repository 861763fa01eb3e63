package io.broadside.token.inbound;

import io.broadside.events.InboundEvent;
import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.runtime.tracing.Trace;
import io.broadside.schemas.EventSerdes;
import io.broadside.schemas.Topics;
import io.broadside.token.KnownConnections;
import io.broadside.token.connect.Losses;
import io.broadside.token.connect.NotStoredException;
import io.broadside.token.inbound.Concerned.Told;
import io.broadside.token.refresh.EndingPause;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads inbound.events for permissions that have ended, and has it written of every connection concerned. An event is done when
 * that is durable, and not before; one that is read twice changes nothing the second time. All connections are looked through once for
 * whatever comes in one poll, which may be hundreds of events.
 */
public final class PermissionWatch implements Checked, AutoCloseable {

    private static final String GROUP = "broadside-token-inbound";
    private static final String NAME = "permission-watch";
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration AFTER_A_FAULT = Duration.ofSeconds(1);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);

    private static final Logger LOGGER = LoggerFactory.getLogger(PermissionWatch.class);

    private final KafkaClients clients;
    private final EventSerdes serdes;
    private final KnownConnections connections;
    private final Losses losses;
    private final Clock clock;
    private final EndingPause pause = new EndingPause();
    private volatile long lastRound = System.nanoTime();
    private @Nullable Thread thread;

    public PermissionWatch(KafkaClients clients, KnownConnections connections, Losses losses, Clock clock) {
        this.clients = clients;
        this.serdes = clients.serdes();
        this.connections = connections;
        this.losses = losses;
        this.clock = clock;
    }

    /** Begins to read. The topic must exist. */
    public void start() {
        thread = Thread.ofPlatform().name(NAME).daemon().start(this::work);
    }

    @Override
    public Check check() {
        var idle = Duration.ofNanos(System.nanoTime() - lastRound);
        return idle.compareTo(STALLED_AFTER) > 0
                ? Check.failing(NAME, "has not read what platforms tell for " + idle.toSeconds() + " s")
                : Check.ok(NAME, "reads what platforms tell");
    }

    @Override
    public void close() {
        pause.close();
        var running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(5));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void work() {
        while (!pause.isClosed()) {
            try (var consumer = clients.groupConsumer(GROUP)) {
                consumer.subscribe(List.of(Topics.INBOUND_EVENTS.name()));
                while (!pause.isClosed()) {
                    read(consumer);
                    lastRound = System.nanoTime();
                }
            } catch (KafkaException | NotStoredException | TimeoutException e) {
                // Nothing was committed of what was not written: a new consumer begins with it.
                LOGGER.atWarn()
                        .addKeyValue("cause", e.toString())
                        .log("cannot act on what platforms tell; trying again");
                pause.await(AFTER_A_FAULT);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void read(Consumer<byte[], byte[]> consumer)
            throws NotStoredException, TimeoutException, InterruptedException {
        var records = consumer.poll(POLL);
        if (records.isEmpty()) {
            return;
        }
        var told = new ArrayList<Told>();
        for (var record : records) {
            event(record)
                    .filter(EndedPermission::isTold)
                    .ifPresent(event -> told.add(
                            new Told(event, Trace.from(record.headers()).child())));
        }
        if (!told.isEmpty()) {
            // A connection that was made a moment ago is among them.
            connections.awaitCurrent();
            for (var concerned : Concerned.of(told, connections.all())) {
                lose(concerned);
                lastRound = System.nanoTime();
            }
        }
        consumer.commitSync();
    }

    private Optional<InboundEvent> event(ConsumerRecord<byte[], byte[]> record) {
        try {
            return Optional.of(serdes.read(Topics.INBOUND_EVENTS, record.value()));
        } catch (SerializationException e) {
            LOGGER.atError()
                    .addKeyValue("partition", new TopicPartition(record.topic(), record.partition()))
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("inbound event could not be read and is left out");
            return Optional.empty();
        }
    }

    private void lose(Concerned concerned) throws NotStoredException {
        var event = concerned.told().event();
        var isWritten = losses.settle(
                concerned.connectionId(),
                current -> current.flatMap(now -> EndedPermission.lossOf(event, now, clock.instant())),
                concerned.told().trace());
        if (isWritten) {
            LOGGER.atWarn()
                    .addKeyValue("connectionId", concerned.connectionId())
                    .addKeyValue("platform", event.getPlatform())
                    .addKeyValue("kind", event.getKind())
                    .addKeyValue("eventId", event.getEventId())
                    .log("connection has lost its permission");
        }
    }
}
