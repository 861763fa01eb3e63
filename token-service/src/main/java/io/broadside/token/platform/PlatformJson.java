package io.broadside.token.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.broadside.runtime.http.Reply;
import java.util.Optional;

/** Reads what platforms answer, which is not always JSON: gateways answer pages of HTML, or nothing. */
public final class PlatformJson {

    private static final ObjectMapper JSON = new ObjectMapper();

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

    /** The text or number at this name, as text; empty if it is absent or blank. */
    public static Optional<String> text(JsonNode node, String name) {
        return Optional.of(node.path(name))
                .filter(JsonNode::isValueNode)
                .filter(value -> !value.isNull())
                .map(JsonNode::asText)
                .filter(text -> !text.isBlank());
    }
}
