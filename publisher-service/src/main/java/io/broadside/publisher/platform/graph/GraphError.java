package io.broadside.publisher.platform.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.Optional;

/**
 * The error object of the Graph API: https://developers.facebook.com/docs/graph-api/guides/error-handling.
 *
 * <p>Its texts stay out: {@code message} can repeat the access token, {@code error_user_msg} is in the user's language.
 *
 * @param subcode 0 if there is none
 * @param phrase what only the words of {@code message} tell, if they do
 */
public record GraphError(int code, int subcode, boolean isTransient, Optional<Phrase> phrase) {

    /** The error in an answer, whatever its status; empty if the answer holds none. */
    public static Optional<GraphError> in(Answer answer) {
        return AnswerJson.objectIn(answer)
                .map(body -> body.path("error"))
                .filter(JsonNode::isObject)
                .map(error -> new GraphError(
                        error.path("code").asInt(),
                        error.path("error_subcode").asInt(),
                        error.path("is_transient").asBoolean(),
                        Phrase.in(error.path("message").asText())));
    }

    /** For instance 190/463. */
    public String text() {
        return subcode == 0 ? Integer.toString(code) : code + "/" + subcode;
    }
}
