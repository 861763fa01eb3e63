package io.broadside.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What is waited for while processes start. */
final class Starting {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);

    private Starting() {}

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /**
     * What a process says after {@link OwnProcess#READY}.
     *
     * @throws IOException if it does not say so in time
     */
    static String awaitLine(Path output) throws IOException, InterruptedException {
        var until = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() - until < 0) {
            for (var line : Files.exists(output) ? Files.readAllLines(output) : List.<String>of()) {
                if (line.startsWith(OwnProcess.READY)) {
                    return line.substring(OwnProcess.READY.length());
                }
            }
            TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
        }
        throw new IOException("Not ready in time; it said:\n" + Files.readString(output));
    }

    /**
     * Returns when the address answers 200.
     *
     * @throws IOException if it does not in time
     */
    static void awaitHealthy(URI health, Path output) throws IOException, InterruptedException {
        var until = System.nanoTime() + LIMIT.toNanos();
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(health)
                    .timeout(Duration.ofSeconds(2))
                    .build();
            while (System.nanoTime() - until < 0) {
                try {
                    if (http.send(request, HttpResponse.BodyHandlers.discarding())
                                    .statusCode()
                            == 200) {
                        return;
                    }
                } catch (IOException _) {
                    // Not listening yet.
                }
                TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
            }
        }
        throw new IOException(health + " was not ready in time; it said:\n" + Files.readString(output));
    }
}
