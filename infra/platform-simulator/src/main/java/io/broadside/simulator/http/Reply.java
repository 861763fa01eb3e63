package io.broadside.simulator.http;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** An answer, ready to be sent. */
public record Reply(int status, Map<String, String> headers, Buffer body) {
    public Reply {
        headers = Map.copyOf(headers);
    }

    public static Reply json(int status, Object body) {
        return new Reply(
                status, Map.of("Content-Type", "application/json; charset=utf-8"), Buffer.buffer(Json.bytes(body)));
    }

    public static Reply bytes(String contentType, byte[] body) {
        return new Reply(200, Map.of("Content-Type", contentType), Buffer.buffer(body));
    }

    /** What gateways in front of a network answer when the network itself is away. */
    public static Reply outagePage(int status) {
        var page = """
                <!DOCTYPE html>
                <html lang="en"><head><title>Error</title></head>
                <body><h1>Sorry, something went wrong.</h1><p>We're working on it and we'll get it fixed soon.</p></body>
                </html>
                """;
        return new Reply(status, Map.of("Content-Type", "text/html; charset=utf-8"), Buffer.buffer(page));
    }

    public Reply with(String header, String value) {
        return with(Map.of(header, value));
    }

    /** These headers where this answer does not have them already. */
    public Reply with(Map<String, String> more) {
        var all = new LinkedHashMap<>(more);
        all.putAll(headers);
        return new Reply(status, all, body);
    }

    /** The same with nothing in it: what was refused stays refused. */
    Reply emptied() {
        return isSuccess() ? new Reply(status, headers, Buffer.buffer("{}")) : this;
    }

    /** The same with another status. */
    public Reply withStatus(int other) {
        return new Reply(other, headers, body);
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }
}
