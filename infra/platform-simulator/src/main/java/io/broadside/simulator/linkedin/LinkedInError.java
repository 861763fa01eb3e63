package io.broadside.simulator.linkedin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;

/**
 * Refusals in the words of LinkedIn.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling
 */
final class LinkedInError {
    private static final int NOT_ENOUGH_PERMISSIONS = 100;
    private static final int THROTTLED = 101;
    private static final int INVALID_TOKEN = 65_600;
    private static final int REVOKED_TOKEN = 65_601;
    private static final int EXPIRED_TOKEN = 65_602;

    private LinkedInError() {}

    static Reply of(int status, String code, String message) {
        return Reply.json(status, body(status, code, message));
    }

    /** The old shape, without a code. */
    static Reply plain(int status, String message) {
        return Reply.json(status, Json.object().put("message", message).put("status", status));
    }

    static Reply emptyToken() {
        return token(INVALID_TOKEN, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token");
    }

    static Reply invalidToken() {
        return token(INVALID_TOKEN, "INVALID_ACCESS_TOKEN", "Invalid access token");
    }

    static Reply expiredToken() {
        return token(EXPIRED_TOKEN, "EXPIRED_ACCESS_TOKEN", "The token used in the request has expired");
    }

    static Reply revokedToken() {
        return token(
                REVOKED_TOKEN, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user");
    }

    static Reply accessDenied(String what) {
        var body = body(403, "ACCESS_DENIED", "Not enough permissions to access: " + what);
        return Reply.json(403, body.put("serviceErrorCode", NOT_ENOUGH_PERMISSIONS));
    }

    static Reply notFound(String what) {
        return of(404, "NOT_FOUND", "Could not find entity " + what);
    }

    /** A limit of a day, of the application or of a member; it names no time. */
    static Reply throttled(String whose) {
        var body = Json.object()
                .put(
                        "message",
                        "Resource level throttle " + whose + " DAY limit for calls to this resource is reached.")
                .put("status", 429)
                .put("serviceErrorCode", THROTTLED);
        return Reply.json(429, body);
    }

    static Reply serverError(int status) {
        return plain(status, status == 503 ? "Service Unavailable" : "Internal Server Error");
    }

    /** A field that is wrong, or not there. */
    static Refusal field(String code, String path, String description) {
        var body = body(400, code, description);
        body.put("errorDetailType", "com.linkedin.common.error.BadRequest");
        var error = body.putObject("errorDetails").putArray("inputErrors").addObject();
        error.put("code", code).put("description", description);
        error.putObject("input").putObject("inputPath").put("fieldPath", path);
        return new Refusal(Reply.json(400, body));
    }

    static Refusal missing(String path) {
        return field("MISSING_FIELD", path, path + " is required but not found");
    }

    static Refusal invalid(String path, String description) {
        return field("INVALID_VALUE_FOR_FIELD", path, description);
    }

    /** A field that is not known. */
    static Refusal unknownField(String path) {
        return new Refusal(
                plain(422, "ERROR :: /" + path.replace('.', '/') + " :: unrecognized field found but not allowed"));
    }

    static Reply duplicate(String urn) {
        var body = Json.object()
                .put("status", 422)
                .put("message", "Content is a duplicate of " + urn)
                .put("errorDetailType", "com.linkedin.common.error.BadRequest");
        var error = body.putObject("errorDetails").putArray("inputErrors").addObject();
        error.put("description", "Duplicate post is detected");
        error.putObject("input");
        error.put("code", "DUPLICATE_POST");
        return Reply.json(422, body);
    }

    /** The shape of the token endpoint. */
    static Reply oauth(int status, String error, String description) {
        return Reply.json(status, Json.object().put("error", error).put("error_description", description));
    }

    /** A refresh token, or code, that is used, expired, revoked or was never issued. */
    static Reply invalidGrant() {
        return oauth(
                400,
                "invalid_request",
                "The provided authorization grant or refresh token is invalid, expired or revoked");
    }

    private static Reply token(int serviceErrorCode, String code, String message) {
        return Reply.json(401, body(401, code, message).put("serviceErrorCode", serviceErrorCode));
    }

    private static ObjectNode body(int status, String code, String message) {
        return Json.object().put("status", status).put("code", code).put("message", message);
    }
}
