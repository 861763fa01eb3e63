package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.AnswerJson.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Media;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.media.Slice;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Text, links and photos in the feed.
 *
 * <p>https://developers.facebook.com/docs/pages-api/posts,
 * https://developers.facebook.com/docs/graph-api/reference/page/feed,
 * https://developers.facebook.com/docs/graph-api/reference/page/photos
 */
final class FeedPosts {

    static final String PHOTO_IDS = "photoIds";

    private static final String POST_ID = "postId";
    private static final String PERMALINK = "permalink";
    private static final String SHOWN = "is_published";

    private static final String PHOTO_LOST =
            "Nothing was published: Facebook has a photo of it from a call whose answer was lost, and does not take it twice;"
                    + " use other files.";

    private final Page page;

    FeedPosts(Page page) {
        this.page = page;
    }

    /** All photos, or as many as fit into the slice; those that are there already stay. */
    Outcome takePhotos(Slice slice) {
        var ids = new ArrayList<>(photoIds());
        var media = page.content().getMedia();
        var before = ids.size();
        while (ids.size() < media.size()) {
            if (ids.size() > before && slice.isOver()) {
                return page.next(FacebookStep.PHOTOS, Map.of(PHOTO_IDS, String.join(",", ids)));
            }
            var fields = photoFields(media.get(ids.size()));
            fields.put("published", "false");
            var reply = page.post("page.photos", page.below("/photos"), fields);
            var id = Page.idIn(reply, "id");
            if (id.isEmpty()) {
                return unlessItIsThere(page.failed(reply, FacebookStep.PHOTOS));
            }
            ids.add(id.get());
        }
        var next = FacebookStep.afterPhotos(page.content(), page.config().inSteps());
        return page.next(next, Map.of(PHOTO_IDS, String.join(",", ids)));
    }

    /** A photo that nobody sees and whose id was lost cannot be found: no list has it. */
    private Outcome unlessItIsThere(Outcome outcome) {
        return outcome instanceof Rejected(var cause)
                        && cause.code() == ErrorCode.DUPLICATE_REFUSED
                        && page.maybeDoneSince(FacebookStep.PHOTOS).isPresent()
                ? new Rejected(new Cause(cause.code(), PHOTO_LOST, cause.platformCode(), cause.httpStatus()))
                : outcome;
    }

    Outcome draft() {
        var fields = feedFields();
        fields.put("published", "false");
        fields.put("fields", "id,permalink_url,is_published");
        return made(FacebookStep.DRAFT, "/feed", fields, (id, body) -> {
            var permalink = AnswerJson.webAddress(body, "permalink_url");
            if (body.path(SHOWN).asBoolean()) {
                return page.out(id, permalink);
            }
            var values = new LinkedHashMap<>(Map.of(POST_ID, id));
            permalink.ifPresent(uri -> values.put(PERMALINK, uri.toString()));
            return page.next(FacebookStep.SHOW, values);
        });
    }

    Outcome show() {
        var id = page.value(POST_ID);
        var reply = page.post("post.show", "/" + Page.segment(id), Map.of("is_published", "true"));
        if (Page.isDone(reply)) {
            return published(id);
        }
        var outcome = page.failed(reply, FacebookStep.SHOW);
        return outcome instanceof Rejected refusal ? unlessItIsShown(id, refusal) : outcome;
    }

    /** Before a refusal is believed, the post itself is asked: it may be out all the same. */
    private Outcome unlessItIsShown(String id, Rejected refusal) {
        var reply = read(id);
        var post = postIn(reply, id);
        var isShown = post.flatMap(FeedPosts::isShown);
        if (isShown.isPresent()) {
            return isShown.get() ? page.out(id, post.flatMap(FeedPosts::permalinkIn)) : refusal;
        }
        return page.failed(reply, Page.LOOK) instanceof Rejected
                ? refusal
                : FacebookStep.SHOW.of(page.content()).unclear(refusal.cause());
    }

    Outcome feed() {
        var fields = feedFields();
        fields.put("fields", "id,permalink_url");
        return made(
                FacebookStep.FEED,
                "/feed",
                fields,
                (id, body) -> page.out(id, AnswerJson.webAddress(body, "permalink_url")));
    }

    Outcome photo() {
        var fields = photoFields(page.content().getMedia().getFirst());
        page.content().getText().ifPresent(text -> fields.put("caption", text));
        return made(
                FacebookStep.PHOTO,
                "/photos",
                fields,
                (id, body) -> published(text(body, "post_id").orElse(id)));
    }

