package io.broadside.token.platform.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.runtime.http.Reply;
import io.broadside.schemas.ErrorCode;
import io.broadside.token.platform.Inspection;
import io.broadside.token.platform.PlatformJson;
import io.broadside.token.platform.RefreshAnswer;
import java.util.Optional;
import java.util.Set;

/**
 * An error of the Graph API. Its code counts, not the HTTP status: throttling, authentication and bad input all come as 400.
 *
 * <p>https://developers.facebook.com/docs/graph-api/guides/error-handling
 *
 * @param code its code; 0 if there is none
 * @param subcode its subcode; 0 if there is none
 */
public record GraphError(int status, int code, int subcode) {

    private static final int EXPIRED = 463;
    private static final int APP_REMOVED = 458;
    private static final int PASSWORD_CHANGED = 460;

    /** Codes of scopes that are missing, as a policy names them. */
    private static final String SCOPES = "200-299";

    /** The error in an answer; empty for an answer without one. */
    public static Optional<GraphError> in(Reply.Answer answer) {
        var error = PlatformJson.of(answer).path("error");
        if (error.isObject()) {
            return Optional.of(new GraphError(
                    answer.status(), codeIn(error), error.path("error_subcode").asInt(0)));
        }
        return answer.isSuccess() ? Optional.empty() : Optional.of(new GraphError(answer.status(), 0, 0));
    }

    /** The error of a token, as the answer about the token tells it: its subcode has another name there. */
    public static Optional<GraphError> of(JsonNode error) {
        return error.isObject()
                ? Optional.of(
                        new GraphError(200, codeIn(error), error.path("subcode").asInt(0)))
                : Optional.empty();
    }

    private static int codeIn(JsonNode error) {
        return error.path("code").asInt(0);
    }

    /** For logs: 190/463. */
    public static Optional<String> codeOf(Reply.Answer answer) {
        return in(answer).filter(error -> error.code != 0).map(GraphError::text);
    }

    /** Code and subcode, as 190/463. */
    public String text() {
        return subcode == 0 ? Integer.toString(code) : code + "/" + subcode;
    }

    /** Whether it is about whoever calls: the token in the header, or the app behind it. */
    public boolean isAboutTheCaller() {
        return code == 190 || code == 102 || code == 101 || code == 104;
    }

    /** What it says about a token that was looked at. */
    public Inspection asInspection(Words words) {
        return switch (kind()) {
            case TOKEN -> {
                var sentence = words.title() + " does not accept this token" + inBrackets() + ": " + what(words)
                        + ". Get a new one.";
                yield switch (subcode) {
                    case EXPIRED ->
                        new Inspection.Refused(
                                ErrorCode.TOKEN_EXPIRED,
                                words.title() + " says that this token has expired. Get a new one.");
                    // No fault of an app's looks like these.
                    case APP_REMOVED, PASSWORD_CHANGED -> new Inspection.Withdrawn(sentence);
                    default -> new Inspection.Refused(ErrorCode.TOKEN_REVOKED, sentence);
                };
            }
            case LIMIT ->
                new Inspection.Unavailable(
                        ErrorCode.RATE_LIMITED,
                        words.title() + "'s rate limit is reached" + inBrackets() + ". Send the token again later.",
                        Optional.empty());
            case PERMISSION ->
                new Inspection.Refused(
                        ErrorCode.PERMISSION_MISSING,
                        "The token does not allow to look at its " + words.account() + inBrackets() + ". Get one with "
                                + words.scopes() + ".");
            case FAULT ->
                new Inspection.Unavailable(
                        ErrorCode.SERVER_ERROR,
                        words.title() + " has a fault of its own" + inBrackets() + ". Send the token again later.",
                        Optional.empty());
            case OTHER ->
                code == 0
                        ? unexpected(words)
                        : new Inspection.Refused(
                                ErrorCode.UNKNOWN_REFUSAL,
                                words.title() + " refuses to say whose token this is" + inBrackets()
                                        + ". Get a token of the " + words.account() + " and try again.");
        };
    }

    /**
     * What it says about a token that was to be extended.
     *
     * @param dead codes that end it, as in a policy: {@code 190}, or {@code 200-299} for all of them
     */
    public RefreshAnswer asRefreshAnswer(Set<String> dead) {
        return switch (kind()) {
            case LIMIT -> new RefreshAnswer.NotNow(ErrorCode.RATE_LIMITED, Optional.empty());
            case FAULT -> new RefreshAnswer.Unclear(ErrorCode.SERVER_ERROR);
            case TOKEN, PERMISSION, OTHER -> {
                if (code == 0) {
                    yield new RefreshAnswer.Unclear(ErrorCode.UNEXPECTED_ANSWER);
                }
                var isDead = dead.contains(Integer.toString(code)) || (isScope() && dead.contains(SCOPES));
                yield isDead
                        ? new RefreshAnswer.Refused(text())
                        : new RefreshAnswer.NotNow(ErrorCode.UNKNOWN_REFUSAL, Optional.empty());
            }
        };
    }

    private boolean isScope() {
        return code >= 200 && code <= 299;
    }

    /** What has happened to a token, as its subcode tells. */
    private String what(Words words) {
        return switch (subcode) {
            case APP_REMOVED -> "the person removed the app";
            case 459 -> "the person has to log in at " + words.title() + " first";
            case PASSWORD_CHANGED -> "the person changed the password, or ended all sessions";
            case 492 -> "the person no longer has a role on this " + words.account();
            default -> "it was withdrawn, or is not one of " + words.title() + "'s";
        };
    }

    /** The nearest of our own codes. */
    public ErrorCode asCause() {
        return switch (kind()) {
            case TOKEN -> ErrorCode.TOKEN_REVOKED;
            case LIMIT -> ErrorCode.RATE_LIMITED;
            case PERMISSION -> ErrorCode.PERMISSION_MISSING;
            case FAULT -> ErrorCode.SERVER_ERROR;
            case OTHER -> code == 0 ? ErrorCode.UNEXPECTED_ANSWER : ErrorCode.UNKNOWN_REFUSAL;
        };
    }

    private enum Kind {
        TOKEN,
        LIMIT,
        PERMISSION,
        FAULT,
        OTHER
    }

    private Kind kind() {
        return switch (code) {
            case 190, 102 -> Kind.TOKEN;
            case 4, 17, 32, 341, 368, 613, 80001, 80002, 80006 -> Kind.LIMIT;
            case 3, 10 -> Kind.PERMISSION;
            case 1, 2 -> Kind.FAULT;
            default -> isScope() ? Kind.PERMISSION : status >= 500 ? Kind.FAULT : Kind.OTHER;
        };
    }

    public static Inspection unexpected(Words words) {
        return new Inspection.Unavailable(
                ErrorCode.UNEXPECTED_ANSWER,
                words.title() + "'s answer could not be understood. Send the token again later.",
                Optional.empty());
    }

    public static Inspection noAnswer(Words words, ErrorCode cause) {
        return new Inspection.Unavailable(
                cause,
                words.title() + " cannot be reached now (" + cause + "). Send the token again later.",
                Optional.empty());
    }

    private String inBrackets() {
        return code == 0 ? " (HTTP " + status + ")" : " (code " + text() + ")";
    }

    /**
     * What sentences about one platform say.
     *
     * @param title of the platform
     * @param account what an account is called there: Page
     * @param scopes what a token needs
     */
    public record Words(String title, String account, String scopes) {}
}
