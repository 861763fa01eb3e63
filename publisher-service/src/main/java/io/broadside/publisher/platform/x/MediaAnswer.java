package io.broadside.publisher.platform.x;

import com.fasterxml.jackson.databind.JsonNode;
import io.broadside.publisher.platform.AnswerJson;
import io.broadside.runtime.http.Reply;
import io.broadside.runtime.http.Reply.Answer;
import java.time.Duration;
import java.util.Optional;

/**
 * What X says of an upload: https://docs.x.com/x-api/media/introduction.
 *
 * @param life how long it can be used from now on
 * @param checkAfter when to ask again, while X works on it
 */
record MediaAnswer(String id, State state, Duration life, Duration checkAfter) {

    /** The documents' example; some answers do not say. */
    private static final Duration USUAL_LIFE = Duration.ofDays(1);

    private static final Duration LONGEST_LIFE = Duration.ofDays(30);
    private static final Duration USUAL_PAUSE = Duration.ofSeconds(5);
    private static final long LONGEST_PAUSE = 3_600;

    /** How far X is. */
    enum State {
        READY,
        WORKING,
        FAILED
    }

    /** The upload in a successful answer; empty if there is none. */
    static Optional<MediaAnswer> in(Reply reply) {
        return reply instanceof Answer answer && answer.isSuccess()
                ? AnswerJson.objectIn(answer).map(body -> body.path("data")).flatMap(MediaAnswer::of)
                : Optional.empty();
    }

    private static Optional<MediaAnswer> of(JsonNode data) {
        return AnswerJson.text(data, "id")
                .filter(id -> id.matches("[0-9]{1,19}"))
                .map(id -> {
                    var processing = data.path("processing_info");
                    return new MediaAnswer(id, state(processing), life(data), pause(processing));
                });
    }

    /** No word about processing means that it is ready. */
    private static State state(JsonNode processing) {
        return switch (processing.path("state").asText()) {
            case "failed" -> State.FAILED;
            case "succeeded" -> State.READY;
            case "pending", "in_progress" -> State.WORKING;
            default -> processing.path("check_after_secs").asLong() > 0 ? State.WORKING : State.READY;
        };
    }

    /** A life that is no number of ours to believe in is cut to the usual one. */
    private static Duration life(JsonNode data) {
        var seconds = data.path("expires_after_secs").asLong(0);
        return seconds > 0 && seconds < LONGEST_LIFE.toSeconds() ? Duration.ofSeconds(seconds) : USUAL_LIFE;
    }

    private static Duration pause(JsonNode processing) {
        var seconds = processing.path("check_after_secs").asLong();
        return seconds > 0 ? Duration.ofSeconds(Math.min(seconds, LONGEST_PAUSE)) : USUAL_PAUSE;
    }
}
