package io.broadside.simulator.settings;

/**
 * How strict the networks are. All of it can be changed while the simulator runs.
 *
 * @param refuseDuplicates Facebook 506 for the same post twice in a row, X 403 for the same post within a day
 * @param xPostsPer15Minutes {@code POST /2/tweets} of one user
 * @param xDeletesPer15Minutes {@code DELETE /2/tweets/{id}} of one user
 * @param xReadsPer15Minutes each reading endpoint of one user, other than {@code /2/users/me}
 * @param xMePer15Minutes {@code GET /2/users/me} of one user
 * @param xMediaPer15Minutes each media endpoint of one user
 * @param xAccessTokenSeconds how long an access token of X lives
 * @param xReuseRevokesFamily whether a refresh token used twice kills all tokens of that grant
 * @param facebookCallsPerHour calls of one Page; 0 for no limit
 * @param facebookFetchesPhotos whether photo URLs are really fetched and looked at
 * @param readLagSeconds how long a new post cannot be read back
 */
public record Settings(
        boolean refuseDuplicates,
        int xPostsPer15Minutes,
        int xDeletesPer15Minutes,
        int xReadsPer15Minutes,
        int xMePer15Minutes,
        int xMediaPer15Minutes,
        int xAccessTokenSeconds,
        boolean xReuseRevokesFamily,
        int facebookCallsPerHour,
        boolean facebookFetchesPhotos,
        int readLagSeconds) {
    /** Limits as documented: https://docs.x.com/x-api/fundamentals/rate-limits */
    public static final Settings DEFAULTS = new Settings(true, 100, 50, 900, 75, 500, 7200, true, 0, true, 0);

    public Settings {
        notNegative("xPostsPer15Minutes", xPostsPer15Minutes);
        notNegative("xDeletesPer15Minutes", xDeletesPer15Minutes);
        notNegative("xReadsPer15Minutes", xReadsPer15Minutes);
        notNegative("xMePer15Minutes", xMePer15Minutes);
        notNegative("xMediaPer15Minutes", xMediaPer15Minutes);
        notNegative("xAccessTokenSeconds", xAccessTokenSeconds);
        notNegative("facebookCallsPerHour", facebookCallsPerHour);
        notNegative("readLagSeconds", readLagSeconds);
    }

    private static void notNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + ": not negative needed, was " + value);
        }
    }
}
