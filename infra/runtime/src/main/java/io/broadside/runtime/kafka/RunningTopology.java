package io.broadside.runtime.kafka;

import io.broadside.runtime.health.Check;
import io.broadside.runtime.health.Checked;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topology at work. A thread that dies is replaced, a bounded number of times; after that the topology stops and
 * {@link #check} says so, because a fault that comes back each time needs a person.
 */
public final class RunningTopology implements AutoCloseable, Checked {

    private static final Logger LOGGER = LoggerFactory.getLogger(RunningTopology.class);
    private static final int MOST_REPLACEMENTS = 20;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);

    private final String name;
    private final KafkaStreams streams;
    private final KafkaStreamsMetrics metrics;
    private final AtomicInteger replaced = new AtomicInteger();
    private volatile String lastFault = "";

    private RunningTopology(String name, KafkaStreams streams, KafkaStreamsMetrics metrics) {
        this.name = name;
        this.streams = streams;
        this.metrics = metrics;
    }

    /**
     * Starts a topology; it works once its partitions have been assigned and its stores restored.
     *
     * @param name the application id: consumer group, prefix of internal topics
     */
    public static RunningTopology start(String name, Topology topology, KafkaClients clients, MeterRegistry meters) {
        var streams = new KafkaStreams(topology, clients.streams(name));
        var metrics = new KafkaStreamsMetrics(streams);
        var running = new RunningTopology(name, streams, metrics);
        streams.setUncaughtExceptionHandler(running::replaceOrStop);
        metrics.bindTo(meters);
        streams.start();
        return running;
    }

    private StreamThreadExceptionResponse replaceOrStop(Throwable cause) {
        lastFault = cause.toString();
        var isTooOften = replaced.incrementAndGet() > MOST_REPLACEMENTS;
        LOGGER.atError()
                .addKeyValue("topology", name)
                .addKeyValue("replaced", replaced.get())
                .setCause(cause)
                .log(isTooOften ? "topology stops: its threads keep dying" : "thread of a topology is replaced");
        return isTooOften
                ? StreamThreadExceptionResponse.SHUTDOWN_CLIENT
                : StreamThreadExceptionResponse.REPLACE_THREAD;
    }

    @Override
    public Check check() {
        var state = streams.state();
        return state == State.RUNNING
                ? Check.ok(name, "running")
                : Check.failing(name, "state " + state + (lastFault.isEmpty() ? "" : "; last fault: " + lastFault));
    }

    @Override
    public void close() {
        metrics.close();
        if (!streams.close(CLOSE_LIMIT)) {
            LOGGER.atWarn().addKeyValue("topology", name).log("topology did not close in time");
        }
    }
}
