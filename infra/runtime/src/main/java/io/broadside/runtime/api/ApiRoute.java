package io.broadside.runtime.api;

import java.util.function.Function;

/**
 * One thing an API does.
 *
 * @param method the HTTP method
 * @param path with names in braces, as OpenAPI writes it: {@code /v1/posts/{requestId}}
 * @param needsKey whether only those who have a key may
 * @param takesJson whether it has a body, which then is JSON
 * @param work what is done; it may block
 */
public record ApiRoute(
        String method, String path, boolean needsKey, boolean takesJson, Function<ApiRequest, ApiAnswer> work) {

    public static ApiRoute get(String path, Function<ApiRequest, ApiAnswer> work) {
        return new ApiRoute("GET", path, true, false, work);
    }

    public static ApiRoute post(String path, Function<ApiRequest, ApiAnswer> work) {
        return new ApiRoute("POST", path, true, true, work);
    }

    public static ApiRoute delete(String path, Function<ApiRequest, ApiAnswer> work) {
        return new ApiRoute("DELETE", path, true, false, work);
    }

    /** The same, for everybody; its path must be without names in braces. */
    public ApiRoute open() {
        return new ApiRoute(method, path, false, takesJson, work);
    }
}
