package io.broadside.simulator.control;

import java.util.Map;

/**
 * The networks in numbers.
 *
 * <p>What was published, refreshed and revoked is counted since the data directory is new; calls and refused
 * duplicates since the process started.
 */
public record Report(Numbers facebook, Numbers x) {
    /**
     * One network.
     *
     * @param published posts that everybody can see, deleted ones too
     * @param duplicatesPublished those of which the account already had one with the same text, link and media
     * @param duplicateAttemptsRefused calls refused because the same was posted before
     * @param calls by endpoint and status; status 0 got no answer
     * @param tokenRefreshes token pairs issued for a refresh token
     * @param refreshTokenReuse refresh tokens that came a second time
     * @param tokenFamiliesRevoked grants of which all tokens are dead
     */
    public record Numbers(
            long published,
            long duplicatesPublished,
            long duplicateAttemptsRefused,
            Map<String, Map<Integer, Long>> calls,
            long tokenRefreshes,
            long refreshTokenReuse,
            long tokenFamiliesRevoked) {}
}
