package io.broadside.webhook.platform;

import io.broadside.runtime.config.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an app and its platform know in common.
 *
 * @param secrets keys of signatures, at least one; any of them fits, the first answers where we are the ones to sign
 * @param verifyToken what the platform shows in its handshake, where it has such a thing
 * @param tolerance how old a signature may be that names its time
 */
public record Credentials(List<Secret> secrets, Optional<Secret> verifyToken, Duration tolerance) {

    public Credentials {
        secrets = List.copyOf(secrets);
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("secrets: at least one is needed, or everybody could sign.");
        }
        if (secrets.stream().anyMatch(Credentials::isEmpty)
                || verifyToken.filter(Credentials::isEmpty).isPresent()) {
            throw new IllegalArgumentException(
                    "secrets and verify token: none may be empty, or everybody would know it.");
        }
    }

    private static boolean isEmpty(Secret secret) {
        return secret.reveal().isBlank();
    }
}
