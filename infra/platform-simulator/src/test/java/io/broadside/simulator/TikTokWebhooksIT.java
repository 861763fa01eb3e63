package io.broadside.simulator;

import static io.broadside.simulator.TikTokClient.CREATOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.webhooks.Delivery;
import io.broadside.simulator.webhooks.Signatures;
import io.broadside.testkit.SettableClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TikTokWebhooksIT {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-20T10:15:30Z"));
    private final PlatformSimulator simulator =
            PlatformSimulator.start(SimulatorConfig.onPort(0).withClock(clock));
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final TikTokClient tiktok = new TikTokClient(client);
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer receiver;

    TikTokWebhooksIT() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void receive() {
        receiver.createContext("/", this::take);
        receiver.start();
        var url = URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/tiktok");
        assertThat(simulator.control().registerWebhook(Platform.TIKTOK, url).verified())
                .isTrue();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        client.close();
        simulator.close();
    }

    @Test
    void asksNothingOfAReceiver() {
        assertThat(received).isEmpty();
    }

    @Test
    void tellsThatAPostWentThroughAndThatItIsPublic() throws Exception {
        // Given
        var publishId = tiktok.publish("hello", "PUBLIC_TO_EVERYONE");
        var postId = simulator.control().posts(Platform.TIKTOK).getFirst().id();
        // When
        deliver(Delivery.of(Delivery.Kind.POST, CREATOR, "").about(publishId));
        deliver(Delivery.of(Delivery.Kind.POST, CREATOR, "").about(postId));
        // Then
        assertThat(received)
                .extracting(Received::event)
                .containsExactly("post.publish.complete", "post.publish.publicly_available");
        assertThat(received).allSatisfy(delivery -> {
            assertThat(delivery.isSigned()).isTrue();
            assertThat(delivery.json().at("/user_openid").asText()).isEqualTo(CREATOR);
            assertThat(delivery.content().at("/publish_id").asText()).isEqualTo(publishId);
            assertThat(delivery.content().at("/publish_type").asText()).isEqualTo("DIRECT_PUBLISH");
        });
        assertThat(received.getLast().content().at("/post_id").asText()).isEqualTo(postId);
    }

    @Test
    void tellsThatTheCreatorDisconnected() {
        // When
        deliver(Delivery.of(Delivery.Kind.REVOKED, CREATOR, "").times(2));
        deliver(Delivery.of(Delivery.Kind.REVOKED, CREATOR, "").asForged());
        // Then
        assertThat(received).extracting(Received::event).containsOnly("authorization.removed");
        assertThat(received).extracting(Received::isSigned).containsExactly(true, true, false);
        assertThat(received.getFirst().content().at("/reason").asInt()).isEqualTo(1);
    }

    @Test
    void tellsNobodyAboutComments() {
        assertThatThrownBy(() -> deliver(Delivery.of(Delivery.Kind.COMMENT, CREATOR, "nice")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void deliver(Delivery delivery) {
        assertThat(simulator.control().deliver(Platform.TIKTOK, delivery).status())
                .isEqualTo(200);
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.add(new Received(exchange.getRequestHeaders().getFirst("TikTok-Signature"), body));
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private record Received(String signature, String body) {
        JsonNode json() {
            return Json.parse(body).orElseThrow();
        }

        String event() {
            return json().at("/event").asText();
        }

        /** JSON within a text. */
        JsonNode content() {
            return Json.parse(json().at("/content").textValue()).orElseThrow();
        }

        boolean isSigned() {
            var seconds = signature.replaceFirst("t=([0-9]+),s=.*", "$1");
            var expected = Signatures.hex(
                    SimulatorConfig.TIKTOK_CLIENT_SECRET, (seconds + "." + body).getBytes(StandardCharsets.UTF_8));
            return signature.equals("t=" + seconds + ",s=" + expected);
        }
    }
}
