package io.broadside.runtime.http;

/** The methods that platforms use. */
public enum HttpMethod {
    GET,
    POST,
    PUT,
    DELETE
}
