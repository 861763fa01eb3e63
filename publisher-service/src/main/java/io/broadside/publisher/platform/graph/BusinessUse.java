package io.broadside.publisher.platform.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The entries of {@code X-Business-Use-Case-Usage} that speak of an account's publishing. By the id of a business, Page or
 * account the header has an array, with an entry for each kind of limit; many of them are about somebody else, or about advertising.
 *
 * <p>https://developers.facebook.com/docs/graph-api/overview/rate-limiting
 */
final class BusinessUse {

    private static final String HEADER = "X-Business-Use-Case-Usage";

    /** The kinds of limits that calls of publishing count against. */
    private static final Set<String> TYPES = Set.of("pages", "instagram");

    private BusinessUse() {}

    /** Those of the account; those of all where it is not named, as calls may be counted under its business. */
    static List<JsonNode> of(Answer answer, String accountId) {
        return usage(answer)
                .flatMap(usage ->
                        usage.path(accountId).isArray() ? usage.path(accountId).valueStream() : ofAll(usage))
                .filter(BusinessUse::isOfPublishing)
                .toList();
    }

    /** Those under the account's own id. */
    static List<JsonNode> named(Answer answer, String accountId) {
        return usage(answer)
                .flatMap(usage -> usage.path(accountId).valueStream())
                .filter(BusinessUse::isOfPublishing)
                .toList();
    }

    private static Stream<JsonNode> usage(Answer answer) {
        return answer.header(HEADER).flatMap(AnswerJson::objectIn).stream();
    }

    private static Stream<JsonNode> ofAll(JsonNode usage) {
        return usage.valueStream().filter(JsonNode::isArray).flatMap(JsonNode::valueStream);
    }

    /** One that does not say its kind may be of ours. */
    private static boolean isOfPublishing(JsonNode entry) {
        return entry.isObject()
                && (!entry.has("type") || TYPES.contains(entry.path("type").asText()));
    }
}
