package io.broadside.publisher.platform.media;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.broadside.publisher.platform.media.GuardedGet.Got;
import io.broadside.publisher.platform.media.GuardedGet.Span;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that closes as soon as it has sent everything, while its reader takes its time. */
@Timeout(120)
final class WireTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int SURELY_TAKEN_IN = 250_000;

    private final Vertx vertx = Vertx.vertx();
    private final GuardedGet http = new GuardedGet(vertx, AddressLookup.ofSystem(), _ -> true, TIMEOUT, 4);
    private final CountDownLatch isDisconnected = new CountDownLatch(1);
    private final ServerSocket server = listening();

    @AfterEach
    void close() throws IOException {
        server.close();
        http.close();
        vertx.close().await();
    }

    /** Sizes at which Vert.x takes all in, and holds some of it back: then the end of the connection overtakes the rest. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 60_000, 250_000, 330_000, 350_000, 370_000, 390_000, 410_000})
    void deliversAllThatCameBeforeTheConnectionWasClosed(int size) throws Exception {
        // Given
        var file = bytes(size);
        serve(file, size);
        var wire = open();
        assertThat(isTakenIn() || size > SURELY_TAKEN_IN).isTrue();
        // When
        var got = readAll(wire, size);
        // Then
        assertThat(got).isEqualTo(file);
        assertThat(wire.isAtEnd(deadline())).isTrue();
        assertThat(wire.isBroken()).isFalse();
    }

    @Test
    void saysThatBytesAreMissing() throws Exception {
        // Given
        var file = bytes(390_000);
        serve(file, file.length + 1);
        var wire = open();
        var _ = isTakenIn();
        // When
        var got = readAll(wire, file.length);
        // Then
        assertThat(got).isEqualTo(file);
        assertThat(wire.isAtEnd(deadline())).isFalse();
        assertThat(wire.isBroken()).isTrue();
    }

    /**
     * Whether the end of the connection has come while nobody read. By how the bytes come in pieces, Vert.x may stop to read before it: then
     * it comes later, and everything has to be the same.
     */
    private boolean isTakenIn() throws InterruptedException {
        return isDisconnected.await(2, TimeUnit.SECONDS);
    }

    private Wire open() {
        var got = http.get("http://127.0.0.1:" + server.getLocalPort() + "/film.mp4", Span.ALL, deadline());
        assertThat(got).isInstanceOf(Got.Coming.class);
        return ((Got.Coming) got).wire();
    }

    private static byte[] readAll(Wire wire, int size) throws InterruptedException {
        var bytes = new byte[size];
        var filled = 0;
        var count = wire.read(bytes, 0, size, deadline());
        while (count > 0 && filled + count < size) {
            filled += count;
            count = wire.read(bytes, filled, size - filled, deadline());
        }
        return Arrays.copyOf(bytes, filled + count);
    }

    /** Sends it, says that there is no more, and waits until the other side has closed as well. */
    private void serve(byte[] file, int length) {
        Thread.ofVirtual().start(() -> {
            try (var socket = server.accept()) {
                socket.getInputStream().read(new byte[4_096]);
                var out = socket.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + length + "\r\n\r\n")
                        .getBytes(US_ASCII));
                out.write(file);
                socket.shutdownOutput();
                if (socket.getInputStream().read() < 0) {
                    isDisconnected.countDown();
                }
            } catch (IOException _) {
                // The test fails by what it waits for.
            }
        });
    }

    private static ServerSocket listening() {
        try {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static long deadline() {
        return System.nanoTime() + TIMEOUT.toNanos();
    }
}
