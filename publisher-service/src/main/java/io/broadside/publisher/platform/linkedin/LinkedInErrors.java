package io.broadside.publisher.platform.linkedin;

import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.RateLimited;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Scope;
import io.broadside.publisher.platform.Outcome.TokenExpired;
import io.broadside.publisher.platform.Outcome.TokenRevoked;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.Step;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.runtime.http.RetryAfter;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes an outcome of an answer that is not the one hoped for. What an error means is in {@link Meaning}; what follows from that
 * depends on the step.
 */
final class LinkedInErrors {

    private static final Logger LOGGER = LoggerFactory.getLogger(LinkedInErrors.class);

    /** A person has to raise a setting; this is how often it is worth looking whether it was. */
    private static final Duration WITH_A_DEAD_VERSION = Duration.ofMinutes(15);

    /** LinkedIn throttles comments by the minute. */
    private static final Duration COMMENTS_PAUSE = Duration.ofMinutes(1);

    /** All accounts that waited for midnight would otherwise come at once. */
    private static final int SPREAD_SECONDS = 120;

    private static final int CONFLICT = 409;

    private final Clock clock;

    LinkedInErrors(Clock clock) {
        this.clock = clock;
    }

    /** What an answer says, whatever follows from it. */
    static Meaning meaning(Answer answer) {
        return Meaning.of(answer.status(), LinkedInError.in(answer));
    }

    /** @param answer one that is no success, or lacks what it should have */
    Outcome outcome(Answer answer, Step step, PublishCommand command) {
        return told(answer, step, command).naming(answer, clock.instant());
    }

    private Outcome told(Answer answer, Step step, PublishCommand command) {
        var error = LinkedInError.in(answer);
        var meaning = Meaning.of(answer.status(), error);
        var cause = new Cause(
                codeOf(meaning, answer), sentenceOf(meaning, answer), nameOf(error), Optional.of(answer.status()));
        return switch (meaning) {
            case TOKEN_EXPIRED -> new TokenExpired(cause);
            case TOKEN_REVOKED -> new TokenRevoked(cause);
            case LIMIT -> limited(error, answer, step, command, cause);
            case DEAD_VERSION -> deadVersion(cause);
            // After a call nobody saw the end of, "posted already" most likely speaks of that call.
            case DUPLICATE -> Doubts.any(command) ? step.unclear(cause) : new Rejected(cause);
            case CONFLICT -> isMetAgain(command) ? new Rejected(cause) : new Unavailable(cause);
            case TOO_EARLY, UPLOAD_EXPIRED -> new Unavailable(cause);
            case NOT_ALLOWED, BAD_CONTENT, BAD_MEDIA, NOT_THERE, UNKNOWN -> new Rejected(cause);
            // LinkedIn answers 500 also where only what comes after the post failed.
            case FAULT -> step.unclear(cause);
        };
    }

    private Outcome limited(
            Optional<LinkedInError> error, Answer answer, Step step, PublishCommand command, Cause cause) {
        var text = error.map(LinkedInError::message).orElse("");
        var isByDay = text.contains(" DAY limit");
        if (isByDay && text.contains("APPLICATION")) {
            return new RateLimited(Scope.APP_ENDPOINT, Optional.of(tomorrow(command)), cause);
        }
        if (isByDay) {
            return new RateLimited(Scope.ACCOUNT, Optional.of(tomorrow(command)), cause);
        }
        // A limit without a name is one of minutes, and how many LinkedIn hardly ever says.
        if (step.equals(Comments.COMMENT)) {
            var now = clock.instant();
            var until = RetryAfter.of(answer, now).filter(now::isBefore).orElseGet(() -> now.plus(COMMENTS_PAUSE));
            return new RateLimited(Scope.ACCOUNT, Optional.of(until), cause);
        }
        return new RateLimited(Scope.ENDPOINT, Optional.empty(), cause);
    }

    /** Both daily counters begin anew at midnight UTC. */
    private Instant tomorrow(PublishCommand command) {
        var spread = Math.floorMod(command.getConnectionId().hashCode(), SPREAD_SECONDS);
        return clock.instant()
                .truncatedTo(ChronoUnit.DAYS)
                .plus(Duration.ofDays(1))
                .plusSeconds(spread);
    }

    private Outcome deadVersion(Cause cause) {
        LOGGER.atError()
                .addKeyValue("platform", LinkedInPlatform.ID)
                .addKeyValue("platformCode", cause.platformCode().orElse(""))
                .log(
                        "LinkedIn refuses the version of its API; all its posts wait until LINKEDIN_API_VERSION is raised");
        return new RateLimited(Scope.APP, Optional.of(clock.instant().plus(WITH_A_DEAD_VERSION)), cause);
    }

    private static boolean isMetAgain(PublishCommand command) {
        return command.getHistory().stream()
                .anyMatch(attempt -> attempt.getHttpStatus()
                        .filter(status -> status == CONFLICT)
                        .isPresent());
    }

    private static ErrorCode codeOf(Meaning meaning, Answer answer) {
        return meaning == Meaning.FAULT && answer.status() < 500 && answer.status() != 408
                ? ErrorCode.UNEXPECTED_ANSWER
                : meaning.code();
    }

    private static String sentenceOf(Meaning meaning, Answer answer) {
        var code = codeOf(meaning, answer);
        return code == meaning.code() ? meaning.sentence() : code.sentence();
    }

    private static Optional<String> nameOf(Optional<LinkedInError> error) {
        return error.flatMap(LinkedInError::name);
    }
}
