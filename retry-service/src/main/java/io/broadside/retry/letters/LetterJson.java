package io.broadside.retry.letters;

import io.broadside.events.Attempt;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Dead letters as JSON. The content of a post is not shown: who may redrive it need not read it. */
final class LetterJson {

    private LetterJson() {}

    static JsonArray groups(List<Group> groups) {
        var array = new JsonArray();
        groups.forEach(group -> array.add(new JsonObject()
                .put("code", group.code())
                .put("platform", group.platform())
                .put("topic", group.topic())
                .put("lastError", group.lastError())
                .put("count", group.count())
                .put("redrivable", group.redrivable())
                .put("first", group.first().toString())
                .put("last", group.last().toString())
                .put("newest", group.newest())));
        return array;
    }

    static JsonArray letters(List<Filed> letters) {
        var array = new JsonArray();
        letters.forEach(filed -> array.add(brief(filed)));
        return array;
    }

    private static JsonObject brief(Filed filed) {
        var letter = filed.letter();
        var json = new JsonObject()
                .put("id", filed.id())
                .put("at", letter.getAt().toString())
                .put("code", letter.getCode())
                .put("detail", letter.getDetail())
                .put(
                        "source",
                        letter.getSource().getTopic() + "-" + letter.getSource().getPartition() + "@"
                                + letter.getSource().getOffset())
                .put("isRedrivable", filed.isRedrivable());
        letter.getCommand()
                .ifPresent(command -> json.put("platform", command.getPlatform())
                        .put("connectionId", command.getConnectionId())
                        .put("profileId", command.getProfileId())
                        .put("requestId", command.getRequestId())
                        .put("commandId", command.getCommandId())
                        .put(
                                "attempts",
                                command.getHistory().isEmpty() ? command.getAttempt() : last(command.getHistory()))
                        .put("redrives", command.getRedrives())
                        .put("isOut", filed.isOut())
                        .put("isPerhapsOut", filed.isPerhapsOut()));
        return json;
    }

    /** All that is known of one: its attempts too. */
    static JsonObject whole(Filed filed, String outlook) {
        var json = brief(filed).put("outlook", outlook);
        var letter = filed.letter();
        letter.getCause().ifPresent(cause -> json.put("cause", cause));
        letter.getCommand().ifPresent(command -> {
            json.put("acceptedAt", command.getAcceptedAt().toString());
            command.getPublishAt().ifPresent(time -> json.put("publishAt", time.toString()));
            command.getDeadline().ifPresent(time -> json.put("deadline", time.toString()));
            command.getDoubt()
                    .ifPresent(doubt -> json.put(
                            "doubt",
                            new JsonObject()
                                    .put("since", doubt.getSince().toString())
                                    .put("step", doubt.getStep())
                                    .put("cause", doubt.getCause())
                                    .put("looks", doubt.getLooks())));
            var history = new JsonArray();
            command.getHistory().forEach(attempt -> history.add(attempt(attempt)));
            json.put("history", history).put("earlierAttemptsNotKept", notKept(command.getHistory()));
        });
        return json;
    }

    /** A command keeps its newest attempts; this many before them are not in it. */
    static int notKept(List<Attempt> history) {
        return history.isEmpty() ? 0 : Math.max(0, history.getFirst().getNumber() - 1);
    }

    private static int last(List<Attempt> history) {
        return history.getLast().getNumber();
    }

    private static JsonObject attempt(Attempt attempt) {
        var json = new JsonObject()
                .put("number", attempt.getNumber())
                .put("startedAt", attempt.getStartedAt().toString())
                .put("durationMs", attempt.getDurationMs())
                .put("step", attempt.getStep())
                .put("end", attempt.getEnd().name());
        attempt.getErrorCode().ifPresent(code -> json.put("errorCode", code));
        attempt.getHttpStatus().ifPresent(status -> json.put("httpStatus", status));
        attempt.getPlatformCode().ifPresent(code -> json.put("platformCode", code));
        return json;
    }
}
