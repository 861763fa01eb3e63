package io.broadside.simulator.x;

import io.broadside.simulator.settings.Settings;

/**
 * How strict X is.
 *
 * @param xPostsPer15Minutes {@code POST /2/tweets} of one user
 * @param xPostsPerAppDay the same of all users of the app in 24 hours
 * @param xDeletesPer15Minutes {@code DELETE /2/tweets/{id}} of one user
 * @param xReadsPer15Minutes each reading endpoint of one user, other than {@code /2/users/me}
 * @param xMePer15Minutes {@code GET /2/users/me} of one user
 * @param xMediaPer15Minutes each media endpoint of one user
 * @param xUploadsPer15Minutes each of the endpoints of uploads in pieces, of one user
 * @param xProcessingSeconds how long videos and animated images are processed
 * @param xAccessTokenSeconds how long an access token of X lives
 * @param xReuseRevokesFamily whether a refresh token used twice kills all tokens of that grant
 */
public record XSettings(
        int xPostsPer15Minutes,
        int xPostsPerAppDay,
        int xDeletesPer15Minutes,
        int xReadsPer15Minutes,
        int xMePer15Minutes,
        int xMediaPer15Minutes,
        int xUploadsPer15Minutes,
        int xProcessingSeconds,
        int xAccessTokenSeconds,
        boolean xReuseRevokesFamily) {
    /** Limits as documented: https://docs.x.com/x-api/fundamentals/rate-limits */
    static final XSettings DEFAULTS = new XSettings(100, 10_000, 50, 900, 75, 500, 1875, 1, 7200, true);

    public XSettings {
        Settings.notNegative("xPostsPer15Minutes", xPostsPer15Minutes);
        Settings.notNegative("xPostsPerAppDay", xPostsPerAppDay);
        Settings.notNegative("xDeletesPer15Minutes", xDeletesPer15Minutes);
        Settings.notNegative("xReadsPer15Minutes", xReadsPer15Minutes);
        Settings.notNegative("xMePer15Minutes", xMePer15Minutes);
        Settings.notNegative("xMediaPer15Minutes", xMediaPer15Minutes);
        Settings.notNegative("xUploadsPer15Minutes", xUploadsPer15Minutes);
        Settings.notNegative("xProcessingSeconds", xProcessingSeconds);
        Settings.notNegative("xAccessTokenSeconds", xAccessTokenSeconds);
    }
}
