package io.broadside.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.broadside.runtime.config.Secret;
import io.broadside.schemas.Topic;
import io.broadside.schemas.Topics;
import io.broadside.webhook.platform.HmacSha256;
import io.broadside.webhook.platform.Mutations;
import io.broadside.webhook.platform.Vectors;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The HTTP side, with a broker that does as it is told. */
class WebhookServerIT {

    private static final String X = "/webhooks/x/demo";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final HttpClient client = HttpClient.newHttpClient();
    private final ServerOnMockBroker server = new ServerOnMockBroker();
    private final MockProducer<byte[], byte[]> broker = server.broker();
    private final SimpleMeterRegistry meters = server.meters();
    private int port;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void says200OnlyWhenTheBrokerHasTheDelivery() throws Exception {
        // Given
        start();
        // When
        var answer = post(signed());
        awaitSent(1);
        // Then
        assertThat(answer).isNotDone();
        assertThat(broker.history().getFirst().topic()).isEqualTo(Topics.INBOUND_RAW.name());
        assertThat(broker.completeNext()).isTrue();
        assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
    }

    @Test
    void ofADeliveryOfLinkedInNothingIsStoredThatMayNotBeKept() throws Exception {
        // Given
        start("WEBHOOK_APPS", "linkedin/demo", "WEBHOOK_LINKEDIN_DEMO_SECRETS", Vectors.LINKEDIN_SECRET);
        var body = Vectors.LINKEDIN_COMMENT
                .body()
                .replace("\"subscriber\"", "\"decoratedGeneratedActivity\":{\"text\":\"so private\"},\"subscriber\"");
        var signature = HmacSha256.sign(Secret.of(Vectors.LINKEDIN_SECRET), ("hmacsha256=" + body).getBytes(UTF_8));
        // When
        var answer = post(request("/webhooks/linkedin/demo")
                .header("x-li-signature", HexFormat.of().formatHex(signature))
                .POST(BodyPublishers.ofString(body))
                .build());
        awaitSent(1);
        assertThat(broker.completeNext()).isTrue();
        // Then
        assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
        assertThat(broker.history()).singleElement().satisfies(record -> {
            assertThat(record.topic()).isEqualTo(Topics.INBOUND_RAW.name());
            assertThat(record.value())
                    .asString(UTF_8)
                    .contains("urn:li:organization:5550001")
                    .doesNotContain("so private");
        });
    }

    @Test
    void says503WhenTheBrokerRefuses() throws Exception {
        // Given
        start();
        // When
        var answer = post(signed());
        awaitSent(1);
        assertThat(broker.errorNext(new TimeoutException("no broker"))).isTrue();
        // Then
        assertIsToBeRepeated(answer.get(1, TimeUnit.MINUTES));
    }

    @Test
    void says503WhenTheBrokerTakesTooLong() throws Exception {
        // Given
        start("WEBHOOK_DURABLE_WITHIN", "200ms");
        // When
        var answer = post(signed());
        // Then
        assertIsToBeRepeated(answer.get(1, TimeUnit.MINUTES));
    }

