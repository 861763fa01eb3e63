package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.events.ConnectionStatus;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * How a connection fares: worked out from the connection, the policy of its platform and the time, and from nothing else.
 *
 * @param status HEALTHY or EXPIRING: usable; else a person must act. It may be ahead of the one that is written, by the moment that
 *     writing takes
 * @param actBefore EXPIRING: until when a person must have acted
 * @param reason why it is not HEALTHY
 * @param sentence how it fares, for a person
 * @param recommendation what to do; empty if nothing is
 */
public record Health(
        ConnectionStatus status,
        Optional<Instant> actBefore,
        Optional<ErrorCode> reason,
        String sentence,
        String recommendation) {

    /** A person hears of an end so long before it. */
    public static final Duration FIRST_WARNING = Duration.ofDays(30);

    private static final String RECONNECT =
            "Connect the account again. Posts to it wait until then, unless their deadline passes.";

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    /** How a connection of this platform fares now. */
    public static Health of(Connection connection, TokenPlatform platform, Instant now) {
        return of(connection, platform.policy(), platform.title(), now);
    }

    /** The status alone, without the words. */
    static ConnectionStatus statusOf(Connection connection, TokenPolicy policy, Instant now) {
        if (Review.isLost(connection)) {
            return connection.getStatus();
        }
        return Ending.of(connection, policy, now)
                .filter(ending -> ending.hasCome(now.plus(FIRST_WARNING)))
                .map(ending -> ending.hasCome(now) ? ConnectionStatus.NEEDS_REAUTH : ConnectionStatus.EXPIRING)
                .orElseGet(
                        () -> isStuck(connection, policy, now) ? ConnectionStatus.EXPIRING : ConnectionStatus.HEALTHY);
    }

    /**
     * The same, of what is needed of the platform.
     *
     * @param title the platform's name for people
     */
    static Health of(Connection connection, TokenPolicy policy, String title, Instant now) {
        var account = title + " account " + connection.getAccountName();
        return switch (connection.getStatus()) {
            case NEEDS_REAUTH, REVOKED, DISCONNECTED -> lost(connection, account);
            case HEALTHY, EXPIRING, UNKNOWN ->
                Ending.of(connection, policy, now)
                        .filter(ending -> ending.hasCome(now.plus(FIRST_WARNING)))
                        .map(ending -> ending.hasCome(now) ? ended(ending, account) : ending(ending, account, now))
                        .orElseGet(() -> living(connection, policy, account, now));
        };
    }

    private static Health lost(Connection connection, String account) {
        var reason = connection.getStatusReason().flatMap(Health::code);
        var sentence = switch (connection.getStatus()) {
            case DISCONNECTED -> "The " + account + " is disconnected.";
            case REVOKED -> "The permission to post to the " + account + " was taken back at the platform.";
            default ->
                reason.equals(Optional.of(ErrorCode.PERMISSION_MISSING))
                        ? "The permission to post to the " + account + " is no longer complete."
                        : "The platform no longer accepts the token of the " + account + ".";
        };
        return new Health(
                connection.getStatus(),
                Optional.empty(),
                reason,
                sentence,
                connection.getStatus() == ConnectionStatus.DISCONNECTED
                        ? "Connect the account again to post to it. What waited for it goes out then, unless its deadline"
                                + " passes; new posts are refused."
                        : RECONNECT);
    }

    private static Health ended(Ending ending, String account) {
        return new Health(
                ConnectionStatus.NEEDS_REAUTH,
                Optional.of(ending.at()),
                Optional.of(ending.kind().code()),
                "The access to the " + account + " ended on " + DAY.format(ending.at()) + ": " + why(ending.kind())
                        + ".",
                RECONNECT);
    }

    private static Health ending(Ending ending, String account, Instant now) {
        var advice = ending.kind() == Ending.Kind.UNRENEWED
                ? "Connect the account again before then, or let whoever runs Broadside find out why renewing fails."
                : "Connect the account again before then.";
        return new Health(
                ConnectionStatus.EXPIRING,
                Optional.of(ending.at()),
                Optional.of(ending.kind().code()),
                "The access to the " + account + " ends " + in(Duration.between(now, ending.at())) + ", on "
                        + DAY.format(ending.at()) + ": " + why(ending.kind()) + ".",
                advice);
    }

    private static Health living(Connection connection, TokenPolicy policy, String account, Instant now) {
        if (isStuck(connection, policy, now)) {
            return new Health(
                    ConnectionStatus.EXPIRING,
                    Optional.empty(),
                    Optional.of(ErrorCode.TOKEN_EXPIRED),
                    "The token of the " + account + " has ended, and could not be renewed so far.",
                    "Whoever runs Broadside should find out why renewing fails; posts wait meanwhile.");
        }
        if (!connection.getMissingScopes().isEmpty()) {
            return new Health(
                    ConnectionStatus.HEALTHY,
                    Optional.empty(),
                    Optional.empty(),
                    "The " + account + " is connected, without the right to all that Broadside can do there.",
                    "Connect the account again and grant " + String.join(", ", connection.getMissingScopes()) + ".");
        }
        var isEndUnknown =
                !connection.getIsRenewable() && connection.getAccessExpiresAt().isEmpty() && policy.usesRefreshTokens();
        return new Health(
                ConnectionStatus.HEALTHY,
                Optional.empty(),
                Optional.empty(),
                "The " + account + " is connected.",
                isEndUnknown
                        ? "Nobody knows when its token ends, and nothing renews it: connect the account with a refresh"
                                + " token if there is one."
                        : "");
    }

    /** Whether its token has ended and is not renewed, though it could be. */
    private static boolean isStuck(Connection connection, TokenPolicy policy, Instant now) {
        return Ending.isOverdue(connection, policy, now)
                && connection
                        .getAccessExpiresAt()
                        .filter(end -> !now.isBefore(end))
                        .isPresent();
    }

    private static String why(Ending.Kind kind) {
        return switch (kind) {
            case ACCESS -> "nothing renews its token";
            case REFRESH -> "the platform wants its consent anew from time to time";
            case UNRENEWED -> "its token should have been renewed, and could not be";
            case DATA_ACCESS -> "the platform lets apps read data for a limited time after somebody logged in";
        };
    }

    private static String in(Duration left) {
        if (left.toDays() > 1) {
            return "in " + left.toDays() + " days";
        }
        return left.toHours() > 1 ? "in " + left.toHours() + " hours" : "within the hour";
    }

    private static Optional<ErrorCode> code(String name) {
        for (var code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }
}
