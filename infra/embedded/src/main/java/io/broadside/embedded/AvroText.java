package io.broadside.embedded;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/**
 * An Avro schema and the text the registry keeps of it. The text is Avro's own printing of the schema, so white space and
 * the spelling of names do not make a new version.
 *
 * @param normalized whether the order of attributes does not matter either
 */
record AvroText(Schema parsed, String text, boolean normalized) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Attributes the Avro specification knows. Avro prints them in an order of its own, the same every time. */
    private static final Set<String> KNOWN = Set.of(
            "type",
            "name",
            "namespace",
            "doc",
            "fields",
            "symbols",
            "items",
            "values",
            "size",
            "default",
            "order",
            "aliases");

    static AvroText parse(String schema, boolean normalize) {
        try {
            var parsed = new Schema.Parser().parse(schema);
            return new AvroText(parsed, normalize ? normalize(parsed.toString()) : parsed.toString(), normalize);
        } catch (RuntimeException e) {
            // Not only Avro's own exceptions: JSON that is far from a schema ends in a failed cast or a null inside of
            // it.
            throw RegistryException.invalidSchema(e.toString());
        }
    }

    /** A schema that was accepted once stays readable, whatever a newer Avro thinks of its names and defaults. */
    static Schema parseStored(String schema) {
        return new Schema.Parser(NameValidator.NO_VALIDATION)
                .setValidateDefaults(false)
                .parse(schema);
    }

    boolean isSameAs(String stored) {
        return text.equals(stored) || (normalized && text.equals(normalize(stored)));
    }

    private static String normalize(String schema) {
        try {
            return sorted(JSON.readTree(schema)).toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Avro printed a schema that is not JSON", e);
        }
    }

    private static JsonNode sorted(JsonNode node) {
        if (node.isArray()) {
            var array = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> array.add(sorted(element)));
            return array;
        }
        if (node.isObject()) {
            var object = JsonNodeFactory.instance.objectNode();
            node.properties().stream()
                    .map(Map.Entry::getKey)
                    // Known ones stay where they are, and are equal to each other: the sort is stable.
                    .sorted(Comparator.comparing(name -> KNOWN.contains(name) ? "" : name))
                    .forEach(name -> object.set(name, sorted(node.get(name))));
            return object;
        }
        return node;
    }
}
