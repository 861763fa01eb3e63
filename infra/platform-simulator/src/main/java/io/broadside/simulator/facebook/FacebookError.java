package io.broadside.simulator.facebook;

import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;

/** Refusals that only Facebook Pages have. */
final class FacebookError {
    private FacebookError() {}

    static Reply permissionMissing() {
        return GraphError.reply(
                403,
                200,
                "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin"
                        + " with sufficient administrative permission");
    }

    /** A user token where the Page's is needed; the words mislead, as the real ones do. */
    static Refusal notAsThePage() {
        return new Refusal(
                GraphError.reply(403, 200, "(#200) Unpublished posts must be posted to a page as the page itself."));
    }

    static Reply duplicate() {
        return GraphError.reply(400, 506, "(#506) Duplicate status message: the same was posted just before.");
    }

    static Refusal imageInvalid() {
        return new Refusal(GraphError.reply(400, 324, "(#324) Missing or invalid image file"));
    }

    /** Too large, or neither JPEG nor PNG. */
    static Refusal imageRefused() {
        return new Refusal(GraphError.reply(400, 324, 1366046, "(#324) Missing or invalid image file"));
    }

    /** The file at a URL could not be had. */
    static Refusal videoNotFetched() {
        return new Refusal(GraphError.reply(400, 389, "(#389) Unable to fetch video file from URL."));
    }

    static Refusal videoInvalid() {
        return new Refusal(GraphError.reply(
                400, 6000, 1363024, "(#6000) There was a problem uploading your video file: unsupported format."));
    }

    /** A piece that does not go on where the one before it ended. */
    static Refusal uploadOffset(long expected, long given) {
        return new Refusal(GraphError.reply(
                400,
                6001,
                1363037,
                "(#6001) There was a problem uploading your video: start_offset " + expected + " expected, was "
                        + given));
    }

    /** Story media must be unused: https://developers.facebook.com/docs/page-stories-api */
    static Refusal alreadyUsed(String id) {
        return GraphError.invalidParameter("The media was published already and cannot be used again: " + id);
    }

    static Refusal reelLimit() {
        return new Refusal(
                GraphError.reply(400, 613, "(#613) Calls to this api have exceeded the rate limit: reels per day."));
    }

    static Reply pageLimit(int status) {
        return GraphError.reply(status, 80001, "(#80001) There have been too many calls to this Page account.");
    }
}
