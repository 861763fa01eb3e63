package io.broadside.token.connect;

import io.broadside.runtime.config.Secret;
import java.time.Duration;
import java.util.Optional;

/**
 * A token that somebody hands over.
 *
 * @param profileId whose account it is
 * @param platform a platform there is
 * @param expiresIn how long the access token still lives, if the sender knows; zero for one that has ended
 * @param accountId the account it belongs to: checked if the token is inspected, believed if not
 * @param accountName name to show; only for a token that is not inspected
 * @param server where the account lives, on a platform that has many servers; absent: where most do
 * @param isInspected whether the platform is asked about the token before it is stored
 */
record PasteRequest(
        String profileId,
        String platform,
        Secret accessToken,
        Optional<Secret> refreshToken,
        Optional<Duration> expiresIn,
        Optional<String> accountId,
        Optional<String> accountName,
        Optional<String> server,
        boolean isInspected) {}
