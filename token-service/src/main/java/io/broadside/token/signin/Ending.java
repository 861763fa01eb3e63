package io.broadside.token.signin;

import io.broadside.events.Connection;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** What a sign-in came to. Nothing of a token is in it that can be read. */
public sealed interface Ending {

    /** The account is connected. What publishing lacks is among the connection's missing scopes. */
    record Connected(Connection connection, Optional<URI> returnUrl) implements Ending {}

    /**
     * The person has opened several accounts and chooses one.
     *
     * @param sealed given back with the choice
     * @param key what the browser keeps beside it, in a cookie
     */
    record Choosing(List<Candidate> candidates, String sealed, Key key, Optional<URI> returnUrl) implements Ending {
        public Choosing {
            candidates = List.copyOf(candidates);
        }
    }

    /**
     * Nothing was connected, and nothing changed. The sentence is for the person.
     *
     * @param profileId whose connection it would have been; absent if that cannot be told
     */
    record Failed(ErrorCode code, String sentence, Optional<URI> returnUrl, Optional<String> profileId)
            implements Ending {

        static Failed of(ErrorCode code, String sentence) {
            return new Failed(code, sentence, Optional.empty(), Optional.empty());
        }

        static Failed of(ErrorCode code, String sentence, Flow flow) {
            return new Failed(code, sentence, flow.returnUrl(), Optional.of(flow.profileId()));
        }
    }

    /** An account to choose. */
    record Candidate(String accountId, String name, String kind) {}

    /** A cookie. */
    record Key(String name, String value) {}
}
