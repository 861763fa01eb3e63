package io.broadside.token.signin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.runtime.config.Secret;
import io.broadside.token.platform.PlatformJson;
import java.net.URI;
import java.util.Optional;

/**
 * A sign-in under way.
 *
 * @param way how somebody signs in
 * @param profileId whose connection it becomes
 * @param state what the platform hands back; known to the browser that began, too
 * @param verifier of the code challenge, where there is one
 * @param kept what the way wants back, where it wants anything
 * @param expected the account that is to be connected again; absent: any
 * @param returnUrl where the person is sent when it is over; absent: nowhere
 */
record Flow(
        String way,
        String profileId,
        String state,
        Optional<Secret> verifier,
        Optional<Secret> kept,
        Optional<Expected> expected,
        Optional<URI> returnUrl) {

    /** An account that is connected already. */
    record Expected(String accountId, String accountName) {}

    ObjectNode toJson() {
        var json = Envelopes.content().put("way", way).put("profile", profileId).put("state", state);
        verifier.ifPresent(secret -> json.put("verifier", secret.reveal()));
        kept.ifPresent(secret -> json.put("kept", secret.reveal()));
        expected.ifPresent(account -> json.put("account", account.accountId()).put("name", account.accountName()));
        returnUrl.ifPresent(url -> json.put("return", url.toString()));
        return json;
    }

    static Flow from(JsonNode json) {
        return new Flow(
                json.path("way").asText(),
                json.path("profile").asText(),
                json.path("state").asText(),
                PlatformJson.text(json, "verifier").map(Secret::of),
                PlatformJson.text(json, "kept").map(Secret::of),
                PlatformJson.text(json, "account")
                        .map(id -> new Expected(id, json.path("name").asText())),
                PlatformJson.text(json, "return").map(URI::create));
    }
}
