package io.broadside.publisher.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * What Facebook says of a video: https://developers.facebook.com/docs/video-api/guides/reels-publishing. Its spelling varies
 * ({@code complete} and {@code completed}, {@code bytes_transfered}).
 *
 * @param bytesTaken how much of the file is there, if it says
 * @param permalink where people see it, if they do
 */
record VideoStatus(Stage stage, Optional<Long> bytesTaken, Optional<URI> permalink) {

    static final String FIELDS = "status,permalink_url";

    private static final URI FACEBOOK = URI.create("https://www.facebook.com");

    /** How far it has come. */
    enum Stage {
        /** People can see it. */
        PUBLISHED,
        /** It was published, and Facebook has not shown it so far. */
        PUBLISHING,
        /** It will not be seen: something about the file, or about publishing it, failed. */
        FAILED,
        /** The upload is too old to go on with, or broken. */
        EXPIRED,
        /** Facebook works on the file, which says nothing of whether it was asked to publish it. */
        PROCESSING,
        /** Facebook is done with the file, and says nothing of publishing. */
        READY,
        /** Nobody has asked to publish it, as far as Facebook knows. */
        NOT_PUBLISHED
    }

    /** A video of which this is said is not out. */
    private static final Set<String> UNDER_WAY = Set.of("uploading", "upload_complete", "processing", "error");

    /** The status in an answer; empty if it is none. */
    static Optional<VideoStatus> in(Reply reply) {
        return reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer)
                        .filter(body -> body.path("status").isObject())
                        .map(VideoStatus::of)
                : Optional.empty();
    }

    private static VideoStatus of(JsonNode body) {
        var status = body.path("status");
        var bytes = status.path("uploading_phase").path("bytes_transfered");
        return new VideoStatus(
                stage(status),
                bytes.canConvertToLong() || bytes.asText().matches("[0-9]{1,18}")
                        ? Optional.of(bytes.asLong())
                        : Optional.empty(),
                permalink(body));
    }

    private static Stage stage(JsonNode status) {
        var video = status.path("video_status").asText();
        var publishing = status.path("publishing_phase");
        if (isPublished(video, status)) {
            return Stage.PUBLISHED;
        }
        var hasFailed = video.equals("error")
                || isError(status.path("processing_phase"))
                || isError(publishing)
                || publishing.path("publish_status").asText().equals("error");
        if (hasFailed) {
            return Stage.FAILED;
        }
        var phase = publishing.path("status").asText();
        var isAsked = isComplete(publishing)
                || phase.equals("in_progress")
                || publishing.path("publish_status").asText().equals("published");
        // What is being published may come out, whatever its upload says: it is not begun anew.
        var isUploadBroken = !isAsked && isError(status.path("uploading_phase"));
        if (video.equals("expired") || video.equals("upload_failed") || isUploadBroken) {
            return Stage.EXPIRED;
        }
        if (isAsked) {
            return Stage.PUBLISHING;
        }
        if (video.equals("processing")
                || status.path("processing_phase").path("status").asText().equals("in_progress")) {
            return Stage.PROCESSING;
        }
        return video.equals("ready") && phase.isEmpty() && !publishing.has("publish_status")
                ? Stage.READY
                : Stage.NOT_PUBLISHED;
    }

    /** That it is to be published is said of a video that is not out so far, too; then something says that it is not done. */
    private static boolean isPublished(String video, JsonNode status) {
        var publishing = status.path("publishing_phase");
        var isUnderWay = UNDER_WAY.contains(video) || isError(status.path("processing_phase"));
        return publishing.path("publish_status").asText().equals("published")
                && (isComplete(publishing)
                        || video.equals("ready")
                        || (publishing.path("status").isMissingNode() && !isUnderWay));
    }

    private static boolean isComplete(JsonNode phase) {
        return phase.path("status").asText().startsWith("complete");
    }

    /** A phase that has not started may have an error all the same, as in Meta's own example. */
    private static boolean isError(JsonNode phase) {
        return phase.path("status").asText().equals("error")
                || phase.path("error").isObject();
    }

    /** Facebook gives it without its host. */
    private static Optional<URI> permalink(JsonNode body) {
        return AnswerJson.text(body, "permalink_url").flatMap(text -> {
            try {
                return AnswerJson.webAddress(FACEBOOK.resolve(text).toString());
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        });
    }
}
