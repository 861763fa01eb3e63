package io.broadside.runtime.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.broadside.runtime.config.ConfigException;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ManagementServerTest {

    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final Checked KAFKA = () -> Check.ok("kafka", "3 brokers");
    private static final Checked VAULT = () -> Check.failing("vault", "no keyset");

    @AfterAll
    static void stop() {
        VERTX.close().await();
    }

    @Test
    void isReadyWhenEveryCheckIsWell() throws Exception {
        try (var server = serverWith(KAFKA)) {
            // When
            var answer = get(server, "/health/ready");

            // Then
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(new JsonObject(answer.body())).isEqualTo(new JsonObject("""
                            {"service": "publisher", "status": "ok",
                             "checks": [{"name": "kafka", "ok": true, "detail": "3 brokers"}]}"""));
        }
    }

    @Test
    void isNotReadyWhenOneCheckFailsAndSaysWhich() throws Exception {
        try (var server = serverWith(KAFKA, VAULT)) {
            // When
            var ready = get(server, "/health/ready");
            var check = get(server, "/health/check");
            var live = get(server, "/health/live");

            // Then
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("no keyset").contains("3 brokers");
            assertThat(check.statusCode()).isEqualTo(200);
            assertThat(check.body()).isEqualTo(ready.body());
            assertThat(live.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aCheckThatThrowsIsAFailingCheck() throws Exception {
        Checked broken = () -> {
            throw new IllegalStateException("no idea");
        };
        try (var server = serverWith(broken)) {
            // When
            var ready = get(server, "/health/ready");

            // Then
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("check-1").contains("no idea");
        }
    }

    @Test
    void aCheckThatHangsIsAFailingCheckAndIsRunNoSecondTime() throws Exception {
        // Given
        var runs = new AtomicInteger();
        var end = new CountDownLatch(1);
        Checked hanging = () -> {
            runs.incrementAndGet();
            awaitQuietly(end);
            return Check.ok("late", "");
        };
        try (var server = serverWith(KAFKA, hanging)) {
            // When
            var first = get(server, "/health/ready");
            var second = get(server, "/health/ready");

            // Then
            assertThat(first.statusCode()).isEqualTo(503);
            assertThat(first.body()).contains("3 brokers").contains("did not end within 900 ms");
            assertThat(second.statusCode()).isEqualTo(503);
            assertThat(runs).hasValue(1);
        } finally {
            end.countDown();
        }
    }

    @Test
    void givesTheMetersToPrometheus() throws Exception {
        try (var server = serverWith()) {
            // When
            var answer = get(server, "/metrics");

            // Then
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type"))
                    .contains("text/plain; version=0.0.4; charset=utf-8");
            assertThat(answer.body()).contains("jvm_memory_used_bytes").contains("service=\"publisher\"");
        }
    }

    @Test
    void answersNothingElse() throws Exception {
        try (var server = serverWith()) {
            // When
            var elsewhere = get(server, "/health");
            var post = send(server, "/health/live", "POST");

            // Then
            assertThat(elsewhere.statusCode()).isEqualTo(404);
            assertThat(post.statusCode()).isEqualTo(405);
        }
    }

    @Test
    void aTakenPortIsASentenceWithItsNumber() throws Exception {
        try (var taken = new ServerSocket(0)) {
            var port = taken.getLocalPort();

            // Then
            assertThatThrownBy(() ->
                            ManagementServer.start(VERTX, "publisher", port, List.of(), Meters.forService("publisher")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageStartingWith("The management port: a free port needed, was " + port);
        }
    }

    private static ManagementServer serverWith(Checked... checks) {
        return ManagementServer.start(VERTX, "publisher", 0, List.of(checks), Meters.forService("publisher"));
    }

    private static HttpResponse<String> get(ManagementServer server, String path) throws Exception {
        return send(server, path, "GET");
    }

    private static HttpResponse<String> send(ManagementServer server, String path, String method)
            throws IOException, InterruptedException {
        var uri = URI.create("http://localhost:" + server.port() + path);
        var request = HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody());
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
