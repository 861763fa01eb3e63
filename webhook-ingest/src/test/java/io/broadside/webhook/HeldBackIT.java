package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.schemas.Topics;
import io.broadside.webhook.platform.Vectors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who wants to keep genuine deliveries out: with bodies that never end, and with refusals that are held back. */
class HeldBackIT {

    private static final String X = "/webhooks/x/demo";
    private static final String GENUINE_ADDRESS = "198.51.100.1";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final ServerOnMockBroker server = new ServerOnMockBroker();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private int port;

    @AfterEach
    void stop() {
        isOver.set(true);
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void bodiesThatNeverEndKeepNobodyOutFromHoweverManyAddressesTheyCome(int addresses) throws Exception {
        // Given: memory for four bodies, one of each address; what is held back is their last byte, for longer than
        // this takes
        start("WEBHOOK_BODY_LIMIT", "65536", "WEBHOOK_MAX_BYTES_IN_FLIGHT", "262144", "WEBHOOK_READ_LIMIT", "1m");
        var held = Math.min(addresses, 4);
        var holders = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 8; i++) {
                var holder = connect(head("203.0.113." + i % addresses, "sha256=AAAA", 65_536));
                holders.add(holder);
                holder.getOutputStream().write(new byte[65_535]);
                if (i >= held) {
                    assertThat(firstLine(holders.get(i - held))).startsWith("HTTP/1.1 503");
                }
                var left = 262_144 - Math.min(i + 1, held) * 65_535;
                await().atMost(LIMIT).until(() -> server.room().bytesLeft() == left);
            }
            // When
            for (var i = 0; i < 5; i++) {
                // Then: from an address of its own, and from theirs
                assertThat(deliver(GENUINE_ADDRESS)).startsWith("HTTP/1.1 200");
                assertThat(deliver("203.0.113.0")).startsWith("HTTP/1.1 200");
            }
        } finally {
            for (var holder : holders) {
                holder.close();
            }
        }
        await().atMost(LIMIT).until(() -> server.room().bytesLeft() == 262_144);
    }

    @Test
    void aFloodOfForgedDeliveriesBehindAProxyKeepsNobodyElseOut() throws Exception {
        // Given: forgers on more connections than one address may have, all of them the proxy's
        start("WEBHOOK_REFUSALS_PER_SOURCE", "20", "WEBHOOK_CONNECTIONS_PER_SOURCE", "40");
        var refused = new AtomicInteger();
        try (var forgers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 60; i++) {
                var _ = forgers.submit(() -> {
                    while (!isOver.get()) {
                        if (send("203.0.113.1", "sha256=AAAA").startsWith("HTTP/1.1 401")) {
                            refused.incrementAndGet();
                        }
                    }
                    return null;
                });
            }
            try {
                await().atMost(LIMIT).until(() -> refused.get() > 200);
                // When
                for (var i = 0; i < 16; i++) {
                    // Then
                    assertThat(deliver(GENUINE_ADDRESS)).startsWith("HTTP/1.1 200");
                }
            } finally {
                isOver.set(true);
            }
        }
        assertThat(server.meters()
                        .counter("broadside.webhook.refusals.held.back")
                        .count())
                .isPositive();
        assertThat(server.meters()
                        .counter("broadside.webhook.connections.refused")
                        .count())
                .isZero();
    }

    @Test
    void whoGuessesAtHandshakesIsHeldBackToo() throws Exception {
        // Given
        start("WEBHOOK_REFUSALS_PER_SOURCE", "2", "WEBHOOK_APPS", "tiktok/demo", "WEBHOOK_TIKTOK_DEMO_SECRETS", "s");
        // When
        for (var i = 0; i < 4; i++) {
            try (var guess = connect("GET /webhooks/tiktok/demo?challenge=1 HTTP/1.1\r\nhost: a\r\n\r\n")) {
                // Then
                assertThat(firstLine(guess)).startsWith("HTTP/1.1 403");
            }
        }
        assertThat(server.meters()
                        .counter("broadside.webhook.refusals.held.back")
                        .count())
                .isPositive();
    }

    private void start(String... namesAndValues) {
        var all = new ArrayList<>(List.of(namesAndValues));
        all.addAll(List.of("WEBHOOK_TRUSTED_PROXIES", "1"));
        port = server.start(all.toArray(String[]::new));
    }

    /** The first line of what a genuine delivery is answered. */
    private String deliver(String address) throws Exception {
        var before = server.sentTo(Topics.INBOUND_RAW);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var answer = executor.submit(
                    () -> send(address, Vectors.X_POST.signature().orElseThrow()));
            await().atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> answer.isDone() || server.sentTo(Topics.INBOUND_RAW) > before);
            server.acknowledge();
            return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private String send(String address, String signature) throws IOException {
        try (var socket = connect(head(address, signature, Vectors.X_POST.bytes().length) + Vectors.X_POST.body())) {
            return firstLine(socket);
        }
    }

    private static String head(String address, String signature, int length) {
        return "POST " + X + " HTTP/1.1\r\nhost: a\r\nx-forwarded-for: " + address
                + "\r\nx-twitter-webhooks-signature: " + signature + "\r\ncontent-length: " + length + "\r\n\r\n";
    }

    private Socket connect(String bytes) throws IOException {
        var socket = new Socket("localhost", port);
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.getOutputStream().write(bytes.getBytes(UTF_8));
        return socket;
    }

    private static String firstLine(Socket socket) throws IOException {
        var line = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
        return line == null ? "closed" : line;
    }
}
