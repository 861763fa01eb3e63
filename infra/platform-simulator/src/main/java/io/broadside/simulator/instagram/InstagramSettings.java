package io.broadside.simulator.instagram;

import io.broadside.simulator.settings.Settings;

/**
 * How strict Instagram is.
 *
 * @param instagramCallsPerHour calls of one account; 0 for no limit
 * @param instagramFetchesMedia whether media URLs are really fetched and looked at
 * @param instagramImageProcessingSeconds how long images and carousels are processed
 * @param instagramVideoProcessingSeconds how long videos are processed after they were fetched
 * @param instagramContainerLivesSeconds how long a container can be published
 * @param instagramPublishesPerDay of one account
 * @param instagramContainersPerDay of one account, failed attempts too
 * @param instagramRefreshAfterSeconds how old a token must be to be refreshed
 * @param instagramRefreshEndsOldToken whether the old token is dead after a refresh; the real network does not say
 * @param instagramCodeAnswerIsFlat whether a code is exchanged for a flat object instead of a list of one; both were seen
 */
public record InstagramSettings(
        int instagramCallsPerHour,
        boolean instagramFetchesMedia,
        int instagramImageProcessingSeconds,
        int instagramVideoProcessingSeconds,
        int instagramContainerLivesSeconds,
        int instagramPublishesPerDay,
        int instagramContainersPerDay,
        int instagramRefreshAfterSeconds,
        boolean instagramRefreshEndsOldToken,
        boolean instagramCodeAnswerIsFlat) {
    /** https://developers.facebook.com/docs/instagram-platform/content-publishing; of the two documented quotas the guide's. */
    static final InstagramSettings DEFAULTS =
            new InstagramSettings(0, true, 1, 2, 86_400, 100, 400, 86_400, true, false);

    public InstagramSettings {
        Settings.notNegative("instagramCallsPerHour", instagramCallsPerHour);
        Settings.notNegative("instagramImageProcessingSeconds", instagramImageProcessingSeconds);
        Settings.notNegative("instagramVideoProcessingSeconds", instagramVideoProcessingSeconds);
        Settings.notNegative("instagramContainerLivesSeconds", instagramContainerLivesSeconds);
        Settings.notNegative("instagramPublishesPerDay", instagramPublishesPerDay);
        Settings.notNegative("instagramContainersPerDay", instagramContainersPerDay);
        Settings.notNegative("instagramRefreshAfterSeconds", instagramRefreshAfterSeconds);
    }
}