    @Test
    void goesOnAnsweringAfterDeliveriesThatWereDurableTooLate() throws Exception {
        // Given: as many as there are instances of the server, and more
        start("WEBHOOK_DURABLE_WITHIN", "1s");
        for (int i = 1; i <= 5; i++) {
            assertIsToBeRepeated(post(signed()).get(1, TimeUnit.MINUTES));
            assertThat(broker.completeNext()).isTrue();
        }
        // When
        for (int i = 6; i <= 10; i++) {
            var answer = post(signed());
            awaitSent(i);
            assertThat(broker.completeNext()).isTrue();
            // Then
            assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void says503AtOnceWhenAsMuchIsUnderWayAsMayBe() throws Exception {
        // Given
        start("WEBHOOK_MAX_IN_FLIGHT", "1");
        var first = post(signed());
        awaitSent(1);
        // When
        var second = post(signed()).get(1, TimeUnit.MINUTES);
        // Then
        assertIsToBeRepeated(second);
        assertThat(broker.completeNext()).isTrue();
        assertThat(first.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
        var third = post(signed());
        awaitSent(2);
        assertThat(broker.completeNext()).isTrue();
        assertThat(third.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
    }

    @Test
    void says503AtOnceWhenTheMemoryForBodiesIsUsedUpAndNoLonger() throws Exception {
        // Given
        start("WEBHOOK_BODY_LIMIT", "1024", "WEBHOOK_MAX_BYTES_IN_FLIGHT", "1024");
        for (var sent = 1; sent <= 1024 / Vectors.X_POST.bytes().length; sent++) {
            var taken = post(signed());
            awaitSent(sent);
            assertThat(taken).isNotDone();
        }
        // When
        var refused = post(signed()).get(1, TimeUnit.MINUTES);
        // Then
        assertIsToBeRepeated(refused);
        assertThat(broker.completeNext()).isTrue();
        var last = post(signed());
        awaitSent(1024 / Vectors.X_POST.bytes().length + 1);
        assertThat(last).isNotDone();
    }

    @Test
    void refusesForgedDeliveriesHoweverManyAreSetAsideAlready() throws Exception {
        // Given
        start();
        // When: nothing of it is ever acknowledged
        for (var i = 0; i < 100; i++) {
            var answer = post(request(X)
                            .header("x-twitter-webhooks-signature", "sha256=AAAA")
                            .POST(BodyPublishers.ofString(Vectors.X_POST.body()))
                            .build())
                    .get(1, TimeUnit.MINUTES);
            assertThat(answer.statusCode()).isEqualTo(401);
        }
        // Then
        await().atMost(LIMIT)
                .untilAsserted(() -> assertThat(broker.history())
                        .hasSize(64)
                        .allMatch(record -> record.topic().equals(Topics.INBOUND_QUARANTINE.name())));
        assertThat(meters.counter("broadside.webhook.quarantine.dropped").count())
                .isEqualTo(36);
        var delivery = post(signed());
        awaitSent(65);
        assertThat(delivery).isNotDone();
    }

    @Test
    void refusesABodyThatIsAnnouncedTooLarge() throws Exception {
        // Given
        start("WEBHOOK_BODY_LIMIT", "1024");
        // When / Then
        assertThat(raw("POST " + X + " HTTP/1.1\r\nhost: a\r\ncontent-length: 1025\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void refusesABodyThatTurnsOutTooLarge() throws Exception {
        // Given
        start("WEBHOOK_BODY_LIMIT", "1024");
        var chunk = "400\r\n" + "x".repeat(1024) + "\r\n";
        // When / Then: it is not waited for the end
        assertThat(raw("POST " + X + " HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n" + chunk + chunk))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void refusesABodyThatDoesNotComeAndServesOthersMeanwhile() throws Exception {
        // Given
        start("WEBHOOK_READ_LIMIT", "500ms");
        try (var slow = connect("POST " + X + " HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nab")) {
            // When
            var other = get(X + "?crc_token=t");
            // Then
            assertThat(other.statusCode()).isEqualTo(200);
            assertThat(firstLine(slow)).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void closesAConnectionThatIsSilent() throws Exception {
        // Given
        start("WEBHOOK_IDLE_TIMEOUT", "200ms");
        // When / Then
        assertThat(raw("POST " + X + " HTTP/1.1\r\n")).isEqualTo("closed");
    }

    @Test
    void cutsOffAHeaderThatComesByteByByteAlsoOnAConnectionThatHasServedBefore() throws Exception {
        // Given
        start("WEBHOOK_IDLE_TIMEOUT", "500ms");
        try (var slow = connect("GET " + X + "?crc_token=t HTTP/1.1\r\nhost: a\r\n\r\n")) {
            assertThat(firstLine(slow)).startsWith("HTTP/1.1 200");
            // When: it is never idle
            var begun = System.nanoTime();
            await().atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> isCut(slow));
            // Then
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(400));
        }
    }

    @Test
    void cutsOffABodyThatComesByteByByte() throws Exception {
        // Given
        start("WEBHOOK_READ_LIMIT", "500ms");
        try (var slow = connect("POST " + X + " HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n")) {
            // When / Then
            await().atMost(LIMIT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> isCut(slow));
        }
    }

    @Test
    void aFloodOfForgedDeliveriesDoesNotKeepTheGenuineOnesFromTheSameAddressOut() throws Exception {
        // Given: somebody who sends forged ones on many connections, as fast as they are refused
        start("WEBHOOK_REFUSALS_PER_SOURCE", "20");
        var isOver = new AtomicBoolean();
        var refused = new AtomicInteger();
        try (var forgers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 50; i++) {
                var _ = forgers.submit(() -> {
                    while (!isOver.get()) {
                        refused.addAndGet(forge() == 401 ? 1 : 0);
                    }
                    return null;
                });
            }
            await().atMost(LIMIT).until(() -> refused.get() > 50);
            // When
            var sent = 0;
            for (var i = 0; i < 20; i++) {
                var answer = post(signed());
                sent++;
                completeDeliveries(sent);
                // Then
                assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
            }
            isOver.set(true);
        }
        assertThat(meters.counter("broadside.webhook.refusals.held.back").count())
                .isPositive();
    }

    @Test
    void closesTheConnectionOfWhoWasRefused() throws Exception {
        // Given
        start();
        var body = Vectors.X_POST.body();
        // When
        try (var forger = connect("POST " + X + " HTTP/1.1\r\nhost: a\r\nx-twitter-webhooks-signature: sha256=AAAA\r\n"
                + "content-length: " + Vectors.X_POST.bytes().length + "\r\n\r\n" + body)) {
            var answer = new String(forger.getInputStream().readAllBytes(), US_ASCII);
            // Then: all that ever comes on it
            assertThat(answer).startsWith("HTTP/1.1 401").endsWith("\r\n\r\n");
        }
    }

    @Test
    void closesConnectionsBeyondThoseOneAddressMayHave() throws Exception {
        // Given
        start("WEBHOOK_CONNECTIONS_PER_SOURCE", "2");
        try (var first = connect("GET " + X + "?crc_token=t HTTP/1.1\r\nhost: a\r\n\r\n");
                var second = connect("GET " + X + "?crc_token=t HTTP/1.1\r\nhost: a\r\n\r\n")) {
            assertThat(firstLine(first)).startsWith("HTTP/1.1 200");
            assertThat(firstLine(second)).startsWith("HTTP/1.1 200");
            // When / Then
            assertThat(raw("GET " + X + "?crc_token=t HTTP/1.1\r\nhost: a\r\n\r\n"))
                    .isEqualTo("closed");
        }
        await().atMost(LIMIT)
                .until(() -> raw("GET " + X + "?crc_token=t HTTP/1.1\r\nhost: a\r\n\r\n")
                        .startsWith("HTTP/1.1 200"));
    }

    @Test
    void refusesThousandsOfMutatedDeliveriesAndServesOn() throws Exception {
        // Given
        start("WEBHOOK_REFUSALS_PER_SOURCE", "1000000");
        var mutations = new Mutations(7);
        var statuses = new HashMap<Integer, Integer>();
        // When
        for (var i = 0; i < 3_000; i++) {
            var mutation = mutations.of(Vectors.X_POST);
            var signature = mutation.signature().filter(text -> text.chars().allMatch(c -> c > ' ' && c < 127));
            var request = request(X).POST(BodyPublishers.ofByteArray(mutation.body()));
            signature.ifPresent(text -> request.header("x-twitter-webhooks-signature", text));
            statuses.merge(post(request.build()).get(1, TimeUnit.MINUTES).statusCode(), 1, Integer::sum);
            completeDeliveries(0);
        }
        // Then
        assertThat(statuses).containsExactly(Map.entry(401, 3_000));
        assertThat(sentTo(Topics.INBOUND_RAW)).isZero();
        var genuine = post(signed());
        completeDeliveries(1);
        assertThat(genuine.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
    }

    @Test
    void whatComesOverTheWireBrokenIsRefusedOrCutAndNothingIsStored() throws Exception {
        // Given
        start("WEBHOOK_READ_LIMIT", "200ms", "WEBHOOK_IDLE_TIMEOUT", "300ms");
        var random = new Random(11);
        var genuine = ("POST " + X + " HTTP/1.1\r\nhost: a\r\nx-twitter-webhooks-signature: "
                        + Vectors.X_POST.signature().orElseThrow() + "\r\ncontent-length: "
                        + Vectors.X_POST.bytes().length + "\r\n\r\n")
                .getBytes(UTF_8);
        // When: the head of a genuine delivery, a few bytes of it changed at random
        for (var i = 0; i < 100; i++) {
            var head = genuine.clone();
            for (var changes = 1 + random.nextInt(3); changes > 0; changes--) {
                head[random.nextInt(head.length)] = (byte) random.nextInt(256);
            }
            if (!signatureAndPathAreWhole(head)) {
                try (var socket = connect("")) {
                    socket.getOutputStream().write(head);
                    socket.getOutputStream().write(Vectors.X_POST.bytes());
                    assertThat(firstLine(socket)).doesNotStartWith("HTTP/1.1 5").doesNotStartWith("HTTP/1.1 200");
                } catch (IOException _) {
                    // Cut off while it was still writing: that is well.
                }
            }
        }
        // Then
        assertThat(get(X + "?crc_token=t").statusCode()).isEqualTo(200);
        assertThat(sentTo(Topics.INBOUND_RAW)).isZero();
    }

    @Test
    void confirmsARequestToDeleteDataOnceItIsDurableAndShowsHowFarItIs() throws Exception {
        // Given
        start(
                "WEBHOOK_APPS", "facebook/demo",
                "WEBHOOK_FACEBOOK_DEMO_SECRETS", Vectors.META_SECRET,
                "WEBHOOK_FACEBOOK_DEMO_VERIFY_TOKEN", "token",
                "WEBHOOK_PUBLIC_URI", "https://hooks.example.org");
        var payload = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("{\"user_id\":\"2000000002\",\"algorithm\":\"HMAC-SHA256\"}".getBytes(UTF_8));
        var signature = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(HmacSha256.sign(Secret.of(Vectors.META_SECRET), payload.getBytes(UTF_8)));
        // When
        var answer = post(request("/webhooks/facebook/demo/data-deletion")
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("signed_request=" + signature + "." + payload))
                .build());
        awaitSent(1);
        assertThat(answer).isNotDone();
        assertThat(broker.completeNext()).isTrue();
        // Then
        var confirmation = answer.get(1, TimeUnit.MINUTES);
        assertThat(confirmation.statusCode()).isEqualTo(200);
        assertThat(confirmation.headers().firstValue("content-type")).contains("application/json");
        var json = new ObjectMapper().readTree(confirmation.body());
        assertThat(json.path("url").asText())
                .startsWith("https://hooks.example.org/webhooks/facebook/demo/data-deletion?code=");
        var page = get("/webhooks/facebook/demo/data-deletion?code="
                + json.path("confirmation_code").asText());
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
        assertThat(page.body()).contains("In progress.");
        assertThat(get("/webhooks/facebook/demo/data-deletion?code=%3Cb%3Ex").statusCode())
                .isBetween(400, 404);
    }

    @Test
    void takesNoRequestsToDeleteDataWithoutAnAddressToTell() throws Exception {
        start(
                "WEBHOOK_APPS", "facebook/demo",
                "WEBHOOK_FACEBOOK_DEMO_SECRETS", Vectors.META_SECRET,
                "WEBHOOK_FACEBOOK_DEMO_VERIFY_TOKEN", "token");
        assertThat(get("/webhooks/facebook/demo/data-deletion").statusCode()).isEqualTo(404);
        assertThat(get("/webhooks/facebook/demo/deauthorize").statusCode()).isEqualTo(403);
    }

    @Test
    void knowsNoOtherPathsAndMethodsAndTellsNothing() throws Exception {
        // Given
        start();
        // When / Then
        for (var path :
                new String[] {"/", "/webhooks", "/webhooks/x", "/webhooks/x/other", "/webhooks/myspace/demo", X + "/"
                }) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
            assertThat(get(path).body()).as(path).isEmpty();
        }
        var answer = post(request(X).PUT(BodyPublishers.ofString("<script>")).build())
                .get(1, TimeUnit.MINUTES);
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).contains("GET, POST");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void aQueryThatCannotBeDecodedIsRefused() throws Exception {
        // Given
        start();
        // When / Then
        assertThat(raw("GET " + X + "?crc_token=%zz HTTP/1.1\r\nhost: a\r\n\r\n"))
                .matches("HTTP/1.1 40[03] .*");
    }

    @Test
    void aDeliveryUnderWayIsAnsweredBeforeTheServerStops() throws Exception {
        // Given
        start();
        var answer = post(signed());
        awaitSent(1);
        // When
        var stopped = server.undeploy();
        await().atMost(LIMIT).until(() -> !isListening());
        assertThat(broker.completeNext()).isTrue();
        // Then
        assertThat(answer.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(200);
        var begun = System.nanoTime();
        stopped.await();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
    }

    private void start(String... namesAndValues) {
        port = server.start(namesAndValues);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(LIMIT);
    }

    private HttpRequest signed() {
        return request(X)
                .header(
                        "x-twitter-webhooks-signature",
                        Vectors.X_POST.signature().orElseThrow())
                .POST(BodyPublishers.ofString(Vectors.X_POST.body()))
                .build();
    }

    private CompletableFuture<HttpResponse<String>> post(HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    private void awaitSent(int count) {
        await().atMost(LIMIT).until(() -> broker.history().size() >= count);
    }

    /** Acknowledges what was sent, until so many deliveries are among it. */
    private void completeDeliveries(int deliveries) {
        await().atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    var isAll = sentTo(Topics.INBOUND_RAW) >= deliveries;
                    while (broker.completeNext()) {
                        // Everything that was there.
                    }
                    return isAll;
                });
    }

    private long sentTo(Topic<?> topic) {
        return server.sentTo(topic);
    }

    private int forge() throws Exception {
        var request = request(X)
                .header("x-twitter-webhooks-signature", "sha256=" + "A".repeat(43) + "=")
                .POST(BodyPublishers.ofString(Vectors.X_POST.body()))
                .build();
        return post(request).get(1, TimeUnit.MINUTES).statusCode();
    }

    /** What else may be in a head is not what a platform signs. */
    private static boolean signatureAndPathAreWhole(byte[] head) {
        var text = new String(head, UTF_8);
        return text.contains(X) && text.contains(Vectors.X_POST.signature().orElseThrow());
    }

    /** Sends one more byte; whether the other side has closed. */
    private static boolean isCut(Socket socket) {
        try {
            socket.getOutputStream().write('a');
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    private static void assertIsToBeRepeated(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("retry-after")).contains("5");
        assertThat(answer.body()).isEmpty();
    }

    private boolean isListening() {
        try (var _ = new Socket("localhost", port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Sends these bytes, and reads the first line of what comes back. */
    private String raw(String bytes) throws IOException {
        try (var socket = connect(bytes)) {
            return firstLine(socket);
        }
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
