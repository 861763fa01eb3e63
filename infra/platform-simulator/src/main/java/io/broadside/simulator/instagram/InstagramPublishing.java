package io.broadside.simulator.instagram;

import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.graph.VideoPiece;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.instagram.InstagramChange.Comment;
import io.broadside.simulator.instagram.InstagramChange.Container;
import io.broadside.simulator.instagram.InstagramChange.Media;
import io.broadside.simulator.instagram.InstagramChange.Status;
import io.broadside.simulator.instagram.InstagramState.Made;
import io.broadside.simulator.instagram.InstagramState.Profile;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Container, wait, publish: https://developers.facebook.com/docs/instagram-platform/content-publishing.
 *
 * <p>There is no detection of duplicates: two containers with the same picture are two posts, as on the real network.
 */
final class InstagramPublishing {
    private static final Duration QUOTA_WINDOW = Duration.ofDays(1);
    static final Duration STORY_LIVES = Duration.ofDays(1);

    private final Clock clock;
    private final InstagramState state;
    private final InstagramCallers callers;
    private final InstagramLoading loading;
    private final Supplier<InstagramSettings> settings;

    InstagramPublishing(
            Clock clock,
            InstagramState state,
            InstagramCallers callers,
            InstagramLoading loading,
            Supplier<InstagramSettings> settings) {
        this.clock = clock;
        this.state = state;
        this.callers = callers;
        this.loading = loading;
        this.settings = settings;
    }

    /** Makes a container. An attempt that is refused counts too. */
    Future<Reply> create(String accountId, GraphRequest request) {
        var profile = callers.as(request, accountId);
        var now = clock.instant();
        if (profile.attemptsOfTheDay(now) >= settings.get().instagramContainersPerDay()) {
            throw InstagramError.containerQuota();
        }
        return Future.succeededFuture()
                .map(_ -> NewContainer.of(request))
                .compose(wanted -> loaded(profile, wanted).map(fingerprints -> {
                    var made = made(profile, wanted);
                    if (!wanted.kind().isVideo()) {
                        loading.process(made.container(), fingerprints, Optional.empty());
                    }
                    loading.fetch(made);
                    return created(made.container(), wanted, request);
                }))
                .onFailure(_ -> profile.attempted(now));
    }

    /** Fingerprints of what is known before the answer. */
    private Future<List<String>> loaded(Profile profile, NewContainer wanted) {
        return switch (wanted.kind()) {
            case IMAGE, IMAGE_STORY ->
                loading.image(wanted.mediaUrl().orElseThrow(), wanted.kind()).map(List::of);
            case CAROUSEL ->
                Future.succeededFuture(wanted.children().stream()
                        .map(id -> finishedItem(profile, id))
                        .flatMap(item -> item.load().orElseThrow().fingerprints().stream())
                        .toList());
            case VIDEO, REEL, VIDEO_STORY -> Future.succeededFuture(List.of());
        };
    }

    private Made finishedItem(Profile profile, String id) {
        var item = own(profile, id);
        if (!item.container().isCarouselItem()) {
            throw GraphError.invalidParameter("A child of a carousel must be made with is_carousel_item: " + id);
        }
        return switch (status(item)) {
            case FINISHED -> item;
            case IN_PROGRESS, ERROR -> throw InstagramError.notReady();
            case EXPIRED -> throw InstagramError.expired();
            case PUBLISHED -> throw GraphError.invalidParameter("The child was published already: " + id);
        };
    }

    private Made made(Profile profile, NewContainer wanted) {
        var container = new Container(
                state.newContainerId(),
                profile.id(),
                wanted.kind(),
                wanted.caption(),
                wanted.altText(),
                wanted.mediaUrl(),
                wanted.isCarouselItem(),
                wanted.children(),
                clock.instant());
        state.commit(new InstagramChange.ContainerCreated(container));
        return state.container(container.id()).orElseThrow();
    }

    private static Reply created(Container container, NewContainer wanted, GraphRequest request) {
        var body = Json.object().put("id", container.id());
        if (wanted.kind().isVideo() && wanted.mediaUrl().isEmpty()) {
            body.put("uri", request.request().address("/ig-api-upload/" + request.version() + "/" + container.id()));
        }
        return Reply.json(200, body);
    }

