package io.broadside.publisher.platform.instagram;

import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.Optional;

/** Ids of containers, posts and comments. They go into addresses, so they are looked at first. */
final class Ids {

    private Ids() {}

    /** The id of what a call made; empty for an error, whatever its status. */
    static Optional<String> in(Answer answer) {
        return answer.isSuccess()
                ? AnswerJson.objectIn(answer)
                        .filter(body -> !body.has("error"))
                        .flatMap(body -> AnswerJson.text(body, "id"))
                        .filter(Ids::isId)
                : Optional.empty();
    }

    /** Digits, and for posts of old an underscore. */
    static boolean isId(String text) {
        return text.matches("[0-9]{1,40}(_[0-9]{1,40})?");
    }
}
