package io.broadside.runtime.kafka;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topology at work. Threads that die are replaced as {@link DyingThreads} promises.
 *
 * <ol>
 *   <li>{@link #check} is ok from the time its partitions are assigned and their stores restored, and stays so through later
 *       rebalances of up to a quarter of an hour, and says how long one has taken; it fails while threads die again and again
 *       of a bug or of commits that come too late, and for good when the topology has stopped.
 *   <li>{@link #close} ends within 15 seconds, also while a dead thread waits to be replaced.
 *   <li>Closed, an instance that does not come back under its id leaves the group, so that others take its partitions over
 *       at once; one that does come back keeps them until the session times out.
 * </ol>
 */
public final class RunningTopology implements AutoCloseable, Checked {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunningTopology.class);

    /** Stores are read from their changelogs meanwhile, which takes its time; a transaction that never ends takes for ever. */
    private static final Duration LONGEST_REBALANCE = Duration.ofMinutes(15);

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);

    private final String name;
    private final KafkaStreams streams;
    private final KafkaStreamsMetrics metrics;
    private final GroupMembershipOperation atClose;
    private final DyingThreads threads;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile boolean hasRun;
    private volatile Instant inThisStateSince;

    private RunningTopology(String name, KafkaStreams streams, boolean keepsId, Clock clock) {
        this.name = name;
        this.streams = streams;
        this.metrics = new KafkaStreamsMetrics(streams);
        this.atClose = keepsId ? GroupMembershipOperation.REMAIN_IN_GROUP : GroupMembershipOperation.LEAVE_GROUP;
        this.threads = new DyingThreads(name, clock, this::pause);
        this.clock = clock;
        this.inThisStateSince = clock.instant();
    }

    /**
     * Starts a topology; {@link #check} tells when it works.
     *
     * @param name the application id: consumer group, prefix of internal topics
     */
    public static RunningTopology start(
            String name, Topology topology, KafkaClients clients, MeterRegistry meters, Clock clock) {
        return start(name, topology, clients, meters, clock, Map.of());
    }

    /**
     * As {@link #start(String, Topology, KafkaClients, MeterRegistry, Clock)}, with settings of its own.
     *
     * @param settings by the names of Kafka Streams; they win over those of {@link KafkaClients#streams}
     */
    public static RunningTopology start(
            String name,
            Topology topology,
            KafkaClients clients,
            MeterRegistry meters,
            Clock clock,
            Map<String, Object> settings) {
        return start(name, topology, clients, meters, clock, settings, new TopologyClients());
    }

    /**
     * As {@link #start(String, Topology, KafkaClients, MeterRegistry, Clock, Map)}, with clients that do more than others.
     *
     * @param supplier where the topology's Kafka clients are from
     */
    public static RunningTopology start(
            String name,
            Topology topology,
            KafkaClients clients,
            MeterRegistry meters,
            Clock clock,
            Map<String, Object> settings,
            TopologyClients supplier) {
        var all = clients.streams(name);
        all.putAll(settings);
        var running = new RunningTopology(
                name,
                new KafkaStreams(topology, all, supplier),
                clients.config().keepsId(),
                clock);
        try {
            running.start(meters);
            return running;
        } catch (RuntimeException e) {
            running.close();
            throw e;
        }
    }

    private void start(MeterRegistry meters) {
        streams.setUncaughtExceptionHandler(threads);
        streams.setStateListener((now, _) -> {
            inThisStateSince = clock.instant();
            if (now == State.RUNNING) {
                hasRun = true;
            }
        });
        metrics.bindTo(meters);
        streams.start();
    }

    @Override
    public Check check() {
        var state = streams.state();
        if (threads.keepDying()) {
            return failing("its threads keep dying");
        }
        return switch (state) {
            case RUNNING -> Check.ok(name, "running");
            case CREATED, REBALANCING -> rebalancing();
            case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR ->
                failing("stopped: " + state.name().toLowerCase(Locale.ROOT));
        };
    }

    /** Takes no further record until {@link #goOn}; stays in its group, and keeps its partitions. */
    public void rest() {
        streams.pause();
    }

    /** Goes on where it rested. */
    public void goOn() {
        streams.resume();
    }

    private Check rebalancing() {
        if (!hasRun) {
            return failing("has not got its partitions yet");
        }
        var time = Duration.between(inThisStateSince, clock.instant());
        var detail = "rebalancing for " + time.toSeconds() + " s";
        return time.compareTo(LONGEST_REBALANCE) > 0 ? failing(detail) : Check.ok(name, detail);
    }

    private Check failing(String detail) {
        var fault = threads.lastFault();
        return Check.failing(name, fault.isEmpty() ? detail : detail + "; last fault: " + fault);
    }

    @Override
    public void close() {
        closing.countDown();
        metrics.close();
        var options = CloseOptions.groupMembershipOperation(atClose).withTimeout(CLOSE_LIMIT);
        if (!streams.close(options)) {
            LOGGER.atWarn().addKeyValue("topology", name).log("topology did not close in time");
        }
    }

    private void pause(Duration length) {
        try {
            var _ = closing.await(length.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
