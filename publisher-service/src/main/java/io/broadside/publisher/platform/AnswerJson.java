package io.broadside.publisher.platform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.runtime.http.Reply.Answer;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** The JSON of answers, and of what is sent. Platforms also answer with HTML, with half a JSON, or with nothing. */
public final class AnswerJson {

    /** Each call has a virtual thread of its own: buffers kept by thread would never be used twice. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private AnswerJson() {}

    /** The JSON object that an answer is; empty if it is anything else. */
    public static Optional<JsonNode> objectIn(Answer answer) {
        return objectIn(answer.body());
    }

    /** The JSON object that a text is; empty if it is anything else. */
    public static Optional<JsonNode> objectIn(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text)).filter(JsonNode::isObject);
        } catch (JsonProcessingException _) {
            return Optional.empty();
        }
    }

    public static ObjectNode newObject() {
        return JSON.createObjectNode();
    }

    /** The text of a field; empty if there is none, or an empty one. Ids may come as numbers, and are never counted with. */
    public static Optional<String> text(JsonNode node, String field) {
        var value = node.path(field);
        return value.isTextual() || value.isIntegralNumber()
                ? Optional.of(value.asText()).filter(text -> !text.isEmpty())
                : Optional.empty();
    }

    /** The web address in a field; empty if there is none. */
    public static Optional<URI> webAddress(JsonNode node, String field) {
        return text(node, field).flatMap(AnswerJson::webAddress);
    }

    /** A text as a web address; empty if it is none. */
    public static Optional<URI> webAddress(String text) {
        try {
            var uri = new URI(text);
            return Optional.of(uri)
                    .filter(it -> it.getHost() != null)
                    .filter(it -> "https".equals(it.getScheme()) || "http".equals(it.getScheme()));
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }
}
