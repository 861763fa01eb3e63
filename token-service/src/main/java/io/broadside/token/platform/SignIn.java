package io.broadside.token.platform;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * One way in which a person lets Broadside act for accounts of theirs (OAuth 2.0, authorization code). A platform may have several.
 * Implementations block, hold no state about single sign-ins and are safe for use by many threads.
 */
public interface SignIn {

    /** As it stands in paths: {@code instagram-facebook}. */
    String id();

    /** Id of the platform whose accounts are connected. */
    String platform();

    /** Its name for people. */
    String title();

    /** Settings without which nobody can sign in; empty if all are there. */
    List<String> missingSettings();

    /** Whether the platform takes a code challenge (RFC 7636, S256). */
    default boolean usesPkce() {
        return false;
    }

    /** Where the person's browser is sent. */
    URI authorization(Asking asking);

    /**
     * The same, for platforms that are told beforehand what the person will be asked (RFC 9126).
     *
     * @return where the browser is sent, and what has to be there when it comes back
     */
    default Step<Beginning> begin(Asking asking, CallContext context) {
        return new Step.Done<>(new Beginning(authorization(asking), Optional.empty()));
    }

    /** Exchanges the code, and short-lived tokens for long-lived ones. */
    Step<Person> exchange(Code code, CallContext context);

    /** The accounts that the person has opened; at least one. */
    Step<List<Grant>> accounts(Person person, CallContext context);

    /**
     * The call that takes the permission back, where the platform has one.
     *
     * @param token what renews the connection, or the person's token
     */
    default Optional<Call> revocation(Secret token) {
        return Optional.empty();
    }

    /** Whether taking it back ends it for all accounts that the same person opened. */
    default boolean revokesAllOfThePerson() {
        return false;
    }

    /**
     * What the person is asked.
     *
     * @param redirectUri where the browser comes back to
     * @param challenge of the verifier, where the platform takes one
     * @param isAgain whether the account is connected already, and permissions that were declined are to be asked for again
     */
    record Asking(URI redirectUri, String state, Optional<String> challenge, boolean isAgain) {}

    /**
     * A sign-in that has begun.
     *
     * @param kept what {@link Code#kept} is to have
     */
    record Beginning(URI authorization, Optional<Secret> kept) {}

    /**
     * What the browser came back with, and what has to match it.
     *
     * @param kept what was kept when it began
     */
    record Code(Secret value, URI redirectUri, Optional<Secret> verifier, Optional<Secret> kept) {

        /** Where nothing was kept. */
        public Code(Secret value, URI redirectUri, Optional<Secret> verifier) {
            this(value, redirectUri, verifier, Optional.empty());
        }
    }
}
