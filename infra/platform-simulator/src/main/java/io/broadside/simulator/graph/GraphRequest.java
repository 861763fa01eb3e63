package io.broadside.simulator.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A call as the Graph API sees it: parameters of the URL and of the body are one, whatever the body's type.
 *
 * @param path without the version
 */
public record GraphRequest(Request request, String version, List<String> path, Map<String, String> parameters) {
    /** Parameters of every call: https://developers.facebook.com/docs/graph-api/overview */
    private static final Set<String> COMMON = Set.of(
            "access_token",
            "appsecret_proof",
            "debug",
            "fields",
            "format",
            "include_headers",
            "locale",
            "method",
            "pretty",
            "suppress_http_code");

    public static GraphRequest of(Request request, String version, List<String> path) {
        var parameters = new LinkedHashMap<>(request.query());
        parameters.putAll(request.form());
        if (request.contentType().equals("application/json")) {
            request.json()
                    .ifPresent(json ->
                            json.properties().forEach(field -> parameters.put(field.getKey(), text(field.getValue()))));
        }
        return new GraphRequest(request, version, path, parameters);
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.asText() : value.toString();
    }

    public String method() {
        return request.method();
    }

    public Optional<String> token() {
        return parameter("access_token").or(request::bearer).or(this::oauthHeader);
    }

    /** {@code Authorization: OAuth}, as uploads of videos have it. */
    private Optional<String> oauthHeader() {
        return request.header("Authorization")
                .filter(value -> value.regionMatches(true, 0, "OAuth ", 0, 6))
                .map(value -> value.substring(6).strip());
    }

    /** The parameter, or a refusal that it is missing. */
    public String required(String name) {
        return parameter(name).orElseThrow(() -> GraphError.invalidParameter("The parameter " + name + " is required"));
    }

    /** A number that is not negative. */
    public Optional<Long> number(String name) {
        return parameter(name).map(value -> {
            if (!value.matches("[0-9]{1,15}")) {
                throw GraphError.invalidParameter("Param " + name + " must be a non-negative integer");
            }
            return Long.parseLong(value);
        });
    }

    /** An empty parameter is as good as none. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    public boolean flag(String name, boolean otherwise) {
        return parameter(name)
                .map(value -> switch (value) {
                    case "true", "1" -> true;
                    case "false", "0" -> false;
                    default -> throw GraphError.invalidParameter("Param " + name + " must be a boolean");
                })
                .orElse(otherwise);
    }

    /**
     * Refuses what is not known. Stricter than the real one, which ignores most unknown parameters: so that a misspelt
     * name is found here.
     */
    public void onlyKnown(Set<String> known) {
        var unknown = parameters.keySet().stream()
                .filter(name -> {
                    int bracket = name.indexOf('[');
                    var bare = bracket < 0 ? name : name.substring(0, bracket);
                    return !known.contains(bare) && !COMMON.contains(bare);
                })
                .sorted()
                .toList();
        if (!unknown.isEmpty()) {
            throw GraphError.invalidParameter("Unexpected parameter: " + String.join(", ", unknown));
        }
    }

    /** A list parameter: {@code name=[..]} as JSON, or {@code name[0]=..&name[1]=..}. */
    public List<JsonNode> list(String name) {
        var items = new ArrayList<JsonNode>();
        parameter(name).ifPresent(text -> {
            var array = Json.parse(text)
                    .filter(JsonNode::isArray)
                    .orElseThrow(() -> GraphError.invalidParameter("Param " + name + " must be an array"));
            array.forEach(items::add);
        });
        parameters.forEach((key, value) -> {
            if (key.startsWith(name + "[")) {
                items.add(Json.parse(value)
                        .orElseThrow(() -> GraphError.invalidParameter("Param " + key + " must be JSON")));
            }
        });
        return items;
    }

    /** Names of the fields asked for, without what stands in braces or brackets behind them. */
    public Set<String> fields(Set<String> otherwise) {
        return parameter("fields").map(GraphRequest::names).orElse(otherwise);
    }

    private static Set<String> names(String fields) {
        var names = new LinkedHashSet<String>();
        var name = new StringBuilder();
        int depth = 0;
        for (int i = 0; i <= fields.length(); i++) {
            char c = i < fields.length() ? fields.charAt(i) : ',';
            switch (c) {
                case '{', '(' -> depth++;
                case '}', ')' -> depth--;
                case ',' -> {
                    if (depth == 0) {
                        names.add(bare(name.toString().strip()));
                        name.setLength(0);
                    }
                }
                default -> {
                    if (depth == 0) {
                        name.append(c);
                    }
                }
            }
        }
        names.remove("");
        return names;
    }

    /** {@code comments.limit(5)} asks for {@code comments}. */
    private static String bare(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
