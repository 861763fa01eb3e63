package io.broadside.token.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.PlatformJson;
import java.util.Optional;

/**
 * An error of the Graph API. Its code counts, not the HTTP status: throttling, authentication and bad input all come as 400.
 *
 * <p>https://developers.facebook.com/docs/graph-api/guides/error-handling
 *
 * @param code its code; 0 if there is none
 * @param subcode its subcode; 0 if there is none
 */
record GraphError(int status, int code, int subcode) {

    private static final int EXPIRED = 463;

    /** The error in an answer; empty for an answer without one. */
    static Optional<GraphError> in(Reply.Answer answer) {
        var error = PlatformJson.of(answer).path("error");
        if (error.isObject()) {
            return Optional.of(new GraphError(
                    answer.status(), codeIn(error), error.path("error_subcode").asInt(0)));
        }
        return answer.isSuccess() ? Optional.empty() : Optional.of(new GraphError(answer.status(), 0, 0));
    }

    /** The error of a token, as the answer about the token tells it: its subcode has another name there. */
    static Optional<GraphError> of(JsonNode error) {
        return error.isObject()
                ? Optional.of(
                        new GraphError(200, codeIn(error), error.path("subcode").asInt(0)))
                : Optional.empty();
    }

    private static int codeIn(JsonNode error) {
        return error.path("code").asInt(0);
    }

    /** For logs: 190/463. */
    static Optional<String> codeOf(Reply.Answer answer) {
        return in(answer)
                .filter(error -> error.code != 0)
                .map(error -> error.subcode == 0 ? "" + error.code : error.code + "/" + error.subcode);
    }

    /** Whether it is about whoever calls: the token in the header, or the app behind it. */
    boolean isAboutTheCaller() {
        return code == 190 || code == 102 || code == 101 || code == 104;
    }

    Inspection asInspection() {
        return switch (code) {
            case 190, 102 ->
                subcode == EXPIRED
                        ? new Inspection.Refused(
                                ErrorCode.TOKEN_EXPIRED, "Facebook says that this token has expired. Get a new one.")
                        : new Inspection.Refused(
                                ErrorCode.TOKEN_REVOKED,
                                "Facebook does not accept this token" + inBrackets()
                                        + ": it was withdrawn, or is not one of Facebook's. Get a new one.");
            case 4, 17, 32, 341, 368, 613, 80001, 80002, 80006 ->
                new Inspection.Unavailable(
                        ErrorCode.RATE_LIMITED,
                        "Facebook's rate limit is reached" + inBrackets() + ". Send the token again later.",
                        Optional.empty());
            default -> byStatus();
        };
    }

    private Inspection byStatus() {
        if (code == 3 || code == 10 || (code >= 200 && code <= 299)) {
            return new Inspection.Refused(
                    ErrorCode.PERMISSION_MISSING,
                    "The token does not allow to look at its Page" + inBrackets()
                            + ". Get one with pages_show_list, pages_read_engagement and pages_manage_posts.");
        }
        if (code == 1 || code == 2 || status >= 500) {
            return new Inspection.Unavailable(
                    ErrorCode.SERVER_ERROR,
                    "Facebook has a fault of its own" + inBrackets() + ". Send the token again later.",
                    Optional.empty());
        }
        return code == 0
                ? unexpected()
                : new Inspection.Refused(
                        ErrorCode.UNKNOWN_REFUSAL,
                        "Facebook refuses to say whose token this is" + inBrackets()
                                + ". Get a Page token and try again.");
    }

    static Inspection unexpected() {
        return new Inspection.Unavailable(
                ErrorCode.UNEXPECTED_ANSWER,
                "Facebook's answer could not be understood. Send the token again later.",
                Optional.empty());
    }

    static Inspection noAnswer(ErrorCode cause) {
        return new Inspection.Unavailable(
                cause, "Facebook cannot be reached now (" + cause + "). Send the token again later.", Optional.empty());
    }

    private String inBrackets() {
        if (code == 0) {
            return " (HTTP " + status + ")";
        }
        return " (code " + code + (subcode == 0 ? "" : "/" + subcode) + ")";
    }
}
