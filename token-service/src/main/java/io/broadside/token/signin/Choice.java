package io.broadside.token.signin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.runtime.config.Secret;
import io.broadside.token.platform.Person;
import io.broadside.token.platform.PlatformJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Somebody has signed in and has to choose.
 *
 * @param nonce known to the browser, too
 */
record Choice(Flow flow, Person person, String nonce) {

    ObjectNode toJson() {
        var json = Envelopes.content().put("nonce", nonce);
        json.set("flow", flow.toJson());
        var signedIn =
                json.putObject("person").put("access", person.accessToken().reveal());
        person.refreshToken().ifPresent(token -> signedIn.put("refresh", token.reveal()));
        person.expiresAt().ifPresent(end -> signedIn.put("end", end.toEpochMilli()));
        person.refreshExpiresAt().ifPresent(end -> signedIn.put("refreshEnd", end.toEpochMilli()));
        var scopes = signedIn.putArray("scopes");
        person.scopes().forEach(scopes::add);
        return json;
    }

    static Choice from(JsonNode json) {
        var signedIn = json.path("person");
        var scopes = new ArrayList<String>();
        signedIn.path("scopes").forEach(scope -> scopes.add(scope.asText()));
        return new Choice(
                Flow.from(json.path("flow")),
                new Person(
                        Secret.of(signedIn.path("access").asText()),
                        PlatformJson.text(signedIn, "refresh").map(Secret::of),
                        time(signedIn, "end"),
                        time(signedIn, "refreshEnd"),
                        List.copyOf(scopes)),
                json.path("nonce").asText());
    }

    private static Optional<Instant> time(JsonNode node, String name) {
        return node.has(name) ? Optional.of(Instant.ofEpochMilli(node.path(name).asLong())) : Optional.empty();
    }
}
