package io.broadside.publisher.platform.instagram;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a container says of itself: https://developers.facebook.com/docs/instagram-platform/reference/ig-container.
 *
 * @param errorCode with ERROR: the error's number, if it is told
 */
record ContainerStatus(Code code, Optional<Integer> errorCode) {

    static final String FIELDS = "?fields=status_code,status";

    /** The number alone, or with words around it. The words are not read. */
    private static final Pattern NUMBER = Pattern.compile("(?<![0-9])(2207[0-9]{3})(?![0-9])");

    enum Code {
        IN_PROGRESS,
        /** Ready to be published. */
        FINISHED,
        /** Live. */
        PUBLISHED,
        ERROR,
        /** Not published within 24 hours. */
        EXPIRED,
        /** A word that is new to us. */
        UNKNOWN
    }

    /** The status in an answer; empty if there is none. */
    static Optional<ContainerStatus> in(Answer answer) {
        return answer.isSuccess()
                ? AnswerJson.objectIn(answer).filter(body -> !body.has("error")).flatMap(ContainerStatus::of)
                : Optional.empty();
    }

    private static Optional<ContainerStatus> of(JsonNode body) {
        return AnswerJson.text(body, "status_code").map(word -> new ContainerStatus(codeOf(word), errorIn(body)));
    }

    private static Code codeOf(String word) {
        return switch (word) {
            case "IN_PROGRESS" -> Code.IN_PROGRESS;
            case "FINISHED" -> Code.FINISHED;
            case "PUBLISHED" -> Code.PUBLISHED;
            case "ERROR" -> Code.ERROR;
            case "EXPIRED" -> Code.EXPIRED;
            default -> Code.UNKNOWN;
        };
    }

    private static Optional<Integer> errorIn(JsonNode body) {
        return AnswerJson.text(body, "status").flatMap(text -> {
            var found = NUMBER.matcher(text);
            return found.find() ? Optional.of(Integer.valueOf(found.group(1))) : Optional.empty();
        });
    }
}
