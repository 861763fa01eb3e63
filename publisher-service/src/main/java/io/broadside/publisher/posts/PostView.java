package io.broadside.publisher.posts;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.events.ApiCall;
import io.broadside.events.PostResult;
import io.broadside.publisher.posts.RequestNote.NamedTarget;
import io.broadside.publisher.posts.Requests.TargetFault;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A post as the API shows it: where each target stands, and step by step how it came to that. */
final class PostView {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private PostView() {}

    static ObjectNode of(String requestId, Timeline timeline) {
        var view = NODES.objectNode()
                .put("requestId", requestId)
                .put("state", timeline.state().name());
        timeline.note().ifPresent(note -> {
            view.put("receivedAt", time(note.receivedAtMillis()));
            putTime(view, "publishAt", note.publishAtMillis());
            putTime(view, "deadline", note.deadlineMillis());
            var labels = view.putObject("labels");
            note.labels().forEach(labels::put);
        });
        timeline.refusal().flatMap(PostResult::getError).ifPresent(error -> view.set("error", EventJson.of(error)));
        var latest = timeline.latest();
        var targets = view.putArray("targets");
        for (var index = 0; index < timeline.targets(); index++) {
            targets.add(target(index, timeline, Optional.ofNullable(latest.get(index))));
        }
        view.set("timeline", entries(ofNoTarget(timeline), callsOfNoTarget(timeline)));
        view.put("isCutShort", timeline.isCutShort());
        return view;
    }

    private static ObjectNode target(int index, Timeline timeline, Optional<PostResult> latest) {
        var target = NODES.objectNode().put("targetIndex", index);
        var named = timeline.note()
                .map(RequestNote::targets)
                .filter(targets -> index < targets.size())
                .map(targets -> targets.get(index));
        put(target, "platform", latest.flatMap(PostResult::getPlatform).or(() -> named.map(NamedTarget::platform)));
        put(
                target,
                "connectionId",
                latest.flatMap(PostResult::getConnectionId).or(() -> named.map(NamedTarget::connectionId)));
        put(target, "profileId", latest.flatMap(PostResult::getProfileId).or(() -> named.map(NamedTarget::profileId)));
        latest.ifPresent(result -> {
            target.put("status", result.getStatus().name());
            target.put("isFinal", result.getIsFinal());
            target.put("at", result.getAt().toString());
            target.put("attempt", result.getAttempt());
            put(target, "remoteId", result.getRemoteId());
            put(target, "url", result.getUrl());
            put(target, "waitingFor", result.getWaitingFor().map(Enum::name));
            put(target, "waitingUntil", result.getWaitingUntil().map(Instant::toString));
            result.getError().ifPresent(error -> target.set("error", EventJson.of(error)));
        });
        var results = timeline.results().stream()
                .filter(result -> result.getTargetIndex() == index)
                .toList();
        var commandIds = results.stream()
                .flatMap(result -> result.getCommandId().stream())
                .toList();
        var calls = timeline.calls().stream()
                .filter(call -> call.getCommandId().filter(commandIds::contains).isPresent())
                .toList();
        target.set("timeline", entries(results, calls));
        return target;
    }

    private static List<PostResult> ofNoTarget(Timeline timeline) {
        return timeline.results().stream()
                .filter(result -> result.getTargetIndex() < 0)
                .toList();
    }

    private static List<ApiCall> callsOfNoTarget(Timeline timeline) {
        var commandIds = timeline.results().stream()
                .filter(result -> result.getTargetIndex() >= 0)
                .flatMap(result -> result.getCommandId().stream())
                .toList();
        return timeline.calls().stream()
                .filter(call -> call.getCommandId().filter(commandIds::contains).isEmpty())
                .toList();
    }

    /** What happened, when. */
    private record Entry(Instant at, ObjectNode json) {}

    /** In the order of time; what has one time keeps the order in which it was told. */
    private static ArrayNode entries(List<PostResult> results, List<ApiCall> calls) {
        var entries = new ArrayList<Entry>();
        results.forEach(result -> entries.add(entry(result.getAt(), "result", EventJson.of(result))));
        calls.forEach(call -> entries.add(entry(call.getStartedAt(), "call", EventJson.of(call))));
        entries.sort(Comparator.comparing(Entry::at));
        var array = NODES.arrayNode();
        entries.forEach(entry -> array.add(entry.json()));
        return array;
    }

    private static Entry entry(Instant at, String kind, ObjectNode event) {
        var json = NODES.objectNode().put("at", at.toString());
        json.set(kind, event);
        return new Entry(at, json);
    }

    /** Faults as the API tells them: those of the event, with the target they are about. */
    static ArrayNode faults(List<TargetFault> faults) {
        var array = NODES.arrayNode();
        faults.forEach(fault -> {
            var json = EventJson.of(fault.fault());
            fault.targetIndex().ifPresent(index -> json.put("targetIndex", index));
            array.add(json);
        });
        return array;
    }

    /** That a request could be sent as it is. */
    static ObjectNode valid(String requestId, int targets) {
        return NODES.objectNode()
                .put("requestId", requestId)
                .put("isValid", true)
                .put("targets", targets);
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).toString();
    }

    private static void putTime(ObjectNode object, String name, @Nullable Long millis) {
        if (millis != null) {
            object.put(name, time(millis));
        }
    }

    private static void put(ObjectNode object, String name, Optional<String> value) {
        value.ifPresent(text -> object.put(name, text));
    }
}
