package io.broadside.publisher.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.thread.Part;
import io.broadside.runtime.http.Reply.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a post will say and the command does not: whose accounts the handles are that it mentions, and the version of the post that it
 * answers. Asked for once, since another time the answer may be another one.
 */
final class Settling {

    private static final String RESOLVE = "com.atproto.identity.resolveHandle";

    private final Visit visit;

    Settling(Visit visit) {
        this.visit = visit;
    }

    /** What came of asking. */
    sealed interface Settled {
        record Done(Progress progress) implements Settled {}

        record Failed(Outcome outcome) implements Settled {}
    }

    /** Whether anything has to be asked for. */
    static boolean isNeeded(List<Part> parts, BlueskyOptions options, Progress progress) {
        return progress.names().isEmpty()
                && (options.replyTo().isPresent()
                        || parts.stream()
                                .anyMatch(part -> !Facets.handles(part.text()).isEmpty()));
    }

    Settled run(List<Part> parts, BlueskyOptions options, Progress progress) {
        var names = new LinkedHashMap<String, String>();
        for (var handle : parts.stream()
                .flatMap(part -> Facets.handles(part.text()).stream())
                .distinct()
                .toList()) {
            var reply = visit.get(RESOLVE, "handle=" + handle);
            if (!(reply instanceof Answer answer) || !(answer.isSuccess() || isNobodys(answer))) {
                return new Settled.Failed(visit.failed(reply, BlueskyStep.SETTLE));
            }
            names.put(handle, didIn(answer));
        }
        return options.replyToQuery()
                .map(query -> answering(query, progress, names))
                .orElseGet(() -> new Settled.Done(progress.settled(names, Optional.empty())));
    }

    private Settled answering(String query, Progress progress, Map<String, String> names) {
        var reply = visit.get(Look.GET_RECORD, query);
        var post = reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer).flatMap(Settling::reply)
                : Optional.<JsonNode>empty();
        return post.<Settled>map(found -> new Settled.Done(progress.settled(names, Optional.of(found))))
                .orElseGet(() -> new Settled.Failed(visit.failed(reply, BlueskyStep.SETTLE)));
    }

    /** What a record that answers this one says: a thread is known by its first post. */
    private static Optional<JsonNode> reply(JsonNode record) {
        var uri = AnswerJson.text(record, "uri");
        var cid = AnswerJson.text(record, "cid");
        if (uri.isEmpty() || cid.isEmpty()) {
            return Optional.empty();
        }
        var parent = AnswerJson.newObject().put("uri", uri.get()).put("cid", cid.get());
        var root = record.path("value").path("reply").path("root");
        var reply = AnswerJson.newObject();
        reply.set("root", root.has("uri") && root.has("cid") ? root : parent);
        reply.set("parent", parent);
        return Optional.of(reply);
    }

    /** A name that leads to no account stays text, as it does on the platform itself. */
    private static boolean isNobodys(Answer answer) {
        return answer.status() == 400
                && BlueskyCalls.errorIn(answer)
                        .filter(name -> name.equals("InvalidRequest") || name.equals("HandleNotFound"))
                        .isPresent();
    }

    private static String didIn(Answer answer) {
        return answer.isSuccess()
                ? AnswerJson.objectIn(answer)
                        .flatMap(body -> AnswerJson.text(body, "did"))
                        .filter(did -> did.startsWith("did:"))
                        .orElse("")
                : "";
    }
}
