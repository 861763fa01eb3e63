package io.broadside.publisher.posts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Events as JSON: the same fields by the same names. Times are ISO 8601 in UTC, what is absent is left out. {@link JsonEvents} is the
 * way back.
 */
final class EventJson {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private EventJson() {}

    static ObjectNode of(IndexedRecord event) {
        var object = NODES.objectNode();
        for (var field : event.getSchema().getFields()) {
            var value = event.get(field.pos());
            if (value != null) {
                object.set(field.name(), node(value));
            }
        }
        return object;
    }

    private static JsonNode node(@Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case IndexedRecord record -> of(record);
            case List<?> list -> {
                var array = NODES.arrayNode();
                list.forEach(entry -> array.add(node(entry)));
                yield array;
            }
            case Map<?, ?> map -> {
                var sorted = new TreeMap<String, JsonNode>();
                map.forEach((name, entry) -> sorted.put(name.toString(), node(entry)));
                yield NODES.objectNode().setAll(sorted);
            }
            case Boolean bool -> NODES.booleanNode(bool);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Float number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case ByteBuffer bytes -> {
                var copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                yield NODES.textNode(Base64.getEncoder().encodeToString(copy));
            }
            // Texts, names of enums, and times, which write themselves in ISO 8601.
            default -> NODES.textNode(value.toString());
        };
    }
}
