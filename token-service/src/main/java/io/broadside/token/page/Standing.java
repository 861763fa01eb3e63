package io.broadside.token.page;

import io.broadside.events.Connection;
import io.broadside.token.platform.TokenPlatform;
import io.broadside.token.platform.TokenPolicy.Renewal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a connection stands, for a person.
 *
 * @param badge a few words: {@code Expires in 5 days}
 * @param actBefore until when a person must have connected it again; absent: nothing of the kind is known
 * @param recommendations what to do, a sentence each; empty if nothing
 */
record Standing(Level level, String badge, Optional<Instant> actBefore, List<String> recommendations) {

    private static final Duration SOON = Duration.ofDays(30);

    enum Level {
        GOOD,
        WARNING,
        BAD,
        OFF
    }

    Standing {
        recommendations = List.copyOf(recommendations);
    }

    static Standing of(Connection connection, TokenPlatform platform, Instant now) {
        var title = platform.title();
        return switch (connection.getStatus()) {
            case DISCONNECTED ->
                new Standing(
                        Level.OFF,
                        "Disconnected",
                        Optional.empty(),
                        List.of("Connect it again to publish to this account."));
            case REVOKED ->
                bad(
                        "Permission withdrawn",
                        "The permission was taken back on " + title + ". Connect the account again.");
            case NEEDS_REAUTH ->
                bad("Reconnect needed", title + " no longer accepts the token. Connect the account again.");
            case HEALTHY, EXPIRING, UNKNOWN -> usable(connection, platform, now);
        };
    }

    private static Standing bad(String badge, String sentence) {
        return new Standing(
                Level.BAD, badge, Optional.empty(), List.of(sentence, "Posts for this account wait until then."));
    }

    private static Standing usable(Connection connection, TokenPlatform platform, Instant now) {
        var end = actBefore(connection, platform);
        var advice = new ArrayList<String>();
        if (!connection.getMissingScopes().isEmpty()) {
            advice.add("Connect it again and grant what is missing: " + String.join(", ", connection.getMissingScopes())
                    + ".");
        }
        var isSoon = end.filter(at -> at.isBefore(now.plus(SOON))).isPresent();
        if (isSoon) {
            advice.add("Connect it again before " + Html.time(end.get()) + "; nothing renews it without a person.");
        }
        if (!connection.getMissingScopes().isEmpty()) {
            return new Standing(Level.WARNING, "Permission missing", end, advice);
        }
        return isSoon
                ? new Standing(Level.WARNING, until(end.get(), now), end, advice)
                : new Standing(Level.GOOD, "Connected", end, advice);
    }

    /** The first of the ends that no renewal moves. */
    private static Optional<Instant> actBefore(Connection connection, TokenPlatform platform) {
        var access = connection.getAccessExpiresAt().filter(_ -> !connection.getIsRenewable());
        // Where each renewal brings the next refresh token, its end moves on by itself.
        var isFixed =
                platform.policy().renewal() instanceof Renewal.ByRefreshToken(var isSingleUse, var _) && !isSingleUse;
        var refresh = connection.getRefreshExpiresAt().filter(_ -> isFixed);
        return Stream.of(access, refresh, connection.getDataAccessExpiresAt())
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    private static String until(Instant end, Instant now) {
        var left = Duration.between(now, end);
        if (!left.isPositive()) {
            return "Expired";
        }
        if (left.toHours() < 1) {
            return "Expires within the hour";
        }
        if (left.toDays() < 1) {
            return counted("Expires in", left.toHours(), "hour");
        }
        return counted("Expires in", left.toDays(), "day");
    }

    private static String counted(String words, long number, String unit) {
        return words + " " + number + " " + unit + (number == 1 ? "" : "s");
    }
}
