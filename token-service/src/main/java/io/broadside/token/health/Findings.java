package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPolicy.Renewal;
import java.time.Instant;
import java.util.Optional;

/**
 * What an inspection of a token means for its connection.
 *
 * <ol>
 *   <li>A token that is refused is renewed where something renews it, and needs a person where nothing does.
 *   <li>A right that was there, that publishing needs, and that is gone, needs a person. One that was missing from the start is
 *       only named.
 *   <li>Ends, and who granted it, are taken over as the platform tells them; an end that has passed needs a person.
 *   <li>A refusal that is not about the token as a whole counts only if the platform let the same question pass before.
 *   <li>What cannot be found out now changes nothing, and is asked again.
 * </ol>
 */
final class Findings {

    private Findings() {}

    /** What is to be written; empty if nothing is. */
    static Optional<Change> of(Inspection inspection, Connection connection, TokenPlatform platform, Instant now) {
        return switch (inspection) {
            case Inspection.Found found -> Optional.of(found(found, connection, platform, now));
            case Inspection.Refused(var code, var sentence) -> refused(code, sentence, connection, now);
            case Inspection.Withdrawn(var sentence) -> refused(ErrorCode.TOKEN_REVOKED, sentence, connection, now);
            case Inspection.Unavailable _ -> Optional.empty();
        };
    }

    private static Change found(Inspection.Found found, Connection connection, TokenPlatform platform, Instant now) {
        var scopes = found.scopes().isEmpty() ? connection.getScopes() : found.scopes();
        var kind = connection.getAccountKind();
        var withdrawn = platform.policy().withdrawn(kind, connection.getScopes(), scopes);
        var seen = Connection.newBuilder(connection)
                .setInspectedAt(now)
                .setScopes(scopes)
                .setMissingScopes(platform.policy().missingFrom(kind, scopes))
                .setUpdatedAt(now);
        // Not known of a token that was stored unseen, or before it was asked for.
        found.account().grantedBy().ifPresent(seen::setGrantedBy);
        found.expiresAt().ifPresent(seen::setAccessExpiresAt);
        found.dataAccessExpiresAt().ifPresent(seen::setDataAccessExpiresAt);
        var inspected = seen.build();
        if (!withdrawn.isEmpty()) {
            return Change.needsPerson(
                    inspected,
                    ErrorCode.PERMISSION_MISSING,
                    "Connect the account again and grant what is missing: the right to " + String.join(", ", withdrawn)
                            + " was taken back.",
                    now);
        }
        var reviewed = Review.of(inspected, platform, now).orElse(Change.silently(inspected));
        return new Change(reviewed.connection(), reviewed.event(), isEndOfRefreshWanted(inspected, platform));
    }

    /** A refresh token that may be used again tells its end when it is used, and not before. */
    private static boolean isEndOfRefreshWanted(Connection connection, TokenPlatform platform) {
        return connection.getIsRenewable()
                && connection.getRefreshExpiresAt().isEmpty()
                && platform.policy().renewal() instanceof Renewal.ByRefreshToken(var isSingleUse, var _)
                && !isSingleUse;
    }

    private static Optional<Change> refused(ErrorCode code, String sentence, Connection connection, Instant now) {
        return switch (code) {
            case TOKEN_EXPIRED, TOKEN_REVOKED ->
                Optional.of(
                        connection.getIsRenewable()
                                ? new Change(connection, Optional.empty(), true)
                                : Change.needsPerson(connection, code, advice(sentence), now));
            case PERMISSION_MISSING ->
                connection.getInspectedAt().isPresent()
                        ? Optional.of(Change.needsPerson(connection, code, advice(sentence), now))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static String advice(String sentence) {
        return "Connect the account again. " + sentence;
    }

    /** Whether it says anything of the token at all, and may be about the app that asks instead. */
    static boolean isRefusal(Inspection inspection) {
        return inspection instanceof Inspection.Refused(var code, var _)
                && (code == ErrorCode.TOKEN_EXPIRED
                        || code == ErrorCode.TOKEN_REVOKED
                        || code == ErrorCode.PERMISSION_MISSING);
    }

    /** Whether a connection is one whose token may be shown to its platform. */
    static boolean isInspectable(Connection connection) {
        return connection.getStatus() == ConnectionStatus.HEALTHY
                || connection.getStatus() == ConnectionStatus.EXPIRING;
    }
}
