package io.broadside.publisher.platform.facebook;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply.Answer;
import java.util.Optional;

/**
 * What the host of uploads says is wrong, which is not in the shape of the Graph API:
 * https://developers.facebook.com/docs/video-api/guides/reels-publishing.
 */
enum UploadError {
    /** The bytes do not begin where those before them ended; the video's status has the place. */
    OFFSET("OffsetInvalidError"),
    /** The file goes on after these bytes. For a piece that is no fault: they were taken. */
    PARTIAL("PartialRequestError"),
    /** The file as a whole was not liked. */
    PROCESSING("ProcessingFailedError"),
    OTHER("");

    private final String name;

    UploadError(String name) {
        this.name = name;
    }

    /** The error in an answer; empty if there is none in this shape. */
    static Optional<UploadError> in(Answer answer) {
        return nameIn(answer).map(found -> {
            for (var error : values()) {
                if (error.name.equals(found)) {
                    return error;
                }
            }
            return OTHER;
        });
    }

    /** What this host calls it. */
    static Optional<String> nameIn(Answer answer) {
        return AnswerJson.objectIn(answer)
                .map(body -> body.path("debug_info"))
                .filter(JsonNode::isObject)
                .map(info -> info.path("type").asText())
                .filter(type -> type.matches("[A-Za-z]{1,60}"));
    }

    /** Whether it says that another try may help. */
    static boolean isRetriable(Answer answer) {
        return AnswerJson.objectIn(answer)
                .filter(body -> body.path("debug_info").path("retriable").asBoolean())
                .isPresent();
    }
}
