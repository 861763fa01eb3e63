package io.broadside.embedded;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From HTTP to {@link RegistryRoutes} and back: decoding, limits, and errors in the form Confluent's clients read. */
final class RegistryHttp implements HttpHandler {

    private static final Logger LOGGER = LoggerFactory.getLogger(RegistryHttp.class);
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final RegistryRoutes routes;

    RegistryHttp(RegistryRoutes routes) {
        this.routes = routes;
    }

    /** How an error is told. */
    private record ErrorBody(@JsonProperty("error_code") int errorCode, String message) {}

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            int status;
            byte[] answer;
            try {
                answer = bytes(routes.answer(call(exchange)));
                status = 200;
            } catch (RegistryException e) {
                answer = bytes(new ErrorBody(e.errorCode(), String.valueOf(e.getMessage())));
                status = e.status();
            } catch (RuntimeException e) {
                LOGGER.atError()
                        .addKeyValue("method", exchange.getRequestMethod())
                        .addKeyValue("path", exchange.getRequestURI().getPath())
                        .setCause(e)
                        .log("schema registry failed to answer");
                answer = bytes(new ErrorBody(50001, "Error in the schema registry: " + e));
                status = 500;
            }
            exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
            exchange.sendResponseHeaders(status, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private static RegistryCall call(HttpExchange exchange) throws IOException {
        return RegistryCall.of(
                exchange.getRequestMethod(),
                path(exchange.getRequestURI().getRawPath()),
                query(exchange.getRequestURI().getRawQuery()),
                body(exchange));
    }

    private static JsonNode body(HttpExchange exchange) throws IOException {
        var bytes = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (bytes.length > MAX_BODY_BYTES) {
            throw new RegistryException(413, 413, "Request body larger than " + MAX_BODY_BYTES + " bytes");
        }
        try {
            var tree = JSON.readTree(bytes);
            return tree.isMissingNode() ? JsonNodeFactory.instance.objectNode() : tree;
        } catch (JsonProcessingException e) {
            throw RegistryException.badRequest("Request body is not JSON: " + e.getOriginalMessage());
        }
    }

    /** The segments are split before they are decoded: a subject may hold an encoded slash. */
    private static List<String> path(String rawPath) {
        var segments = new ArrayList<String>();
        for (var segment : rawPath.split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(decoded(segment.replace("+", "%2B"))); // a plus is a space in queries only
            }
        }
        return segments;
    }

    private static Map<String, String> query(@Nullable String rawQuery) {
        var query = new HashMap<String, String>();
        if (rawQuery != null) {
            for (var pair : rawQuery.split("&", -1)) {
                var equals = pair.indexOf('=');
                if (equals > 0) {
                    query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
                }
            }
        }
        return query;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RegistryException.badRequest("Not a valid URL encoding: " + e.getMessage());
        }
    }

    private static byte[] bytes(Object answer) throws IOException {
        return answer instanceof RegistryRoutes.RawJson(var json)
                ? json.getBytes(StandardCharsets.UTF_8)
                : JSON.writeValueAsBytes(answer);
    }
}
