package io.broadside.publisher.platform.linkedin;

import io.broadside.publisher.platform.AnswerJson;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.Reply.NoAnswer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Waits until LinkedIn has processed a video or document: a post made earlier is refused. Images are ready when they are there.
 *
 * <p>A token that may only post for a member may not ask. Then the post is tried after a while, and LinkedIn says itself if it
 * is too early.
 */
final class Processing {

    static final Step PROCESS = Step.preparing(LinkedInStep.PROCESS.label());

    static final Duration SHORTEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** How long to wait for what may not be asked about. */
    private static final Duration UNSEEN = Duration.ofSeconds(30);

    private final LinkedInConfig config;
    private final LinkedInCalls calls;
    private final LinkedInErrors errors;
    private final Clock clock;

    Processing(LinkedInConfig config, LinkedInCalls calls, LinkedInErrors errors, Clock clock) {
        this.config = config;
        this.calls = calls;
        this.errors = errors;
        this.clock = clock;
    }

    Outcome await(Visit visit) {
        for (var urn : visit.progress().media()) {
            var reply = calls.get(collection(urn) + ".read", path(urn), visit.token(), visit.context());
            if (reply instanceof NoAnswer missing) {
                return PROCESS.unanswered(missing);
            }
            if (reply instanceof Answer answer) {
                var next = after(answer, visit);
                if (next.isPresent()) {
                    return next.get();
                }
            }
        }
        return visit.progress().to(LinkedInStep.CREATE, clock.instant());
    }

    /** What to do about one file; empty if it is ready. */
    private Optional<Outcome> after(Answer answer, Visit visit) {
        if (!answer.isSuccess()) {
            return LinkedInErrors.meaning(answer) == Meaning.NOT_ALLOWED
                    ? unseen(visit)
                    : Optional.of(errors.outcome(answer, PROCESS, visit.command()));
        }
        var status = AnswerJson.objectIn(answer)
                .flatMap(body -> AnswerJson.text(body, "status"))
                .orElse("");
        return switch (status) {
            case "AVAILABLE" -> Optional.empty();
            case "PROCESSING_FAILED" ->
                Optional.of(refused("LinkedIn could not process the file; use another one.", Optional.of(status)));
            case "" -> Optional.of(errors.outcome(answer, PROCESS, visit.command()));
            // WAITING_UPLOAD is what it says until it noticed that everything is there.
            default -> Optional.of(awaitFurther(LinkedInStep.PROCESS, visit));
        };
    }

    private Optional<Outcome> unseen(Visit visit) {
        return waited(visit).compareTo(UNSEEN) >= 0
                ? Optional.empty()
                : Optional.of(visit.progress()
                        .withSince(since(visit))
                        .to(LinkedInStep.PROCESS, clock.instant(), UNSEEN.minus(waited(visit))));
    }

    /** Comes back to a step later, the longer it took already the later; not for ever. */
    Outcome awaitFurther(LinkedInStep step, Visit visit) {
        var waited = waited(visit);
        if (waited.compareTo(config.processingLimit()) >= 0) {
            return refused(
                    "LinkedIn did not finish processing the file within "
                            + config.processingLimit().toMinutes() + " minutes; try a smaller one.",
                    Optional.empty());
        }
        var half = waited.dividedBy(2);
        var pause = half.compareTo(SHORTEST_PAUSE) < 0
                ? SHORTEST_PAUSE
                : half.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : half;
        return visit.progress().withSince(since(visit)).to(step, clock.instant(), pause);
    }

    private Duration waited(Visit visit) {
        return Duration.between(since(visit), clock.instant());
    }

    private Instant since(Visit visit) {
        return visit.progress().since().orElseGet(clock::instant);
    }

    /** Nothing was published. */
    private static Outcome refused(String sentence, Optional<String> status) {
        return new Rejected(new Cause(ErrorCode.MEDIA_UNAVAILABLE, sentence, status, Optional.empty()));
    }

    private static String path(String urn) {
        return "/rest/" + collection(urn) + "/" + Urns.encoded(urn);
    }

    private static String collection(String urn) {
        return urn.startsWith("urn:li:video:") ? "videos" : urn.startsWith("urn:li:document:") ? "documents" : "images";
    }
}
