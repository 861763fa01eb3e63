package io.broadside.simulator.facebook;

import io.broadside.simulator.facebook.FacebookChange.Comment;
import io.broadside.simulator.facebook.FacebookChange.Photo;
import io.broadside.simulator.facebook.FacebookChange.Post;
import io.broadside.simulator.facebook.FacebookState.Content;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.http.Refusal;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.platform.Foundation;
import io.broadside.simulator.settings.CurrentSettings;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Posts, photos and comments of a Page.
 *
 * <p>https://developers.facebook.com/docs/pages-api/posts, https://developers.facebook.com/docs/graph-api/reference/page/photos
 */
final class FacebookPublishing {
    /** Two publishers found this limit; it is not on a page of Meta. */
    private static final int LONGEST_MESSAGE = 63_206;

    /** https://developers.facebook.com/docs/sharing/webmasters/web-crawlers */
    static final String CRAWLER = "facebookexternalhit/1.1";

    private static final int LARGEST_PHOTO = 4 * 1024 * 1024;
    /** What is longer is not looked at. */
    private static final int LARGEST_FETCHED = 4 * LARGEST_PHOTO;

    private static final Set<String> FEED_PARAMETERS = Set.of(
            "message",
            "link",
            "published",
            "attached_media",
            "scheduled_publish_time",
            "unpublished_content_type",
            "targeting",
            "feed_targeting",
            "place",
            "tags",
            "backdated_time",
            "backdated_time_granularity",
            "call_to_action",
            "child_attachments",
            "multi_share_end_card",
            "multi_share_optimized",
            "object_attachment",
            "actions",
            "og_action_type_id",
            "og_object_id",
            "og_icon_id",
            "og_phrase",
            "og_suggestion_mechanism");
    private static final Set<String> PHOTO_PARAMETERS = Set.of(
            "url",
            "source",
            "published",
            "message",
            "caption",
            "alt_text_custom",
            "temporary",
            "no_story",
            "targeting",
            "feed_targeting",
            "place",
            "scheduled_publish_time",
            "unpublished_content_type",
            "backdated_time",
            "backdated_time_granularity",
            "allow_spherical_photo");
    private static final Set<String> COMMENT_PARAMETERS =
            Set.of("message", "attachment_url", "attachment_id", "attachment_share_url");

    private final Clock clock;
    private final FacebookState state;
    private final Callers callers;
    private final FacebookViews views;
    private final CurrentSettings settings;
    private final Supplier<FacebookSettings> own;
    private final Outbound outbound;
    private final LongAdder duplicatesRefused;

    FacebookPublishing(
            Foundation foundation,
            Supplier<FacebookSettings> own,
            FacebookState state,
            Callers callers,
            FacebookViews views,
            LongAdder duplicatesRefused) {
        this.clock = foundation.clock();
        this.settings = foundation.settings();
        this.outbound = foundation.outbound();
        this.own = own;
        this.state = state;
        this.callers = callers;
        this.views = views;
        this.duplicatesRefused = duplicatesRefused;
    }

    Reply feed(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(FEED_PARAMETERS);
        var photos = request.list("attached_media").stream()
                .map(item -> attachable(page, item.path("media_fbid").asText()))
                .toList();
        var message = message(request, "message");
        var link = request.parameter("link").map(FacebookPublishing::link);
        if (message.isEmpty() && link.isEmpty() && photos.isEmpty()) {
            throw GraphError.invalidParameter("Missing message or attachment");
        }
        var post = publish(page, request, message.orElse(""), link, photos);
        return views.created(post, request.fields(Set.of("id")));
    }

    Future<Reply> photos(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(PHOTO_PARAMETERS);
        var file = request.request().files().get("source");
        if (file != null) {
            return Future.succeededFuture(addPhoto(page, request, checked(file.medium())));
        }
        var url = request.parameter("url").orElseThrow(FacebookError::imageInvalid);
        var source = link(url);
        if (!own.get().facebookFetchesPhotos()) {
            return Future.succeededFuture(addPhoto(page, request, source));
        }
        return outbound.fetch(URI.create(source), CRAWLER, LARGEST_FETCHED)
                .recover(_ -> Future.failedFuture(FacebookError.imageInvalid()))
                .map(medium -> addPhoto(page, request, checked(medium)));
    }

    /**
     * Shows an unpublished post; nothing else of a post can be changed here. Shown again it stays as it is, and there is no
     * way back.
     *
     * <p>{@code is_published} of {@code PagePost.api_update} in facebook-python-business-sdk.
     */
    Reply show(String postId, GraphRequest request) {
        callers.of(request);
        var known = state.post(postId).orElseThrow(() -> GraphError.noSuchObject(request.method(), postId));
        var page = callers.asPage(request, known.pageId());
        request.onlyKnown(Set.of("is_published"));
        if (request.parameter("is_published").isEmpty()) {
            throw GraphError.invalidParameter("The parameter is_published is required");
        }
        var isToBeShown = request.flag("is_published", true);
        synchronized (page) {
            var post = state.post(postId).orElseThrow(() -> GraphError.noSuchObject(request.method(), postId));
            if (post.published() && !isToBeShown) {
                throw GraphError.invalidParameter("A published post cannot be made unpublished: is_published");
            }
            if (!post.published() && isToBeShown) {
                refuseDuplicate(page, state.content(post));
                state.commit(new FacebookChange.Shown(
                        postId, clock.instant(), request.request().arrivedAt()));
            }
        }
        return Reply.json(200, Json.object().put("success", true));
    }

