package io.broadside.simulator.facebook;

import io.broadside.simulator.account.Platform;
import io.broadside.simulator.facebook.FacebookChange.Finish;
import io.broadside.simulator.facebook.FacebookChange.Post;
import io.broadside.simulator.facebook.FacebookChange.Story;
import io.broadside.simulator.facebook.FacebookChange.Video;
import io.broadside.simulator.facebook.FacebookChange.VideoKind;
import io.broadside.simulator.facebook.FacebookChange.VideoLoad;
import io.broadside.simulator.facebook.FacebookState.Page;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphRequest;
import io.broadside.simulator.graph.VideoPiece;
import io.broadside.simulator.http.Json;
import io.broadside.simulator.http.Medium;
import io.broadside.simulator.http.Outbound;
import io.broadside.simulator.http.Reply;
import io.broadside.simulator.platform.Foundation;
import io.vertx.core.Future;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Videos, reels and video stories: begun, uploaded, finished.
 *
 * <p>https://developers.facebook.com/docs/graph-api/reference/page/videos,
 * https://developers.facebook.com/docs/video-api/guides/reels-publishing, https://developers.facebook.com/docs/page-stories-api
 *
 * <ol>
 *   <li>Nothing of a video is kept but its fingerprint.
 *   <li>A video is public when it is finished as published and all of it is there, once; what fails in processing never is.
 *   <li>A reel that is finished has no post id in its answer, as the real one: its status tells.
 * </ol>
 */
final class FacebookVideos {
    private static final long MEBIBYTE = 1024 * 1024;
    private static final long LARGEST = 4096 * MEBIBYTE;
    /** How much is asked for at once. */
    private static final long PIECE = 4 * MEBIBYTE;

    private static final Duration DAY = Duration.ofDays(1);
    private static final Set<String> PARAMETERS = Set.of(
            "upload_phase",
            "upload_session_id",
            "start_offset",
            "file_size",
            "file_url",
            "source",
            "video_file_chunk",
            "title",
            "description",
            "published",
            "targeting",
            "scheduled_publish_time",
            "unpublished_content_type",
            "no_story",
            "content_tags",
            "content_category",
            "embeddable");
    private static final Set<String> REEL_PARAMETERS = Set.of(
            "upload_phase", "video_id", "video_state", "title", "description", "scheduled_publish_time", "place");
    private static final Set<String> STORY_PARAMETERS = Set.of("upload_phase", "video_id");

    private final Foundation foundation;
    private final Clock clock;
    private final FacebookState state;
    private final Callers callers;
    private final Outbound outbound;
    private final Supplier<FacebookSettings> settings;

    FacebookVideos(Foundation foundation, Supplier<FacebookSettings> settings, FacebookState state, Callers callers) {
        this.foundation = foundation;
        this.clock = foundation.clock();
        this.outbound = foundation.outbound();
        this.settings = settings;
        this.state = state;
        this.callers = callers;
    }

    /** In one call: the file, or its address. */
    Future<Reply> video(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(PARAMETERS);
        var file = request.request().files().get("source");
        var medium = file != null
                ? Future.succeededFuture(Seen.of(file.medium()))
                : fetched(FacebookPublishing.link(request.parameter("file_url")
                        .orElseThrow(() -> GraphError.invalidParameter("Missing file_url or source"))));
        return medium.map(loaded -> {
            if (!loaded.isVideo()) {
                throw FacebookError.videoInvalid();
            }
            var footage = begin(page, VideoKind.VIDEO, loaded.length());
            process(footage, loaded.fingerprint(), Optional.empty());
            finish(footage, page, request, request.flag("published", true));
            return Reply.json(200, Json.object().put("id", footage.video().id()));
        });
    }

    Reply start(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(PARAMETERS);
        long size = request.number("file_size")
                .filter(number -> number > 0 && number <= LARGEST)
                .orElseThrow(() -> GraphError.invalidParameter("The parameter file_size is required"));
        var id = begin(page, VideoKind.VIDEO, size).video().id();
        return Reply.json(
                200,
                Json.object()
                        .put("video_id", id)
                        .put("upload_session_id", session(id))
                        .put("start_offset", "0")
                        .put("end_offset", Long.toString(Math.min(PIECE, size))));
    }

    Reply transfer(String pageId, GraphRequest request) {
        var footage = ofSession(callers.asPage(request, pageId), request);
        request.onlyKnown(PARAMETERS);
        var file = request.request().files().get("video_file_chunk");
        if (file == null) {
            throw GraphError.invalidParameter("The parameter video_file_chunk is required");
        }
        synchronized (footage) {
            long given = request.number("start_offset")
                    .orElseThrow(() -> GraphError.invalidParameter("The parameter start_offset is required"));
            long expected = footage.received().length();
            long size = footage.video().fileSize();
            if (given != expected || expected + file.medium().length() > size) {
                throw FacebookError.uploadOffset(expected, given);
            }
            receive(footage, file.medium());
            long next = footage.received().length();
            return Reply.json(
                    200,
                    Json.object()
                            .put("start_offset", Long.toString(next))
                            .put("end_offset", Long.toString(Math.min(next + PIECE, size))));
        }
    }

