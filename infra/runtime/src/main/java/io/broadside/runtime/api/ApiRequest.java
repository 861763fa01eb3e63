package io.broadside.runtime.api;

import io.broadside.runtime.tracing.Trace;
import java.util.Map;
import java.util.Optional;

/**
 * What an API is asked.
 *
 * @param path the parts of the path that its route names, decoded
 * @param query its parameters, none of which came several times
 * @param body the body as UTF-8 text; empty text without one
 * @param trace the trace it belongs to, begun here if the caller names none
 */
public record ApiRequest(Map<String, String> path, Map<String, String> query, String body, Trace trace) {

    public ApiRequest {
        path = Map.copyOf(path);
        query = Map.copyOf(query);
    }

    /** A part of the path, by the name it has in the route. */
    public String path(String name) {
        return path.getOrDefault(name, "");
    }

    public Optional<String> query(String name) {
        return Optional.ofNullable(query.get(name));
    }
}