    /** Takes bytes of a video, from where the upload is, or the address of it. */
    Reply upload(String containerId, GraphRequest request) {
        callers.ownerOf(request, containerId);
        var made = state.container(containerId)
                .filter(known -> known.container().kind().isVideo())
                .orElseThrow(() -> GraphError.noSuchObject(request.method(), containerId));
        synchronized (made) {
            if (made.url().isPresent() || made.load().isPresent()) {
                throw VideoPiece.refused("ProcessingFailedError", "the container has its video already");
            }
            var piece = VideoPiece.of(request.request(), made.received());
            if (piece.fileUrl().isPresent()) {
                state.commit(new InstagramChange.UrlGiven(
                        containerId, piece.fileUrl().get()));
                loading.fetch(made);
                return VideoPiece.taken();
            }
            state.commit(new InstagramChange.BytesReceived(
                    containerId, piece.bytes().fingerprint(), piece.bytes().isVideo()));
            if (piece.isLast()) {
                loading.uploaded(made);
            }
            return VideoPiece.taken();
        }
    }

    Reply publish(String accountId, GraphRequest request) {
        var profile = callers.as(request, accountId);
        request.onlyKnown(Set.of("creation_id"));
        var made = own(profile, request.required("creation_id"));
        if (made.container().isCarouselItem()) {
            throw GraphError.invalidParameter("An item of a carousel cannot be published by itself");
        }
        synchronized (profile) {
            switch (status(made)) {
                case IN_PROGRESS, ERROR, PUBLISHED -> throw InstagramError.notReady();
                case EXPIRED -> throw InstagramError.expired();
                case FINISHED -> {
                    // published below
                }
            }
            var now = clock.instant();
            if (used(profile, now) >= settings.get().instagramPublishesPerDay()) {
                throw InstagramError.publishQuota();
            }
            var container = made.container();
            var media = new Media(
                    state.newMediaId(), container.id(), profile.id(), container.kind(), container.caption(), now);
            state.commit(new InstagramChange.Published(
                    media,
                    made.load().orElseThrow().fingerprints(),
                    request.request().arrivedAt()));
            return Reply.json(200, Json.object().put("id", media.id()));
        }
    }

    Reply limit(String accountId, GraphRequest request) {
        var profile = callers.as(request, accountId);
        request.onlyKnown(Set.of("since"));
        var fields = request.fields(Set.of("quota_usage"));
        var body = Json.object();
        var data = body.putArray("data").addObject();
        if (fields.contains("quota_usage")) {
            data.put("quota_usage", used(profile, clock.instant()));
        }
        if (fields.contains("config")) {
            data.putObject("config")
                    .put("quota_total", settings.get().instagramPublishesPerDay())
                    .put("quota_duration", QUOTA_WINDOW.toSeconds());
        }
        return Reply.json(200, body);
    }

    Reply comment(String mediaId, GraphRequest request) {
        var profile = callers.ownerOf(request, mediaId);
        request.onlyKnown(Set.of("message"));
        var media = state.media(mediaId).orElseThrow(() -> GraphError.noSuchObject(request.method(), mediaId));
        if (media.kind().isStory()) {
            throw GraphError.invalidParameter("A story cannot be commented");
        }
        var comment =
                new Comment(state.newCommentId(), profile.id(), mediaId, request.required("message"), clock.instant());
        state.commit(new InstagramChange.Commented(comment, request.request().arrivedAt()));
        return Reply.json(200, Json.object().put("id", comment.id()));
    }

    Status status(Made made) {
        return made.status(clock.instant(), Duration.ofSeconds(settings.get().instagramContainerLivesSeconds()));
    }

    private static long used(Profile profile, Instant now) {
        return profile.publishedSince(now.minus(QUOTA_WINDOW));
    }

    private Made own(Profile profile, String containerId) {
        return state.container(containerId)
                .filter(made -> made.container().accountId().equals(profile.id()))
                .orElseThrow(InstagramError::containerNotFound);
    }

    static boolean isStillShown(Media media, Instant now) {
        return !media.kind().isStory() || media.publishedAt().plus(STORY_LIVES).isAfter(now);
    }
}
