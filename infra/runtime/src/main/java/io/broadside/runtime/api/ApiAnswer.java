package io.broadside.runtime.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an API answers.
 *
 * @param headers beside those that every answer has
 * @param body its JSON
 */
public record ApiAnswer(int status, Map<String, String> headers, JsonNode body) {

    public ApiAnswer {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    public static ApiAnswer of(int status, JsonNode body) {
        return new ApiAnswer(status, Map.of(), body);
    }

    /** What is wrong, as a code and a sentence that says what to do. */
    public static ApiAnswer error(int status, String code, String message) {
        return error(status, code, message, JsonNodeFactory.instance.arrayNode());
    }

    /** What is wrong, with a fault for each thing to mend. */
    public static ApiAnswer error(int status, String code, String message, ArrayNode faults) {
        var body = JsonNodeFactory.instance.objectNode();
        body.putObject("error").put("code", code).put("message", message).set("faults", faults);
        return of(status, body);
    }

    /** Not now: the same again after this time is worth a try. */
    public static ApiAnswer notNow(String code, String message, Duration retryAfter) {
        return error(503, code, message).with("retry-after", Long.toString(Math.max(1, retryAfter.toSeconds())));
    }

    public ApiAnswer with(String header, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ApiAnswer(status, more, body);
    }
}
