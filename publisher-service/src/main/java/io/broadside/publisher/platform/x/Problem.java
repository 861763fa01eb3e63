package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.Locale;
import java.util.Optional;

/**
 * X's description of what went wrong: https://docs.x.com/x-api/fundamentals/response-codes-and-errors.
 *
 * @param kind last segment of its type, which comes with two different hosts; empty for about:blank
 * @param detail in lower case. For telling cases apart that X tells apart in no other way, never to be shown
 * @param code of the old shape {@code errors[].code}; 0 if there is none
 */
record Problem(String kind, String detail, int code) {

    /** The problem in an answer that is JSON; empty for gateways' answers. */
    static Optional<Problem> in(Answer answer) {
        return AnswerJson.objectIn(answer).map(Problem::of);
    }

    private static Problem of(JsonNode body) {
        var type = body.path("type").asText();
        var kind = type.startsWith("http") ? type.substring(type.lastIndexOf('/') + 1) : "";
        var first = body.path("errors").path(0);
        var detail = AnswerJson.text(body, "detail")
                .or(() -> AnswerJson.text(first, "message"))
                .orElse("");
        return new Problem(
                kind, detail.toLowerCase(Locale.ROOT), first.path("code").asInt());
    }

    /** What names it in logs: its kind, or its old code. */
    Optional<String> name() {
        if (!kind.isEmpty()) {
            return Optional.of(kind);
        }
        return code == 0 ? Optional.empty() : Optional.of(Integer.toString(code));
    }
}
