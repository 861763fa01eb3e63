package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.events.RawDelivery;
import io.broadside.runtime.config.Secret;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A delivery whose signature is known to be right: computed elsewhere, with another implementation. */
public record Vector(
        String name,
        WebhookPlatform platform,
        Callback callback,
        String secret,
        String body,
        Optional<String> signature,
        String contentType,
        Instant receivedAt) {

    public static final Duration TOLERANCE = Duration.ofHours(73);

    /** One that comes to the address of the webhooks, as JSON, signed in a header. */
    public static Vector of(
            String name, WebhookPlatform platform, String secret, String body, String signature, String receivedAt) {
        return new Vector(
                name,
                platform,
                Callback.WEBHOOK,
                secret,
                body,
                Optional.of(signature),
                "application/json",
                Instant.parse(receivedAt));
    }

    public Verdict verify() {
        return verify(bytes(), signature, secret);
    }

    /** The verdict about something else than what was signed. */
    public Verdict verify(byte[] otherBody, Optional<String> otherSignature, String... secrets) {
        return platform.verify(delivery(otherBody, otherSignature), credentials(secrets));
    }

    public byte[] bytes() {
        return body.getBytes(UTF_8);
    }

    public RawDelivery delivery(byte[] otherBody, Optional<String> otherSignature) {
        return RawDelivery.newBuilder()
                .setDeliveryId("delivery-1")
                .setPlatform(platform.id())
                .setApp("demo")
                .setCallback(callback.id())
                .setReceivedAt(receivedAt)
                .setHeaders(headers(otherSignature))
                .setBody(ByteBuffer.wrap(otherBody))
                .build();
    }

    public Map<String, String> headers(Optional<String> value) {
        var headers = new HashMap<>(Map.of("content-type", contentType));
        value.ifPresent(text -> headers.put(signatureHeader(), text));
        return headers;
    }

    /** The same delivery, come at another time. */
    public Vector receivedAt(Instant other) {
        return new Vector(name, platform, callback, secret, body, signature, contentType, other);
    }

    public String signatureHeader() {
        return platform.traits().signatureHeader();
    }

    public static Credentials credentials(String... secrets) {
        return new Credentials(
                List.of(secrets).stream().map(Secret::of).toList(),
                Optional.of(Secret.of("the-verify-token")),
                TOLERANCE);
    }

    @Override
    public String toString() {
        return name;
    }
}
