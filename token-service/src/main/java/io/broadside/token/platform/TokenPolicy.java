package io.broadside.token.platform;

import java.util.List;

/**
 * How the tokens of one platform live: what is different between platforms, as data.
 *
 * @param accountKind the platform's own word for an account: page, user
 * @param publishScopes what publishing needs, in the platform's own names
 * @param renewal how a token is replaced by a newer one
 */
public record TokenPolicy(String accountKind, List<String> publishScopes, Renewal renewal) {

    /** How a token is replaced by a newer one. */
    public sealed interface Renewal {

        /**
         * A person must connect the account again.
         *
         * @param advice one sentence for that person
         */
        record ByPerson(String advice) implements Renewal {}

        /**
         * A refresh token brings a new token.
         *
         * @param isSingleUse whether a refresh token is dead once it was used. Then an answer that got lost may have taken
         *     the connection's last credential with it
         */
        record ByRefreshToken(boolean isSingleUse, Refresher refresher) implements Renewal {}
    }

    public TokenPolicy {
        publishScopes = List.copyOf(publishScopes);
    }

    /** Whether a connection with a refresh token can be kept alive without a person. */
    public boolean usesRefreshTokens() {
        return switch (renewal) {
            case Renewal.ByPerson _ -> false;
            case Renewal.ByRefreshToken _ -> true;
        };
    }

    /** What publishing needs and these scopes do not allow; nothing if the scopes are not known. */
    public List<String> missingFrom(List<String> scopes) {
        return scopes.isEmpty()
                ? List.of()
                : publishScopes.stream()
                        .filter(scope -> !scopes.contains(scope))
                        .toList();
    }
}
