package io.broadside.simulator.facebook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.facebook.FacebookChange.Comment;
import io.broadside.simulator.facebook.FacebookChange.Node;
import io.broadside.simulator.facebook.FacebookChange.Photo;
import io.broadside.simulator.facebook.FacebookChange.Post;
import io.broadside.simulator.facebook.FacebookChange.Video;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphPages;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.platform.App;
import java.time.Clock;
import java.util.Set;

/** Nodes of the graph as JSON, with the fields that were asked for. */
final class FacebookViews {
    private static final Set<String> POST_FIELDS = Set.of(
            "id",
            "message",
            "created_time",
            "updated_time",
            "permalink_url",
            "is_published",
            "application",
            "from",
            "attachments",
            "status_type",
            "full_picture",
            "story",
            "is_hidden",
            "is_expired",
            "shares",
            "comments",
            "reactions",
            "likes",
            "properties",
            "privacy",
            "to",
            "message_tags",
            "parent_id",
            "scheduled_publish_time");
    private static final Set<String> PHOTO_FIELDS = Set.of(
            "id",
            "name",
            "created_time",
            "updated_time",
            "link",
            "images",
            "alt_text",
            "alt_text_custom",
            "from",
            "page_story_id",
            "picture",
            "album",
            "width",
            "height");
    private static final Set<String> COMMENT_FIELDS = Set.of(
            "id",
            "message",
            "created_time",
            "from",
            "permalink_url",
            "parent",
            "object",
            "attachment",
            "like_count",
            "comment_count");
    private static final Set<String> PAGE_FIELDS = Set.of(
            "id",
            "name",
            "username",
            "access_token",
            "tasks",
            "link",
            "picture",
            "category",
            "fan_count",
            "followers_count",
            "about",
            "instagram_business_account",
            "is_published");

    private final FacebookState state;
    private final App app;
    private final FacebookVideoViews videos;

    FacebookViews(Clock clock, FacebookState state, App app) {
        this.state = state;
        this.app = app;
        this.videos = new FacebookVideoViews(clock, state);
    }

    /** What a successful {@code POST} answers: the id, and what was asked to be read back with it. */
    Reply created(Post post, Set<String> fields) {
        return Reply.json(200, view(post, fields));
    }

    ObjectNode view(Node node, GraphRequest request) {
        return switch (node) {
            case Post post -> view(post, request.fields(Set.of("created_time", "message", "id")));
            case Photo photo -> view(photo, request.fields(Set.of("created_time", "name", "id")));
            case Comment comment -> view(comment, request.fields(Set.of("created_time", "from", "message", "id")));
            case Video video -> videos.view(video, request.fields(Set.of("id", "updated_time")));
        };
    }

    ObjectNode view(Video video, Set<String> fields) {
        return videos.view(video, fields);
    }

    ObjectNode view(Post post, Set<String> fields) {
        GraphPages.refuseUnknown(fields, POST_FIELDS, "Post");
        var view = Json.object();
        for (var field : fields) {
            switch (field) {
                case "message" -> {
                    if (!post.message().isEmpty()) {
                        view.put("message", post.message());
                    }
                }
                case "created_time", "updated_time" -> view.put(field, GraphPages.time(post.createdAt()));
                case "permalink_url" -> view.put("permalink_url", permalink(post.id()));
                case "is_published" -> view.put("is_published", post.published());
                case "application" ->
                    view.putObject("application")
                            .put("id", app.clientId())
                            .put("name", "Broadside")
                            .put("category", "Business");
                case "from" -> view.set("from", from(post.pageId()));
                case "status_type" ->
                    view.put(
                            "status_type",
                            post.videoId().isPresent()
                                    ? "added_video"
                                    : post.photoIds().isEmpty()
                                            ? post.link().isPresent() ? "shared_story" : "mobile_status_update"
                                            : "added_photos");
                case "attachments" -> attachments(view, post);
                default -> {
                    // The other fields are known, and empty here: the real network leaves empty fields out.
                }
            }
        }
        view.put("id", post.id());
        return view;
    }