    Reply finish(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        var footage = ofSession(page, request);
        request.onlyKnown(PARAMETERS);
        finishUploaded(footage, page, request, request.flag("published", true));
        return Reply.json(200, Json.object().put("success", true));
    }

    Reply cancel(String pageId, GraphRequest request) {
        var footage = ofSession(callers.asPage(request, pageId), request);
        state.commit(new FacebookChange.VideoCancelled(footage.video().id()));
        return Reply.json(200, Json.object().put("success", true));
    }

    Reply startReel(String pageId, GraphRequest request) {
        return startWithAddress(pageId, request, VideoKind.REEL, REEL_PARAMETERS);
    }

    Reply finishReel(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(REEL_PARAMETERS);
        var footage = own(page, request.required("video_id"), VideoKind.REEL);
        var isPublished = switch (request.required("video_state")) {
            case "PUBLISHED" -> true;
            case "DRAFT", "SCHEDULED" -> false;
            default -> throw GraphError.invalidParameter("video_state must be PUBLISHED, DRAFT or SCHEDULED");
        };
        synchronized (page) {
            if (isPublished
                    && state.reelsSince(page.id(), clock.instant().minus(DAY))
                            >= settings.get().facebookReelsPerDay()) {
                throw FacebookError.reelLimit();
            }
            finishUploaded(footage, page, request, isPublished);
        }
        return Reply.json(200, Json.object().put("success", true));
    }

    Reply startStory(String pageId, GraphRequest request) {
        return startWithAddress(pageId, request, VideoKind.STORY, STORY_PARAMETERS);
    }

    Reply finishStory(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(STORY_PARAMETERS);
        var footage = own(page, request.required("video_id"), VideoKind.STORY);
        finishUploaded(footage, page, request, true);
        return published(footage.postId());
    }

