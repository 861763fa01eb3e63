package io.broadside.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.events.Content;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.schemas.Topics;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole stack in a process of its own, killed with posts under way and started again on the same data. */
@SuppressWarnings("NullAway.Init")
class KillIT {

    private static final int POSTS = 60;
    private static final Duration LONG = Duration.ofMinutes(6);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Board board = new Board();
    private Path data;
    private Ports ports;
    private Process process;

    @BeforeEach
    void startStack(@TempDir Path directory) throws Exception {
        data = directory;
        ports = FreePorts.find();
        start();
    }

    @AfterEach
    void killStack() {
        process.destroyForcibly();
        http.close();
    }

    @Test
    void everyPostEndsAndNoneIsPostedTwiceAlthoughTheStackIsKilledWithPostsUnderWay() throws Exception {
        // Given: platforms on which calls take a while, and which lose some answers
        control(
                "PUT",
                "settings",
                "{\"refuseDuplicates\":false,\"xPostsPer15Minutes\":100000,\"xReadsPer15Minutes\":100000}");
        for (var endpoint : List.of("facebook\",\"endpoint\":\"post.show", "x\",\"endpoint\":\"tweets.create")) {
            control(
                    "POST",
                    "failures",
                    "{\"platform\":\"" + endpoint
                            + "\",\"kind\":\"cut-after-effect\",\"times\":5,\"probability\":0.3,\"seed\":7}");
            control(
                    "POST",
                    "failures",
                    "{\"platform\":\"" + endpoint + "\",\"kind\":\"slow\",\"seconds\":1,\"times\":-1}");
        }
        publishAll();
        await().atMost(LONG).until(() -> published() >= 5);
        var before = published();
        // When
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        start();
        // Then
        assertThat(before)
                .as("posts out before the kill: the rest was under way or waiting")
                .isLessThan(POSTS * 2);
        try (var client = new StackClient(ports);
                var results = client.tail(Topics.RESULTS, true)) {
            await().atMost(LONG).until(() -> {
                results.next(Duration.ofMillis(200)).forEach(board::take);
                return board.areAllFinal(POSTS * 2);
            });
        }
        assertThat(board.withSeveralFinals()).isEmpty();
        assertThat(board.rows()).extracting(PostResult::getStatus).containsOnly(ResultStatus.PUBLISHED);
        var report = JsonMapper.builder().build().readTree(control("GET", "report", ""));
        for (var platform : Set.of("facebook", "x")) {
            assertThat(report.path(platform).path("published").asLong())
                    .as(platform)
                    .isEqualTo(POSTS);
            assertThat(report.path(platform).path("duplicatesPublished").asLong())
                    .as(platform)
                    .isZero();
        }
    }

    private void publishAll() throws Exception {
        try (var client = new StackClient(ports)) {
            for (int i = 0; i < POSTS; i++) {
                var targets = new ArrayList<Target>();
                for (var platform : List.of("facebook", "x")) {
                    targets.add(Target.newBuilder()
                            .setProfileId(List.of("bakery", "coffee", "library").get(i % 3))
                            .setPlatform(platform)
                            .build());
                }
                client.publish(PublishRequest.newBuilder()
                        .setRequestId("killed-" + i)
                        .setContent(
                                Content.newBuilder().setText("Post number " + i).build())
                        .setTargets(targets)
                        .setPublishAt(i % 10 == 0 ? Instant.now().plusSeconds(12) : null)
                        .build());
            }
        }
    }

    private long published() throws Exception {
        var report = JsonMapper.builder().build().readTree(control("GET", "report", ""));
        return report.path("facebook").path("published").asLong()
                + report.path("x").path("published").asLong();
    }

    private String control(String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(ports.at(ports.simulator()) + "/control/" + path))
                .header("content-type", "application/json")
                .timeout(Duration.ofMinutes(1))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer.body();
    }

    private void start() throws Exception {
        var said = data.resolve("stack.log");
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=broadside-cli-logback.xml",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path")
                                .replace("test-classes" + File.pathSeparator, "no-tests" + File.pathSeparator),
                        "io.broadside.local.Broadside",
                        "up",
                        "--data",
                        data.resolve("stack").toString(),
                        "--port-offset",
                        Integer.toString(ports.offset()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(said.toFile()))
                .start();
        await().atMost(LONG).until(() -> {
            assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
            return Files.readString(said).contains("Ctrl-C ends it.");
        });
    }
}
