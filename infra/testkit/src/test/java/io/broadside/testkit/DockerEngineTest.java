package io.broadside.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.broadside.testkit.DockerEngine.Image;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerEngineTest {

    /** Far above the 100 ms of the promise, for a busy machine, and far below for ever, which is what a silent engine takes. */
    private static final Duration QUICK = Duration.ofSeconds(10);

    @Test
    void noSocketMeansNoDockerAtOnce(@TempDir Path directory) {
        // Given
        var engine = DockerEngine.of(Map.of("DOCKER_HOST", "unix://" + directory.resolve("docker.sock")));
        // When
        var began = System.nanoTime();
        var image = engine.image("apache/kafka", "4.3.1");
        // Then
        assertThat(image)
                .isInstanceOfSatisfying(
                        Image.NoEngine.class,
                        none -> assertThat(none.why())
                                .startsWith("no Docker engine answers (looked at DOCKER_HOST unix:///"));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(QUICK);
    }

    @Test
    void anEngineThatDoesNotAnswerIsNotWaitedFor() throws IOException {
        // Given
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var engine = DockerEngine.of(Map.of("DOCKER_HOST", "tcp://127.0.0.1:" + silent.getLocalPort()));
            // When
            var began = System.nanoTime();
            var image = engine.image("apache/kafka", "4.3.1");
            // Then
            assertThat(image).isInstanceOf(Image.NoEngine.class);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(QUICK);
        }
    }

    @Test
    void aHostItCannotAskQuicklyCountsAsNone() {
        assertThat(DockerEngine.of(Map.of("DOCKER_HOST", "ssh://builder")).image("apache/kafka", "4.3.1"))
                .isInstanceOf(Image.NoEngine.class);
    }

    @Test
    void anImageIsPresentOrPulledOrMissing() throws IOException {
        try (var engine = new FakeEngine(Set.of("apache/kafka:4.3.1"), Set.of("apache/kafka:4.4.0"))) {
            // When / Then
            assertThat(engine.client().image("apache/kafka", "4.3.1")).isEqualTo(new Image.Present());
            assertThat(engine.client().image("apache/kafka", "4.4.0")).isEqualTo(new Image.Present());
            assertThat(engine.client().image("apache/kafka", "0.7"))
                    .isEqualTo(new Image.Missing(
                            "the image apache/kafka:0.7 is not there and could not be pulled (status 404)"));
        }
    }

    /** Answers as a Docker engine does to the three questions we ask. */
    private static final class FakeEngine implements AutoCloseable {

        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
        private final Set<String> present = ConcurrentHashMap.newKeySet();

        FakeEngine(Set<String> local, Set<String> remote) throws IOException {
            present.addAll(local);
            server.createContext("/", exchange -> {
                try (exchange) {
                    var request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
                    var pulled = request.replaceFirst("^POST /images/create\\?fromImage=(.*)&tag=(.*)$", "$1:$2");
                    if (remote.contains(pulled)) {
                        present.add(pulled);
                    }
                    var found = request.equals("GET /_ping")
                            || remote.contains(pulled)
                            || present.contains(request.replaceFirst("^GET /images/(.*)/json$", "$1"));
                    exchange.sendResponseHeaders(found ? 200 : 404, -1);
                }
            });
            server.start();
        }

        DockerEngine client() {
            return DockerEngine.of(Map.of(
                    "DOCKER_HOST", "tcp://127.0.0.1:" + server.getAddress().getPort()));
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
