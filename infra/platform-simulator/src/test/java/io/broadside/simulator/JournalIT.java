package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.X_REFRESH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.simulator.account.Platform;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalIT {
    @TempDir
    Path directory;

    @Test
    void knowsAfterARestartWhatItAnsweredFor() throws Exception {
        // Given
        String refreshed;
        try (var simulator = start();
                var client = new SimulatorClient(simulator)) {
            simulator.control().set("refuseDuplicates", false);
            client.tweet("hello");
            client.tweet("hello");
            client.feed("hello");
            client.multipart(
                    "/facebook/v26.0/1000000001/photos",
                    SimulatorClient.PAGE_TOKEN,
                    Map.of("message", "Look"),
                    "source",
                    client.image());
            refreshed = client.refresh(X_REFRESH).text("/access_token");
        }
        // When
        try (var simulator = start();
                var client = new SimulatorClient(simulator)) {
            // Then
            var report = simulator.control().report();
            assertThat(report.x().published()).isEqualTo(2);
            assertThat(report.x().duplicatesPublished()).isEqualTo(1);
            assertThat(report.x().tokenRefreshes()).isEqualTo(1);
            assertThat(report.facebook().published()).isEqualTo(2);
            assertThat(simulator.control().settings().refuseDuplicates()).isFalse();
            assertThat(client.get("/x/2/users/me", refreshed).status()).isEqualTo(200);
            assertThat(client.refresh(X_REFRESH).status()).isEqualTo(400);
            var known = simulator.control().posts(Platform.X).getLast().id();
            assertThat(client.tweet("next").status()).isEqualTo(401);
            assertThat(client.get("/x/2/tweets/" + known, "sim-x-access-2-token")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void dropsALineThatWasCutShort() throws Exception {
        // Given
        try (var simulator = start();
                var client = new SimulatorClient(simulator)) {
            client.tweet("hello");
        }
        Files.writeString(directory.resolve("journal.jsonl"), "{\"section\":\"x\",\"cha", StandardOpenOption.APPEND);
        // When
        try (var simulator = start();
                var client = new SimulatorClient(simulator)) {
            client.tweet("again");
        }
        // Then
        try (var simulator = start()) {
            assertThat(simulator.control().posts(Platform.X)).hasSize(2);
        }
    }

    @Test
    void losesNothingItAnsweredForWhenItIsKilled() throws Exception {
        // Given
        int port = freePort();
        var base = URI.create("http://127.0.0.1:" + port);
        var process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.broadside.simulator.Main")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(new File(directory.toFile(), "out.txt")));
        process.environment().put("SIMULATOR_PORT", Integer.toString(port));
        process.environment().put("SIMULATOR_DATA", directory.toString());
        var running = process.start();
        try (var http = HttpClient.newHttpClient()) {
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> status(http, HttpRequest.newBuilder(base.resolve("/control/health"))) == 200);
            // When
            for (int i = 0; i < 50; i++) {
                var post = HttpRequest.newBuilder(base.resolve("/x/2/tweets"))
                        .header("Authorization", "Bearer " + SimulatorClient.X_TOKEN)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"text\":\"post " + i + "\"}"));
                assertThat(status(http, post)).isEqualTo(201);
            }
            running.destroyForcibly().waitFor();
            // Then
            try (var simulator = start()) {
                assertThat(simulator.control().posts(Platform.X)).hasSize(50);
            }
        } finally {
            running.destroyForcibly();
        }
    }

    private PlatformSimulator start() {
        return PlatformSimulator.start(SimulatorConfig.onPort(0).withDataDirectory(directory));
    }

    private static int status(HttpClient http, HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString()).statusCode();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
