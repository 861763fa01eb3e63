package io.broadside.publisher.platform.instagram;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.text.Normalizer;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.stream.StreamSupport;

/**
 * Looks for the post that a published container became, in the account's list of media or of stories. Nothing leads from the
 * one to the other, so it goes by caption, type and time; several posts that fit are no answer.
 *
 * <p>https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media,
 * https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/stories
 */
final class PostSearch {

    private static final String FIELDS = "?fields=id,caption,timestamp,media_type,media_product_type,permalink";

    private static final DateTimeFormatter GRAPH_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ssxx");

    private final PublishCommand command;
    private final InstagramCalls calls;
    private final PostKind kind;
    private final Instant since;

    PostSearch(PublishCommand command, InstagramCalls calls) {
        this.command = command;
        this.calls = calls;
        this.kind = PostKind.of(command.getContent());
        // Lists tell whole seconds.
        this.since = Doubts.since(command).minusSeconds(1);
    }

    /** What came of a search. */
    sealed interface Result {
        record Found(Post post) implements Result {}

        /** None that fits, or several. */
        record NotFound(boolean areSeveral) implements Result {}

        /** No list came. */
        record NoList(Reply reply) implements Result {}
    }

    Result run() {
        var reply = kind == PostKind.STORY
                ? calls.getOfAccount("ig.stories", "/stories" + FIELDS)
                : calls.getOfAccount("ig.media.list", "/media" + FIELDS + "&limit=100&since=" + since.getEpochSecond());
        if (!(reply instanceof Answer answer) || !answer.isSuccess()) {
            return new Result.NoList(reply);
        }
        var data = AnswerJson.objectIn(answer).map(body -> body.path("data")).filter(JsonNode::isArray);
        if (data.isEmpty()) {
            return new Result.NoList(reply);
        }
        var ours = StreamSupport.stream(data.get().spliterator(), false)
                .filter(this::isOurs)
                .flatMap(post -> Post.in(post).stream())
                .toList();
        return ours.size() == 1 ? new Result.Found(ours.getFirst()) : new Result.NotFound(!ours.isEmpty());
    }

    /** Whether a post that fits must be this one: without a caption, another of the same type fits as well. */
    boolean isProof() {
        return kind != PostKind.STORY
                && !normal(ContainerFields.caption(command.getContent())).isEmpty();
    }

    private boolean isOurs(JsonNode post) {
        return isSince(post, since) && isSameType(post) && isSameCaption(post);
    }

    private boolean isSameType(JsonNode post) {
        var product = post.path("media_product_type").asText();
        var isStory = product.equals("STORY");
        return post.path("media_type").asText().equals(kind.listedType(command.getContent()))
                && (product.isEmpty() || isStory == (kind == PostKind.STORY));
    }

    /** Stories have none. */
    private boolean isSameCaption(JsonNode post) {
        return kind == PostKind.STORY
                || normal(post.path("caption").asText()).equals(normal(ContainerFields.caption(command.getContent())));
    }

    private static boolean isSince(JsonNode dated, Instant since) {
        try {
            var at = OffsetDateTime.parse(dated.path("timestamp").asText(), GRAPH_TIME)
                    .toInstant();
            return !at.isBefore(since);
        } catch (DateTimeParseException _) {
            return false;
        }
    }

    static String normal(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC)
                .replaceAll("\\s+", " ")
                .strip();
    }
}
