package io.broadside.token.platform.bluesky;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.DpopKey;
import io.broadside.token.platform.PlatformJson;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * What is sealed in the place of a token: the token, the server where its account lives, and the key that it is bound to, if it is.
 * A bare token belongs to a session on the server that is configured. The publisher reads the same. (docs/adr/0024)
 *
 * @param service the account's server
 * @param tokenEndpoint what renews it, with OAuth; absent for a session, which its server renews
 * @param subject whose it is, as long as nothing else says so
 * @param ends when renewing it ends, whatever is done, if it does
 */
record Sealed(
        URI service,
        Secret token,
        Optional<DpopKey> key,
        Optional<URI> tokenEndpoint,
        Optional<String> subject,
        Optional<Instant> ends) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static Sealed ofSession(URI service, String token) {
        return bare(service, Secret.of(token));
    }

    static Sealed open(Secret sealed, BlueskyConfig config) {
        return objectIn(sealed.reveal())
                .flatMap(json -> PlatformJson.text(json, "token")
                        .map(token -> new Sealed(
                                PlatformJson.text(json, "service")
                                        .map(URI::create)
                                        .orElse(config.service()),
                                Secret.of(token),
                                DpopKey.of(json.path("dpopKey")),
                                PlatformJson.text(json, "tokenEndpoint").map(URI::create),
                                PlatformJson.text(json, "subject"),
                                Optional.of(json.path("ends").asLong())
                                        .filter(seconds -> seconds > 0)
                                        .map(Instant::ofEpochSecond))))
                .orElseGet(() -> bare(config.service(), sealed));
    }

    private static Sealed bare(URI service, Secret token) {
        return new Sealed(service, token, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    Sealed with(Secret other) {
        return new Sealed(service, other, key, tokenEndpoint, subject, ends);
    }

    Sealed of(Optional<String> account) {
        return new Sealed(service, token, key, tokenEndpoint, account, ends);
    }

    Sealed at(URI server) {
        return new Sealed(server, token, key, tokenEndpoint, subject, ends);
    }

    Sealed until(Instant end) {
        return new Sealed(service, token, key, tokenEndpoint, subject, Optional.of(end));
    }

    /** As much as whoever publishes needs. */
    Sealed withoutRenewal() {
        return new Sealed(service, token, key, Optional.empty(), Optional.empty(), Optional.empty());
    }

    Secret toSecret() {
        var json = JSON.createObjectNode().put("service", service.toString()).put("token", token.reveal());
        key.ifPresent(it -> json.set("dpopKey", it.toJwk()));
        tokenEndpoint.ifPresent(it -> json.put("tokenEndpoint", it.toString()));
        subject.ifPresent(it -> json.put("subject", it));
        ends.ifPresent(it -> json.put("ends", it.getEpochSecond()));
        return Secret.of(json.toString());
    }

    private static Optional<JsonNode> objectIn(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text)).filter(JsonNode::isObject);
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "Sealed[" + service.getHost() + "]";
    }
}
