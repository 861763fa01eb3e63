package io.broadside.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Apache Kafka in this JVM: one KRaft node that is controller and broker, for development and tests.
 *
 * <ol>
 *   <li>When {@link #start} returns, clients can connect to {@link #bootstrapServers()}. When it throws, nothing is left
 *       running, and the message says what to do.
 *   <li>Records, committed offsets and transactions in a directory survive {@link #close}, {@link #restart} and a kill of
 *       the process: the next start continues with the same cluster id.
 *   <li>A directory is used by one broker at a time, also across processes.
 *   <li>The address stays the same over {@link #restart}, so that clients find the broker again.
 *   <li>A fault that would make Kafka end its process is logged and shown by {@link #check}; this JVM goes on.
 * </ol>
 *
 * <p>It listens on 127.0.0.1 without authentication or encryption.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(EmbeddedBroker.class);

    /** A clean shutdown takes well under a second; this is for one that hangs. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final Path directory;
    private final int port;
    private final int controllerPort;
    private final Consumer<String> onFatalFault = this::fail;
    private final DirectoryLock lock;
    private final String clusterId;
    private @Nullable KafkaRaftServer server;
    private volatile @Nullable String whyNotWorking = "not started";

    private EmbeddedBroker(BrokerConfig config, DirectoryLock lock) {
        this.lock = lock;
        this.directory = config.directory();
        this.port = Ports.claim(config.port(), config.controllerPort());
        this.controllerPort = Ports.claim(config.controllerPort(), port);
        this.clusterId = BrokerDirectory.prepare(directory);
    }

    /**
     * Starts a broker and returns when it serves clients.
     *
     * @throws EmbeddedStartException when a port is taken, or the directory is in use, not writable or not ours
     */
    public static EmbeddedBroker start(BrokerConfig config) {
        var lock = DirectoryLock.take(config.directory());
        try {
            var broker = new EmbeddedBroker(config, lock);
            broker.startServer();
            return broker;
        } catch (Throwable e) {
            lock.close();
            throw e;
        }
    }

    /** Host and port for the {@code bootstrap.servers} of clients. */
    public String bootstrapServers() {
        return Ports.HOST + ":" + port;
    }

    public int port() {
        return port;
    }

    public Path directory() {
        return directory;
    }

    /** The id the directory was formatted with; it never changes. */
    public String clusterId() {
        return clusterId;
    }

    /** Empty while the broker works, otherwise why it does not: it was closed, or met a fatal fault. */
    public Optional<String> check() {
        return Optional.ofNullable(whyNotWorking);
    }

    /**
     * Shuts the broker down cleanly and starts it again, on the same directory and port. Clients that are connected see
     * a broker that is away for a second or two.
     */
    public synchronized void restart() {
        if (server == null) {
            throw new IllegalStateException("a broker that was closed cannot restart: start a new one on " + directory);
        }
        stopServer("restarting");
        startServer();
    }

    /** Shuts down cleanly: everything acknowledged is on disk, the directory is free. Bounded; a second call does nothing. */
    @Override
    public synchronized void close() {
        stopServer("closed");
        lock.close();
    }

    private synchronized void startServer() {
        var began = System.nanoTime();
        Ports.claim(port, 0);
        Ports.claim(controllerPort, 0);
        FatalFaults.tell(onFatalFault);
        whyNotWorking = null;
        KafkaRaftServer starting = null;
        try {
            LeaderlessPartitions.mend();
            var config = new KafkaConfig(BrokerSettings.of(directory, port, controllerPort));
            starting = new KafkaRaftServer(config, Time.SYSTEM);
            server = starting;
            starting.startup();
        } catch (Throwable e) {
            // Throwable: Kafka's fatal faults arrive as an Error here, see FatalFaults.
            if (starting != null) {
                stopServer("did not start");
            }
            FatalFaults.forget(onFatalFault);
            whyNotWorking = "did not start";
            throw new EmbeddedStartException("Kafka did not start in %s: %s".formatted(directory, rootOf(e)), e);
        }
        LOGGER.atInfo()
                .addKeyValue("bootstrapServers", bootstrapServers())
                .addKeyValue("directory", directory)
                .addKeyValue("clusterId", clusterId)
                .addKeyValue("durationMs", millisSince(began))
                .log("embedded broker started");
    }

    private synchronized void stopServer(String because) {
        var stopping = server;
        if (stopping == null) {
            return;
        }
        server = null;
        var began = System.nanoTime();
        // Kafka's own limits add up to minutes, so the wait for it is ours.
        var thread = Thread.ofPlatform().daemon().name("embedded-broker-close").start(() -> {
            stopping.shutdown();
            stopping.awaitShutdown();
        });
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                LOGGER.atError()
                        .addKeyValue("directory", directory)
                        .addKeyValue("limitMs", CLOSE_LIMIT.toMillis())
                        .log("embedded broker did not shut down in time; it is left to end with the JVM");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        FatalFaults.forget(onFatalFault);
        whyNotWorking = because;
        LOGGER.atInfo()
                .addKeyValue("bootstrapServers", bootstrapServers())
                .addKeyValue("reason", because)
                .addKeyValue("durationMs", millisSince(began))
                .log("embedded broker stopped");
    }

    private void fail(String fault) {
        whyNotWorking = fault;
    }

    private static Throwable rootOf(Throwable thrown) {
        var root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static long millisSince(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
    }
}
