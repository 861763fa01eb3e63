package io.broadside.simulator.instagram;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphPages;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.instagram.InstagramChange.Comment;
import io.broadside.simulator.instagram.InstagramChange.Media;
import io.broadside.simulator.instagram.InstagramState.Made;
import io.broadside.simulator.instagram.InstagramState.Profile;
import io.broadside.simulator.settings.CurrentSettings;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;

/** Reading back: https://developers.facebook.com/docs/instagram-platform/reference/instagram-media. */
final class InstagramReading {
    private static final String SLUG = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final Set<String> CONTAINER_FIELDS = Set.of("id", "status", "status_code", "video_status");
    private static final Set<String> MEDIA_FIELDS = Set.of(
            "id",
            "caption",
            "timestamp",
            "media_type",
            "media_product_type",
            "permalink",
            "shortcode",
            "media_url",
            "thumbnail_url",
            "username",
            "owner",
            "children",
            "comments",
            "comments_count",
            "like_count",
            "alt_text",
            "is_comment_enabled",
            "is_shared_to_feed");
    private static final Set<String> COMMENT_FIELDS =
            Set.of("id", "text", "timestamp", "username", "from", "media", "like_count", "hidden", "parent_id");
    private static final Set<String> ACCOUNT_FIELDS = Set.of(
            "id",
            "user_id",
            "username",
            "name",
            "account_type",
            "media_count",
            "followers_count",
            "follows_count",
            "profile_picture_url",
            "biography",
            "website");

    private final Clock clock;
    private final InstagramState state;
    private final InstagramCallers callers;
    private final InstagramLoading loading;
    private final InstagramPublishing publishing;
    private final CurrentSettings common;

    InstagramReading(
            Clock clock,
            InstagramState state,
            InstagramCallers callers,
            InstagramLoading loading,
            InstagramPublishing publishing,
            CurrentSettings common) {
        this.clock = clock;
        this.state = state;
        this.callers = callers;
        this.loading = loading;
        this.publishing = publishing;
        this.common = common;
    }

    Reply account(String id, GraphRequest request) {
        var profile = callers.as(request, id);
        request.onlyKnown(Set.of());
        var fields = request.fields(Set.of("id"));
        GraphPages.refuseUnknown(fields, ACCOUNT_FIELDS, "IGUser");
        boolean isThroughFacebook = InstagramCallers.isThroughFacebook(request);
        var view = Json.object();
        for (var field : fields) {
            switch (field) {
                case "user_id" -> {
                    if (isThroughFacebook) {
                        throw GraphError.invalidParameter(
                                "Tried accessing nonexisting field (user_id) on node type (IGUser)");
                    }
                    view.put("user_id", profile.id());
                }
                case "username", "name" -> view.put(field, profile.account().name());
                case "account_type" -> view.put("account_type", "BUSINESS");
                case "media_count" ->
                    view.put("media_count", profile.published().size());
                default -> {
                    // The other fields are known, and empty here: the real network leaves empty fields out.
                }
            }
        }
        return Reply.json(
                200, view.put("id", isThroughFacebook ? profile.id() : InstagramCallers.appScoped(profile.id())));
    }

    /** Of a container, a medium or a comment. */
    Reply object(String id, GraphRequest request) {
        callers.ownerOf(request, id);
        request.onlyKnown(Set.of());
        var fields = request.fields(Set.of("id"));
        var made = state.container(id);
        if (made.isPresent()) {
            loading.fetch(made.get());
            return Reply.json(200, view(made.get(), fields));
        }
        return state.media(id)
                .filter(media ->
                        InstagramPublishing.isStillShown(media, clock.instant()) && isVisible(media.publishedAt()))
                .map(media -> view(media, fields))
                .or(() -> state.comment(id).map(comment -> view(comment, fields)))
                .map(view -> Reply.json(200, view))
                .orElseThrow(() -> GraphError.noSuchObject(request.method(), id));
    }

