package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.X_REFRESH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.post.Publication;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
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
        var running = startProcess(port);
        try (var client = new SimulatorClient(URI.create("http://127.0.0.1:" + port))) {
            awaitHealth(client);
            // When
            for (int i = 0; i < 50; i++) {
                assertThat(client.tweet("post " + i).status()).isEqualTo(201);
            }
            var draft = client.draft(Map.of("message", "draft")).text("/id");
            var shown = client.draft(Map.of("link", "https://example.org/a")).text("/id");
            assertThat(client.show(shown).status()).isEqualTo(200);
            running.destroyForcibly().waitFor();
            // Then
            assertKnown(draft, shown);
        } finally {
            running.destroyForcibly();
        }
    }

    private void assertKnown(String draft, String shown) throws Exception {
        try (var simulator = start();
                var client = new SimulatorClient(simulator)) {
            assertThat(simulator.control().posts(Platform.X)).hasSize(50);
            assertThat(simulator.control().posts(Platform.FACEBOOK))
                    .singleElement()
                    .satisfies(post -> {
                        assertThat(post.id()).isEqualTo(shown);
                        assertThat(post.link()).contains("https://example.org/a");
                    });
            assertThat(client.post(draft).text("/is_published")).isEqualTo("false");
            assertThat(client.post(shown).text("/is_published")).isEqualTo("true");
            assertThat(client.show(shown).status()).isEqualTo(200);
            assertThat(client.show(draft).status()).isEqualTo(200);
        }
        try (var simulator = start()) {
            assertThat(simulator.control().posts(Platform.FACEBOOK))
                    .extracting(Publication::id)
                    .containsExactly(shown, draft);
        }
    }

    private PlatformSimulator start() {
        return PlatformSimulator.start(SimulatorConfig.onPort(0).withDataDirectory(directory));
    }

    private Process startProcess(int port) throws IOException {
        var process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.broadside.simulator.Main")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(new File(directory.toFile(), "out.txt")));
        process.environment().put("SIMULATOR_PORT", Integer.toString(port));
        process.environment().put("SIMULATOR_DATA", directory.toString());
        return process.start();
    }

    private static void awaitHealth(SimulatorClient client) {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> client.get("/control/health", "").status() == 200);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
