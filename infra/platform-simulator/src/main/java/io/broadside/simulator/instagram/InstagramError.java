package io.broadside.simulator.instagram;

import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;

/**
 * Refusals that only Instagram has.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes
 */
final class InstagramError {
    private InstagramError() {}

    static Refusal notReady() {
        return new Refusal(GraphError.reply(
                400,
                9007,
                2207027,
                "Media ID is not available",
                "Media not ready",
                "The media is not ready for publishing, please wait for a moment"));
    }

    static Refusal expired() {
        return new Refusal(GraphError.reply(
                400, -2, 2207020, "Media expired", "Media expired", "The media you are trying to access has expired."));
    }

    /** No such container, or not of this account. */
    static Refusal containerNotFound() {
        return new Refusal(GraphError.reply(
                400,
                24,
                2207006,
                "The requested resource does not exist",
                "Media not found",
                "The media with this id cannot be found."));
    }

    static Refusal publishQuota() {
        return new Refusal(GraphError.reply(
                403,
                9,
                2207042,
                "Application request limit reached",
                "Too many posts",
                "You reached the maximum number of posts that can be published with the API in a day."));
    }

    static Refusal containerQuota() {
        return new Refusal(GraphError.reply(
                403,
                9,
                2207042,
                "Application request limit reached",
                "Too many containers",
                "You reached the maximum number of media containers of a day."));
    }

    static Refusal notFetched(String url) {
        return new Refusal(GraphError.reply(
                400,
                9004,
                2207052,
                "Only photo or video can be accepted as media type.",
                "Media download failed",
                "The media could not be fetched from this URI: " + url));
    }

    static Refusal tooLarge() {
        return media(36000, 2207004, "The image is too large to download");
    }

    static Refusal format() {
        return media(36001, 2207005, "The image format is not supported");
    }

    static Refusal ratio() {
        return media(36003, 2207009, "The aspect ratio is not supported");
    }

    static Refusal captionTooLong() {
        return media(36004, 2207010, "The caption was too long");
    }

    static Refusal tooManyTags() {
        return media(100, 2207040, "Cannot use more tags or mentions");
    }

    static Refusal unknownType(String type) {
        return media(100, 2207023, "The media type is unknown: " + type);
    }

    static Refusal carouselCount() {
        return media(100, 2207028, "A carousel needs 2 to 10 items");
    }

    static Refusal collaborator() {
        return media(100, 2207018, "A collaborator cannot be tagged");
    }

    static Reply limit(int status) {
        return GraphError.reply(status, 80002, "(#80002) There have been too many calls to this Instagram account.");
    }

    static Reply permissionMissing() {
        return GraphError.reply(403, 10, "(#10) Application does not have permission for this action");
    }

    /** A token too young to be refreshed, or one that never can be. */
    static Refusal notRefreshable(String why) {
        return GraphError.invalidParameter(why);
    }

    /** The flat shape of the host where codes are exchanged. */
    static Refusal oauth(String message) {
        return new Refusal(Reply.json(
                400,
                Json.object()
                        .put("error_type", "OAuthException")
                        .put("code", 400)
                        .put("error_message", message)));
    }

    private static Refusal media(int code, int subcode, String message) {
        return new Refusal(GraphError.reply(400, code, subcode, message, "Media refused", message));
    }
}
