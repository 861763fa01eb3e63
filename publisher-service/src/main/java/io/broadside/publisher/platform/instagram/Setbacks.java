package io.broadside.publisher.platform.instagram;

import static io.broadside.publisher.platform.instagram.InstagramStep.CHILD;
import static io.broadside.publisher.platform.instagram.InstagramStep.CONTAINER;
import static io.broadside.publisher.platform.instagram.InstagramStep.PROCESSING;
import static io.broadside.publisher.platform.instagram.InstagramStep.PUBLISH;

import io.broadside.events.AttemptEnd;
import io.broadside.events.PublishCommand;
import io.broadside.publisher.platform.Cause;
import io.broadside.publisher.platform.Doubts;
import io.broadside.publisher.platform.Outcome;
import io.broadside.publisher.platform.Outcome.Rejected;
import io.broadside.publisher.platform.Outcome.Unavailable;
import io.broadside.publisher.platform.graph.GraphError;
import io.broadside.publisher.platform.graph.GraphErrors;
import io.broadside.runtime.http.Reply.Answer;
import io.broadside.schemas.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** What becomes of a publication when a container is refused, fails, is late, or is gone. Calls nothing. */
final class Setbacks {

    /** The place of that which is published, among the containers of a carousel. */
    static final int WHOLE = -1;

    /** Above this, asking about a container that is not done would only use up the account's calls. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** Before a container is made again, and before one that cannot be seen is asked for again. */
    private static final Duration BEFORE_ANOTHER = Duration.ofSeconds(30);

    private static final Duration UNTIL_A_LIMIT_MOVES = Duration.ofHours(1);

    private static final int MOST_MISSES = 2;

    private final PublishCommand command;
    private final InstagramConfig config;
    private final GraphErrors errors;
    private final NextStep next;
    private final Clock clock;
    private final Progress progress;
    private final int media;

    Setbacks(PublishCommand command, InstagramConfig config, GraphErrors errors, NextStep next, Clock clock) {
        this.command = command;
        this.config = config;
        this.errors = errors;
        this.next = next;
        this.clock = clock;
        this.progress = Progress.of(command);
        this.media = command.getContent().getMedia().size();
    }

    /** A container was to be made, and this came instead of its id. Nobody sees a container, so it may be tried again. */
    Outcome notMade(Answer answer, InstagramStep step) {
        var error = GraphError.in(answer);
        var remedy = error.flatMap(InstagramErrorTable::remedy);
        if (error.isEmpty() || remedy.isEmpty()) {
            return errors.outcome(answer, step.step(), command);
        }
        var cause = remedy.get().cause(error.map(GraphError::text), Optional.of(answer.status()));
        return switch (remedy.get().kind()) {
            case EXPIRED -> expired(cause);
            case WAIT -> new Unavailable(cause);
            case MAKE_AGAIN, ASK_AGAIN ->
                failuresLike(error.get()) + 1 >= remedy.get().most() ? new Rejected(cause) : new Unavailable(cause);
        };
    }

    /** How often the calls before this one failed in the same way, without another end in between. */
    private long failuresLike(GraphError error) {
        return command.getHistory().reversed().stream()
                .takeWhile(it -> it.getEnd() == AttemptEnd.UNAVAILABLE
                        && it.getPlatformCode().equals(Optional.of(error.text())))
                .count();
    }

    /** The container was to be published, and this came instead of the post's id. */
    Outcome notPublished(Answer answer) {
        var outcome = errors.outcome(answer, PUBLISH.step(), command);
        var error = GraphError.in(answer);
        if (error.isEmpty()) {
            return outcome;
        }
        if (answer.isSuccess()) {
            return contradictory(answer, PUBLISH);
        }
        if (answer.status() >= 500 || isTakenForSpam(error.get())) {
            // Both were seen with posts that are out.
            return unclear(error.get(), answer);
        }
        var remedy = InstagramErrorTable.remedy(error.get());
        if (remedy.isEmpty()) {
            return Doubts.any(command) && isUnexplained(outcome) ? unclear(error.get(), answer) : outcome;
        }
        // A container that is out already could be refused like this.
        if (Doubts.any(command) && remedy.get().kind() != Remedy.Kind.WAIT) {
            return unclear(error.get(), answer);
        }
        var cause = remedy.get().cause(error.map(GraphError::text), Optional.of(answer.status()));
        return remedied(remedy.get(), cause, PROCESSING, WHOLE, progress);
    }

    /** A success without what it should have made, or with an error in it: it may have happened. */
    Outcome contradictory(Answer answer, InstagramStep step) {
        var code = ErrorCode.UNEXPECTED_ANSWER;
        return step.step()
                .unclear(new Cause(
                        code,
                        code.sentence(),
                        GraphError.in(answer).map(GraphError::text),
                        Optional.of(answer.status())));
    }

    /** A refusal to publish that may not be the truth. */
    Outcome doubted(Answer answer) {
        return GraphError.in(answer)
                .map(error -> unclear(error, answer))
                .orElseGet(() -> contradictory(answer, PUBLISH));
    }

