package io.broadside.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Asks whether Docker can be used, before Testcontainers does. Testcontainers tries one way after another and waits on
 * each; a machine without Docker must not pay for that in every test run. Here no socket means no Docker, at once.
 */
final class DockerEngine {

    private static final Duration PING_LIMIT = Duration.ofMillis(100);
    private static final Duration INSPECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration PULL_LIMIT = Duration.ofSeconds(60);

    /** The first of these that answers is the engine. */
    private final List<SocketAddress> addresses;

    private final String whereLooked;

    private DockerEngine(List<SocketAddress> addresses, String whereLooked) {
        this.addresses = List.copyOf(addresses);
        this.whereLooked = whereLooked;
    }

    /** Whether an image can be run. */
    sealed interface Image {
        record Present() implements Image {}

        record NoEngine(String why) implements Image {}

        record Missing(String why) implements Image {}
    }

    static DockerEngine ofThisMachine() {
        return of(System.getenv());
    }

    static DockerEngine of(Map<String, String> env) {
        var host = env.getOrDefault("DOCKER_HOST", "");
        return host.isEmpty() ? atUsualSockets(env) : at(host);
    }

    private static DockerEngine at(String dockerHost) {
        var uri = URI.create(dockerHost);
        Optional<SocketAddress> address = switch (String.valueOf(uri.getScheme())) {
            case "unix" -> Optional.of(UnixDomainSocketAddress.of(uri.getPath()));
            case "tcp", "http" -> Optional.of(new InetSocketAddress(uri.getHost(), uri.getPort()));
            default -> Optional.empty(); // ssh, npipe: not for a quick look
        };
        return new DockerEngine(address.stream().toList(), "DOCKER_HOST " + dockerHost);
    }

    private static DockerEngine atUsualSockets(Map<String, String> env) {
        var sockets = Stream.of(
                        Optional.of("/var/run/docker.sock"),
                        Optional.ofNullable(env.get("XDG_RUNTIME_DIR")).map(directory -> directory + "/docker.sock"),
                        Optional.ofNullable(env.get("HOME")).map(home -> home + "/.docker/run/docker.sock"))
                .flatMap(Optional::stream)
                .toList();
        var present = sockets.stream()
                .map(Path::of)
                .filter(Files::exists)
                .<SocketAddress>map(UnixDomainSocketAddress::of)
                .toList();
        return new DockerEngine(present, String.join(", ", sockets));
    }

    /** Looks for the image, and pulls it if the engine has not got it; bounded, also where no registry can be reached. */
    Image image(String name, String tag) {
        var engine = addresses.stream().filter(DockerEngine::answers).findFirst();
        if (engine.isEmpty()) {
            return new Image.NoEngine("no Docker engine answers (looked at " + whereLooked + ")");
        }
        if (has(engine.get(), name, tag)) {
            return new Image.Present();
        }
        var pull = "POST /images/create?fromImage=" + name + "&tag=" + tag;
        var pulled = status(engine.get(), pull, PULL_LIMIT);
        if (has(engine.get(), name, tag)) {
            return new Image.Present();
        }
        return new Image.Missing("the image %s:%s is not there and could not be pulled (%s)"
                .formatted(
                        name,
                        tag,
                        pulled.map(status -> "status " + status)
                                .orElse("no answer within " + PULL_LIMIT.toSeconds() + " s")));
    }

    private static boolean answers(SocketAddress engine) {
        return status(engine, "GET /_ping", PING_LIMIT).equals(Optional.of(200));
    }

    private static boolean has(SocketAddress engine, String name, String tag) {
        return status(engine, "GET /images/" + name + ":" + tag + "/json", INSPECT_LIMIT)
                .equals(Optional.of(200));
    }

    /** The status of the answer when it has been received to its end; nothing if that does not come in time. */
    private static Optional<Integer> status(SocketAddress engine, String request, Duration limit) {
        var exchange = new FutureTask<>(() -> exchange(engine, request));
        var thread = Thread.ofVirtual().start(exchange);
        try {
            return exchange.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException _) {
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            thread.interrupt(); // which closes the channel it may still wait for
        }
    }

    private static Optional<Integer> exchange(SocketAddress engine, String request) throws IOException {
        try (var channel = SocketChannel.open(engine)) {
            // HTTP/1.0: the engine closes the connection at the end of the answer.
            channel.write(ByteBuffer.wrap((request + " HTTP/1.0\r\nHost: docker\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII)));
            var head = ByteBuffer.allocate(16); // "HTTP/1.0 200 OK"
            var rest = ByteBuffer.allocate(8192);
            while (channel.read(head.hasRemaining() ? head : rest.clear()) >= 0) {
                // the progress of a pull: only its end matters
            }
            var statusLine = new String(head.array(), 0, head.position(), StandardCharsets.US_ASCII);
            return statusLine.matches("(?s)HTTP/1\\.\\d \\d{3}.*")
                    ? Optional.of(Integer.parseInt(statusLine.substring(9, 12)))
                    : Optional.empty();
        }
    }
}
