package io.broadside.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.simulator.account.XUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConcurrencyIT {
    private static final int POSTS = 1000;

    @TempDir
    Path directory;

    @Test
    void countsParallelPostsExactly() throws Exception {
        // Given
        var config = SimulatorConfig.onPort(0).withDataDirectory(directory);
        try (var simulator = PlatformSimulator.start(config);
                var client = new SimulatorClient(simulator);
                var threads = Executors.newFixedThreadPool(16)) {
            simulator.control().set("xPostsPer15Minutes", 1_000_000);
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < POSTS; i++) {
                var text = "post " + i;
                calls.add(() -> client.tweet(text).status());
                calls.add(() -> client.feed(text).status());
            }
            // When
            for (var status : threads.invokeAll(calls)) {
                assertThat(status.get()).isIn(200, 201);
            }
            // Then
            var report = simulator.control().report();
            assertThat(report.x().published()).isEqualTo(POSTS);
            assertThat(report.facebook().published()).isEqualTo(POSTS);
            assertThat(report.x().duplicatesPublished()).isZero();
            assertThat(report.x().calls().get("tweets.create")).containsEntry(201, (long) POSTS);
            assertThat(simulator.control().posts().stream()
                            .map(post -> post.id())
                            .distinct())
                    .hasSize(2 * POSTS);
        }
        try (var simulator = PlatformSimulator.start(config)) {
            assertThat(simulator.control().posts()).hasSize(2 * POSTS);
        }
    }

    @Test
    void givesARefreshTokenToExactlyOneOfMany() throws Exception {
        // Given
        try (var simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
                var client = new SimulatorClient(simulator);
                var threads = Executors.newFixedThreadPool(8)) {
            simulator.control().add(XUser.of("42", "contended", "at_1", "rt_1"));
            var calls = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < 8; i++) {
                calls.add(() -> client.refresh("rt_1").status());
            }
            // When
            int granted = 0;
            for (var status : threads.invokeAll(calls)) {
                granted += status.get() == 200 ? 1 : 0;
            }
            // Then
            assertThat(granted).isEqualTo(1);
            assertThat(simulator.control().report().x().refreshTokenReuse()).isEqualTo(7);
        }
    }

    @Test
    void countsDuplicatesWhenItDoesNotRefuseThem() throws Exception {
        // Given
        try (var simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
                var client = new SimulatorClient(simulator)) {
            client.put("/control/settings", "{\"refuseDuplicates\":false}");
            // When
            for (int i = 0; i < 3; i++) {
                client.tweet("same");
                client.feed("same");
            }
            // Then
            var report = client.get("/control/report", "");
            assertThat(report.json().at("/x/published").asInt()).isEqualTo(3);
            assertThat(report.json().at("/x/duplicatesPublished").asInt()).isEqualTo(2);
            assertThat(report.json().at("/facebook/duplicatesPublished").asInt())
                    .isEqualTo(2);
        }
    }
}
