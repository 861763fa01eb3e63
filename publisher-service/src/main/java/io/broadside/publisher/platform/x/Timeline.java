package io.broadside.publisher.platform.x;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.thread.Part;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import java.net.URLEncoder;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Looks for a command's post in the timeline of its account. How long a post takes to appear there is not documented, so one
 * that is missing is missing for good only after it was looked for several times.
 *
 * <p>https://docs.x.com/x-api/posts/timelines/introduction
 */
final class Timeline {

    private static final Step LOOK = Step.preparing("look");

    /** The kind of a file and the id its upload had, which makes files as good as a signature. */
    private static final String MEDIA_KEY = "[0-9]{1,3}_[0-9]{1,19}";

    private static final int PAGE_SIZE = 100;

    /** One look may meet a timeline that is behind; so may two, if they are close together. */
    private static final int LOOKS_BEFORE_ABSENT = 2;

    private final XConfig config;
    private final Visit visit;

    Timeline(XConfig config, Visit visit) {
        this.config = config;
        this.visit = visit;
    }

    /** Looks for one post, which answers another if its progress says which. */
    Found find(Part part, Progress progress) {
        var command = visit.command();
        var since = Doubts.since(command).truncatedTo(ChronoUnit.SECONDS);
        // Long posts are cut short in their text, and whole in their note.
        var note = config.textLimit() > XConfig.USUAL_TEXT_LIMIT ? ",note_tweet" : "";
        var path = "/users/" + URLEncoder.encode(command.getAccountId(), UTF_8) + "/tweets?start_time=" + since
                + "&max_results=" + PAGE_SIZE
                + "&tweet.fields=created_at,text,entities,referenced_tweets,attachments" + note;
        return switch (visit.get("users.tweets", path)) {
            case NoAnswer missing -> Doubts.cannotTell(LOOK.unanswered(missing));
            case Answer answer -> {
                var body = AnswerJson.objectIn(answer)
                        .filter(it ->
                                it.path("meta").isObject() || it.path("data").isArray());
                yield answer.isSuccess() && body.isPresent()
                        ? in(body.get(), post -> likeness(post, part, progress, since))
                        : Doubts.cannotTell(visit.errors().outcome(answer, LOOK, command));
            }
        };
    }

    /** How much a post is like the one that is looked for. */
    private enum Likeness {
        SAME,
        /** Nothing tells it from another one without a text; or it has the same media and another text. */
        PERHAPS,
        OTHER
    }

    private Found in(JsonNode body, Function<JsonNode, Likeness> likeness) {
        var posts = body.path("data");
        var hit = StreamSupport.stream(posts.spliterator(), false)
                .filter(post -> likeness.apply(post) == Likeness.SAME)
                .flatMap(post -> AnswerJson.text(post, "id").stream())
                .filter(id -> id.matches("[0-9]{1,19}"))
                .findFirst();
        if (hit.isPresent()) {
            return new Found.Landed(hit.get(), Optional.of(XPlatform.permalink(hit.get())));
        }
        if (StreamSupport.stream(posts.spliterator(), false)
                .anyMatch(post -> likeness.apply(post) == Likeness.PERHAPS)) {
            return Doubts.notSeen("The account's timeline has a post that may be this one; look at the account.");
        }
        var isWhole = posts.size() < PAGE_SIZE && !body.path("meta").has("next_token") && !body.has("errors");
        var isLongEnough = Doubts.lookedSince(visit.command())
                .filter(first -> !visit.now().isBefore(first.plus(config.absentAfter())))
                .isPresent();
        return isWhole && isLongEnough && Doubts.looks(visit.command()) >= LOOKS_BEFORE_ABSENT
                ? new Found.Absent()
                : Doubts.notSeen("The account's timeline does not have the post so far; look at the account.");
    }

    private static Likeness likeness(JsonNode post, Part part, Progress progress, Instant since) {
        var keys = keysOf(post);
        if (!answers(post, part, progress)
                || !isSince(post, since)
                || keys.size() != part.media().size()) {
            return Likeness.OTHER;
        }
        var isSameText = PostText.comparable(post).equals(PostText.comparable(part.text()));
        if (keys.isEmpty()) {
            return isSameText ? Likeness.SAME : Likeness.OTHER;
        }
        if (keys.stream().allMatch(key -> key.matches(MEDIA_KEY))) {
            return idsIn(keys).equals(Set.copyOf(progress.mediaIds()))
                    ? ofSameMedia(post, part, isSameText)
                    : Likeness.OTHER;
        }
        return !isSameText ? Likeness.OTHER : part.text().isBlank() ? Likeness.PERHAPS : Likeness.SAME;
    }

    /** Uploads are made for one post each. What X makes of links beside them does not count; another wording leaves a doubt. */
    private static Likeness ofSameMedia(JsonNode post, Part part, boolean isSameText) {
        return isSameText || PostText.wording(post).equals(PostText.wording(part.text()))
                ? Likeness.SAME
                : Likeness.PERHAPS;
    }

    private static Set<String> idsIn(List<String> mediaKeys) {
        return mediaKeys.stream()
                .map(key -> key.substring(key.indexOf('_') + 1))
                .collect(Collectors.toSet());
    }

    private static List<String> keysOf(JsonNode post) {
        return StreamSupport.stream(post.path("attachments").path("media_keys").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** A post of ours answers exactly what it was to answer, and is no repost. */
    private static boolean answers(JsonNode post, Part part, Progress progress) {
        var referred = StreamSupport.stream(post.path("referenced_tweets").spliterator(), false)
                .filter(it -> !it.path("type").asText().equals("quoted"))
                .toList();
        return part.isFirst()
                ? referred.isEmpty()
                : referred.stream()
                        .anyMatch(it -> it.path("type").asText().equals("replied_to")
                                && it.path("id")
                                        .asText()
                                        .equals(progress.posted().get(part.answers())));
    }

    private static boolean isSince(JsonNode post, Instant since) {
        try {
            return !Instant.parse(post.path("created_at").asText()).isBefore(since);
        } catch (DateTimeParseException _) {
            return false;
        }
    }
}
