package io.broadside.publisher.platform.facebook;

import io.broadside.events.Checkpoint;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * The author's comment below a post that is out: https://developers.facebook.com/docs/graph-api/reference/object/comments.
 *
 * <p>Whatever comes of it, the post stays PUBLISHED; its result says if the comment is missing or in doubt. A comment whose
 * answer was lost is looked for below the post, and sent again only if it is not there for some time.
 */
final class FirstComment {

    private static final int PAGE_SIZE = 100;

    private final Page page;

    FirstComment(Page page) {
        this.page = page;
    }

    Outcome write() {
        var post = postId();
        if (post.isEmpty()) {
            return new Rejected(Cause.of(ErrorCode.NOT_FOUND));
        }
        var fields = Map.of("message", page.content().getFirstComment().orElse(""));
        var reply = page.post("post.comments", "/" + Page.segment(post.get()) + "/comments", fields);
        return Page.idIn(reply, "id").isPresent()
                ? new Published(post.get(), permalink())
                : page.failed(reply, FacebookStep.COMMENT);
    }

    Found find() {
        var post = postId();
        if (post.isEmpty()) {
            return new Found.Absent();
        }
        var query = "/comments?fields=id,message,from,created_time&filter=stream&limit=" + PAGE_SIZE;
        var reply = page.get("post.comments.read", "/" + Page.segment(post.get()) + query);
        var data = FeedPosts.dataIn(reply);
        if (data.isEmpty()) {
            return page.blind(reply);
        }
        var text = FeedSearch.normal(page.content().getFirstComment().orElse(""));
        var isThere = StreamSupport.stream(data.get().spliterator(), false)
                .filter(comment -> {
                    var from = comment.path("from").path("id");
                    return from.isMissingNode()
                            || from.asText().equals(page.command().getAccountId());
                })
                .anyMatch(comment ->
                        FeedSearch.normal(comment.path("message").asText()).equals(text));
        if (isThere) {
            return new Found.Landed(post.get(), permalink());
        }
        return isWhole(reply, data.get().size())
                ? page.missing("The post is out; its first comment is not to be seen so far, look at the post.")
                : Doubts.notSeen(
                        "The post is out and has many comments; whether ours is one of them, look at the post.");
    }

    /** A list that goes on elsewhere proves nothing. */
    private static boolean isWhole(Reply reply, int size) {
        return size < PAGE_SIZE
                && reply instanceof Answer answer
                && AnswerJson.objectIn(answer)
                        .filter(body -> !body.path("paging").has("next"))
                        .isPresent();
    }

    private Optional<String> postId() {
        return page.command().getCheckpoint().flatMap(Checkpoint::getRemoteId);
    }

    private Optional<URI> permalink() {
        return page.command().getCheckpoint().flatMap(Checkpoint::getUrl).flatMap(AnswerJson::webAddress);
    }
}
