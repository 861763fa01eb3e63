package io.broadside.webhook.platform;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.broadside.runtime.config.Secret;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A delivery whose signature is known to be right: computed elsewhere, with another implementation. */
public record Vector(
        String name,
        WebhookPlatform platform,
        String secret,
        String body,
        Optional<String> signature,
        String contentType) {

    private static final Instant NOW = Instant.parse("2026-11-18T12:00:00Z");

    public Verdict verify() {
        return verify(body.getBytes(UTF_8), signature, secret);
    }

    /** The verdict about something else than what was signed. */
    public Verdict verify(byte[] otherBody, Optional<String> otherSignature, String... secrets) {
        return platform.verify(headers(otherSignature), otherBody, credentials(secrets), NOW);
    }

    public byte[] bytes() {
        return body.getBytes(UTF_8);
    }

    public Map<String, String> headers(Optional<String> value) {
        var headers = new HashMap<>(Map.of("content-type", contentType));
        value.ifPresent(text -> headers.put(signatureHeader(), text));
        return headers;
    }

    private String signatureHeader() {
        return platform.keptHeaders().stream()
                .filter(header -> header.contains("signature"))
                .findFirst()
                .orElseThrow();
    }

    public static Credentials credentials(String... secrets) {
        return new Credentials(
                List.of(secrets).stream().map(Secret::of).toList(), Optional.of(Secret.of("the-verify-token")));
    }

    @Override
    public String toString() {
        return name;
    }
}
