package io.broadside.simulator.platform;

import java.util.Map;

/**
 * What a network counted itself. Refreshes and revocations since the data directory is new, refused duplicates since the process
 * started.
 *
 * @param duplicateAttemptsRefused calls refused because the same was posted before
 * @param tokenRefreshes tokens issued for an older one
 * @param refreshTokenReuse refresh tokens that came a second time
 * @param tokenFamiliesRevoked grants of which all tokens are dead
 * @param more numbers of this network alone, by name
 */
public record Tally(
        long duplicateAttemptsRefused,
        long tokenRefreshes,
        long refreshTokenReuse,
        long tokenFamiliesRevoked,
        Map<String, Long> more) {
    public Tally {
        more = Map.copyOf(more);
    }

    public static Tally ofDuplicatesRefused(long number) {
        return new Tally(number, 0, 0, 0, Map.of());
    }
}
