package io.broadside.token.platform;

import io.broadside.events.Connection;
import java.util.Optional;

/**
 * An account as its platform names it.
 *
 * @param id the platform's id: of a Page, a user
 * @param name name to show
 * @param grantedBy the platform's id of the person whose permission the token rests on, where that is not the account itself and
 *     the platform says so
 * @param kind the platform's own word for an account like this; absent: the usual one, see {@link TokenPolicy#accountKind}
 */
public record Account(String id, String name, Optional<String> grantedBy, Optional<String> kind) {

    public Account(String id, String name) {
        this(id, name, Optional.empty(), Optional.empty());
    }

    /** The account of a connection, as it was known last. */
    public static Account of(Connection connection) {
        return new Account(
                connection.getAccountId(),
                connection.getAccountName(),
                connection.getGrantedBy(),
                Optional.of(connection.getAccountKind()));
    }

    /** The same account, and who granted it. */
    public Account withGrantedBy(Optional<String> person) {
        return new Account(id, name, person, kind);
    }
}
