package io.broadside.simulator.x;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;

/**
 * Refusals in the words of X.
 *
 * <p>https://docs.x.com/x-api/fundamentals/response-codes-and-errors
 */
final class XProblem {
    private static final String PROBLEMS = "https://api.x.com/2/problems/";

    private XProblem() {}

    static Reply of(int status, String title, String detail) {
        return problem(status, title, detail, "about:blank");
    }

    static Reply unauthorized() {
        return of(401, "Unauthorized", "Unauthorized");
    }

    static Reply forbidden(String detail) {
        return of(403, "Forbidden", detail);
    }

    static Reply duplicate() {
        return forbidden("You are not allowed to create a Tweet with duplicate content.");
    }

    static Reply notPermitted() {
        return forbidden("You are not permitted to perform this action.");
    }

    static Reply notAuthorizedForResource(String detail) {
        return problem(403, "Forbidden", detail, PROBLEMS + "not-authorized-for-resource");
    }

    static Reply tooManyRequests() {
        return of(429, "Too Many Requests", "Too Many Requests");
    }

    static Reply serverError(int status) {
        var title = switch (status) {
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Internal Server Error";
        };
        return of(status, title, title);
    }

    /** A field that is wrong, or not there, or not known. */
    static Reply invalid(String parameter, String message) {
        return invalid(parameter, message, "One or more parameters to your request was invalid.");
    }

    static Reply invalid(String parameter, String message, String detail) {
        var body = Json.object();
        var error = body.putArray("errors").addObject();
        error.putObject("parameters").putArray(parameter);
        error.put("message", message);
        fill(body, 400, "Invalid Request", detail, PROBLEMS + "invalid-request");
        return Reply.json(400, body);
    }

    static Reply notFound(String resourceType, String parameter, String value) {
        var body = Json.object();
        var detail = "Could not find " + resourceType + " with " + parameter + ": [" + value + "].";
        fill(body, 404, "Not Found Error", detail, PROBLEMS + "resource-not-found");
        body.put("value", value);
        body.put("resource_type", resourceType);
        body.put("parameter", parameter);
        body.put("resource_id", value);
        return Reply.json(404, body);
    }

    /**
     * Any refusal.
     *
     * @param code last part of the problem's type
     */
    static Reply coded(int status, String code) {
        return problem(status, "Refused", "Refused by injection.", PROBLEMS + code);
    }

    /** The status of a success, and problems instead of what was asked for. */
    static Reply errorsOnly(String code) {
        var body = Json.object();
        body.putArray("errors")
                .addObject()
                .put("title", "Refused")
                .put("detail", "Refused by injection.")
                .put("type", PROBLEMS + code);
        return Reply.json(200, body);
    }

    /** The shape of the token endpoints. */
    static Reply oauth(int status, String error, String description) {
        return Reply.json(status, Json.object().put("error", error).put("error_description", description));
    }

    /** A refresh token that is used, expired, revoked or was never issued. */
    static Reply invalidToken() {
        return oauth(400, "invalid_request", "Value passed for the token was invalid.");
    }

    private static Reply problem(int status, String title, String detail, String type) {
        var body = Json.object();
        fill(body, status, title, detail, type);
        return Reply.json(status, body);
    }

    private static void fill(ObjectNode body, int status, String title, String detail, String type) {
        body.put("detail", detail);
        body.put("type", type);
        body.put("title", title);
        body.put("status", status);
    }
}
