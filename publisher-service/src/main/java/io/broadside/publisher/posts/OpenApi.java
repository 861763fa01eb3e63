package io.broadside.publisher.posts;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.ApiCall;
import io.broadside.events.PostResult;
import io.broadside.events.PublishRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * The API's document. What is the API's own stands in a file beside this class; what mirrors events is made from their schemas, so
 * that the two cannot differ.
 */
final class OpenApi {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String UNKNOWN = "UNKNOWN";

    private final ObjectNode schemas;
    private final boolean isRead;

    private OpenApi(ObjectNode schemas, boolean isRead) {
        this.schemas = schemas;
        this.isRead = isRead;
    }

    static ObjectNode document() {
        try (var file = OpenApi.class.getResourceAsStream("openapi.json")) {
            if (file == null) {
                throw new IllegalStateException("openapi.json is not beside OpenApi");
            }
            var document = (ObjectNode) JSON.readTree(file);
            var schemas = (ObjectNode) document.path("components").path("schemas");
            new OpenApi(schemas, true).reference(PublishRequest.getClassSchema());
            new OpenApi(schemas, false).reference(PostResult.getClassSchema());
            new OpenApi(schemas, false).reference(ApiCall.getClassSchema());
            return document;
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.json cannot be read", e);
        }
    }

    private ObjectNode reference(Schema named) {
        if (!schemas.has(named.getName())) {
            // Before its fields: one may be of this kind again.
            var schema = schemas.putObject(named.getName());
            schema.setAll(named.getType() == Schema.Type.ENUM ? enumeration(named) : object(named));
        }
        return NODES.objectNode().put("$ref", "#/components/schemas/" + named.getName());
    }

    /** What is read may leave out what has a default, and nothing else; what is written has all that is there. */
    private ObjectNode object(Schema record) {
        var object = described(NODES.objectNode().put("type", "object"), record.getDoc());
        var properties = object.putObject("properties");
        var required = NODES.arrayNode();
        for (var field : record.getFields()) {
            properties.set(field.name(), described(schema(field.schema()), field.doc()));
            var mayBeAbsent = isRead ? field.hasDefaultValue() : isOptional(field.schema());
            if (!mayBeAbsent) {
                required.add(field.name());
            }
        }
        if (!required.isEmpty()) {
            object.set("required", required);
        }
        return object.put("additionalProperties", false);
    }

    private ObjectNode enumeration(Schema schema) {
        var enumeration = described(NODES.objectNode().put("type", "string"), schema.getDoc());
        var symbols = enumeration.putArray("enum");
        schema.getEnumSymbols().stream()
                .filter(symbol -> !isRead || !symbol.equals(UNKNOWN))
                .forEach(symbols::add);
        return enumeration;
    }

    private ObjectNode schema(Schema schema) {
        return switch (schema.getType()) {
            case RECORD, ENUM -> reference(schema);
            case UNION -> optional(present(schema));
            case ARRAY -> {
                var array = NODES.objectNode().put("type", "array");
                yield array.set("items", schema(schema.getElementType()));
            }
            case MAP -> {
                var map = NODES.objectNode().put("type", "object");
                yield map.set("additionalProperties", schema(schema.getValueType()));
            }
            case STRING -> type("string");
            case BOOLEAN -> type("boolean");
            case INT -> type("integer").put("format", "int32");
            case LONG ->
                schema.getLogicalType() instanceof LogicalTypes.TimestampMillis
                        ? type("string").put("format", "date-time")
                        : type("integer").put("format", "int64");
            case BYTES, FIXED, FLOAT, DOUBLE, NULL ->
                throw new IllegalStateException("No event of the API has a field of " + schema.getType());
        };
    }

    /** What is read may be null where it may be absent; what is written is absent then. */
    private ObjectNode optional(Schema present) {
        var schema = schema(present);
        if (!isRead) {
            return schema;
        }
        var either = NODES.objectNode();
        either.putArray("anyOf").add(schema).add(type("null"));
        return either;
    }

    private static ObjectNode described(ObjectNode schema, String text) {
        return text == null ? schema : schema.put("description", text);
    }

    private static ObjectNode type(String name) {
        return NODES.objectNode().put("type", name);
    }

    private static boolean isOptional(Schema schema) {
        return schema.getType() == Schema.Type.UNION;
    }

    private static Schema present(Schema union) {
        return union.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow();
    }
}
