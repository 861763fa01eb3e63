package io.broadside.token.platform;

import io.broadside.runtime.config.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/**
 * How the tokens of one platform live: what is different between platforms, as data.
 *
 * @param accountKind the platform's own word for an account: page, user
 * @param publishScopes what publishing needs, in the platform's own names
 * @param scopesByKind the same for kinds of account that need something else
 * @param allows whether scopes that were granted allow what one of those is for; where a platform has wider ones beside them
 * @param deadCodes errors that a renewal may end in for good, as the platform writes them; any other is trouble that passes
 * @param renewal how a token is replaced by a newer one
 * @param schedule when
 */
public record TokenPolicy(
        String accountKind,
        List<String> publishScopes,
        Map<String, List<String>> scopesByKind,
        BiPredicate<List<String>, String> allows,
        Set<String> deadCodes,
        Renewal renewal,
        Schedule schedule) {

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

        /** The token itself, as long as it lives, brings its successor; whether it works afterwards is not to be relied on. */
        record ByItself(Refresher refresher) implements Renewal {}
    }

    /**
     * When a token is replaced.
     *
     * @param margin how long before its end; absent: as the service is set up
     * @param minimumAge a younger token cannot be replaced
     */
    public record Schedule(Optional<Duration> margin, Duration minimumAge) {

        public static final Schedule USUAL = new Schedule(Optional.empty(), Duration.ZERO);

        static Schedule of(Duration margin) {
            return new Schedule(Optional.of(margin), Duration.ZERO);
        }

        Schedule withMinimumAge(Duration age) {
            return new Schedule(margin, age);
        }
    }

    public TokenPolicy {
        publishScopes = List.copyOf(publishScopes);
        scopesByKind = scopesByKind.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, kind -> List.copyOf(kind.getValue())));
        deadCodes = Set.copyOf(deadCodes);
    }

    public TokenPolicy(String accountKind, List<String> publishScopes, Renewal renewal, Schedule schedule) {
        this(accountKind, publishScopes, Map.of(), List::contains, Set.of(), renewal, schedule);
    }

    /** The same, where accounts of this kind need other scopes. */
    TokenPolicy withKind(String kind, List<String> scopes) {
        var more = new HashMap<>(scopesByKind);
        more.put(kind, scopes);
        return new TokenPolicy(accountKind, publishScopes, more, allows, deadCodes, renewal, schedule);
    }

    /** The same, where scopes allow more than what they are named after. */
    TokenPolicy withWiderScopes(BiPredicate<List<String>, String> rule) {
        return new TokenPolicy(accountKind, publishScopes, scopesByKind, rule, deadCodes, renewal, schedule);
    }

    /** The same, where these errors end what renews a token. */
    TokenPolicy withDeadCodes(String... codes) {
        return new TokenPolicy(accountKind, publishScopes, scopesByKind, allows, Set.of(codes), renewal, schedule);
    }

    /** What publishing to an account of this kind needs. */
    public List<String> publishScopes(String kind) {
        return scopesByKind.getOrDefault(kind, publishScopes);
    }

    /** Whether there are refresh tokens beside the tokens that publish. */
    public boolean usesRefreshTokens() {
        return switch (renewal) {
            case Renewal.ByPerson _, Renewal.ByItself _ -> false;
            case Renewal.ByRefreshToken _ -> true;
        };
    }

    /** What renews a token, of what was handed over with it. */
    public Optional<Secret> renewing(Secret accessToken, Optional<Secret> refreshToken) {
        return switch (renewal) {
            case Renewal.ByPerson _ -> Optional.empty();
            case Renewal.ByRefreshToken _ -> refreshToken;
            case Renewal.ByItself _ -> Optional.of(accessToken);
        };
    }

    /** Whether the platform would not renew a token yet that is there since that time. */
    public boolean isTooYoung(Instant since, Instant now) {
        return now.isBefore(since.plus(schedule.minimumAge()));
    }

    /** What publishing to such an account needs, was allowed before and is no longer; nothing if either is not known. */
    public List<String> withdrawn(String kind, List<String> before, List<String> after) {
        return missingFrom(kind, after).stream()
                .filter(scope -> allows.test(before, scope))
                .toList();
    }

    /** What publishing to such an account needs and these scopes do not allow; nothing if the scopes are not known. */
    public List<String> missingFrom(String kind, List<String> scopes) {
        return scopes.isEmpty()
                ? List.of()
                : publishScopes(kind).stream()
                        .filter(scope -> !allows.test(scopes, scope))
                        .toList();
    }
}
