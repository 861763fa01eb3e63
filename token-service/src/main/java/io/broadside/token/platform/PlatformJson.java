package io.broadside.token.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.broadside.runtime.http.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what platforms answer, which is not always JSON: gateways answer pages of HTML, or nothing. */
public final class PlatformJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** RFC 6749, appendix A.12 and A.17: visible characters. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

    /** In a string; what is less than a second does not count. */
    private static final Pattern DIGITS = Pattern.compile("([0-9]{1,100})(?:\\.[0-9]*)?");

    private static final Duration LONGEST_LIFE = Duration.ofDays(3650);

    /** In seconds since 1970. */
    private static final long YEAR_10000 = 253_402_300_800L;

    private PlatformJson() {}

    /** The body as JSON; a node in which nothing is found if it is not. The parser's complaint, which quotes, is dropped. */
    public static JsonNode of(Reply.Answer answer) {
        try {
            var node = JSON.readTree(answer.body());
            return node == null ? MissingNode.getInstance() : node;
        } catch (JsonProcessingException _) {
            return MissingNode.getInstance();
        }
    }

    /**
     * The token at this name; empty if what is there cannot go into a header, where tokens go, or is longer than any platform's.
     */
    public static Optional<String> token(JsonNode node, String name) {
        return text(node, name).filter(token -> TOKEN.matcher(token).matches());
    }

    /**
     * How long something lives, in seconds, which may stand in a string. Not known if there is nothing, or no number, or one that is not
     * above zero. What is said to live longer than ten years is renewed and looked at as if it lived so long: no calendar has the end.
     */
    public static Optional<Duration> lifetime(JsonNode node, String name) {
        return Optional.of(seconds(node.path(name)))
                .filter(seconds -> seconds > 0)
                .map(seconds -> Duration.ofSeconds(Math.min(seconds, LONGEST_LIFE.toSeconds())));
    }

    /**
     * A moment, in seconds since 1970, which may stand in a string. There is none if there is nothing, or no number, or one that is not
     * above zero, by which Meta says never; and none that is later than any calendar has.
     */
    public static Optional<Instant> moment(JsonNode node, String name) {
        return Optional.of(seconds(node.path(name)))
                .filter(seconds -> seconds > 0 && seconds < YEAR_10000)
                .map(Instant::ofEpochSecond);
    }

    /** 0 if it is no number; the largest there is for one that is larger, which would come out as any other. */
    private static long seconds(JsonNode value) {
        if (value.isNumber()) {
            return value.isBigInteger() ? (value.bigIntegerValue().signum() > 0 ? Long.MAX_VALUE : 0) : value.asLong(0);
        }
        var digits = DIGITS.matcher(value.asText("").strip());
        return !digits.matches() ? 0 : digits.group(1).length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits.group(1));
    }

    /** The text or number at this name, as text; empty if it is absent or blank. */
    public static Optional<String> text(JsonNode node, String name) {
        return Optional.of(node.path(name))
                .filter(JsonNode::isValueNode)
                .filter(value -> !value.isNull())
                .map(JsonNode::asText)
                .filter(text -> !text.isBlank());
    }
}
