package io.broadside.token.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.broadside.runtime.http.Reply;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what platforms answer, which is not always JSON: gateways answer pages of HTML, or nothing. */
public final class PlatformJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** RFC 6749, appendix A.12 and A.17: visible characters. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");

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

    /** The text or number at this name, as text; empty if it is absent or blank. */
    public static Optional<String> text(JsonNode node, String name) {
        return Optional.of(node.path(name))
                .filter(JsonNode::isValueNode)
                .filter(value -> !value.isNull())
                .map(JsonNode::asText)
                .filter(text -> !text.isBlank());
    }
}
