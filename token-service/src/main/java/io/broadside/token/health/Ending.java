package io.broadside.token.health;

import io.broadside.events.Connection;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.TokenPolicy;
import io.broadside.token.platform.TokenPolicy.Renewal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What will end a connection if nobody acts, and when.
 *
 * <ol>
 *   <li>A token that nothing renews ends it at its own end.
 *   <li>A refresh token that works many times ends it at the refresh token's end. Once that has passed, what is left is the last
 *       access token's own end.
 *   <li>A token that is renewed by itself, or by a refresh token that brings the next one, has no end as long as it is renewed:
 *       its end counts from the day on that its renewal is overdue.
 *   <li>The end of the permission to read data is an end of its own. The earliest end counts.
 *   <li>An end that nobody knows is none: the platform's refusal, or the daily inspection, tells.
 * </ol>
 */
record Ending(Kind kind, Instant at) {

    /** So much later than planned is a renewal that somebody should hear of. */
    static final Duration OVERDUE = Duration.ofDays(1);

    private static final Duration NEAR = Duration.ofDays(31);

    /** What it is that ends. */
    enum Kind {
        /** The access token, and nothing renews it. */
        ACCESS(ErrorCode.TOKEN_EXPIRED),
        /** What renews the access token. */
        REFRESH(ErrorCode.TOKEN_EXPIRED),
        /** What should have been renewed and was not. */
        UNRENEWED(ErrorCode.TOKEN_EXPIRED),
        /** The permission to read data. */
        DATA_ACCESS(ErrorCode.PERMISSION_MISSING);

        private final ErrorCode code;

        Kind(ErrorCode code) {
            this.code = code;
        }

        /** What a connection is said to lack once it has passed. */
        ErrorCode code() {
            return code;
        }
    }

    /** The earliest end of a connection; empty if none is known, or none is near that renewing does not prevent. */
    static Optional<Ending> of(Connection connection, TokenPolicy policy, Instant now) {
        var ofToken = ofToken(connection, policy, now);
        var ofData = connection.getDataAccessExpiresAt().map(at -> new Ending(Kind.DATA_ACCESS, at));
        return ofToken.filter(token ->
                        ofData.filter(data -> data.at().isBefore(token.at())).isEmpty())
                .or(() -> ofData);
    }

    boolean hasCome(Instant now) {
        return !now.isBefore(at);
    }

    /** Whether the same end is meant. Ends that are counted from an answer move by the time that answer took. */
    boolean isAbout(Instant other) {
        return Duration.between(at, other).abs().compareTo(Duration.ofDays(1)) <= 0;
    }

    private static Optional<Ending> ofToken(Connection connection, TokenPolicy policy, Instant now) {
        var access = connection.getAccessExpiresAt();
        var refresh = connection.getRefreshExpiresAt();
        if (!connection.getIsRenewable()) {
            return access.map(at -> new Ending(Kind.ACCESS, at));
        }
        return switch (policy.renewal()) {
            case Renewal.ByPerson _ -> access.map(at -> new Ending(Kind.ACCESS, at));
            case Renewal.ByItself _ ->
                access.filter(_ -> isOverdue(connection, policy, now)).map(at -> new Ending(Kind.UNRENEWED, at));
            case Renewal.ByRefreshToken(var isSingleUse, var _) -> {
                if (refresh.isEmpty()) {
                    yield Optional.empty();
                }
                if (!now.isBefore(refresh.get())) {
                    yield Optional.of(new Ending(Kind.ACCESS, access.orElse(refresh.get())));
                }
                if (isSingleUse && isOverdue(connection, policy, now)) {
                    yield refresh.map(at -> new Ending(Kind.UNRENEWED, at));
                }
                // A renewal moves the end of what works once. One that is near although nothing is overdue does not
                // move.
                yield refresh.filter(at -> !isSingleUse || at.isBefore(now.plus(NEAR)))
                        .map(at -> new Ending(Kind.REFRESH, at));
            }
        };
    }

    /** Whether the renewal of a token should long have happened; false where its end is not known. */
    static boolean isOverdue(Connection connection, TokenPolicy policy, Instant now) {
        // Renewals are spread over the first tenth of the margin.
        var latest = policy.schedule()
                .margin()
                .map(margin -> margin.minus(margin.dividedBy(10)))
                .orElse(Duration.ZERO);
        return connection.getIsRenewable()
                && connection
                        .getAccessExpiresAt()
                        .filter(end -> now.isAfter(end.minus(latest).plus(OVERDUE)))
                        .isPresent();
    }
}
