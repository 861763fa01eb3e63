package io.broadside.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.testkit.KafkaForTest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** retry-service in a process of its own, to be killed. */
final class RetryProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final Process process;
    private final Path said;
    private final int port;

    private RetryProcess(Process process, Path said, int port) {
        this.process = process;
        this.said = said;
        this.port = port;
    }

    /**
     * Starts one and waits until it is ready.
     *
     * @param directory where it keeps its stores and writes what it says
     */
    static RetryProcess start(KafkaForTest kafka, Path directory, int partitions) throws IOException {
        Files.createDirectories(directory);
        var said = directory.resolve("said.log");
        var port = freePort();
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.broadside.retry.Main")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()));
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL", kafka.registryUrl(),
                        "KAFKA_TOPIC_PARTITIONS", Integer.toString(partitions),
                        "STATE_DIR", directory.resolve("state").toString(),
                        "INSTANCE_ID", directory.getFileName().toString(),
                        "RETRY_PORT", Integer.toString(port),
                        "RETRY_API_PORT", "0"));
        var started = new RetryProcess(builder.start(), said, port);
        started.awaitReady();
        return started;
    }

    private void awaitReady() {
        try (var http = HttpClient.newHttpClient()) {
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
                assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
                return isReady(http);
            });
        }
    }

    private boolean isReady(HttpClient http) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/health/ready"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException _) {
            return false;
        }
    }

    /** How many commands it has sent back. */
    double released() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("broadside_retry_released_total"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    /** SIGKILL: nothing is closed. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Everything it has said. */
    String said() throws IOException {
        return Files.readString(said);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
