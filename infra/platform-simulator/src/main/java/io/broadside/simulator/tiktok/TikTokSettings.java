package io.broadside.simulator.tiktok;

import io.broadside.simulator.settings.Settings;
import java.util.List;
import java.util.stream.Stream;

/**
 * How strict TikTok is, and how slow.
 *
 * @param tiktokInitsPerMinute each of the calls that begin a post, of one creator
 * @param tiktokCreatorInfosPerMinute {@code creator_info/query} of one creator
 * @param tiktokStatusesPerMinute {@code status/fetch} of one creator
 * @param tiktokReadsPerMinute every other reading call of one creator
 * @param tiktokPostsPerDay direct posts of one creator in 24 hours
 * @param tiktokPendingSharesPerDay drafts in a creator's inbox in 24 hours
 * @param tiktokUsersPerDay creators of an unaudited application in 24 hours
 * @param tiktokIsAudited whether the application was audited: if not, only private posts of private accounts go through
 * @param tiktokAccessTokenSeconds how long an access token lives
 * @param tiktokRefreshTokenSeconds how long a refresh token lives
 * @param tiktokInvalidGrantIs200 whether a dead refresh token is answered with 200 instead of 400
 * @param tiktokProcessingSeconds how long a video is processed once all of it is here
 * @param tiktokModerationSeconds how long it takes then until a public post has an id
 * @param tiktokPostIdIsScalar whether the post id comes as a number instead of a list of numbers
 * @param tiktokVerifiedUrls beginnings of addresses that media may be pulled from, with commas in between. Others than those of
 *     this machine must be https
 */
public record TikTokSettings(
        int tiktokInitsPerMinute,
        int tiktokCreatorInfosPerMinute,
        int tiktokStatusesPerMinute,
        int tiktokReadsPerMinute,
        int tiktokPostsPerDay,
        int tiktokPendingSharesPerDay,
        int tiktokUsersPerDay,
        boolean tiktokIsAudited,
        int tiktokAccessTokenSeconds,
        int tiktokRefreshTokenSeconds,
        boolean tiktokInvalidGrantIs200,
        int tiktokProcessingSeconds,
        int tiktokModerationSeconds,
        boolean tiktokPostIdIsScalar,
        String tiktokVerifiedUrls) {
    /** Limits as documented; the numbers of posts and of creators a day are what people met. */
    static final TikTokSettings DEFAULTS = new TikTokSettings(
            6, 20, 30, 600, 15, 5, 5, true, 7_200, 15_552_000, false, 1, 1, false, "http://127.0.0.1,http://localhost");

    private static final List<String> LOCAL = List.of("http://127.0.0.1", "http://localhost");

    public TikTokSettings {
        Settings.notNegative("tiktokInitsPerMinute", tiktokInitsPerMinute);
        Settings.notNegative("tiktokCreatorInfosPerMinute", tiktokCreatorInfosPerMinute);
        Settings.notNegative("tiktokStatusesPerMinute", tiktokStatusesPerMinute);
        Settings.notNegative("tiktokReadsPerMinute", tiktokReadsPerMinute);
        Settings.notNegative("tiktokPostsPerDay", tiktokPostsPerDay);
        Settings.notNegative("tiktokPendingSharesPerDay", tiktokPendingSharesPerDay);
        Settings.notNegative("tiktokUsersPerDay", tiktokUsersPerDay);
        Settings.notNegative("tiktokAccessTokenSeconds", tiktokAccessTokenSeconds);
        Settings.notNegative("tiktokRefreshTokenSeconds", tiktokRefreshTokenSeconds);
        Settings.notNegative("tiktokProcessingSeconds", tiktokProcessingSeconds);
        Settings.notNegative("tiktokModerationSeconds", tiktokModerationSeconds);
    }

    /** Whether media may be pulled from there. */
    boolean isVerified(String url) {
        var isLocal = LOCAL.stream().anyMatch(url::startsWith);
        return (isLocal || url.startsWith("https://"))
                && Stream.of(tiktokVerifiedUrls.split(",", -1))
                        .map(String::strip)
                        .anyMatch(prefix -> !prefix.isEmpty() && url.startsWith(prefix));
    }
}
