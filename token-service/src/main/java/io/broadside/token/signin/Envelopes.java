package io.broadside.token.signin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.vault.KeysetName;
import io.broadside.runtime.vault.Vault;
import io.broadside.runtime.vault.VaultException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * What a browser keeps for us, sealed: it can neither read nor change it, and gives it back to whichever instance it meets.
 *
 * <ol>
 *   <li>It opens for the purpose it was sealed for, and no other; no purpose is the id of a connection.
 *   <li>It opens until its time is over.
 *   <li>It may be given back more than once: who needs it only once has to see to that.
 * </ol>
 */
public final class Envelopes {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UNTIL = "until";
    private static final int LONGEST = 16 * 1024;

    private final Vault vault;
    private final Clock clock;

    public Envelopes(Vault vault, Clock clock) {
        this.vault = vault;
        this.clock = clock;
    }

    /** An empty content, to be filled. */
    public static ObjectNode content() {
        return JSON.createObjectNode();
    }

    /** The sealed content: signs that may stand in cookies and in paths. */
    public String seal(Purpose purpose, ObjectNode content, Instant until) {
        var text = content.deepCopy().put(UNTIL, until.toEpochMilli()).toString();
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(vault.seal(KeysetName.REFRESH, Secret.of(text), purpose.associatedData()));
    }

    /** The content; empty if it was not sealed here for this purpose, was changed, or is too old. */
    public Optional<JsonNode> open(Purpose purpose, String sealed) {
        if (sealed.length() > LONGEST) {
            return Optional.empty();
        }
        try {
            var bytes = Base64.getUrlDecoder().decode(sealed);
            var text = vault.unseal(KeysetName.REFRESH, bytes, purpose.associatedData());
            return Optional.of(JSON.readTree(text.reveal()))
                    .filter(content -> clock.millis() < content.path(UNTIL).asLong(0));
        } catch (IllegalArgumentException | VaultException | JsonProcessingException _) {
            // Whatever a stranger sent: it is nobody's business what exactly was wrong with it.
            return Optional.empty();
        }
    }

    /** What it is sealed for. */
    public enum Purpose {
        /** A sign-in under way. */
        FLOW,
        /** Somebody signed in, who has to choose among accounts. */
        CHOICE,
        /** A link that lets its holder connect accounts. */
        LINK,
        /** Somebody at the page. */
        SESSION,
        /** A form of the page. */
        FORM;

        String associatedData() {
            return "sign-in:" + name();
        }
    }
}
