package io.broadside.simulator.linkedin;

import io.broadside.simulator.settings.Settings;
import java.util.List;

/**
 * How strict LinkedIn is.
 *
 * @param linkedinActiveVersions versions that are answered; the others are not yet there, or sunset
 * @param linkedinPostsPerMemberDay posts of one member a day, which ends at midnight UTC
 * @param linkedinCallsPerMemberDay calls of one member to each other endpoint a day
 * @param linkedinCallsPerAppDay calls of all members to each endpoint a day
 * @param linkedinCommentsPerMinute comments of one member
 * @param linkedinDuplicateSeconds for how long the same is refused a second time
 * @param linkedinGhostSeconds for how long after its deletion a post still makes the same one a duplicate
 * @param linkedinProcessingSeconds for how long an upload is processed
 * @param linkedinUploadUrlSeconds how long an upload address lives
 * @param linkedinAccessTokenSeconds how long an access token lives
 * @param linkedinRefreshTokenSeconds how long a refresh token lives from the consent on
 * @param linkedinRefreshTokens whether the application gets refresh tokens at all
 */
public record LinkedInSettings(
        List<String> linkedinActiveVersions,
        int linkedinPostsPerMemberDay,
        int linkedinCallsPerMemberDay,
        int linkedinCallsPerAppDay,
        int linkedinCommentsPerMinute,
        int linkedinDuplicateSeconds,
        int linkedinGhostSeconds,
        int linkedinProcessingSeconds,
        int linkedinUploadUrlSeconds,
        int linkedinAccessTokenSeconds,
        int linkedinRefreshTokenSeconds,
        boolean linkedinRefreshTokens) {
    private static final int DAY = 24 * 60 * 60;

    /** The versions alive in November 2026, and the figures that are known: the others are in a developer portal. */
    static final LinkedInSettings DEFAULTS = new LinkedInSettings(
            List.of("202512", "202601", "202602", "202603", "202604", "202605", "202606", "202607", "202608", "202609"),
            150,
            10_000,
            100_000,
            60,
            10 * 60,
            DAY,
            0,
            DAY,
            60 * DAY,
            365 * DAY,
            true);

    public LinkedInSettings {
        linkedinActiveVersions = List.copyOf(linkedinActiveVersions);
        Settings.notNegative("linkedinPostsPerMemberDay", linkedinPostsPerMemberDay);
        Settings.notNegative("linkedinCallsPerMemberDay", linkedinCallsPerMemberDay);
        Settings.notNegative("linkedinCallsPerAppDay", linkedinCallsPerAppDay);
        Settings.notNegative("linkedinCommentsPerMinute", linkedinCommentsPerMinute);
        Settings.notNegative("linkedinDuplicateSeconds", linkedinDuplicateSeconds);
        Settings.notNegative("linkedinGhostSeconds", linkedinGhostSeconds);
        Settings.notNegative("linkedinProcessingSeconds", linkedinProcessingSeconds);
        Settings.notNegative("linkedinUploadUrlSeconds", linkedinUploadUrlSeconds);
        Settings.notNegative("linkedinAccessTokenSeconds", linkedinAccessTokenSeconds);
        Settings.notNegative("linkedinRefreshTokenSeconds", linkedinRefreshTokenSeconds);
    }
}