    /** Whether a container was refused because Instagram is not done with it. */
    static boolean isNotReady(Answer refusal) {
        return GraphError.in(refusal)
                .flatMap(InstagramErrorTable::remedy)
                .filter(remedy -> remedy.kind() == Remedy.Kind.WAIT)
                .isPresent();
    }

    private static Outcome unclear(GraphError error, Answer answer) {
        var row = InstagramErrorTable.TABLE.of(error.code(), error.subcode());
        return PUBLISH.step()
                .unclear(new Cause(
                        row.meaning().code(), row.sentence(), Optional.of(error.text()), Optional.of(answer.status())));
    }

    private static boolean isTakenForSpam(GraphError error) {
        return error.subcode() == InstagramErrorTable.TAKEN_FOR_SPAM
                || error.code() == InstagramErrorTable.TAKEN_FOR_SPAM;
    }

    private static boolean isUnexplained(Outcome outcome) {
        return outcome instanceof Rejected(var cause)
                && (cause.code() == ErrorCode.UNKNOWN_REFUSAL || cause.code() == ErrorCode.NOT_FOUND);
    }

    /** A container says that it failed, and perhaps why. */
    Outcome failed(ContainerStatus status, int place, Progress further) {
        var number = status.errorCode();
        var text = number.map(it -> Integer.toString(it));
        var row = InstagramErrorTable.TABLE.of(0, number.orElse(0));
        var told = new Cause(row.meaning().code(), row.sentence(), text, Optional.empty());
        return switch (row.meaning()) {
            case BAD_CONTENT, BAD_MEDIA, NOT_FETCHED, NOT_ALLOWED, APP_NOT_ALLOWED, DUPLICATE -> new Rejected(told);
            case BLOCKED -> again(InstagramErrorTable.MAKE, told, place, Containers.BLOCKED_FOR, further);
            case ACCOUNT_LIMIT, APP_LIMIT -> again(InstagramErrorTable.MAKE, told, place, UNTIL_A_LIMIT_MOVES, further);
            case FAULT -> again(InstagramErrorTable.MAKE, told, place, BEFORE_ANOTHER, further);
            case NOT_THERE, TOKEN_EXPIRED, TOKEN_REVOKED, UNKNOWN -> {
                var remedy = number.flatMap(InstagramErrorTable::remedy).orElse(InstagramErrorTable.UNNAMED);
                yield remedied(remedy, remedy.cause(text, Optional.empty()), PROCESSING, place, further);
            }
        };
    }

    /** What a container needs that was refused or is not to be seen, at the step where it is waited for. */
    Outcome remedied(Remedy remedy, Cause cause, InstagramStep step, int place, Progress further) {
        return switch (remedy.kind()) {
            case WAIT ->
                // One that was ready for long, waiting for a limit, and no longer is.
                isOverdue(further)
                        ? again(InstagramErrorTable.UNNAMED, cause, place, BEFORE_ANOTHER, further)
                        : notReady(step, further);
            case EXPIRED -> expired(cause);
            case ASK_AGAIN ->
                further.missing() < MOST_MISSES
                        ? next.to(step, further.missedAgain(), BEFORE_ANOTHER)
                        : again(remedy, cause, place, BEFORE_ANOTHER, further);
            case MAKE_AGAIN -> again(remedy, cause, place, BEFORE_ANOTHER, further);
        };
    }

    /** One more container in this place, unless there were enough. */
    private Outcome again(Remedy remedy, Cause cause, int place, Duration pause, Progress reached) {
        if (reached.renewals(place) + 1 >= remedy.most()) {
            return new Rejected(cause);
        }
        var further = reached.renewed(place);
        return place == WHOLE
                ? next.to(CONTAINER, further.withoutContainer(), pause)
                : next.to(CHILD, further.withChild(reached.children(media), place, ""), pause);
    }

    /** A container says that its day is over. */
    Outcome expired() {
        return expired(InstagramErrorTable.EXPIRED.cause(Optional.empty(), Optional.empty()));
    }

    /** Children were made before their carousel. */
    private Outcome expired(Cause cause) {
        if (progress.expiries() + 1 >= InstagramErrorTable.EXPIRED.most()) {
            return new Rejected(cause);
        }
        var isCarousel = PostKind.of(command.getContent()) == PostKind.CAROUSEL;
        return next.to(
                isCarousel ? CHILD : CONTAINER,
                progress.withoutContainer().withoutChildren().expired());
    }

    /** Instagram is not done: asked again ever more rarely, for as long as that may last. */
    Outcome notReady(InstagramStep step, Progress further) {
        if (isOverdue(further)) {
            var detail = "Instagram did not get done with the media in " + config.processingLimit()
                    + " (INSTAGRAM_PROCESSING_LIMIT); use smaller files, or try again later.";
            return new Rejected(new Cause(ErrorCode.MEDIA_UNAVAILABLE, detail, Optional.empty(), Optional.empty()));
        }
        var doublings = Math.min(further.polls() + 1, 16);
        var pause = config.pollAfter().multipliedBy(1L << doublings);
        return next.to(step, further.polledAgain(), pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
    }

    private boolean isOverdue(Progress further) {
        return clock.instant().isAfter(further.madeAt().plus(config.processingLimit()));
    }
}