    ObjectNode page(Page page, Set<String> fields, boolean withToken) {
        GraphPages.refuseUnknown(fields, PAGE_FIELDS, "Page");
        var view = Json.object();
        if (fields.contains("name")) {
            view.put("name", page.account().name());
        }
        if (fields.contains("username")) {
            view.put("username", "sim." + page.id());
        }
        if (fields.contains("link")) {
            view.put("link", "https://www.facebook.com/" + page.id());
        }
        if (fields.contains("category")) {
            view.put("category", "Software");
        }
        if (fields.contains("access_token") && withToken) {
            view.put("access_token", page.account().pageToken());
        }
        if (fields.contains("instagram_business_account")) {
            state.instagramOf(page.id())
                    .ifPresent(
                            id -> view.putObject("instagram_business_account").put("id", id));
        }
        if (fields.contains("tasks")) {
            var tasks = view.putArray("tasks");
            for (var task :
                    new String[] {"ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"}) {
                tasks.add(task);
            }
        }
        view.put("id", page.id());
        return view;
    }

    static String permalink(String postId) {
        int underscore = postId.indexOf('_');
        return "https://www.facebook.com/" + postId.substring(0, underscore) + "/posts/"
                + postId.substring(underscore + 1);
    }

    private ObjectNode view(Photo photo, Set<String> fields) {
        GraphPages.refuseUnknown(fields, PHOTO_FIELDS, "Photo");
        var view = Json.object();
        if (fields.contains("created_time")) {
            view.put("created_time", GraphPages.time(photo.createdAt()));
        }
        if (fields.contains("name")) {
            photo.caption().ifPresent(caption -> view.put("name", caption));
        }
        if (fields.contains("alt_text_custom")) {
            photo.altText().ifPresent(text -> view.put("alt_text_custom", text));
        }
        if (fields.contains("link")) {
            view.put("link", "https://www.facebook.com/photo.php?fbid=" + photo.id());
        }
        if (fields.contains("from")) {
            view.set("from", from(photo.pageId()));
        }
        view.put("id", photo.id());
        return view;
    }

    ObjectNode view(Comment comment, Set<String> fields) {
        GraphPages.refuseUnknown(fields, COMMENT_FIELDS, "Comment");
        var view = Json.object();
        if (fields.contains("created_time")) {
            view.put("created_time", GraphPages.time(comment.createdAt()));
        }
        if (fields.contains("from")) {
            view.set("from", from(comment.pageId()));
        }
        if (fields.contains("message")) {
            view.put("message", comment.message());
        }
        if (fields.contains("object")) {
            view.putObject("object").put("id", comment.postId());
        }
        view.put("id", comment.id());
        return view;
    }

    private ObjectNode from(String pageId) {
        var from = Json.object();
        state.page(pageId).ifPresent(page -> from.put("name", page.account().name()));
        from.put("id", pageId);
        return from;
    }

    private static void attachments(ObjectNode view, Post post) {
        if (post.photoIds().isEmpty() && post.link().isEmpty() && post.videoId().isEmpty()) {
            return;
        }
        var attachment = view.putObject("attachments").putArray("data").addObject();
        if (post.videoId().isPresent()) {
            var url = "https://www.facebook.com/reel/" + post.videoId().get();
            attachment.put("type", "video_inline").put("media_type", "video").put("url", url);
            attachment.putObject("target").put("id", post.videoId().get()).put("url", url);
        } else if (post.photoIds().size() > 1) {
            attachment.put("type", "album").put("media_type", "album");
            var parts = attachment.putObject("subattachments").putArray("data");
            post.photoIds().forEach(id -> photo(parts.addObject(), id));
        } else if (post.photoIds().size() == 1) {
            photo(attachment, post.photoIds().getFirst());
        } else {
            var link = post.link().orElseThrow();
            attachment
                    .put("type", "share")
                    .put("media_type", "link")
                    .put("url", link)
                    .put("unshimmed_url", link);
        }
    }

    private static void photo(ObjectNode attachment, String id) {
        var url = "https://www.facebook.com/photo.php?fbid=" + id;
        attachment.put("type", "photo").put("media_type", "photo").put("url", url);
        attachment.putObject("target").put("id", id).put("url", url);
    }
}
