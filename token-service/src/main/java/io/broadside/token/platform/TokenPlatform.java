package io.broadside.token.platform;

import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.CallContext;
import java.util.Optional;

/**
 * One social platform, as far as tokens go. Implementations block the calling (virtual) thread, hold no state about single
 * connections and are safe for use by many threads. Whatever the network answers is a value; an exception is a bug.
 */
public interface TokenPlatform {

    /** Its id in lower case, as in targets and topics: {@code facebook}. */
    String id();

    /** Its name for people. */
    String title();

    /** How its tokens live. */
    TokenPolicy policy();

    /** Finds out whose token this is and what it allows. Every call goes through the context's gate. */
    Inspection inspect(Secret accessToken, CallContext context);

    /**
     * The same for a token that may open several accounts.
     *
     * @param accountId which of them is meant; absent: the token's own
     */
    default Inspection inspect(Secret accessToken, Optional<String> accountId, CallContext context) {
        return inspect(accessToken, context);
    }

    /** The same for the token of an account that is connected already, of whichever kind it is. */
    default Inspection inspect(Secret accessToken, Account account, CallContext context) {
        return inspect(accessToken, Optional.of(account.id()), context);
    }

    /**
     * Takes a new token of an account with the token of the person that the account was connected by.
     *
     * @return absent: this platform has no such thing for such an account
     */
    default Optional<RefreshAnswer> derive(Secret userToken, Account account, CallContext context) {
        return Optional.empty();
    }

    /** Whether accounts may live on servers that people name. */
    default boolean hasServers() {
        return false;
    }

    /** What is wrong with the address of a server that somebody names, as a sentence; only of a platform that has servers. */
    default Optional<String> faultOfServer(String server) {
        return Optional.empty();
    }

    /**
     * Signs in with a password for apps, where people have such a thing in the place of a token. It is kept nowhere: what comes back
     * is.
     *
     * @return absent: what was handed over is a token, to be taken as it is
     */
    default Optional<Step<Grant>> signIn(Handed handed, CallContext context) {
        return Optional.empty();
    }

    /**
     * What somebody handed over.
     *
     * @param account whose it is, as people name it there
     * @param server where the account lives; absent: where most do
     */
    record Handed(Secret secret, Optional<String> account, Optional<String> server) {}
}
