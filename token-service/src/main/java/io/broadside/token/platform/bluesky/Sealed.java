package io.broadside.token.platform.bluesky;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.DpopKey;
import io.broadside.token.platform.PlatformJson;
import java.net.URI;
import java.util.Optional;

/**
 * What is sealed in the place of a token: the token, the server where its account lives, and the key that it is bound to, if it is.
 * A bare token belongs to a session on the server that is configured. The publisher reads the same. (docs/adr/0024)
 *
 * @param service the account's server
 * @param issuer who renews it, with OAuth; absent for a session, which its server renews
 */
record Sealed(URI service, Secret token, Optional<DpopKey> key, Optional<URI> issuer) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static Sealed ofSession(URI service, String token) {
        return new Sealed(service, Secret.of(token), Optional.empty(), Optional.empty());
    }

    static Sealed open(Secret sealed, BlueskyConfig config) {
        var json = objectIn(sealed.reveal());
        return json.flatMap(it -> PlatformJson.text(it, "token"))
                .map(token -> new Sealed(
                        json.flatMap(it -> PlatformJson.text(it, "service"))
                                .map(URI::create)
                                .orElse(config.service()),
                        Secret.of(token),
                        json.flatMap(it -> DpopKey.of(it.path("dpopKey"))),
                        json.flatMap(it -> PlatformJson.text(it, "issuer")).map(URI::create)))
                .orElseGet(() -> new Sealed(config.service(), sealed, Optional.empty(), Optional.empty()));
    }

    Secret toSecret() {
        var json = JSON.createObjectNode().put("service", service.toString()).put("token", token.reveal());
        key.ifPresent(it -> json.set("dpopKey", it.toJwk()));
        issuer.ifPresent(it -> json.put("issuer", it.toString()));
        return Secret.of(json.toString());
    }

    private static Optional<JsonNode> objectIn(String text) {
        try {
            return Optional.<JsonNode>of(JSON.readTree(text)).filter(ObjectNode.class::isInstance);
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return "Sealed[" + service.getHost() + "]";
    }
}
