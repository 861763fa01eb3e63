package io.broadside.runtime.http;

import io.broadside.schemas.ErrorCode;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What came of a call. */
public sealed interface Reply {

    /**
     * The platform answered, whatever it said.
     *
     * @param headers names in lower case; values of a repeated header joined with a comma
     * @param body the whole body as UTF-8 text. It may hold tokens: not for logs
     */
    record Answer(int status, Map<String, String> headers, String body) implements Reply {

        public Answer {
            var sorted = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
            sorted.putAll(headers);
            headers = Collections.unmodifiableMap(sorted);
        }

        /** A header, by its name in any case. */
        public Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name));
        }

        /** Whether the status is 2xx. Some platforms say so and mean otherwise. */
        public boolean isSuccess() {
            return status >= 200 && status < 300;
        }

        /** Without headers and body: both may hold secrets. */
        @Override
        public String toString() {
            return "Answer[status=" + status + ", " + body.length() + " characters]";
        }
    }

    /**
     * No answer came that can be used.
     *
     * @param cause one of NO_CONNECTION, BREAKER_OPEN, OWNER_LOST, NO_ANSWER, TIMED_OUT, UNEXPECTED_ANSWER
     * @param maybeSent whether the platform may have got the request; if not, nothing left this process
     */
    record NoAnswer(ErrorCode cause, boolean maybeSent) implements Reply {}
}
