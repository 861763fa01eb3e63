package io.broadside.simulator.graph;

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
public final class GraphError {
    public static final int EXPIRED = 463;
    public static final int SESSION_INVALIDATED = 460;
    private static final String OAUTH = "OAuthException";
    private static final String DOCUMENTATION =
            "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api";

    private GraphError() {}

    public static Refusal invalidParameter(String message) {
        return new Refusal(reply(400, 100, "(#100) " + message));
    }

    public static Refusal noSuchObject(String method, String id) {
        return new Refusal(reply(
                400,
                100,
                Optional.of(33),
                "GraphMethodException",
                "Unsupported " + method.toLowerCase(Locale.ROOT) + " request. Object with ID '" + id
                        + "' does not exist, cannot be loaded due to missing permissions, or does not support this"
                        + " operation. " + DOCUMENTATION));
    }

    public static Reply unknownPath(String path) {
        return reply(400, 2500, "Unknown path components: /" + path);
    }

    public static Refusal tokenMissing() {
        return new Refusal(reply(400, 104, "An access token is required to request this resource."));
    }

    public static Refusal tokenInvalid() {
        return new Refusal(reply(400, 190, "Invalid OAuth access token - Cannot parse access token"));
    }

    public static Reply tokenExpired() {
        return reply(400, 190, EXPIRED, "Error validating access token: Session has expired.");
    }

    public static Reply tokenRevoked() {
        return reply(
                400,
                190,
                SESSION_INVALIDATED,
                "Error validating access token: The session has been invalidated because the user changed their"
                        + " password or Facebook has changed the session for security reasons.");
    }

    /** What was asked for may have happened nevertheless: https://github.com/arsduo/koala/issues/699. */
    public static Reply serverError(int status) {
        var error =
                error(2, Optional.empty(), OAUTH, "An unexpected error has occurred. Please retry your request later.");
        error.put("is_transient", true);
        return envelope(status, error);
    }

    public static Refusal oauth(String message) {
        return new Refusal(reply(400, 101, message));
    }

    /**
     * A refusal of any code.
     *
     * @param code as {@code 4} or {@code 4/2207051}
     */
    public static Reply coded(int status, String code) {
        int slash = code.indexOf('/');
        var main = slash < 0 ? code : code.substring(0, slash);
        var sub = slash < 0 ? "" : code.substring(slash + 1);
        if (!main.matches("-?[0-9]{1,9}") || !sub.matches("[0-9]{0,9}")) {
            throw new IllegalArgumentException("code: such as 4 or 4/2207051 needed, was " + code);
        }
        var subcode = sub.isEmpty() ? Optional.<Integer>empty() : Optional.of(Integer.parseInt(sub));
        return reply(status, Integer.parseInt(main), subcode, OAUTH, "(#" + main + ") Refused by injection.");
    }

    public static Reply reply(int status, int code, String message) {
        return reply(status, code, Optional.empty(), OAUTH, message);
    }

    public static Reply reply(int status, int code, int subcode, String message) {
        return reply(status, code, Optional.of(subcode), OAUTH, message);
    }

    /** With words for the person, as Instagram's refusals of media have them. */
    public static Reply reply(int status, int code, int subcode, String message, String userTitle, String userMessage) {
        var error = error(code, Optional.of(subcode), OAUTH, message);
        error.put("is_transient", false);
        error.put("error_user_title", userTitle);
        error.put("error_user_msg", userMessage);
        return envelope(status, error);
    }

    private static Reply reply(int status, int code, Optional<Integer> subcode, String type, String message) {
        return envelope(status, error(code, subcode, type, message));
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
