package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * X's description of what went wrong: https://docs.x.com/x-api/fundamentals/response-codes-and-errors.
 *
 * <p>It may stand in the answer itself, or in a list of {@code errors} in it, or partly here and partly there: then what the
 * answer itself says comes first.
 *
 * @param kind last segment of its type, which comes with two different hosts; empty for about:blank
 * @param detail all that is said of it, in lower case. For telling cases apart that X tells apart in no other way, never to be
 *     shown
 * @param code of the old shape {@code errors[].code}; 0 if there is none
 */
record Problem(String kind, String detail, int code) {

    private static final int MOST_ERRORS = 10;

    /** The problem in an answer that is JSON; empty for gateways' answers. */
    static Optional<Problem> in(Answer answer) {
        return AnswerJson.objectIn(answer).map(Problem::of);
    }

    private static Problem of(JsonNode body) {
        var parts = Stream.concat(
                        Stream.of(body),
                        StreamSupport.stream(body.path("errors").spliterator(), false)
                                .limit(MOST_ERRORS))
                .toList();
        var kind = parts.stream()
                .map(part -> part.path("type").asText())
                .filter(type -> type.startsWith("http"))
                .map(type -> type.substring(type.lastIndexOf('/') + 1))
                .findFirst()
                .orElse("");
        var code = parts.stream()
                .mapToInt(part -> part.path("code").asInt())
                .filter(number -> number != 0)
                .findFirst()
                .orElse(0);
        var detail = parts.stream()
                .flatMap(part -> Stream.of("detail", "message").flatMap(name -> AnswerJson.text(part, name).stream()))
                .collect(Collectors.joining("\n"));
        return new Problem(kind, detail.toLowerCase(Locale.ROOT), code);
    }

    /** What names it in logs: its kind, or its old code. */
    Optional<String> name() {
        if (!kind.isEmpty()) {
            return Optional.of(kind);
        }
        return code == 0 ? Optional.empty() : Optional.of(Integer.toString(code));
    }
}
