package io.broadside.publisher.platform.linkedin;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Checkpoint;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import java.text.Normalizer;
import java.time.Clock;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * The first comment, below a post that is out. Its text is plain: escaped as a post's it would show the backslashes.
 *
 * <p>https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api
 */
final class Comments {

    /** The call that creates one. */
    static final String CREATE = "comments.create";

    static final Step COMMENT = Step.publishing(LinkedInStep.COMMENT.label());

    private static final int PAGE_SIZE = 100;
    private static final int LOOKS_BEFORE_ABSENT = 2;

    private final LinkedInConfig config;
    private final LinkedInCalls calls;
    private final LinkedInErrors errors;
    private final Clock clock;

    Comments(LinkedInConfig config, LinkedInCalls calls, LinkedInErrors errors, Clock clock) {
        this.config = config;
        this.calls = calls;
        this.errors = errors;
        this.clock = clock;
    }

    Outcome write(Visit visit) {
        var post = postOf(visit);
        if (post.isEmpty()) {
            return Doubts.begunByAnotherVersion(visit.command());
        }
        var body = AnswerJson.newObject().put("actor", visit.author().urn()).put("object", post.get());
        body.putObject("message").put("text", textOf(visit));
        var reply = calls.post(CREATE, path(post.get()), body.toString(), visit.token(), visit.context());
        return switch (reply) {
            case NoAnswer missing -> COMMENT.unanswered(missing);
            case Answer answer ->
                hasComment(answer) ? published(post.get()) : errors.outcome(answer, COMMENT, visit.command());
        };
    }

    /** Among the comments of its own post. For members LinkedIn lets few apps read them; then it stays open. */
    Found find(Visit visit) {
        var post = postOf(visit);
        if (post.isEmpty()) {
            return Doubts.cannotTell(Doubts.begunByAnotherVersion(visit.command()));
        }
        var query = path(post.get()) + "?start=0&count=" + PAGE_SIZE;
        return switch (calls.get("comments.read", query, visit.token(), visit.context())) {
            case NoAnswer missing -> Doubts.cannotTell(OwnPosts.LOOK.unanswered(missing));
            case Answer answer -> {
                var elements = AnswerJson.objectIn(answer)
                        .map(body -> body.path("elements"))
                        .filter(JsonNode::isArray);
                yield answer.isSuccess() && elements.isPresent()
                        ? in(elements.get(), post.get(), visit)
                        : Doubts.cannotTell(errors.outcome(answer, OwnPosts.LOOK, visit.command()));
            }
        };
    }

    private Found in(JsonNode elements, String post, Visit visit) {
        var isThere = StreamSupport.stream(elements.spliterator(), false)
                .anyMatch(comment ->
                        comment.path("actor").asText().equals(visit.author().urn())
                                && normal(comment.path("message").path("text").asText())
                                        .equals(normal(textOf(visit))));
        if (isThere) {
            return new Found.Landed(post, Optional.of(Urns.permalink(post)));
        }
        return elements.size() < PAGE_SIZE
                        && OwnPosts.hasBeenLookedAtForLong(visit.command(), LOOKS_BEFORE_ABSENT, config, clock)
                ? new Found.Absent()
                : Doubts.notSeen("The post is out; whether its first comment is cannot be said, please look.");
    }

    /** Its id is in the header, as a post's is, and in the body. */
    private static boolean hasComment(Answer answer) {
        var inHeader = answer.header("x-restli-id").filter(id -> !id.isBlank());
        var inBody = AnswerJson.objectIn(answer)
                .flatMap(body -> AnswerJson.text(body, "commentUrn").or(() -> AnswerJson.text(body, "id")));
        return answer.isSuccess() && (inHeader.isPresent() || inBody.isPresent());
    }

    private static Outcome published(String post) {
        return new Published(post, Optional.of(Urns.permalink(post)));
    }

    private static Optional<String> postOf(Visit visit) {
        return visit.command().getCheckpoint().flatMap(Checkpoint::getRemoteId).flatMap(Urns::post);
    }

    private static String textOf(Visit visit) {
        return visit.content().getFirstComment().orElse("");
    }

    private static String path(String post) {
        return "/rest/socialActions/" + Urns.encoded(post) + "/comments";
    }

    private static String normal(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC)
                .replaceAll("\\s+", " ")
                .strip();
    }
}
