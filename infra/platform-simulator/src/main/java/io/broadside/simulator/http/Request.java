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
 * @param base the path of the network whose address was called, such as {@code /facebook}
 * @param path segments below the base, decoded
 */
public record Request(
        String method,
        String base,
        List<String> path,
        Map<String, String> query,
        MultiMap headers,
        Body body,
        Instant arrivedAt) {
    public Request {
        path = List.copyOf(path);
    }

    static Request of(
            String method,
            String base,
            String rawPath,
            String rawQuery,
            MultiMap headers,
            Body body,
            Instant arrivedAt) {
        var segments = new ArrayList<String>();
        for (var segment : rawPath.split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(decode(segment.replace("+", "%2B")));
            }
        }
        return new Request(method, base, segments, parameters(rawQuery), headers, body, arrivedAt);
    }

    /** The value of a header, whatever the case of its name. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** An address below the one that was called: of the same host, and of the same network. */
    public String address(String path) {
        return "http://" + header("Host").orElse("localhost") + base + path;
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
            case Body.Text(var bytes) -> Json.parse(bytes.getBytes());
            case Body.Raw(var medium)
            when medium.isKept() -> Json.parse(medium.head().getBytes());
            case Body.Raw _, Body.Multipart _ -> Optional.empty();
        };
    }

    /** The fields of a form, however they were encoded. */
    public Map<String, String> form() {
        return switch (body) {
            case Body.Text(var bytes) ->
                contentType().equals("application/x-www-form-urlencoded")
                        ? parameters(bytes.toString(StandardCharsets.UTF_8))
                        : Map.of();
            case Body.Raw _ -> Map.of();
            case Body.Multipart(var fields, var _) -> fields;
        };
    }

    /** The uploaded files by the name of their field. */
    public Map<String, Body.FilePart> files() {
        return switch (body) {
            case Body.Text _, Body.Raw _ -> Map.of();
            case Body.Multipart(var _, var files) -> files;
        };
    }

    /** A body that is a medium itself, as in uploads by PUT. */
    public Medium medium() {
        return switch (body) {
            case Body.Raw(var medium) -> medium;
            case Body.Text(var bytes) -> Medium.of(bytes.getBytes());
            case Body.Multipart _ -> Medium.EMPTY;
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
        /** A form, or JSON. */
        record Text(Buffer bytes) implements Body {}

        /** Anything else, and nothing at all. */
        record Raw(Medium medium) implements Body {}

        record Multipart(Map<String, String> fields, Map<String, FilePart> files) implements Body {
            public Multipart {
                fields = Map.copyOf(fields);
                files = Map.copyOf(files);
            }
        }

        /** A file of a multipart body. */
        record FilePart(String filename, String contentType, Medium medium) {}
    }
}
