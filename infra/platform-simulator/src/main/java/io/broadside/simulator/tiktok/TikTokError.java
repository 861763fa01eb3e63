package io.broadside.simulator.tiktok;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.failure.Failure;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * TikTok's refusals, and its envelope, in which a success is an error with the code ok.
 *
 * <p>https://developers.tiktok.com/doc/content-posting-api-reference-direct-post
 */
enum TikTokError {
    ACCESS_TOKEN_INVALID(401),
    SCOPE_NOT_AUTHORIZED(401),
    SCOPE_PERMISSION_MISSED(401),
    INVALID_PARAMS(400),
    INVALID_PARAM(400),
    INVALID_FILE_UPLOAD(400),
    PRIVACY_LEVEL_OPTION_MISMATCH(400),
    APP_VERSION_CHECK_FAILED(400),
    INVALID_PUBLISH_ID(400),
    PUBLISH_NOT_CANCELLABLE(400),
    UNAUDITED_CLIENT_CAN_ONLY_POST_TO_PRIVATE_ACCOUNTS(403),
    URL_OWNERSHIP_UNVERIFIED(403),
    TOKEN_NOT_AUTHORIZED_FOR_SPECIFIED_PUBLISH_ID(403),
    SPAM_RISK(403),
    SPAM_RISK_TEXT(403),
    SPAM_RISK_TOO_MANY_POSTS(403),
    SPAM_RISK_TOO_MANY_PENDING_SHARE(403),
    SPAM_RISK_USER_BANNED_FROM_POSTING(403),
    REACHED_ACTIVE_USER_CAP(403),
    RATE_LIMIT_EXCEEDED(429),
    INTERNAL_ERROR(500);

    private final int status;

    TikTokError(int status) {
        this.status = status;
    }

    private static Optional<TikTokError> ofCode(String code) {
        return Arrays.stream(values())
                .filter(error -> error.code().equals(code))
                .findFirst();
    }

    /**
     * The error that a failure names.
     *
     * @throws IllegalArgumentException when TikTok has no such code
     */
    static TikTokError of(Failure failure) {
        var code = failure.code().orElse(SPAM_RISK.code());
        return ofCode(code).orElseThrow(() -> new IllegalArgumentException("code: none of TikTok's, was " + code));
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    Reply reply() {
        return reply("");
    }

    Reply reply(String message) {
        return reply(status, message);
    }

    /** With another status than usual: some calls say what is wrong with 200. */
    Reply reply(int otherStatus, String message) {
        return Reply.json(otherStatus, envelope(Json.object(), code(), message));
    }

    Refusal refusal(String message) {
        return new Refusal(reply(message));
    }

    static Reply ok(JsonNode data) {
        return Reply.json(200, envelope(data, "ok", ""));
    }

    /** The shape of the token endpoints. */
    static Reply oauth(int status, String error, String description) {
        return Reply.json(
                status,
                Json.object()
                        .put("error", error)
                        .put("error_description", description)
                        .put("log_id", logId()));
    }

    private static JsonNode envelope(JsonNode data, String code, String message) {
        var body = Json.object();
        body.set("data", data);
        body.putObject("error").put("code", code).put("message", message).put("log_id", logId());
        return body;
    }

    private static String logId() {
        return UUID.randomUUID().toString().replace("-", "").toUpperCase(Locale.ROOT);
    }
}
