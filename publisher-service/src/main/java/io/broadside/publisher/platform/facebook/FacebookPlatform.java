package io.broadside.publisher.platform.facebook;

import static io.broadside.publisher.platform.AnswerJson.text;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.events.Checkpoint;
import io.broadside.events.Content;
import io.broadside.events.Fault;
import io.broadside.events.Media;
import io.broadside.events.PublishCommand;
import io.broadside.events.Visibility;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.ContentCheck;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Found;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Continue;
import io.broadside.publisher.platform.Outcome.Published;
import io.broadside.publisher.platform.Outcome.Unconfirmed;
import io.broadside.publisher.platform.Platform;
import io.broadside.publisher.platform.Step;
import io.broadside.publisher.platform.graph.GraphError;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.runtime.config.Secret;
import io.broadside.runtime.http.Body;
import io.broadside.runtime.http.Call;
import io.broadside.runtime.http.CallContext;
import io.broadside.runtime.http.PlatformHttp;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.net.URI;
import java.net.URLEncoder;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Facebook Pages: text, a link, photos.
 *
 * <p>The Graph API has no idempotency key, and Facebook answers 500 for posts that are out. So a post is made in two steps
 * (as long as {@link FacebookConfig#inSteps} says so): unseen with {@code published=false}, which yields its id; then shown
 * with {@code POST /{post-id} is_published=true}. Between the two the id is durable. When the answer to the second call is
 * lost, the post itself says whether it is out, and showing it once more changes nothing.
 *
 * <p>What this rests on: {@code is_published} is a parameter of updating a Page post in Meta's own SDK
 * (facebook-python-business-sdk, {@code PagePost.api_update}) and a field of the post
 * (https://developers.facebook.com/docs/graph-api/reference/pagepost); Meta announced in July 2012 that an unpublished post
 * is published by setting it to true through its id, and that the way back does not exist; clients of 2026 offer the same
 * ("publish now"). Meta's current guide says {@code published=false} is for publishing later, without saying how.
 *
 * <p>https://developers.facebook.com/docs/pages-api/posts,
 * https://developers.facebook.com/docs/graph-api/reference/page/feed,
 * https://developers.facebook.com/docs/graph-api/reference/page/photos
 */
public final class FacebookPlatform implements Platform {

    static final String ID = "facebook";

    /** Two publishers found this limit; it is not on a page of Meta. */
    private static final int LONGEST_TEXT = 63_206;

    /** Not documented; publishers use it. */
    private static final int MOST_PHOTOS = 10;

    /** Meta's pages say 10 MB, its error 1366046 says 4. */
    private static final long LARGEST_PHOTO = 4L * 1024 * 1024;

    private static final String POST_ID = "postId";
    private static final String PERMALINK = "permalink";
    private static final String PHOTO_IDS = "photoIds";

    private final FacebookConfig config;
    private final PlatformHttp http;
    private final Clock clock;
    private final GraphErrors errors;

    public FacebookPlatform(FacebookConfig config, PlatformHttp http, Clock clock) {
        this.config = config;
        this.http = http;
        this.clock = clock;
        this.errors = new GraphErrors(FacebookErrorTable.TABLE, clock);
    }

    @Override
    public String id() {
        return ID;
    }

    @Override
    public List<Fault> faults(Content content) {
        var check = new ContentCheck(ID, "Facebook", content);
        check.needsSomethingToPublish();
        check.isPlainPost();
        check.visibilityIsOneOf(Set.of(Visibility.PLATFORM_DEFAULT, Visibility.PUBLIC));
        check.optionsAreOneOf(Set.of());
        check.linkIsWebAddress();
        check.hasAtMostMedia(MOST_PHOTOS);
        check.mediaAreImages(LARGEST_PHOTO);
        var length = content.getText().map(String::length).orElse(0);
        if (length > LONGEST_TEXT) {
            check.add(
                    "content.text",
                    "maxLength",
                    Integer.toString(LONGEST_TEXT),
                    Integer.toString(length),
                    "Texts on Facebook have at most " + LONGEST_TEXT + " characters; shorten it by "
                            + (length - LONGEST_TEXT) + ".");
        }
        if (content.getLink().isPresent() && !content.getMedia().isEmpty()) {
            check.unsupported(
                    "content.link",
                    "link and " + content.getMedia().size() + " media",
                    "A post on Facebook shows a link or photos, not both; put the address into the text, or leave one out.");
        }
        return check.faults();
    }

    @Override
    public Outcome publish(PublishCommand command, Secret accessToken, CallContext context) {
        var page = new Page(command, accessToken, context);
        var step = FacebookStep.of(command, config.inSteps());
        if (step.isEmpty()) {
            return page.ofAnotherVersion();
        }
        return switch (step.get()) {
            case PHOTOS -> page.takePhotos();
            case DRAFT -> page.draft();
            case SHOW -> page.show();
            case FEED -> page.feed();
            case PHOTO -> page.photo();
        };
    }

    @Override
    public Found find(PublishCommand command, Secret accessToken, CallContext context) {
        var page = new Page(command, accessToken, context);
        var step = FacebookStep.of(command, config.inSteps());
        if (step.isEmpty()) {
            return Doubts.cannotTell(page.ofAnotherVersion());
        }
        return switch (step.get()) {
            case PHOTOS -> new Found.Absent();
            case DRAFT -> step.get().of(command.getContent()).publishes() ? page.search() : new Found.Absent();
            case SHOW -> page.ask();
            case FEED, PHOTO -> page.search();
        };
    }

    /** One command at its Page, for one visit. */
    private final class Page {

        private final PublishCommand command;
        private final Content content;
        private final Secret token;
        private final CallContext context;

        Page(PublishCommand command, Secret token, CallContext context) {
            this.command = command;
            this.content = command.getContent();
            this.token = token;
            this.context = context;
        }

        Outcome ofAnotherVersion() {
            var step = command.getCheckpoint().map(Checkpoint::getStep).orElse("");
            var detail =
                    "The post was begun by another version of Broadside, at a step unknown to this one; please look.";
            return new Unconfirmed(
                    step, new Cause(ErrorCode.NOT_CONFIRMABLE, detail, Optional.empty(), Optional.empty()));
        }

        Outcome takePhotos() {
            var ids = new StringBuilder();
            for (var medium : content.getMedia()) {
                var fields = photoFields(medium);
                fields.put("published", "false");
                var step = FacebookStep.PHOTOS.of(content);
                var reply = post("page.photos", "/" + segment(command.getAccountId()) + "/photos", fields);
                if (!(reply instanceof Answer answer)) {
                    return unanswered(reply, step);
                }
                var id = fieldOf(answer, "id");
                if (id.isEmpty()) {
                    return errors.outcome(answer, step, command);
                }
                ids.append(ids.isEmpty() ? "" : ",").append(id.get());
            }
            var next = config.inSteps() ? FacebookStep.DRAFT : FacebookStep.FEED;
            return next(next, Map.of(PHOTO_IDS, ids.toString()));
        }

        Outcome draft() {
            var fields = feedFields();
            fields.put("published", "false");
            fields.put("fields", "id,permalink_url,is_published");
            return made(FacebookStep.DRAFT, "/feed", fields, (id, body) -> {
                var permalink = AnswerJson.webAddress(body, "permalink_url");
                if (body.path("is_published").asBoolean()) {
                    return new Published(id, permalink);
                }
                var values = new LinkedHashMap<>(Map.of(POST_ID, id));
                permalink.ifPresent(uri -> values.put(PERMALINK, uri.toString()));
                return next(FacebookStep.SHOW, values);
            });
        }

        Outcome show() {
            var id = value(POST_ID);
            var step = FacebookStep.SHOW.of(content);
            var reply = post("post.show", "/" + segment(id), Map.of("is_published", "true"));
            if (!(reply instanceof Answer answer)) {
                return unanswered(reply, step);
            }
            var isDone = AnswerJson.objectIn(answer)
                    .map(body -> body.path("success").asBoolean())
                    .orElse(false);
            return answer.isSuccess() && isDone ? published(id) : errors.outcome(answer, step, command);
        }

        Outcome feed() {
            var fields = feedFields();
            fields.put("fields", "id,permalink_url");
            return made(
                    FacebookStep.FEED,
                    "/feed",
                    fields,
                    (id, body) -> new Published(id, AnswerJson.webAddress(body, "permalink_url")));
        }

        Outcome photo() {
            var fields = photoFields(content.getMedia().getFirst());
            content.getText().ifPresent(text -> fields.put("caption", text));
            return made(
                    FacebookStep.PHOTO,
                    "/photos",
                    fields,
                    (id, body) -> published(text(body, "post_id").orElse(id)));
        }

        /** A hit proves, a miss does not: the feed has only some of the posts, and those with a delay. */
        Found search() {
            var query = "?fields=" + FeedSearch.FIELDS + "&limit=100&since="
                    + Doubts.since(command).getEpochSecond();
            var reply = get("page.feed.read", "/" + segment(command.getAccountId()) + "/feed" + query);
            if (!(reply instanceof Answer answer)) {
                return Doubts.cannotTell(unanswered(reply, Step.preparing("look")));
            }
            var data =
                    AnswerJson.objectIn(answer).map(body -> body.path("data")).filter(JsonNode::isArray);
            if (!answer.isSuccess() || data.isEmpty()) {
                return Doubts.cannotTell(errors.outcome(answer, Step.preparing("look"), command));
            }
            return new FeedSearch(command, photoIds()).in(data.get());
        }

        /** The post that was made says itself whether it is shown. */
        Found ask() {
            var id = value(POST_ID);
            var reply = get("object.read", "/" + segment(id) + "?fields=id,is_published,permalink_url");
            if (!(reply instanceof Answer answer)) {
                return Doubts.cannotTell(unanswered(reply, Step.preparing("look")));
            }
            var post = AnswerJson.objectIn(answer)
                    .filter(body -> body.path("is_published").isBoolean());
            if (!answer.isSuccess() || post.isEmpty()) {
                return Doubts.cannotTell(errors.outcome(answer, Step.preparing("look"), command));
            }
            return post.get().path("is_published").asBoolean()
                    ? new Found.Landed(id, AnswerJson.webAddress(post.get(), "permalink_url"))
                    : new Found.Absent();
        }

        private Outcome made(
                FacebookStep which,
                String edge,
                Map<String, String> fields,
                BiFunction<String, JsonNode, Outcome> then) {
            var step = which.of(content);
            var reply = post("page" + edge.replace('/', '.'), "/" + segment(command.getAccountId()) + edge, fields);
            if (!(reply instanceof Answer answer)) {
                return unanswered(reply, step);
            }
            var body = AnswerJson.objectIn(answer);
            var id = body.flatMap(object -> text(object, "id"));
            return answer.isSuccess() && body.isPresent() && id.isPresent()
                    ? then.apply(id.get(), body.get())
                    : errors.outcome(answer, step, command);
        }

        private Outcome published(String postId) {
            var known = command.getCheckpoint()
                    .map(checkpoint -> checkpoint.getValues().get(PERMALINK))
                    .flatMap(AnswerJson::webAddress);
            return new Published(postId, known.or(() -> permalinkOf(postId)));
        }

        /** Where people see it. It is out whether or not this is answered. */
        private Optional<URI> permalinkOf(String postId) {
            return get("object.read", "/" + segment(postId) + "?fields=permalink_url") instanceof Answer answer
                    ? AnswerJson.objectIn(answer).flatMap(body -> AnswerJson.webAddress(body, "permalink_url"))
                    : Optional.empty();
        }

        private Outcome next(FacebookStep step, Map<String, String> values) {
            var checkpoint = Checkpoint.newBuilder()
                    .setStep(step.label())
                    .setValues(values)
                    .setAt(clock.instant())
                    .build();
            return new Continue(checkpoint, Optional.empty());
        }

        private Map<String, String> feedFields() {
            var fields = new LinkedHashMap<String, String>();
            content.getText().ifPresent(text -> fields.put("message", text));
            content.getLink().ifPresent(link -> fields.put("link", link.getUrl()));
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
            var ids = value(PHOTO_IDS);
            return ids.isEmpty() ? List.of() : List.of(ids.split(",", -1));
        }

        private String value(String name) {
            return command.getCheckpoint()
                    .map(checkpoint -> checkpoint.getValues().getOrDefault(name, ""))
                    .orElse("");
        }

        private Reply get(String endpoint, String path) {
            return call(Call.get(ID, endpoint, address(path)));
        }

        private Reply post(String endpoint, String path, Map<String, String> fields) {
            return call(Call.post(ID, endpoint, address(path), new Body.Form(fields)));
        }

        /** The token goes into a header: as a parameter it would come back in the addresses of next pages. */
        private Reply call(Call call) {
            return http.call(
                    call.withBearer(token)
                            .withCodeReader(answer -> GraphError.in(answer).map(GraphError::text)),
                    context);
        }
    }

    private static Outcome unanswered(Reply reply, Step step) {
        return switch (reply) {
            case Reply.NoAnswer missing -> step.unanswered(missing);
            case Answer _ -> throw new IllegalArgumentException("an answer is here");
        };
    }

    private static Optional<String> fieldOf(Answer answer, String name) {
        return answer.isSuccess() ? AnswerJson.objectIn(answer).flatMap(body -> text(body, name)) : Optional.empty();
    }

    private URI address(String pathAndQuery) {
        var base = config.apiUri().toString();
        var trimmed = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
        return URI.create(trimmed + "/" + config.apiVersion() + pathAndQuery);
    }

    private static String segment(String id) {
        return URLEncoder.encode(id, UTF_8);
    }
}
