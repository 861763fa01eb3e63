package io.broadside.webhook.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads JSON whose writer promised nothing. */
public final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectWriter SORTED = MAPPER.writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

    /**
     * ISO 8601 with an offset: Z, +00:00, or +0000 as Meta writes it. Java's own parser, which can be told all this, takes ten
     * times as long, and a quarter of all that is done with an event.
     */
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d"
            + "(?::(?<second>\\d\\d)(?:[.](?<fraction>\\d{1,9}))?)?(?<offset>Z|[+-]\\d\\d:?\\d\\d)");

    /** Above this a number of seconds would be far in the future, so it is milliseconds: platforms mix the two. */
    private static final long LARGEST_SECONDS = 100_000_000_000L;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private Json() {}

    /** The object or array in these bytes; empty where they are anything else. */
    public static Optional<JsonNode> parse(byte[] bytes) {
        try {
            return Optional.ofNullable(MAPPER.readTree(bytes)).filter(JsonNode::isContainerNode);
        } catch (IOException _) {
            // Its text would repeat what was sent.
            return Optional.empty();
        }
    }

    /** The text or number at the end of this path, as text; empty where there is none, or an empty one. */
    public static Optional<String> text(JsonNode node, String... path) {
        var found = node;
        for (var name : path) {
            found = found.path(name);
        }
        return Optional.of(found)
                .filter(value -> value.isTextual() || value.isNumber() || value.isBoolean())
                .map(JsonNode::asText)
                .filter(value -> !value.isEmpty());
    }

    /** The point in time here, whether in seconds, in milliseconds or in words. */
    public static Optional<Instant> time(JsonNode node) {
        try {
            return moment(node).filter(time -> !time.isBefore(Instant.EPOCH) && time.isBefore(LATEST));
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }

    /** The texts, numbers and truth values directly in this object, by name. */
    public static Map<String, String> scalars(JsonNode object) {
        var scalars = new LinkedHashMap<String, String>();
        for (var property : object.properties()) {
            text(property.getValue()).ifPresent(value -> scalars.put(property.getKey(), value));
        }
        return scalars;
    }

    /** The same text for the same content, whatever the order of the names in it. */
    public static String canonical(JsonNode node) {
        try {
            return SORTED.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("What was read as JSON can be written as JSON", e);
        }
    }

    private static Optional<Instant> moment(JsonNode node) {
        if (node.isTextual()) {
            var text = node.asText();
            if (!text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Optional.of(ofNumber(Long.parseLong(text)));
            }
            return ofWords(text);
        }
        return node.canConvertToLong() && node.isIntegralNumber()
                ? Optional.of(ofNumber(node.asLong()))
                : Optional.empty();
    }

    private static Optional<Instant> ofWords(String text) {
        var time = TIME.matcher(text);
        if (!time.matches()) {
            return Optional.empty();
        }
        var second = time.group("second");
        var fraction = time.group("fraction");
        var local = LocalDateTime.of(
                digits(text, 0, 4),
                digits(text, 5, 7),
                digits(text, 8, 10),
                digits(text, 11, 13),
                digits(text, 14, 16),
                second == null ? 0 : Integer.parseInt(second),
                fraction == null ? 0 : Integer.parseInt((fraction + "00000000").substring(0, 9)));
        return Optional.of(local.toInstant(ZoneOffset.of(time.group("offset"))));
    }

    private static int digits(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private static Instant ofNumber(long number) {
        return number > LARGEST_SECONDS ? Instant.ofEpochMilli(number) : Instant.ofEpochSecond(number);
    }
}
