package io.broadside.runtime.http;

import java.util.Optional;

/** Finds the platform's own error code in an answer, for instance {@code 190/463}. */
@FunctionalInterface
public interface CodeReader {

    /** The code; empty where the answer has none. Never text for people: it goes into logs and metrics. */
    Optional<String> codeOf(Reply.Answer answer);

    /** For endpoints without codes. */
    static CodeReader none() {
        return _ -> Optional.empty();
    }
}
