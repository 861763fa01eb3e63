package io.broadside.publisher.platform.instagram;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.AttemptEnd;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.publisher.platform.instagram.Containers.Asked;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Clock;
import java.util.stream.StreamSupport;

/** Finds out whether a call in doubt had its effect. Reads, and nothing else. */
final class Reconciliation {

    private static final String NOT_YET = "Instagram has the post ready and not published, so far; it is asked again.";
    private static final String NOT_LISTED =
            "Instagram no longer knows what the post was made from, and does not list it; look at the account.";
    private static final String PERHAPS_LISTED =
            "Instagram lists what may be this post and cannot be told from another; look at the account.";
    private static final String REFUSED_OFTEN =
            "Instagram has the post ready and refuses to publish it, each time for something else than its content; look at the account.";

    private static final int MOST_COMMENTS = 50;
    private static final int MOST_REFUSALS = 3;

    private static final String NO_COMMENT = "The first comment is not to be seen so far; look at the post.";

    private final PublishCommand command;
    private final InstagramConfig config;
    private final InstagramCalls calls;
    private final GraphErrors errors;
    private final Clock clock;
    private final NextStep next;
    private final Progress progress;

    Reconciliation(
            PublishCommand command, InstagramConfig config, InstagramCalls calls, GraphErrors errors, Clock clock) {
        this.command = command;
        this.config = config;
        this.calls = calls;
        this.errors = errors;
        this.clock = clock;
        this.next = new NextStep(clock);
        this.progress = Progress.of(command);
    }

    Found find(InstagramStep step) {
        return switch (step) {
            // Nobody sees containers, and looking for a post changes nothing.
            case CHILD, CHILDREN, CONTAINER, PROCESSING, LIVE -> new Found.Absent();
            case PUBLISH -> post();
            case COMMENT -> comment();
        };
    }

    /** The container's own word counts; the list of posts only says which of them it became. */
    private Found post() {
        if (!Ids.isId(progress.container())) {
            return Doubts.notSeen(NOT_LISTED);
        }
        var containers = new Containers(command, calls, errors, clock);
        return switch (containers.ask(progress.container(), InstagramStep.PROCESSING)) {
            case Asked.Told(var status) ->
                switch (status.code()) {
                    case PUBLISHED -> found(new Found.Further(next.live(progress.waitingSince(clock.instant()))));
                    case FINISHED, IN_PROGRESS -> notPublished();
                    case EXPIRED -> new Found.Absent();
                    case ERROR -> found(notPublished());
                    case UNKNOWN -> Doubts.notSeen(NOT_LISTED);
                };
            case Asked.NotThere _ -> found(Doubts.notSeen(NOT_LISTED));
            case Asked.Failed(var outcome) -> Doubts.cannotTell(outcome);
        };
    }

    /** The post, or what follows if it is not listed. What is not out by the container's word must be told by its caption. */
    private Found found(Found otherwise) {
        var isOut = otherwise instanceof Found.Further;
        var search = new PostSearch(command, calls);
        return switch (search.run()) {
            case PostSearch.Result.Found(var post) ->
                isOut || search.isProof() ? landed(post) : Doubts.notSeen(PERHAPS_LISTED);
            case PostSearch.Result.NotFound(var areSeveral) ->
                areSeveral && !isOut ? Doubts.notSeen(PERHAPS_LISTED) : otherwise;
            case PostSearch.Result.NoList(Reply reply) -> isOut ? otherwise : noList(reply);
        };
    }

    private Found noList(Reply reply) {
        var step = InstagramStep.LIVE;
        return Doubts.cannotTell(
                reply instanceof Answer answer
                        ? errors.outcome(answer, step.step(), command)
                        : Containers.unanswered(reply, step));
    }

    private Found landed(Post post) {
        return next.comment(command.getContent(), progress, post)
                .<Found>map(Found.Further::new)
                .orElseGet(() -> new Found.Landed(post.id(), post.permalink()));
    }

    /**
     * A call may take effect late: only a container that stays as it is says that it did not. One that stays as it is and is
     * refused all the same, again and again, is for a person to look at.
     */
    private Found notPublished() {
        var refusals = command.getHistory().stream()
                .filter(it -> it.getEnd() == AttemptEnd.UNCONFIRMED)
                .filter(it -> it.getPlatformCode()
                        .filter(InstagramErrorTable::isOfContainer)
                        .isPresent())
                .count();
        if (refusals >= MOST_REFUSALS) {
            return Doubts.notSeen(REFUSED_OFTEN);
        }
        return isLongEnough() ? new Found.Absent() : Doubts.notSeen(NOT_YET);
    }

    private boolean isLongEnough() {
        return Doubts.lookedSince(command)
                .filter(first -> !clock.instant().isBefore(first.plus(config.absentAfter())))
                .isPresent();
    }

    /** The author's own comment, of this text, since the call. */
    private Found comment() {
        var post = command.getCheckpoint().flatMap(Post::in);
        if (post.isEmpty()) {
            return new Found.Absent();
        }
        var reply = calls.get(
                "ig.comments", "/" + post.get().id() + "/comments?fields=id,text,timestamp&limit=" + MOST_COMMENTS);
        if (!(reply instanceof Answer answer)) {
            return noList(reply);
        }
        var data = AnswerJson.objectIn(answer).map(body -> body.path("data")).filter(JsonNode::isArray);
        if (!answer.isSuccess() || data.isEmpty()) {
            return noList(reply);
        }
        var text = PostSearch.normal(command.getContent().getFirstComment().orElse(""));
        var isThere = StreamSupport.stream(data.get().spliterator(), false)
                .anyMatch(comment ->
                        PostSearch.normal(comment.path("text").asText()).equals(text));
        if (isThere) {
            return new Found.Landed(post.get().id(), post.get().permalink());
        }
        // A list that goes on elsewhere proves nothing.
        var isWhole = data.get().size() < MOST_COMMENTS
                && AnswerJson.objectIn(answer)
                        .filter(body -> !body.path("paging").has("next"))
                        .isPresent();
        return isWhole && isLongEnough() ? new Found.Absent() : Doubts.notSeen(NO_COMMENT);
    }
}
