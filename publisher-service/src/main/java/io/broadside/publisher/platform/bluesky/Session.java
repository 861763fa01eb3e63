package io.broadside.publisher.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.DpopKey;
import java.net.URI;
import java.util.Optional;

/**
 * What an account is published with. Its access token alone does not say enough: the account lives on a server of its own, and a
 * token that came by OAuth is bound to a key. So what is sealed in the token's place is a JSON object of all three; a bare token is
 * one of a session on the server that is configured. (docs/adr/0024)
 *
 * @param service the account's server
 * @param isChosen whether a stranger named that server
 * @param key what the token is bound to; absent for a bearer token
 */
record Session(URI service, boolean isChosen, Secret token, Optional<DpopKey> key) {

    static Session of(Secret accessToken, BlueskyConfig config) {
        return AnswerJson.objectIn(accessToken.reveal())
                .flatMap(it -> told(it, config))
                .orElseGet(() -> new Session(config.service(), false, accessToken, Optional.empty()));
    }

    private static Optional<Session> told(JsonNode it, BlueskyConfig config) {
        return AnswerJson.text(it, "token").map(token -> {
            var service = AnswerJson.webAddress(it, "service");
            return new Session(
                    service.orElse(config.service()),
                    service.filter(named -> !named.equals(config.service())).isPresent(),
                    Secret.of(token),
                    DpopKey.of(it.path("dpopKey")));
        });
    }

    @Override
    public String toString() {
        return "Session[" + service.getHost() + "]";
    }
}
