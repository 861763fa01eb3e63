package io.broadside.runtime.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A body as it goes over the wire.
 *
 * @param length of all pieces together
 * @param isStreamed whether its pieces come from elsewhere while it is sent
 */
record EncodedBody(Optional<String> contentType, long length, Body.Pieces pieces, boolean isStreamed) {

    static EncodedBody of(Body body) {
        return switch (body) {
            case Body.None() -> held(Optional.empty(), List.of());
            case Body.Json(var text) -> held(Optional.of("application/json"), List.of(utf8(text)));
            case Body.Form(var fields) ->
                held(Optional.of("application/x-www-form-urlencoded"), List.of(utf8(form(fields))));
            case Body.Multipart(var parts) -> multipart(parts, "broadside-" + UUID.randomUUID());
            case Body.Bytes(var contentType, var content) -> held(Optional.of(contentType), List.of(content));
            case Body.Streamed(var contentType, var length, var pieces) ->
                new EncodedBody(Optional.of(contentType), length, pieces, true);
        };
    }

    /** Buffers one after another, not joined into one: that would hold all of them twice. */
    private static EncodedBody held(Optional<String> contentType, List<Buffer> buffers) {
        var length = buffers.stream().mapToLong(Buffer::length).sum();
        var next = buffers.iterator();
        return new EncodedBody(
                contentType, length, () -> next.hasNext() ? Optional.of(next.next()) : Optional.empty(), false);
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(field ->
                        URLEncoder.encode(field.getKey(), UTF_8) + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** RFC 7578, with names escaped as browsers do. */
    private static EncodedBody multipart(List<Body.Part> parts, String boundary) {
        var buffers = new ArrayList<Buffer>();
        for (var part : parts) {
            var file = part.fileName()
                    .map(name -> "; filename=\"" + escaped(name) + "\"")
                    .orElse("");
            buffers.add(utf8("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + escaped(part.name())
                    + "\"" + file + "\r\nContent-Type: " + part.contentType() + "\r\n\r\n"));
            buffers.add(part.content());
            buffers.add(utf8("\r\n"));
        }
        buffers.add(utf8("--" + boundary + "--\r\n"));
        return held(Optional.of("multipart/form-data; boundary=" + boundary), buffers);
    }

    private static String escaped(String text) {
        return text.replace("\"", "%22").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static Buffer utf8(String text) {
        return Buffer.buffer(text.getBytes(UTF_8));
    }
}
