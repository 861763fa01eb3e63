package io.broadside.token.platform;

import io.broadside.runtime.config.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An account that may be acted for, and all that is needed for it.
 *
 * @param renewing what brings the next token, if anything does
 * @param userToken the person's own token where the account's was derived from it, or what revokes the permission
 * @param expiresAt when the access token ends, if it does
 * @param refreshExpiresAt when what renews it ends, if that is known
 * @param dataAccessExpiresAt when the permission to read data ends (Meta)
 * @param scopes what it allows; empty if the platform does not say
 * @param missingScopes what publishing needs and was not granted
 */
public record Grant(
        Account account,
        Secret accessToken,
        Optional<Secret> renewing,
        Optional<Secret> userToken,
        Optional<Instant> expiresAt,
        Optional<Instant> refreshExpiresAt,
        Optional<Instant> dataAccessExpiresAt,
        List<String> scopes,
        List<String> missingScopes) {

    public Grant {
        scopes = List.copyOf(scopes);
        missingScopes = List.copyOf(missingScopes);
    }

    /** Where the person's token is the account's. */
    public static Grant of(Account account, Person person, TokenPolicy policy) {
        return new Grant(
                account,
                person.accessToken(),
                policy.renewing(person.accessToken(), person.refreshToken()),
                Optional.empty(),
                person.expiresAt(),
                person.refreshExpiresAt(),
                Optional.empty(),
                person.scopes(),
                policy.missingFrom(account.kind().orElse(policy.accountKind()), person.scopes()));
    }

    public Grant withUserToken(Secret token) {
        return new Grant(
                account,
                accessToken,
                renewing,
                Optional.of(token),
                expiresAt,
                refreshExpiresAt,
                dataAccessExpiresAt,
                scopes,
                missingScopes);
    }
}
