package io.broadside.publisher.platform.bluesky;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.thread.Part;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Looks under the key of a post. The account's own server answers from the repository it writes to, so what is not there was not
 * written; and what is written later after all, by a call that was held up, is written under this same key.
 *
 * <p>https://docs.bsky.app/docs/api/com-atproto-repo-get-record
 */
final class Look {

    static final String GET_RECORD = "com.atproto.repo.getRecord";

    private final Visit visit;

    Look(Visit visit) {
        this.visit = visit;
    }

    /** What is under the key. */
    sealed interface Seen {
        /** Our post. */
        record Ours(String cid) implements Seen {}

        record Nothing() implements Seen {}

        /** Something, and it is not our post as it was to be; or nobody can tell. */
        record Unknown(Found found) implements Seen {}
    }

    Seen at(Part part, Progress progress) {
        var command = visit.command();
        var reply = visit.get(
                GET_RECORD,
                "repo=" + encoded(command.getAccountId()) + "&collection=" + RecordKey.COLLECTION + "&rkey="
                        + RecordKey.of(command, part.index()));
        return switch (reply) {
            case NoAnswer missing ->
                new Seen.Unknown(Doubts.cannotTell(BlueskyStep.LOOK.step().unanswered(missing)));
            case Answer answer when answer.isSuccess() -> compared(answer, command, part, progress);
            case Answer answer when isNotThere(answer) -> new Seen.Nothing();
            case Answer answer -> new Seen.Unknown(Doubts.cannotTell(visit.failed(answer, BlueskyStep.LOOK)));
        };
    }

    private Seen compared(Answer answer, PublishCommand command, Part part, Progress progress) {
        var body = AnswerJson.objectIn(answer);
        var cid = body.flatMap(it -> AnswerJson.text(it, "cid"));
        var value = body.map(it -> it.path("value")).filter(JsonNode::isObject);
        if (cid.isEmpty() || value.isEmpty()) {
            return new Seen.Unknown(Doubts.cannotTell(visit.failed(answer, BlueskyStep.LOOK)));
        }
        var ours = PostRecord.of(command, part, progress);
        // Text and time are ours if the rest was changed since, by the account's owner or by another version of
        // Broadside.
        return same(ours, value.get(), "text") && same(ours, value.get(), "createdAt")
                ? new Seen.Ours(cid.get())
                : new Seen.Unknown(Doubts.notSeen(
                        "Another record is where this post belongs; it was left as it is. Look at the account."));
    }

    private static boolean same(JsonNode ours, JsonNode theirs, String field) {
        return Optional.of(ours.path(field)).equals(Optional.of(theirs.path(field)));
    }

    private static boolean isNotThere(Answer answer) {
        return answer.status() == 400
                && BlueskyCalls.errorIn(answer).equals(Optional.of(BlueskyErrors.RECORD_NOT_FOUND));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
