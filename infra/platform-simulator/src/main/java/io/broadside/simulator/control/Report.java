package io.broadside.simulator.control;

import com.fasterxml.jackson.annotation.JsonValue;
import io.broadside.simulator.account.Platform;
import io.broadside.simulator.platform.Tally;
import io.broadside.simulator.post.Publication.Kind;
import io.broadside.simulator.post.Publications.Counts;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The networks in numbers, by their ids.
 *
 * <p>What was published, refreshed and revoked is counted since the data directory is new; calls and refused
 * duplicates since the process started.
 */
public record Report(@JsonValue Map<String, Numbers> platforms) {
    public Report {
        platforms = Collections.unmodifiableMap(new LinkedHashMap<>(platforms));
    }

    /**
     * The numbers of one network.
     *
     * @throws IllegalArgumentException when it is not doubled here
     */
    public Numbers of(Platform platform) {
        var numbers = platforms.get(platform.id());
        if (numbers == null) {
            throw new IllegalArgumentException("no such platform: " + platform.id());
        }
        return numbers;
    }

    public Numbers facebook() {
        return of(Platform.FACEBOOK);
    }

    public Numbers x() {
        return of(Platform.X);
    }

    /** What was posted twice, on all networks. */
    public long duplicatesPublished() {
        return platforms.values().stream()
                .mapToLong(Numbers::duplicatesPublished)
                .sum();
    }

    /**
     * One network.
     *
     * @param published what everybody can see, deleted ones too; without comments
     * @param duplicatesPublished publications of which the account already had one with the same text, link and media, comments
     *     with the same text below the same post among them
     * @param kinds publications by their kind, comments too
     * @param duplicateAttemptsRefused calls refused because the same was posted before
     * @param calls by endpoint and status; status 0 got no answer
     * @param tokenRefreshes tokens issued for an older one
     * @param refreshTokenReuse refresh tokens that came a second time
     * @param tokenFamiliesRevoked grants of which all tokens are dead
     * @param more numbers of this network alone
     */
    public record Numbers(
            long published,
            long duplicatesPublished,
            Map<Kind, Counts> kinds,
            long duplicateAttemptsRefused,
            Map<String, Map<Integer, Long>> calls,
            long tokenRefreshes,
            long refreshTokenReuse,
            long tokenFamiliesRevoked,
            Map<String, Long> more) {
        static Numbers of(Map<Kind, Counts> kinds, Map<String, Map<Integer, Long>> calls, Tally tally) {
            return new Numbers(
                    kinds.entrySet().stream()
                            .filter(entry -> entry.getKey() != Kind.COMMENT)
                            .mapToLong(entry -> entry.getValue().published())
                            .sum(),
                    kinds.values().stream().mapToLong(Counts::duplicates).sum(),
                    kinds,
                    tally.duplicateAttemptsRefused(),
                    calls,
                    tally.tokenRefreshes(),
                    tally.refreshTokenReuse(),
                    tally.tokenFamiliesRevoked(),
                    new TreeMap<>(tally.more()));
        }
    }
}
