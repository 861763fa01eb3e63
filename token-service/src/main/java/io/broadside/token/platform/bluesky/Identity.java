package io.broadside.token.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.token.platform.Account;
import io.broadside.token.platform.PlatformJson;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Who an account is, as its server says. Anybody may run a server, so nothing of it is believed that does not look like what it should
 * be.
 *
 * <p>https://atproto.com/specs/did, https://atproto.com/specs/handle
 */
final class Identity {

    private static final String DID = "did:(plc:[a-z2-7]{24}|web:[A-Za-z0-9.-]{1,100})";

    private static final String HANDLE = "[A-Za-z0-9.-]{1,253}";

    private Identity() {}

    /** The account that an answer describes; empty if it describes none. */
    static Optional<Account> in(JsonNode answer) {
        return PlatformJson.text(answer, "did")
                .flatMap(Identity::did)
                .map(did -> new Account(did, handle(answer, did)));
    }

    /** The same text if it is an identity of the AT Protocol. */
    static Optional<String> did(String text) {
        return Optional.of(text).filter(it -> it.matches(DID));
    }

    /** The address of the server where an account lives, as the document of its identity says. */
    static Optional<String> home(JsonNode document) {
        return StreamSupport.stream(document.path("service").spliterator(), false)
                .filter(service -> service.path("id").asText().endsWith("#atproto_pds"))
                .flatMap(service -> PlatformJson.text(service, "serviceEndpoint").stream())
                .findFirst();
    }

    private static String handle(JsonNode answer, String did) {
        return PlatformJson.text(answer, "handle")
                .filter(handle -> handle.matches(HANDLE))
                .orElse(did);
    }
}