    Reply media(String accountId, GraphRequest request) {
        var profile = callers.as(request, accountId);
        request.onlyKnown(GraphPages.PARAMETERS);
        var fields = request.fields(Set.of("id"));
        var since = GraphPages.instant(request, "since").orElse(Instant.MIN);
        var until = GraphPages.instant(request, "until").orElse(Instant.MAX);
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        profile.published().stream()
                                .filter(media -> !media.kind().isStory())
                                .filter(media -> isVisible(media.publishedAt()))
                                .filter(media -> !media.publishedAt().isBefore(since)
                                        && !media.publishedAt().isAfter(until))
                                .map(media -> view(media, fields))
                                .toList()));
    }

    Reply stories(String accountId, GraphRequest request) {
        var profile = callers.as(request, accountId);
        request.onlyKnown(GraphPages.PARAMETERS);
        var fields = request.fields(Set.of("id"));
        var start = clock.instant().minus(InstagramPublishing.STORY_LIVES);
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        profile.published().stream()
                                .filter(media -> media.kind().isStory())
                                .filter(media -> media.publishedAt().isAfter(start) && isVisible(media.publishedAt()))
                                .map(media -> view(media, fields))
                                .toList()));
    }

    Reply comments(String mediaId, GraphRequest request) {
        callers.ownerOf(request, mediaId);
        request.onlyKnown(GraphPages.PARAMETERS);
        var fields = request.fields(Set.of("id", "text", "timestamp"));
        return Reply.json(
                200,
                GraphPages.list(
                        request,
                        state.commentsOf(mediaId).reversed().stream()
                                .filter(comment -> isVisible(comment.createdAt()))
                                .map(comment -> view(comment, fields))
                                .toList()));
    }

    private ObjectNode view(Made made, Set<String> fields) {
        GraphPages.refuseUnknown(fields, CONTAINER_FIELDS, "ShadowIGMediaBuilder");
        var view = Json.object();
        var status = publishing.status(made);
        if (fields.contains("status_code")) {
            view.put("status_code", status.name());
        }
        if (fields.contains("status")) {
            view.put(
                    "status",
                    switch (status) {
                        case IN_PROGRESS -> "In Progress: Media is still being processed.";
                        case FINISHED -> "Finished: Media has been uploaded and it is ready to be published.";
                        case PUBLISHED -> "Published: Media has been successfully published.";
                        case EXPIRED -> "Expired: Media was not published within 24 hours.";
                        case ERROR ->
                            "Error: Media upload has failed with error code "
                                    + made.load()
                                            .flatMap(load -> load.failure())
                                            .orElse("");
                    });
        }
        if (fields.contains("video_status") && made.container().kind().isVideo()) {
            var isLoaded = made.load().isPresent();
            var videoStatus = view.putObject("video_status");
            videoStatus
                    .putObject("uploading_phase")
                    .put("status", isLoaded ? "complete" : "in_progress")
                    .put("bytes_transferred", made.received().length());
            videoStatus
                    .putObject("processing_phase")
                    .put(
                            "status",
                            switch (status) {
                                case IN_PROGRESS -> isLoaded ? "in_progress" : "not_started";
                                case ERROR -> "error";
                                case FINISHED, PUBLISHED, EXPIRED -> "complete";
                            });
        }
        return view.put("id", made.container().id());
    }

    private ObjectNode view(Media media, Set<String> fields) {
        GraphPages.refuseUnknown(fields, MEDIA_FIELDS, "IGMedia");
        var view = Json.object();
        var username = state.profile(media.accountId())
                .map(Profile::account)
                .map(InstagramAccount::name)
                .orElse("");
        for (var field : fields) {
            switch (field) {
                case "caption" -> {
                    if (!media.caption().isEmpty()) {
                        view.put("caption", media.caption());
                    }
                }
                case "timestamp" -> view.put("timestamp", GraphPages.time(media.publishedAt()));
                case "media_type" -> view.put("media_type", media.kind().mediaType());
                case "media_product_type" ->
                    view.put("media_product_type", media.kind().productType());
                case "permalink" -> view.put("permalink", permalink(media, username));
                case "shortcode" -> view.put("shortcode", shortcode(media.id()));
                case "username" -> view.put("username", username);
                case "owner" -> view.putObject("owner").put("id", media.accountId());
                case "comments_count" ->
                    view.put("comments_count", state.commentsOf(media.id()).size());
                case "alt_text" ->
                    state.container(media.containerId())
                            .flatMap(made -> made.container().altText())
                            .ifPresent(text -> view.put("alt_text", text));
                case "children" -> children(media, view);
                default -> {
                    // The other fields are known, and empty here: the real network leaves empty fields out.
                }
            }
        }
        return view.put("id", media.id());
    }

    /** Items have ids of their own, which are not those of their containers. */
    private void children(Media media, ObjectNode view) {
        state.container(media.containerId())
                .map(made -> made.container().children())
                .filter(children -> !children.isEmpty())
                .ifPresent(children -> {
                    var data = view.putObject("children").putArray("data");
                    children.forEach(child -> data.addObject().put("id", "18" + child.substring(2)));
                });
    }

    private ObjectNode view(Comment comment, Set<String> fields) {
        GraphPages.refuseUnknown(fields, COMMENT_FIELDS, "IGComment");
        var view = Json.object();
        var username = state.profile(comment.accountId())
                .map(profile -> profile.account().name())
                .orElse("");
        for (var field : fields) {
            switch (field) {
                case "text" -> view.put("text", comment.text());
                case "timestamp" -> view.put("timestamp", GraphPages.time(comment.createdAt()));
                case "username" -> view.put("username", username);
                case "from" ->
                    view.putObject("from").put("id", comment.accountId()).put("username", username);
                case "media" -> view.putObject("media").put("id", comment.mediaId());
                default -> {
                    // The other fields are known, and empty here: the real network leaves empty fields out.
                }
            }
        }
        return view.put("id", comment.id());
    }

    private boolean isVisible(Instant madeAt) {
        return !clock.instant().isBefore(madeAt.plusSeconds(common.get().readLagSeconds()));
    }

    private static String permalink(Media media, String username) {
        return switch (media.kind()) {
            case REEL -> "https://www.instagram.com/reel/" + shortcode(media.id()) + "/";
            case IMAGE_STORY, VIDEO_STORY -> "https://www.instagram.com/stories/" + username + "/" + media.id();
            case IMAGE, VIDEO, CAROUSEL -> "https://www.instagram.com/p/" + shortcode(media.id()) + "/";
        };
    }

    /** Not to be had from the id by those who do not know how. */
    private static String shortcode(String mediaId) {
        var code = new StringBuilder();
        for (long left = Long.parseLong(mediaId) * 31; left != 0; left >>>= 6) {
            code.append(SLUG.charAt((int) (left & 63)));
        }
        return code.toString();
    }
}
