package io.broadside.simulator;

import static io.broadside.simulator.SimulatorClient.PAGE;
import static io.broadside.simulator.SimulatorClient.X_USER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.facebook.FacebookPlatform;
import io.broadside.simulator.instagram.InstagramPlatform;
import io.broadside.simulator.platform.App;
import io.broadside.simulator.webhooks.Delivery;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebhooksIT {
    private final PlatformSimulator simulator = PlatformSimulator.start(SimulatorConfig.onPort(0));
    private final SimulatorClient client = new SimulatorClient(simulator);
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final HttpServer receiver;

    WebhooksIT() throws IOException {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void receive() {
        receiver.createContext("/good", this::verify);
        receiver.createContext("/instagram", this::verify);
        receiver.createContext("/bad", exchange -> answer(exchange, 200, "no"));
        receiver.start();
    }

    @AfterEach
    void stop() {
        receiver.stop(0);
        client.close();
        simulator.close();
    }

    @Test
    void registersReceiversThatAnswerTheHandshake() throws Exception {
        assertThat(simulator
                        .control()
                        .registerWebhook(Platform.FACEBOOK, url("/good"))
                        .verified())
                .isTrue();
        assertThat(simulator.control().registerWebhook(Platform.X, url("/good")).verified())
                .isTrue();
        var refused = client.put("/control/webhooks/x", "{\"callbackUrl\":\"" + url("/bad") + "\"}");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.text("/detail")).startsWith("CrcValidationFailed");
        assertThat(simulator
                        .control()
                        .registerWebhook(Platform.FACEBOOK, url("/bad"))
                        .verified())
                .isFalse();
    }

    @Test
    void deliversSignedEventsOfFacebook() {
        // Given
        simulator.control().registerWebhook(Platform.FACEBOOK, url("/good"));
        // When
        var receipt =
                simulator.control().deliver(Platform.FACEBOOK, Delivery.of(Delivery.Kind.COMMENT, PAGE, "café/😀"));
        // Then
        assertThat(receipt.status()).isEqualTo(200);
        assertThat(received)
                .singleElement()
                .satisfies(one -> assertThat(one.body).contains("caf\\u00e9\\/\\ud83d\\ude00"));
    }

    @ParameterizedTest
    @CsvSource({"17840000000000001, changes", "17840000000000003, field"})
    void deliversCommentsOfInstagramInBothShapes(String account, String member) {
        // Given
        simulator.control().registerWebhook(InstagramPlatform.ID, url("/instagram"));
        // When
        var receipt =
                simulator.control().deliver(InstagramPlatform.ID, Delivery.of(Delivery.Kind.COMMENT, account, "Nice"));
        // Then
        assertThat(receipt.status()).isEqualTo(200);
        assertThat(received)
                .singleElement()
                .satisfies(one -> assertThat(one.body).contains("\"id\":\"" + account + "\"", "\"" + member + "\":"));
        assertThatThrownBy(() ->
                        simulator.control().deliver(InstagramPlatform.ID, Delivery.of(Delivery.Kind.POST, account, "")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void deliversSignedEventsOfX() throws Exception {
        // Given
        simulator.control().registerWebhook(Platform.X, url("/good"));
        // When
        var receipt = client.json(
                "/control/webhooks/x/deliveries",
                "",
                "{\"kind\":\"revoked\",\"accountId\":\"" + X_USER + "\",\"times\":2}");
        // Then
        assertThat(receipt.json().path("status").asInt()).isEqualTo(200);
        assertThat(received).hasSize(2).allSatisfy(one -> assertThat(one.body).contains("oauth.revoke"));
    }

    @Test
    void deliversADeauthorizationAsASignedRequest() {
        // Given
        simulator.control().registerWebhook(Platform.FACEBOOK, url("/good"));
        // When
        var receipt = simulator.control().deliver(Platform.FACEBOOK, Delivery.of(Delivery.Kind.REVOKED, PAGE, ""));
        // Then
        assertThat(receipt.body()).startsWith("signed_request=");
        var payload = receipt.body().substring(receipt.body().indexOf('.') + 1);
        assertThat(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8))
                .contains("\"user_id\":\"2000000001\"");
    }

    @Test
    void forgesSignaturesWhenTold() {
        // Given
        simulator.control().registerWebhook(Platform.FACEBOOK, url("/good"));
        simulator.control().registerWebhook(Platform.X, url("/good"));
        // When
        var facebook = simulator
                .control()
                .deliver(
                        Platform.FACEBOOK,
                        Delivery.of(Delivery.Kind.POST, PAGE, "a").asForged());
        var x = simulator
                .control()
                .deliver(
                        Platform.X, Delivery.of(Delivery.Kind.POST, X_USER, "a").asForged());
        // Then
        assertThat(facebook.status()).isEqualTo(401);
        assertThat(x.status()).isEqualTo(401);
    }

    @Test
    void deliversNothingWithoutAReceiver() {
        assertThatThrownBy(() -> simulator.control().deliver(Platform.X, Delivery.of(Delivery.Kind.POST, X_USER, "a")))
                .isInstanceOf(IllegalStateException.class);
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + path);
    }

    /** A receiver as it should be. */
    private void verify(HttpExchange exchange) throws IOException {
        var query = String.valueOf(exchange.getRequestURI().getQuery());
        if (query.startsWith("hub.mode=subscribe")) {
            var isOurs = query.endsWith("hub.verify_token=" + meta(exchange).verifyToken());
            answer(exchange, isOurs ? 200 : 403, query.replaceAll(".*hub.challenge=([0-9]+).*", "$1"));
        } else if (query.startsWith("crc_token=")) {
            var token = query.substring("crc_token=".length()).getBytes(StandardCharsets.UTF_8);
            answer(exchange, 200, "{\"response_token\":\"sha256=" + base64(token) + "\"}");
        } else {
            var bytes = exchange.getRequestBody().readAllBytes();
            received.add(new Received(new String(bytes, StandardCharsets.UTF_8)));
            var signature = exchange.getRequestHeaders().getFirst("X-Hub-Signature-256");
            var x = exchange.getRequestHeaders().getFirst("x-twitter-webhooks-signature");
            var isSigned = signature != null
                    ? signature.equals("sha256="
                            + HexFormat.of().formatHex(hmac(meta(exchange).webhookSecret(), bytes)))
                    : x == null || x.equals("sha256=" + base64(bytes));
            answer(exchange, isSigned ? 200 : 401, "");
        }
    }

    /** The application of Meta that sends to this address. */
    private static App meta(HttpExchange exchange) {
        return exchange.getRequestURI().getPath().equals("/instagram")
                ? InstagramPlatform.DEFAULT_APP
                : FacebookPlatform.DEFAULT_APP;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(hmac(SimulatorConfig.X_CONSUMER_SECRET, bytes));
    }

    private static byte[] hmac(String secret, byte[] bytes) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return mac.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    private record Received(String body) {}
}
