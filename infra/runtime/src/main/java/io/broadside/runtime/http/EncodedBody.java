package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** A body as it goes over the wire. */
record EncodedBody(Optional<String> contentType, Buffer bytes) {

    static EncodedBody of(Body body) {
        return switch (body) {
            case Body.None() -> new EncodedBody(Optional.empty(), Buffer.buffer());
            case Body.Json(var text) -> new EncodedBody(Optional.of("application/json"), utf8(text));
            case Body.Form(var fields) ->
                new EncodedBody(Optional.of("application/x-www-form-urlencoded"), utf8(form(fields)));
            case Body.Multipart(var parts) -> multipart(parts, "broadside-" + UUID.randomUUID());
        };
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field ->
                        URLEncoder.encode(field.getKey(), UTF_8) + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** RFC 7578, with names escaped as browsers do. */
    private static EncodedBody multipart(List<Body.Part> parts, String boundary) {
        var bytes = Buffer.buffer();
        for (var part : parts) {
            var file = part.fileName()
                    .map(name -> "; filename=\"" + escaped(name) + "\"")
                    .orElse("");
            bytes.appendBuffer(
                            utf8("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + escaped(part.name())
                                    + "\"" + file + "\r\nContent-Type: " + part.contentType() + "\r\n\r\n"))
                    .appendBuffer(part.content())
                    .appendBuffer(utf8("\r\n"));
        }
        bytes.appendBuffer(utf8("--" + boundary + "--\r\n"));
        return new EncodedBody(Optional.of("multipart/form-data; boundary=" + boundary), bytes);
    }

    private static String escaped(String text) {
        return text.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static Buffer utf8(String text) {
        return Buffer.buffer(text.getBytes(UTF_8));
    }
}
