package io.broadside.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * One request to the registry, decoded.
 *
 * @param args what the path holds in the places its route leaves open
 */
record RegistryCall(String method, List<String> path, Map<String, String> query, JsonNode body, List<String> args) {

    RegistryCall {
        path = List.copyOf(path);
        query = Map.copyOf(query);
        args = List.copyOf(args);
    }

    static RegistryCall of(String method, List<String> path, Map<String, String> query, JsonNode body) {
        return new RegistryCall(method, path, query, body, List.of());
    }

    RegistryCall withArgs(List<String> newArgs) {
        return new RegistryCall(method, path, query, body, newArgs);
    }

    String subject() {
        return args.getFirst();
    }

    VersionNumber versionNumber() {
        return VersionNumber.parse(args.get(1));
    }

    int schemaId() {
        try {
            return Integer.parseInt(args.getFirst());
        } catch (NumberFormatException _) {
            throw RegistryException.schemaNotFound(args.getFirst());
        }
    }

    boolean isSet(String flag) {
        return Boolean.parseBoolean(query.getOrDefault(flag, "false"));
    }

    /** The schema in the body. What this registry would have to ignore in it, it refuses. */
    AvroText avro() {
        var type = text("schemaType").orElse("AVRO");
        if (!type.equals("AVRO")) {
            throw RegistryException.unsupported("Schema type " + type + " is");
        }
        for (var ignored : List.of("references", "metadata", "ruleSet")) {
            var value = body.path(ignored);
            if (!value.isMissingNode() && !value.isNull() && !value.isEmpty()) {
                throw RegistryException.unsupported("\"" + ignored + "\" of a schema is");
            }
        }
        return AvroText.parse(text("schema").orElse(""), isSet("normalize"));
    }

    Schema schema() {
        return avro().parsed();
    }

    CompatibilityLevel level() {
        return CompatibilityLevel.parse(text("compatibility").orElse(""));
    }

    RegistryMode mode() {
        return RegistryMode.parse(text("mode").orElse(""));
    }

    private Optional<String> text(String field) {
        var value = body.path(field);
        return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
    }

    /** A method and a path with open places, as "/subjects/{}/versions". */
    record Pattern(String method, List<String> segments) {

        static final String OPEN = "{}";

        static Pattern of(String method, String path) {
            var segments = new ArrayList<>(List.of(path.split("/", -1)));
            segments.removeIf(String::isEmpty);
            return new Pattern(method, List.copyOf(segments));
        }

        /** What fills the open places, if the path fits. */
        Optional<List<String>> match(List<String> path) {
            if (path.size() != segments.size()) {
                return Optional.empty();
            }
            var args = new ArrayList<String>();
            for (var i = 0; i < path.size(); i++) {
                if (segments.get(i).equals(OPEN)) {
                    args.add(path.get(i));
                } else if (!segments.get(i).equals(path.get(i))) {
                    return Optional.empty();
                }
            }
            return Optional.of(args);
        }
    }
}
