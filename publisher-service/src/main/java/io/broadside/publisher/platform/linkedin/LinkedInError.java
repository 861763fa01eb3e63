package io.broadside.publisher.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * LinkedIn's description of what went wrong, in its older and its newer shape:
 * https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling.
 *
 * @param codes its own names for it, the most exact one first
 * @param serviceCode the older shape's number; 0 if there is none
 * @param message never to be shown. LinkedIn puts two things nowhere else: which limit is used up, and of which post something
 *     is a duplicate
 */
record LinkedInError(List<String> codes, int serviceCode, String message) {

    /** The error in an answer that is a JSON object; empty for gateways' answers. */
    static Optional<LinkedInError> in(Answer answer) {
        return AnswerJson.objectIn(answer).map(LinkedInError::of);
    }

    private static LinkedInError of(JsonNode body) {
        var inputs = body.path("errorDetails").path("inputErrors");
        var exact = StreamSupport.stream(inputs.spliterator(), false)
                .flatMap(error -> AnswerJson.text(error, "code").stream());
        var codes = Stream.concat(exact, AnswerJson.text(body, "code").stream())
                .filter(code -> code.matches("[A-Z][A-Z0-9_]{2,63}"))
                .distinct()
                .limit(10)
                .toList();
        var texts = Stream.concat(
                AnswerJson.text(body, "message").stream(),
                StreamSupport.stream(inputs.spliterator(), false)
                        .flatMap(error -> AnswerJson.text(error, "description").stream()));
        return new LinkedInError(
                codes,
                body.path("serviceErrorCode").asInt(),
                String.join("\n", texts.limit(10).toList()));
    }

    boolean has(String code) {
        return codes.contains(code);
    }

    /** What names it in logs: its code, or its number. */
    Optional<String> name() {
        return codes.stream()
                .findFirst()
                .or(() -> serviceCode == 0 ? Optional.empty() : Optional.of(Integer.toString(serviceCode)));
    }
}