    /** A hit proves, a miss does not: the feed has only some of the posts, and those with a delay. */
    Found search(FacebookStep step) {
        var since = page.maybeDoneSince(step)
                .map(at -> at.minus(Doubts.CLOCK_SKEW))
                .orElseGet(() -> Doubts.since(page.command()));
        var query = "?fields=" + FeedSearch.FIELDS + "&limit=100&since=" + since.getEpochSecond();
        var reply = page.get("page.feed.read", page.below("/feed" + query));
        var data = dataIn(reply);
        if (data.isEmpty()) {
            return page.blind(reply);
        }
        var search = new FeedSearch(page.command(), photoIds(), since);
        if (!step.of(page.content()).publishes()) {
            // A draft of mere text is shown by nobody but us: a post of that text which is shown is somebody else's.
            return search.unshown(data.get()).<Found>map(this::shown).orElseGet(FeedSearch::notSeen);
        }
        return switch (search.in(data.get(), step == FacebookStep.DRAFT)) {
            case Found.Landed(var id, var permalink) -> page.landed(id, permalink);
            case Found.Absent _ ->
                search.unshown(data.get()).<Found>map(this::shown).orElseGet(Found.Absent::new);
            case Found other -> other;
        };
    }

    /** The draft is there: all that is left is to show it. */
    private Found shown(String id) {
        return new Found.Further(page.at(FacebookStep.SHOW, Map.of(POST_ID, id)).build());
    }

    /** The post that was made says itself whether it is shown. */
    Found ask() {
        var id = page.value(POST_ID);
        var reply = read(id);
        var post = postIn(reply, id);
        if (post.isEmpty()) {
            return page.blind(reply);
        }
        var isShown = isShown(post.get());
        if (isShown.isEmpty()) {
            return Doubts.notSeen("Facebook has the post and does not say whether it is shown; look at the Page.");
        }
        return isShown.get() ? page.landed(id, permalinkIn(post.get())) : new Found.Absent();
    }

    private static Optional<URI> permalinkIn(JsonNode post) {
        return AnswerJson.webAddress(post, "permalink_url");
    }

    private Reply read(String id) {
        return page.get("object.read", "/" + Page.segment(id) + "?fields=id,is_published,permalink_url");
    }

    /** The post in a successful answer, if that speaks of it. */
    private static Optional<JsonNode> postIn(Reply reply, String id) {
        return reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer)
                        .filter(body -> body.has(SHOWN) || text(body, "id").equals(Optional.of(id)))
                : Optional.empty();
    }

    /** Empty if the post does not say; documents have such values as texts, too. */
    private static Optional<Boolean> isShown(JsonNode post) {
        return Optional.of(post.path(SHOWN).asText())
                .filter(it -> it.equals("true") || it.equals("false"))
                .map(Boolean::valueOf);
    }

    /** The list in a successful answer. */
    static Optional<JsonNode> dataIn(Reply reply) {
        return reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer).map(body -> body.path("data")).filter(JsonNode::isArray)
                : Optional.empty();
    }

    private Outcome made(
            FacebookStep step, String edge, Map<String, String> fields, BiFunction<String, JsonNode, Outcome> then) {
        var reply = page.post("page" + edge.replace('/', '.'), page.below(edge), fields);
        var id = Page.idIn(reply, "id");
        return id.isPresent() && reply instanceof Answer answer
                ? then.apply(id.get(), AnswerJson.objectIn(answer).orElseThrow())
                : unlessItIsOurs(page.failed(reply, step), step);
    }

    /** After a call that may have made it, a duplicate is looked for, be it one that nobody sees. */
    private Outcome unlessItIsOurs(Outcome outcome, FacebookStep step) {
        return outcome instanceof Rejected(var cause)
                        && cause.code() == ErrorCode.DUPLICATE_REFUSED
                        && page.maybeDoneSince(step).isPresent()
                ? new Unconfirmed(step.label(), cause)
                : outcome;
    }

    private Outcome published(String postId) {
        var known = AnswerJson.webAddress(page.value(PERMALINK));
        return page.out(postId, known.or(() -> permalinkOf(postId)));
    }

    /** Where people see it. It is out whether or not this is answered. */
    private Optional<URI> permalinkOf(String postId) {
        return page.get("object.read", "/" + Page.segment(postId) + "?fields=permalink_url") instanceof Answer answer
                ? AnswerJson.objectIn(answer).flatMap(body -> AnswerJson.webAddress(body, "permalink_url"))
                : Optional.empty();
    }

    private Map<String, String> feedFields() {
        var fields = new LinkedHashMap<String, String>();
        page.content().getText().ifPresent(text -> fields.put("message", text));
        page.content().getLink().ifPresent(link -> fields.put("link", link.getUrl()));
        var photos = photoIds();
        if (!photos.isEmpty()) {
            var list = AnswerJson.newObject().putArray("photos");
            photos.forEach(id -> list.addObject().put("media_fbid", id));
            fields.put("attached_media", list.toString());
        }
        return fields;
    }

    private static Map<String, String> photoFields(Media medium) {
        var fields = new LinkedHashMap<String, String>();
        fields.put("url", medium.getUrl());
        medium.getAltText().ifPresent(text -> fields.put("alt_text_custom", text));
        return fields;
    }

    private List<String> photoIds() {
        var ids = page.value(PHOTO_IDS);
        return ids.isEmpty() ? List.of() : List.of(ids.split(",", -1));
    }
}
