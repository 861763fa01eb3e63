package io.broadside.publisher.posts;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.broadside.events.Fault;
import io.broadside.events.PublishRequest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.specific.SpecificData;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as an event, by the event's own schema: the same fields by the same names, times in ISO 8601. A field that has a
 * default can be left out. Nothing is guessed and nothing is passed over: a field nobody knows is a fault, for it may be a
 * known one misspelt.
 */
final class JsonEvents {

    private static final int MOST_FAULTS = 100;
    private static final int MOST_OF_A_VALUE = 128;

    /** What an older reader sees in the place of a symbol added later; nothing to be said by a sender. */
    private static final String UNKNOWN = "UNKNOWN";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(32).build())
                    .build())
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final SpecificData model;
    private final List<Fault> faults = new ArrayList<>();

    private JsonEvents(Schema schema) {
        this.model = SpecificData.getForSchema(schema);
    }

    /** What came of reading. */
    sealed interface Read {

        record Request(PublishRequest request) implements Read {}

        /** It is JSON, but not of this kind; everything that is wrong with it. */
        record Faulty(List<Fault> faults) implements Read {}

        /** It is no JSON object at all. */
        record Unreadable(String message) implements Read {}
    }

    static Read request(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            var where = e.getLocation() == null
                    ? ""
                    : " (line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")";
            // Not what the parser says: it quotes the text.
            return new Read.Unreadable("The body is not JSON that can be read" + where + "; correct it.");
        }
        if (!json.isObject()) {
            return new Read.Unreadable("The body must be a JSON object with requestId, content and targets.");
        }
        var reader = new JsonEvents(PublishRequest.getClassSchema());
        var record = reader.record(PublishRequest.getClassSchema(), json, "");
        return reader.faults.isEmpty()
                ? new Read.Request((PublishRequest) record)
                : new Read.Faulty(List.copyOf(reader.faults));
    }

    private IndexedRecord record(Schema schema, JsonNode json, String path) {
        var record = (IndexedRecord) model.newRecord(null, schema);
        json.fieldNames().forEachRemaining(name -> {
            if (schema.getField(name) == null) {
                add(
                        at(path, name),
                        "knownField",
                        String.join(
                                ", ",
                                schema.getFields().stream()
                                        .map(Schema.Field::name)
                                        .toList()),
                        name,
                        "There is no field of this name; take it out, or correct its name.");
            }
        });
        for (var field : schema.getFields()) {
            var value = json.get(field.name());
            if (value == null && field.hasDefaultValue()) {
                record.put(field.pos(), model.deepCopy(field.schema(), model.getDefaultValue(field)));
            } else if (value == null) {
                add(at(path, field.name()), "required", null, null, "This field is needed; give it.");
            } else {
                var read = value(field.schema(), value, at(path, field.name()));
                if (read != null) {
                    record.put(field.pos(), read);
                }
            }
        }
        return record;
    }

    /** The value, or null: for a JSON null where that is allowed, and with a fault where there is no value. */
    private @Nullable Object value(Schema schema, JsonNode json, String path) {
        return switch (schema.getType()) {
            case UNION -> json.isNull() ? null : value(present(schema), json, path);
            case RECORD -> json.isObject() ? record(schema, json, path) : wrong(path, "object", json);
            case ARRAY -> json.isArray() ? list(schema, json, path) : wrong(path, "array", json);
            case MAP -> json.isObject() ? map(schema, json, path) : wrong(path, "object", json);
            case ENUM -> symbol(schema, json, path);
            case STRING -> json.isTextual() ? text(json.asText(), path) : wrong(path, "string", json);
            case BOOLEAN -> json.isBoolean() ? (Object) json.asBoolean() : wrong(path, "boolean", json);
            case INT ->
                json.isIntegralNumber() && json.canConvertToInt()
                        ? (Object) json.asInt()
                        : wrong(path, "whole number", json);
            case LONG ->
                isTime(schema)
                        ? time(json, path)
                        : json.isIntegralNumber() && json.canConvertToLong()
                                ? (Object) json.asLong()
                                : wrong(path, "whole number", json);
            case BYTES, FIXED, FLOAT, DOUBLE, NULL ->
                throw new IllegalStateException("No event that is read from JSON has a field of " + schema.getType());
        };
    }

    /** JSON can escape what is no text: half of a character would be published as a question mark. */
    private @Nullable Object text(String text, String path) {
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c) || c == 0) {
                add(
                        path,
                        "text",
                        "whole characters, none of them U+0000",
                        "U+%04X at position %d".formatted((int) c, i),
                        "This is no text: it has half of a character, or U+0000, at position " + i + "; correct it.");
                return null;
            }
        }
        return text;
    }

    private List<Object> list(Schema schema, JsonNode json, String path) {
        var list = new ArrayList<>();
        for (var i = 0; i < json.size(); i++) {
            var entry = value(schema.getElementType(), json.get(i), path + "[" + i + "]");
            if (entry != null) {
                list.add(entry);
            }
        }
        return list;
    }

    private Map<String, Object> map(Schema schema, JsonNode json, String path) {
        var map = new HashMap<String, Object>();
        for (var entry : json.properties()) {
            var value = value(schema.getValueType(), entry.getValue(), at(path, entry.getKey()));
            if (value != null) {
                map.put(entry.getKey(), value);
            }
        }
        return map;
    }

    private @Nullable Object symbol(Schema schema, JsonNode json, String path) {
        var known = schema.getEnumSymbols().stream()
                .filter(symbol -> !symbol.equals(UNKNOWN))
                .toList();
        if (json.isTextual() && known.contains(json.asText())) {
            return model.createEnum(json.asText(), schema);
        }
        add(path, "oneOf", String.join(", ", known), shown(json), "Use one of: " + String.join(", ", known) + ".");
        return null;
    }

    private @Nullable Object time(JsonNode json, String path) {
        return instant(json).<@Nullable Object>map(time -> time).orElseGet(() -> {
            add(
                    path,
                    "time",
                    "ISO 8601",
                    shown(json),
                    "Give the time in ISO 8601 with its offset, for instance 2026-12-01T08:00:00Z.");
            return null;
        });
    }

    private static Optional<Instant> instant(JsonNode json) {
        try {
            var time = OffsetDateTime.parse(json.isTextual() ? json.asText() : "")
                    .toInstant()
                    .truncatedTo(ChronoUnit.MILLIS);
            // What a number of milliseconds cannot hold, the event cannot either.
            return Optional.of(Instant.ofEpochMilli(time.toEpochMilli()));
        } catch (DateTimeException | ArithmeticException _) {
            return Optional.empty();
        }
    }

    private static boolean isTime(Schema schema) {
        return schema.getLogicalType() instanceof LogicalTypes.TimestampMillis;
    }

    private static Schema present(Schema union) {
        return union.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow();
    }

    private @Nullable Object wrong(String path, String wanted, JsonNode found) {
        add(path, "type", wanted, shown(found), "This must be a JSON " + wanted + "; correct it.");
        return null;
    }

    private static String shown(JsonNode json) {
        return json.isValueNode() ? json.asText() : json.isArray() ? "an array" : "an object";
    }

    private void add(String path, String rule, @Nullable String limit, @Nullable String actual, String message) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(Fault.newBuilder()
                    .setField(shortened(path))
                    .setRule(rule)
                    .setLimit(limit)
                    .setActual(actual == null ? null : shortened(actual))
                    .setMessage(message)
                    .build());
        }
    }

    private static String shortened(String text) {
        return text.length() <= MOST_OF_A_VALUE ? text : text.substring(0, MOST_OF_A_VALUE);
    }

    private static String at(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
