package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.broadside.runtime.config.Secret;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Vectors;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deliveries whose signatures are only good now: those that name their time, and those made with a secret that changes. */
class SignedNowIT {

    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final HttpClient client = HttpClient.newHttpClient();
    private final ServerOnMockBroker server = new ServerOnMockBroker();
    private int port;
    private int sent;

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void aDeliveryOfTikTokIsTakenForAsLongAsItsTimeIsInTolerance() throws Exception {
        // Given
        port = server.start(
                "WEBHOOK_APPS", "tiktok/demo",
                "WEBHOOK_TIKTOK_DEMO_SECRETS", Vectors.TIKTOK_SECRET,
                "WEBHOOK_SIGNATURE_TOLERANCE", "10m");
        // When / Then
        assertThat(sendToTikTok(Instant.now())).isEqualTo(200);
        assertThat(sendToTikTok(Instant.now().minus(Duration.ofMinutes(9)))).isEqualTo(200);
        assertThat(sendToTikTok(Instant.now().minus(Duration.ofMinutes(11)))).isEqualTo(401);
    }

    @Test
    void aDeauthorisationIsTakenHoweverLateItComes() throws Exception {
        // Given
        port = server.start(
                "WEBHOOK_APPS", "facebook/demo",
                "WEBHOOK_FACEBOOK_DEMO_SECRETS", Vectors.META_SECRET,
                "WEBHOOK_FACEBOOK_DEMO_VERIFY_TOKEN", "token");
        // When / Then
        assertThat(deauthorize(Instant.now().plusSeconds(60))).isEqualTo(200);
        assertThat(deauthorize(Instant.now().minus(Duration.ofDays(1)))).isEqualTo(200);
    }

    @Test
    void aSecretThatWasChangedIsTakenWithoutARestartAndTheFormerOneGoesWithoutOne(@TempDir Path directory)
            throws Exception {
        // Given
        var file = Files.writeString(directory.resolve("secrets"), "first-secret");
        port = server.start("WEBHOOK_X_DEMO_SECRETS_FILE", file.toString());
        assertThat(sendToX("first-secret")).isEqualTo(200);
        assertThat(sendToX("second-secret")).isEqualTo(401);
        // When
        change(file, "second-secret\nfirst-secret\n");
        // Then: both, and the new one answers handshakes
        assertThat(sendToX("second-secret")).isEqualTo(200);
        assertThat(sendToX("first-secret")).isEqualTo(200);
        assertThat(responseToken()).contains(signatureOfX("second-secret", "token"));
        // When
        change(file, "second-secret");
        // Then
        assertThat(sendToX("second-secret")).isEqualTo(200);
        assertThat(sendToX("first-secret")).isEqualTo(401);
    }

    /** As the service does on its own, every few seconds. */
    private void change(Path file, String secrets) throws IOException {
        Files.writeString(file, secrets);
        server.keyring().look();
        server.keyring().look();
    }

    private int sendToTikTok(Instant signedAt) throws Exception {
        var time = Long.toString(signedAt.getEpochSecond());
        var body = Vectors.TIKTOK_POST.body();
        var signature = HmacSha256.sign(
                Secret.of(Vectors.TIKTOK_SECRET), (time + ".").getBytes(US_ASCII), body.getBytes(UTF_8));
        return send(
                "/webhooks/tiktok/demo",
                body,
                "application/json",
                "tiktok-signature",
                "t=" + time + ",s=" + HexFormat.of().formatHex(signature));
    }

    private int deauthorize(Instant end) throws Exception {
        var payload =
                BASE64.encodeToString(("{\"user_id\":\"2\",\"algorithm\":\"HMAC-SHA256\",\"issued_at\":1,\"expires\":"
                                + end.getEpochSecond() + "}")
                        .getBytes(UTF_8));
        var signature =
                BASE64.encodeToString(HmacSha256.sign(Secret.of(Vectors.META_SECRET), payload.getBytes(US_ASCII)));
        return send(
                "/webhooks/facebook/demo/deauthorize",
                "signed_request=" + signature + "." + payload,
                "application/x-www-form-urlencoded",
                "accept",
                "*/*");
    }

    private int sendToX(String secret) throws Exception {
        var body = Vectors.X_POST.body();
        return send(
                "/webhooks/x/demo",
                body,
                "application/json",
                "x-twitter-webhooks-signature",
                signatureOfX(secret, body));
    }

    private static String signatureOfX(String secret, String content) {
        return "sha256="
                + Base64.getEncoder().encodeToString(HmacSha256.sign(Secret.of(secret), content.getBytes(UTF_8)));
    }

    private String responseToken() throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(uri("/webhooks/x/demo?crc_token=token"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    /** The status of the answer; a delivery that is stored is acknowledged by the broker. */
    private int send(String path, String body, String contentType, String header, String value) throws Exception {
        var request = HttpRequest.newBuilder(uri(path))
                .header("content-type", contentType)
                .header(header, value)
                .POST(BodyPublishers.ofString(body))
                .build();
        var answer = client.sendAsync(request, BodyHandlers.discarding());
        sent++;
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> server.broker().history().size() >= sent);
        server.acknowledge();
        return answer.get(1, TimeUnit.MINUTES).statusCode();
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + port + path);
    }
}