    Reply comment(String postId, GraphRequest request) {
        var post = state.node(postId).orElseThrow(() -> GraphError.noSuchObject(request.method(), postId));
        var page = callers.asPage(request, post.pageId());
        request.onlyKnown(COMMENT_PARAMETERS);
        var message = message(request, "message")
                .or(() -> request.parameter("attachment_url"))
                .orElseThrow(() -> GraphError.invalidParameter("Missing message or attachment"));
        var number = postId.substring(postId.indexOf('_') + 1);
        var comment = new Comment(number + "_" + state.newId(), page.id(), postId, message, clock.instant());
        state.commit(new FacebookChange.Commented(
                comment, Optional.of(request.request().arrivedAt())));
        return Reply.json(200, Json.object().put("id", comment.id()));
    }

    Reply delete(String id, GraphRequest request) {
        var node = state.node(id).orElseThrow(() -> GraphError.noSuchObject(request.method(), id));
        callers.asPage(request, node.pageId());
        state.commit(new FacebookChange.Deleted(id));
        return Reply.json(200, Json.object().put("success", true));
    }

    private Reply addPhoto(Page page, GraphRequest request, String fingerprint) {
        var caption = message(request, "message").or(() -> message(request, "caption"));
        var published = request.flag("published", true) && !request.flag("no_story", false);
        var photo = new Photo(
                state.newId(),
                page.id(),
                fingerprint,
                caption,
                request.parameter("alt_text_custom"),
                published,
                clock.instant());
        var body = Json.object().put("id", photo.id());
        if (!published) {
            state.commit(new FacebookChange.PhotoAdded(photo));
        } else {
            synchronized (page) {
                var content = new Content(caption.orElse(""), Optional.empty(), List.of(fingerprint));
                refuseDuplicate(page, content);
                state.commit(new FacebookChange.PhotoAdded(photo));
                var post = post(page, request, caption.orElse(""), Optional.empty(), List.of(photo));
                body.put("post_id", post.id());
            }
        }
        return Reply.json(200, body);
    }

    private Post publish(Page page, GraphRequest request, String message, Optional<String> link, List<Photo> photos) {
        synchronized (page) {
            if (request.flag("published", true)) {
                refuseDuplicate(page, new Content(message, link, fingerprints(photos)));
            }
            return post(page, request, message, link, photos);
        }
    }

    private Post post(Page page, GraphRequest request, String message, Optional<String> link, List<Photo> photos) {
        var post = new Post(
                page.id() + "_" + state.newId(),
                page.id(),
                message,
                link,
                photos.stream().map(Photo::id).toList(),
                request.flag("published", true),
                clock.instant(),
                Optional.empty());
        state.commit(new FacebookChange.Posted(
                post, fingerprints(photos), request.request().arrivedAt()));
        return post;
    }

    private void refuseDuplicate(Page page, Content content) {
        if (settings.get().refuseDuplicates()
                && page.lastPublished().filter(content::equals).isPresent()) {
            duplicatesRefused.increment();
            throw new Refusal(FacebookError.duplicate());
        }
    }

    private Photo attachable(Page page, String id) {
        return state.node(id)
                .filter(node -> node.pageId().equals(page.id()))
                .flatMap(node -> node instanceof Photo photo ? Optional.of(photo) : Optional.empty())
                .orElseThrow(
                        () -> GraphError.invalidParameter("Param attached_media has an invalid media_fbid: " + id));
    }

    private static String checked(Medium medium) {
        if (medium.length() > LARGEST_PHOTO || medium.imageType().isEmpty()) {
            throw FacebookError.imageRefused();
        }
        return medium.fingerprint().text();
    }

    private static List<String> fingerprints(List<Photo> photos) {
        return photos.stream().map(Photo::fingerprint).toList();
    }

    private static Optional<String> message(GraphRequest request, String name) {
        var message = request.parameter(name);
        if (message.isPresent() && message.get().length() > LONGEST_MESSAGE) {
            throw GraphError.invalidParameter("Param " + name + " is too long");
        }
        return message;
    }

    static String link(String url) {
        try {
            var uri = URI.create(url);
            var scheme = uri.getScheme();
            if (uri.getHost() != null && scheme != null && scheme.matches("(?i)https?")) {
                return url;
            }
        } catch (IllegalArgumentException _) {
            // refused below, as any other that is not a web address
        }
        throw GraphError.invalidParameter("Param must be a valid URL: " + url);
    }
}
