package io.broadside.simulator.facebook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.broadside.simulator.facebook.FacebookChange.Finish;
import io.broadside.simulator.facebook.FacebookChange.Video;
import io.broadside.simulator.facebook.FacebookChange.VideoKind;
import io.broadside.simulator.facebook.FacebookChange.VideoLoad;
import io.broadside.simulator.graph.GraphError;
import io.broadside.simulator.graph.GraphPages;
import io.broadside.simulator.http.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;

/** Videos as JSON: https://developers.facebook.com/docs/graph-api/reference/video */
final class FacebookVideoViews {
    private static final Set<String> FIELDS = Set.of(
            "id",
            "title",
            "description",
            "created_time",
            "updated_time",
            "status",
            "published",
            "permalink_url",
            "post_id",
            "from",
            "length",
            "source",
            "picture",
            "thumbnails",
            "views");

    private final Clock clock;
    private final FacebookState state;

    FacebookVideoViews(Clock clock, FacebookState state) {
        this.clock = clock;
        this.state = state;
    }

    ObjectNode view(Video video, Set<String> fields) {
        GraphPages.refuseUnknown(fields, FIELDS, "Video");
        var footage = state.footage(video.id()).orElseThrow(() -> GraphError.noSuchObject("GET", video.id()));
        var view = Json.object();
        for (var field : fields) {
            switch (field) {
                case "title" -> footage.finish().flatMap(Finish::title).ifPresent(title -> view.put("title", title));
                case "description" ->
                    footage.finish()
                            .map(Finish::description)
                            .filter(text -> !text.isEmpty())
                            .ifPresent(text -> view.put("description", text));
                case "created_time", "updated_time" -> view.put(field, GraphPages.time(video.createdAt()));
                case "status" -> view.set("status", status(footage));
                case "published" -> view.put("published", isPublic(footage));
                case "permalink_url" -> view.put("permalink_url", permalink(video));
                case "post_id" ->
                    footage.postId()
                            .filter(_ -> isPublic(footage))
                            .ifPresent(id -> view.put("post_id", id.substring(id.indexOf('_') + 1)));
                default -> {
                    // The other fields are known, and empty here: the real network leaves empty fields out.
                }
            }
        }
        return view.put("id", video.id());
    }

    /** Spelt as the real one spells it. */
    private ObjectNode status(Footage footage) {
        var now = clock.instant();
        var isLoaded = footage.load().isPresent();
        var hasFailed = footage.hasFailed(now);
        var isProcessed = footage.isProcessed(now);
        var status = Json.object()
                .put(
                        "video_status",
                        hasFailed ? "error" : isProcessed ? "ready" : isLoaded ? "processing" : "uploading");
        status.putObject("uploading_phase")
                .put("status", isLoaded ? "complete" : "in_progress")
                .put("bytes_transfered", footage.received().length());
        var processing = status.putObject("processing_phase")
                .put(
                        "status",
                        hasFailed ? "error" : isProcessed ? "complete" : isLoaded ? "in_progress" : "not_started");
        if (hasFailed) {
            processing
                    .putObject("error")
                    .put(
                            "message",
                            "The video could not be processed: "
                                    + footage.load().flatMap(VideoLoad::failure).orElse(""));
        }
        publishing(footage, status.putObject("publishing_phase"), now);
        return status;
    }

    private void publishing(Footage footage, ObjectNode phase, Instant now) {
        var finish = footage.finish();
        if (finish.isEmpty()) {
            phase.put("status", "not_started").put("publish_status", "not_published");
        } else if (footage.hasFailed(now)) {
            phase.put("status", "error").put("publish_status", "error");
        } else if (!finish.get().published()) {
            phase.put("status", "complete").put("publish_status", "draft");
        } else if (isPublic(footage)) {
            phase.put("status", "complete").put("publish_status", "published");
            phase.put("publish_time", GraphPages.time(footage.video().createdAt()));
        } else {
            phase.put("status", "in_progress").put("publish_status", "not_published");
        }
    }

    private boolean isPublic(Footage footage) {
        return footage.postId().isPresent() && footage.isProcessed(clock.instant());
    }

    private static String permalink(Video video) {
        return video.kind() == VideoKind.REEL
                ? "/reel/" + video.id() + "/"
                : "/" + video.pageId() + "/videos/" + video.id() + "/";
    }
}
