package io.broadside.simulator.bluesky;

import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;

/** Refusals in the words of the server, statuses and all. */
final class BlueskyError {
    private BlueskyError() {}

    static Reply of(int status, String error, String message) {
        return Reply.json(status, Json.object().put("error", error).put("message", message));
    }

    static Reply invalid(String message) {
        return of(400, "InvalidRequest", message);
    }

    /** Not a 401, as one would think. */
    static Reply expired() {
        return of(400, "ExpiredToken", "Token has expired");
    }

    static Reply revoked() {
        return of(400, "ExpiredToken", "Token has been revoked");
    }

    static Reply invalidToken() {
        return of(400, "InvalidToken", "Token could not be verified");
    }

    static Reply takenDown() {
        return of(401, "AccountTakedown", "Account has been taken down");
    }

    static Reply rateLimited() {
        return of(429, "RateLimitExceeded", "Rate Limit Exceeded");
    }

    static Reply serverError(int status) {
        return of(status, status == 500 ? "InternalServerError" : "UpstreamFailure", "Internal Server Error");
    }
}
