package io.broadside.simulator.webhooks;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.journal.Journal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where deliveries go, and sending them.
 *
 * <p>https://developers.facebook.com/docs/graph-api/webhooks/getting-started, https://docs.x.com/x-api/webhooks/introduction
 */
public final class Webhooks {
    private static final String WRONG_SECRET = "not-the-secret-of-the-application";

    private final Outbound outbound;
    private final WebhookSecrets secrets;
    private final Payloads payloads;
    private final Journal.Section<Change> journal;
    private final Map<Platform, URI> callbacks = new ConcurrentHashMap<>();

    public Webhooks(Outbound outbound, WebhookSecrets secrets, Payloads payloads, Journal journal) {
        this.outbound = outbound;
        this.secrets = secrets;
        this.payloads = payloads;
        this.journal = journal.section("webhooks", Change.class, this::apply);
    }

    /** Asks the receiver to prove that it wants deliveries, and remembers it if it does. */
    public Future<Handshake> register(Platform platform, URI callback) {
        var handshake = switch (platform) {
            case FACEBOOK -> facebookHandshake(callback);
            case X -> xHandshake(callback);
        };
        return handshake
                .recover(problem -> Future.succeededFuture(
                        new Handshake(platform, callback, false, 0, "no answer: " + problem.getMessage())))
                .onSuccess(result -> {
                    if (result.verified()) {
                        journal.commit(new Change.Registered(platform, callback));
                    }
                });
    }

    /**
     * Sends the event to the registered receiver.
     *
     * @throws IllegalStateException when there is no receiver
     */
    public Future<Receipt> deliver(Platform platform, Delivery delivery) {
        var url = callbacks.get(platform);
        if (url == null) {
            throw new IllegalStateException("no webhook is registered for " + platform.id());
        }
        var message = payloads.message(platform, delivery);
        var signed = switch (message) {
            case Payloads.Message.FacebookEvent(var body) ->
                new Signed(
                        "X-Hub-Signature-256",
                        Signatures.facebook(facebookSecret(delivery), body),
                        body,
                        "application/json");
            case Payloads.Message.FacebookDeauthorization(var payload) ->
                new Signed(
                        "",
                        "",
                        ("signed_request=" + Signatures.signedRequest(facebookSecret(delivery), payload))
                                .getBytes(StandardCharsets.US_ASCII),
                        "application/x-www-form-urlencoded");
            case Payloads.Message.XEvent(var body) ->
                new Signed(
                        "x-twitter-webhooks-signature",
                        Signatures.x(xSecret(delivery), body),
                        body,
                        "application/json");
        };
        return send(url, signed, delivery.times());
    }

    private Future<Receipt> send(URI url, Signed signed, int times) {
        var headers = signed.header.isEmpty()
                ? Map.of("Content-Type", signed.contentType)
                : Map.of("Content-Type", signed.contentType, signed.header, signed.signature);
        var text = new String(signed.body, StandardCharsets.UTF_8);
        return outbound.call(HttpMethod.POST, url, headers, Buffer.buffer(signed.body))
                .map(Outbound.Answer::status)
                .recover(_ -> Future.succeededFuture(0))
                .compose(status -> times > 1
                        ? send(url, signed, times - 1)
                        : Future.succeededFuture(new Receipt(url, status, text, signed.signature)));
    }

    private Future<Handshake> facebookHandshake(URI callback) {
        var challenge = Integer.toString(ThreadLocalRandom.current().nextInt(100_000_000, 2_000_000_000));
        var uri = with(
                callback,
                "hub.mode=subscribe&hub.challenge=" + challenge + "&hub.verify_token="
                        + URLEncoder.encode(secrets.facebookVerifyToken(), StandardCharsets.UTF_8));
        return outbound.call(HttpMethod.GET, uri, Map.of(), Buffer.buffer()).map(answer -> {
            var echoed = answer.body().toString(StandardCharsets.UTF_8).equals(challenge);
            var detail = answer.status() != 200
                    ? "status 200 expected"
                    : echoed ? "" : "the body must be the bare hub.challenge";
            return new Handshake(Platform.FACEBOOK, callback, detail.isEmpty(), answer.status(), detail);
        });
    }

    private Future<Handshake> xHandshake(URI callback) {
        var token = "crc-" + UUID.randomUUID();
        var expected = Signatures.x(secrets.xConsumerSecret(), token.getBytes(StandardCharsets.UTF_8));
        return outbound.call(HttpMethod.GET, with(callback, "crc_token=" + token), Map.of(), Buffer.buffer())
                .map(answer -> {
                    var given = Json.parse(answer.body().getBytes())
                            .map(json -> json.path("response_token"))
                            .map(JsonNode::asText)
                            .orElse("");
                    var equal = MessageDigest.isEqual(
                            given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
                    var detail = answer.status() != 200
                            ? "CrcValidationFailed: status 200 expected"
                            : equal ? "" : "CrcValidationFailed: response_token is not the HMAC of crc_token";
                    return new Handshake(Platform.X, callback, detail.isEmpty(), answer.status(), detail);
                });
    }

    private static URI with(URI callback, String query) {
        return URI.create(callback + (callback.getRawQuery() == null ? "?" : "&") + query);
    }

    private String facebookSecret(Delivery delivery) {
        return delivery.forged() ? WRONG_SECRET : secrets.facebookAppSecret();
    }

    private String xSecret(Delivery delivery) {
        return delivery.forged() ? WRONG_SECRET : secrets.xConsumerSecret();
    }

    private void apply(Change change) {
        switch (change) {
            case Change.Registered(var platform, var callback) -> callbacks.put(platform, callback);
        }
    }

    sealed interface Change {
        record Registered(Platform platform, URI callbackUrl) implements Change {}
    }

    @SuppressWarnings("ArrayRecordComponent") // lives for one sending, and is never compared
    private record Signed(String header, String signature, byte[] body, String contentType) {}
}