    /** Shows an unpublished photo for a day. */
    Reply photoStory(String pageId, GraphRequest request) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(Set.of("photo_id"));
        var id = request.required("photo_id");
        synchronized (page) {
            var photo = state.photo(id)
                    .filter(known -> known.pageId().equals(page.id()))
                    .orElseThrow(() -> GraphError.noSuchObject(request.method(), id));
            if (photo.published() || state.isUsed(id)) {
                throw FacebookError.alreadyUsed(id);
            }
            var story = new Story(state.newId(), page.id(), id, false, clock.instant());
            state.commit(new FacebookChange.StoryPublished(
                    story, photo.fingerprint(), request.request().arrivedAt()));
            return published(Optional.of(story.id()));
        }
    }

    /** Bytes of a reel or a story, from where the upload is, or the address of the file. */
    Future<Reply> upload(String videoId, GraphRequest request) {
        callers.of(request);
        var footage = state.footage(videoId)
                .filter(known -> !known.isCancelled() && known.video().kind() != VideoKind.VIDEO)
                .orElseThrow(() -> GraphError.noSuchObject(request.method(), videoId));
        callers.asPage(request, footage.video().pageId());
        synchronized (footage) {
            if (footage.load().isPresent()) {
                throw VideoPiece.refused("ProcessingFailedError", "the video was uploaded already");
            }
            var piece = VideoPiece.of(request.request(), footage.received());
            if (piece.fileUrl().isPresent()) {
                return fetched(FacebookPublishing.link(piece.fileUrl().get())).map(loaded -> {
                    process(footage, loaded.fingerprint(), invalidity(loaded.isVideo()));
                    return VideoPiece.taken();
                });
            }
            receive(footage, piece.bytes());
            if (piece.isLast()) {
                process(footage, footage.received().text(), invalidity(footage.isVideo()));
            }
            return Future.succeededFuture(VideoPiece.taken());
        }
    }

    private Reply startWithAddress(String pageId, GraphRequest request, VideoKind kind, Set<String> known) {
        var page = callers.asPage(request, pageId);
        request.onlyKnown(known);
        var id = begin(page, kind, 0).video().id();
        return Reply.json(
                200,
                Json.object()
                        .put("video_id", id)
                        .put("upload_url", request.request().address("/video-upload/" + request.version() + "/" + id)));
    }

    private Footage begin(Page page, VideoKind kind, long size) {
        var video = new Video(state.newId(), page.id(), kind, size, clock.instant());
        state.commit(new FacebookChange.VideoBegun(video));
        return state.footage(video.id()).orElseThrow();
    }

    private void receive(Footage footage, Medium piece) {
        state.commit(new FacebookChange.VideoReceived(footage.video().id(), piece.fingerprint(), piece.isVideo()));
    }

    private void process(Footage footage, String fingerprint, Optional<String> failure) {
        var video = footage.video();
        var processing = foundation.processing(
                Platform.FACEBOOK,
                "video.processing",
                video.pageId(),
                Duration.ofSeconds(settings.get().facebookVideoProcessingSeconds()));
        var readyAt = clock.instant().plus(processing.takes());
        state.commit(new FacebookChange.VideoLoaded(
                video.id(), new VideoLoad(fingerprint, readyAt, failure.or(processing::failure))));
    }

    private void finishUploaded(Footage footage, Page page, GraphRequest request, boolean isPublished) {
        // Always in this order: publishing takes the Page too.
        synchronized (page) {
            synchronized (footage) {
                complete(footage);
                if (footage.finish().isPresent()) {
                    throw FacebookError.alreadyUsed(footage.video().id());
                }
                finish(footage, page, request, isPublished);
            }
        }
    }

    /** Refuses a video of which bytes are missing. */
    private void complete(Footage footage) {
        var video = footage.video();
        if (footage.load().isEmpty() && video.kind() == VideoKind.VIDEO) {
            if (footage.received().length() != video.fileSize()) {
                throw FacebookError.uploadOffset(footage.received().length(), video.fileSize());
            }
            process(footage, footage.received().text(), invalidity(footage.isVideo()));
        }
        if (footage.load().isEmpty()) {
            throw GraphError.invalidParameter("The video is not uploaded yet: " + video.id());
        }
    }

    /** What will fail in processing is never seen. */
    private void finish(Footage footage, Page page, GraphRequest request, boolean isPublished) {
        var video = footage.video();
        var texts = new Finish(
                request.parameter("title"), request.parameter("description").orElse(""), isPublished);
        state.commit(new FacebookChange.VideoFinished(video.id(), texts));
        var load = footage.load().orElseThrow();
        if (!isPublished || load.failure().isPresent()) {
            return;
        }
        var calledAt = request.request().arrivedAt();
        if (video.kind() == VideoKind.STORY) {
            var story = new Story(state.newId(), page.id(), video.id(), true, clock.instant());
            state.commit(new FacebookChange.StoryPublished(story, load.fingerprint(), calledAt));
            return;
        }
        var post = new Post(
                page.id() + "_" + state.newId(),
                page.id(),
                texts.description(),
                Optional.empty(),
                List.of(),
                true,
                clock.instant(),
                Optional.of(video.id()));
        state.commit(new FacebookChange.VideoPublished(video.id(), post, load.fingerprint(), calledAt));
    }

    /** Taken as it is when nothing is fetched. */
    private Future<Seen> fetched(String url) {
        if (!settings.get().facebookFetchesPhotos()) {
            return Future.succeededFuture(new Seen(url, 0, true));
        }
        return outbound.fetch(URI.create(url), FacebookPublishing.CRAWLER, LARGEST)
                .map(Seen::of)
                .recover(_ -> Future.failedFuture(FacebookError.videoNotFetched()));
    }

    private static Optional<String> invalidity(boolean isVideo) {
        return isVideo ? Optional.empty() : Optional.of("1363024");
    }

    private static Reply published(Optional<String> postId) {
        var body = Json.object().put("success", true);
        // A number, as the real one: ids of stories have no underscore.
        postId.ifPresent(id -> body.put("post_id", Long.parseLong(id)));
        return Reply.json(200, body);
    }

    private Footage ofSession(Page page, GraphRequest request) {
        var session = request.required("upload_session_id");
        return own(page, session.substring(1), VideoKind.VIDEO);
    }

    private Footage own(Page page, String id, VideoKind kind) {
        return state.footage(id)
                .filter(footage -> footage.video().pageId().equals(page.id()))
                .filter(footage -> footage.video().kind() == kind && !footage.isCancelled())
                .orElseThrow(() -> GraphError.noSuchObject("POST", id));
    }

    /** Another number than the video's, so that nobody takes one for the other. */
    private static String session(String videoId) {
        return "9" + videoId;
    }

    /** Whether the story can still be seen. */
    static boolean isShown(Story story, Instant now) {
        return story.createdAt().plus(DAY).isAfter(now);
    }

    /** What is known of a file. */
    private record Seen(String fingerprint, long length, boolean isVideo) {
        static Seen of(Medium medium) {
            return new Seen(medium.fingerprint().text(), medium.length(), medium.isVideo());
        }
    }
}
