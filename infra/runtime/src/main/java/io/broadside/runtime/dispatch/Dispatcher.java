package io.broadside.runtime.dispatch;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.broadside.runtime.kafka.KafkaClients;
import io.broadside.schemas.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns records into calls to the outside world that happen once, whatever dies. What it promises to the code that makes
 * the calls is said in {@link EffectHandler}; how it keeps that:
 *
 * <ol>
 *   <li><b>Intent before effect.</b> Before a call starts, its record is committed as ATTEMPTED in the {@link Ledger} that
 *       travels in the metadata of the partition's offset commit. So whoever takes the partition over knows exactly which
 *       records may have had an effect.
 *   <li><b>Outcome and DONE are one atom.</b> What came of calls and the ledger are written in one transaction. A member
 *       that was fenced cannot commit an intent, and so cannot start a call.
 *   <li><b>In doubt is looked up, never repeated.</b> A record found ATTEMPTED at takeover goes to
 *       {@link EffectHandler#reconcile}, once the longest time that a call of the former owner could last is over.
 *   <li><b>No record holds up another</b> beyond those of its key: not one that takes long, cannot be read, or meets a
 *       bug, nor one whose outcome the broker finds unfit, nor a partition whose ledger is no good. Only a topic that is missing or
 *       closed holds all starts up, and so does a schema registry that is away when the outcome of a call is to be written.
 * </ol>
 *
 * <p>The turns are in {@link Session}. A session that fails is followed by a new one, after a pause that grows to half a minute:
 * to the new one the failed one is a former owner like any other.
 *
 * <p>{@link #run} is for one thread and returns after {@link #close}; {@link #check} and {@link #close} are for any.
 */
public final class Dispatcher<V extends SpecificRecord> implements Runnable, AutoCloseable, Checked {

    private static final Logger LOGGER = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** A session that has lasted this long is well, whatever the one before it failed of. */
    private static final Duration WELL_AFTER = Duration.ofSeconds(10);

    private final String name;
    private final Map<String, Topic<V>> topics;
    private final DispatchConfig config;
    private final KafkaClients clients;
    private final EffectHandler<V> handler;
    private final Clock clock;
    private final DispatchMetrics metrics;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean isStarted;
    private volatile @Nullable Session<V> session;
    private volatile long sessionBegan;
    private volatile @Nullable Throwable fault;

    /**
     * @param name the consumer group, and the name in logs and metrics
     * @param topics what is consumed
     */
    public Dispatcher(
            String name,
            List<Topic<V>> topics,
            DispatchConfig config,
            KafkaClients clients,
            EffectHandler<V> handler,
            MeterRegistry meters,
            Clock clock) {
        this.name = name;
        this.topics = topics.stream().collect(Collectors.toUnmodifiableMap(Topic::name, topic -> topic));
        this.config = config;
        this.clients = clients;
        this.handler = handler;
        this.clock = clock;
        this.metrics = new DispatchMetrics(meters, name, this::figures, this::underWay, this::oldestCall, clock);
    }

    /**
     * Works until {@link #close}. A fault of Kafka or of ours ends a session, not this.
     *
     * @throws VirtualMachineError if the JVM itself is at its end; then {@link #check} fails for good
     */
    @Override
    public void run() {
        isStarted = true;
        try {
            for (var pause = FIRST_PAUSE; stopping.getCount() > 0; pause = doubled(pause)) {
                var began = System.nanoTime();
                if (hasEndedWell()) {
                    return;
                }
                pause = Duration.ofNanos(System.nanoTime() - began).compareTo(LONGEST_PAUSE) > 0 ? FIRST_PAUSE : pause;
                tellFault(pause);
                if (isStoppedWithin(pause)) {
                    return;
                }
            }
        } finally {
            metrics.close();
            closed.countDown();
        }
    }

    /** After an error of the JVM even the writing of its stack may fail, and that must not end this. */
    private void tellFault(Duration pause) {
        try {
            LOGGER.atError()
                    .addKeyValue("dispatcher", name)
                    .addKeyValue("pauseMs", pause.toMillis())
                    .setCause(fault)
                    .log("dispatcher failed and starts again");
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOGGER.atError()
                    .addKeyValue("dispatcher", name)
                    .addKeyValue("cause", String.valueOf(fault))
                    .addKeyValue("notWritten", e.toString())
                    .log("dispatcher failed and starts again");
        }
    }

    private boolean hasEndedWell() {
        try {
            runSession();
            return true;
        } catch (Throwable e) {
            // Also what nobody declares: without it this thread would end, and nobody would hear why.
            fault = e;
            if (e instanceof VirtualMachineError && !(e instanceof StackOverflowError)) {
                throw e;
            }
            return false;
        } finally {
            session = null;
        }
    }

    private void runSession() {
        var space = new LedgerSpace(config.ledgerLength(), BrokerLimits.offsetMetadata(clients));
        try (var next = new Session<>(name, topics, config, space, clients, handler, metrics, clock)) {
            sessionBegan = System.nanoTime();
            session = next;
            if (stopping.getCount() == 0) {
                next.stop();
            }
            try {
                next.run();
            } catch (Throwable e) {
                next.abandon();
                throw e;
            }
        }
    }

    /** Stops starting, lets calls finish within the limit, commits what came of them, and closes the membership. */
    @Override
    public void close() {
        stopping.countDown();
        var current = session;
        if (current != null) {
            current.stop();
        }
        if (!isStarted) {
            metrics.close();
            return;
        }
        try {
            if (!closed.await(config.closeLimit().plusSeconds(5).toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.atWarn().addKeyValue("dispatcher", name).log("dispatcher did not close in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Check check() {
        if (!isStarted) {
            return Check.failing(name, "not started yet");
        }
        var current = session;
        var failed = fault;
        var isWell = Duration.ofNanos(System.nanoTime() - sessionBegan).compareTo(WELL_AFTER) > 0;
        if (failed != null && (current == null || !isWell)) {
            return Check.failing(name, (closed.getCount() == 0 ? "stopped: " : "starts again after: ") + failed);
        }
        return current == null ? Check.failing(name, "not at work") : current.check();
    }

    private Assignment.Figures figures() {
        return Optional.ofNullable(session).map(Session::figures).orElse(Assignment.Figures.NONE);
    }

    private int underWay() {
        return Optional.ofNullable(session).map(Session::underWay).orElse(0);
    }

    private Duration oldestCall() {
        return Optional.ofNullable(session).map(Session::oldestCall).orElse(Duration.ZERO);
    }

    private boolean isStoppedWithin(Duration pause) {
        try {
            return stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static Duration doubled(Duration pause) {
        var twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
}
