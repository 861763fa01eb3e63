package io.broadside.simulator.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A call as it arrived, completely read.
 *
 * @param path segments below the base of the network, decoded
 */
public record Request(
        String method, List<String> path, Map<String, String> query, MultiMap headers, Body body, Instant arrivedAt) {
    public Request {
        path = List.copyOf(path);
    }

    static Request of(String method, String rawPath, String rawQuery, MultiMap headers, Body body, Instant arrivedAt) {
        var segments = new ArrayList<String>();
        for (var segment : rawPath.split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(decode(segment.replace("+", "%2B")));
            }
        }
        return new Request(method, segments, parameters(rawQuery), headers, body, arrivedAt);
    }

    /** The value of a header, whatever the case of its name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The token of an {@code Authorization: Bearer} header. */
    public Optional<String> bearer() {
        return header("Authorization")
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip());
    }

    /** Media type of the body, in lower case and without parameters; empty text when there is none. */
    public String contentType() {
        var value = header("Content-Type").orElse("");
        int parameters = value.indexOf(';');
        return (parameters < 0 ? value : value.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
    }

    /** The body as JSON, if it is. */
    public Optional<JsonNode> json() {
        return switch (body) {
            case Body.Bytes(var bytes) -> Json.parse(bytes.getBytes());
            case Body.Multipart _ -> Optional.empty();
        };
    }

    /** The fields of a form, however they were encoded. */
    public Map<String, String> form() {
        return switch (body) {
            case Body.Bytes(var bytes) ->
                contentType().equals("application/x-www-form-urlencoded")
                        ? parameters(bytes.toString(StandardCharsets.UTF_8))
                        : Map.of();
            case Body.Multipart(var fields, var _) -> fields;
        };
    }

    /** The uploaded files by the name of their field. */
    public Map<String, Body.FilePart> files() {
        return switch (body) {
            case Body.Bytes _ -> Map.of();
            case Body.Multipart(var _, var files) -> files;
        };
    }

    private static Map<String, String> parameters(String encoded) {
        var parameters = new LinkedHashMap<String, String>();
        for (var pair : encoded.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                var name = equals < 0 ? pair : pair.substring(0, equals);
                parameters.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            // A stray percent sign: servers of this kind take it as it stands.
            return text;
        }
    }

    /** What came after the headers. */
    public sealed interface Body {
        Body EMPTY = new Bytes(Buffer.buffer());

        record Bytes(Buffer bytes) implements Body {}

        record Multipart(Map<String, String> fields, Map<String, FilePart> files) implements Body {
            public Multipart {
                fields = Map.copyOf(fields);
                files = Map.copyOf(files);
            }
        }

        /** A file of a multipart body. */
        record FilePart(String filename, String contentType, Buffer bytes) {}
    }
}
