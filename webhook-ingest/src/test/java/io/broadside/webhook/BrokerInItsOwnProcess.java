package io.broadside.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.embedded.BrokerConfig;
import io.broadside.embedded.EmbeddedBroker;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A broker that can be killed as kill -9 does, and come back to its records and its address. */
final class BrokerInItsOwnProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String READY = "the broker is ready";

    private final Path directory;
    private final int port = freePort();
    private final int controllerPort = freePort();
    private int starts;
    private @Nullable Process process;

    BrokerInItsOwnProcess(Path directory) {
        this.directory = directory;
    }

    /** The process itself: where its records are, and its two ports. */
    static void main(String[] args) throws InterruptedException {
        var config = BrokerConfig.in(Path.of(args[0]))
                .withPort(Integer.parseInt(args[1]))
                .withControllerPort(Integer.parseInt(args[2]));
        try (var _ = EmbeddedBroker.start(config)) {
            System.out.println(READY);
            Thread.currentThread().join();
        }
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Starts it; returns when it serves clients. */
    void start() throws IOException {
        var said = directory.resolve("broker-" + ++starts + ".log");
        var started = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerInItsOwnProcess.class.getName(),
                        directory.resolve("kafka").toString(),
                        Integer.toString(port),
                        Integer.toString(controllerPort))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        process = started;
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(started.isAlive()).as(Files.readString(said)).isTrue();
            return Files.readString(said).contains(READY);
        });
    }

    /** As kill -9 does; returns when it is gone. */
    void kill() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }

    @Override
    public void close() {
        kill();
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("There is always a free port", e);
        }
    }
}
