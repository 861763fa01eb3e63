package io.broadside.simulator.facebook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Refusals in the words of the Graph API.
 *
 * <p>https://developers.facebook.com/docs/graph-api/guides/error-handling
 */
final class FacebookError {
    static final int EXPIRED = 463;
    static final int SESSION_INVALIDATED = 460;
    private static final String OAUTH = "OAuthException";
    private static final String DOCUMENTATION =
            "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api";

    private FacebookError() {}

    static Refusal invalidParameter(String message) {
        return refusal(400, 100, Optional.empty(), OAUTH, "(#100) " + message);
    }

    static Refusal noSuchObject(String method, String id) {
        return refusal(
                400,
                100,
                Optional.of(33),
                "GraphMethodException",
                "Unsupported " + method.toLowerCase(Locale.ROOT) + " request. Object with ID '" + id
                        + "' does not exist, cannot be loaded due to missing permissions, or does not support this"
                        + " operation. " + DOCUMENTATION);
    }

    static Reply unknownPath(String path) {
        return reply(400, 2500, Optional.empty(), OAUTH, "Unknown path components: /" + path);
    }

    static Refusal tokenMissing() {
        return refusal(400, 104, Optional.empty(), OAUTH, "An access token is required to request this resource.");
    }

    static Refusal tokenInvalid() {
        return refusal(400, 190, Optional.empty(), OAUTH, "Invalid OAuth access token - Cannot parse access token");
    }

    static Reply tokenExpired() {
        return reply(400, 190, Optional.of(EXPIRED), OAUTH, "Error validating access token: Session has expired.");
    }

    static Reply tokenRevoked() {
        return reply(
                400,
                190,
                Optional.of(SESSION_INVALIDATED),
                OAUTH,
                "Error validating access token: The session has been invalidated because the user changed their"
                        + " password or Facebook has changed the session for security reasons.");
    }

    static Reply permissionMissing() {
        return reply(
                403,
                200,
                Optional.empty(),
                OAUTH,
                "(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin"
                        + " with sufficient administrative permission");
    }

    /** A user token where the Page's is needed; the words mislead, as the real ones do. */
    static Refusal notAsThePage() {
        return refusal(
                403,
                200,
                Optional.empty(),
                OAUTH,
                "(#200) Unpublished posts must be posted to a page as the page itself.");
    }

    static Reply duplicate() {
        return reply(
                400, 506, Optional.empty(), OAUTH, "(#506) Duplicate status message: the same was posted just before.");
    }

    static Reply imageInvalid(Optional<Integer> subcode) {
        return reply(400, 324, subcode, OAUTH, "(#324) Missing or invalid image file");
    }

    static Reply pageLimit(int status) {
        return reply(
                status,
                80001,
                Optional.empty(),
                OAUTH,
                "(#80001) There have been too many calls to this Page account.");
    }

    /** The post may exist nevertheless: https://github.com/arsduo/koala/issues/699. */
    static Reply serverError(int status) {
        var error =
                error(2, Optional.empty(), OAUTH, "An unexpected error has occurred. Please retry your request later.");
        error.put("is_transient", true);
        return envelope(status, error);
    }

    static Refusal oauth(String message) {
        return refusal(400, 101, Optional.empty(), OAUTH, message);
    }

    static Reply reply(int status, int code, Optional<Integer> subcode, String type, String message) {
        return envelope(status, error(code, subcode, type, message));
    }

    private static Refusal refusal(int status, int code, Optional<Integer> subcode, String type, String message) {
        return new Refusal(reply(status, code, subcode, type, message));
    }

    private static ObjectNode error(int code, Optional<Integer> subcode, String type, String message) {
        var error = Json.object();
        error.put("message", message);
        error.put("type", type);
        error.put("code", code);
        subcode.ifPresent(number -> error.put("error_subcode", number));
        return error;
    }

    private static Reply envelope(int status, ObjectNode error) {
        var trace = "A" + Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
        error.put("fbtrace_id", trace);
        return Reply.json(status, Json.object().set("error", error)).with("x-fb-trace-id", trace);
    }
}
