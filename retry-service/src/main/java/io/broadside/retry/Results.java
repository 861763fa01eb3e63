package io.broadside.retry;

import io.broadside.events.Attempt;
import io.broadside.events.ChangeAnswer;
import io.broadside.events.Checkpoint;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.ErrorOwner;
import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.ResultStatus;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.OutPost;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Makes the results that retry-service tells of. */
final class Results {

    /** Before the reason for which what belongs to a post waits that people can see already. */
    private static final String THE_REST_WAITS =
            "The post is out; what belongs to it, such as a first comment, waits. ";

    private Results() {}

    /** It waits, and why, and until when if that is known. Not final. */
    static PostResult waiting(DelayedCommand delayed, boolean wasAttempt, Optional<Instant> until, Instant at) {
        var command = delayed.getCommand();
        var isScheduled = delayed.getCause() == DelayCause.SCHEDULED;
        return about(command, at)
                .setStatus(isScheduled ? ResultStatus.SCHEDULED : ResultStatus.WAITING)
                .setIsFinal(false)
                .setAttempt(attemptsMade(command, wasAttempt))
                .setWaitingFor(delayed.getCause())
                .setWaitingUntil(until.orElse(null))
                .setError(delayed.getErrorCode()
                        .map(code -> error(
                                command,
                                code,
                                (OutPost.remoteId(command).isPresent() ? THE_REST_WAITS : "")
                                        + delayed.getDetail().orElseGet(() -> sentenceOf(code))))
                        .orElse(null))
                .build();
    }

    /** The last word on a command whose deadline has passed while it waited. */
    static PostResult tooLate(DelayedCommand delayed, boolean wasAttempt, Instant at) {
        var command = delayed.getCommand();
        if (OutPost.isOut(command)) {
            return incomplete(
                    command, wasAttempt, "Its deadline passed first; it was " + reasonOf(delayed.getCause()) + ".", at);
        }
        var deadline = command.getDeadline().map(time -> " (" + time + ")").orElse("");
        return failed(
                command,
                wasAttempt,
                ErrorCode.DEADLINE_PASSED,
                "The deadline of the post" + deadline + " passes before it could go out; it was "
                        + reasonOf(delayed.getCause()) + "." + last(delayed)
                        + " Send it again under a new requestId with a later deadline, or none.",
                at);
    }

    /** The last word on a command that is given up and is known not to be out. */
    static PostResult failed(PublishCommand command, boolean wasAttempt, ErrorCode code, String message, Instant at) {
        return about(command, at)
                .setStatus(ResultStatus.FAILED)
                .setIsFinal(true)
                .setAttempt(attemptsMade(command, wasAttempt))
                .setError(error(command, code.name(), message))
                .build();
    }

    /** The last word on a command that is given up and may be out. */
    static PostResult unconfirmed(PublishCommand command, boolean wasAttempt, String message, Instant at) {
        return about(command, at)
                .setStatus(ResultStatus.UNCONFIRMED)
                .setIsFinal(true)
                .setAttempt(attemptsMade(command, wasAttempt))
                .setError(error(command, ErrorCode.NOT_CONFIRMABLE.name(), message))
                .build();
    }

    /** The last word on a command whose post is out, and that is given up with something that belongs to it. */
    static PostResult incomplete(PublishCommand command, boolean wasAttempt, String message, Instant at) {
        return about(command, at)
                .setStatus(ResultStatus.PUBLISHED)
                .setIsFinal(true)
                .setAttempt(attemptsMade(command, wasAttempt))
                .setRemoteId(
                        command.getCheckpoint().flatMap(Checkpoint::getRemoteId).orElseThrow())
                .setError(error(command, ErrorCode.INCOMPLETE.name(), ErrorCode.INCOMPLETE.sentence() + " " + message))
                .build();
    }

    /** The last word on a command that was taken back; if its post is out, so was only the rest. */
    static PostResult cancelled(PublishCommand command, boolean wasAttempt, Instant at) {
        if (OutPost.isOut(command)) {
            return incomplete(command, wasAttempt, "The rest was taken back.", at);
        }
        return about(command, at)
                .setStatus(ResultStatus.CANCELLED)
                .setIsFinal(true)
                .setAttempt(attemptsMade(command, wasAttempt))
                .build();
    }

    /** The same news, as the answer to a change. */
    static PostResult applied(PostResult news, String changeId) {
        return PostResult.newBuilder(news)
                .setChange(ChangeAnswer.newBuilder()
                        .setChangeId(changeId)
                        .setIsApplied(true)
                        .setMessage(
                                news.getIsFinal()
                                        ? "The post was changed, and that ended it."
                                        : "The post was changed.")
                        .build())
                .build();
    }

    /** A change that comes too late for a command that waits: where it stands, again. */
    static PostResult tooLateToChange(
            DelayedCommand delayed, boolean wasAttempt, Optional<Instant> until, String changeId, Instant at) {
        return notChanged(
                delayed,
                wasAttempt,
                until,
                changeId,
                ErrorCode.TOO_LATE_TO_CHANGE,
                "Its publication has begun and the post may be out already; it can no longer be"
                        + " changed. Wait for its result, then change it at the platform.",
                at);
    }

    /** A change after which the command could not be kept. */
    static PostResult tooLargeToChange(
            DelayedCommand delayed,
            boolean wasAttempt,
            Optional<Instant> until,
            String changeId,
            int bytes,
            Instant at) {
        return notChanged(delayed, wasAttempt, until, changeId, ErrorCode.INVALID_REQUEST, Sizes.tooLarge(bytes), at);
    }

    /** A change that cannot be made as it is: where the command stands, again, and what is wrong. */
    static PostResult notToBeChangedSo(
            DelayedCommand delayed,
            boolean wasAttempt,
            Optional<Instant> until,
            String changeId,
            String fault,
            Instant at) {
        return notChanged(delayed, wasAttempt, until, changeId, ErrorCode.INVALID_REQUEST, fault, at);
    }

    private static PostResult notChanged(
            DelayedCommand delayed,
            boolean wasAttempt,
            Optional<Instant> until,
            String changeId,
            ErrorCode code,
            String message,
            Instant at) {
        return PostResult.newBuilder(waiting(delayed, wasAttempt, until, at))
                .setIsRepeat(true)
                .setChange(ChangeAnswer.newBuilder()
                        .setChangeId(changeId)
                        .setIsApplied(false)
                        .setCode(code.name())
                        .setMessage(message)
                        .build())
                .build();
    }

    /** What happened last, as a sentence with a blank before it; empty if nothing is known. */
    static String last(DelayedCommand delayed) {
        return delayed.getErrorCode()
                .map(code -> " Last error: " + code + ", " + delayed.getDetail().orElseGet(() -> sentenceOf(code)))
                .orElse("");
    }

    private static PostResult.Builder about(PublishCommand command, Instant at) {
        return PostResult.newBuilder()
                .setRemoteId(OutPost.remoteId(command).orElse(null))
                .setUrl(OutPost.url(command).orElse(null))
                .setRequestId(command.getRequestId())
                .setTargetIndex(command.getTargetIndex())
                .setCommandId(command.getCommandId())
                .setPlatform(command.getPlatform())
                .setConnectionId(command.getConnectionId())
                .setProfileId(command.getProfileId())
                .setAcceptedAt(command.getAcceptedAt())
                .setLabels(command.getLabels())
                .setRedrives(command.getRedrives())
                .setAt(at);
    }

    private static int attemptsMade(PublishCommand command, boolean wasAttempt) {
        var history = command.getHistory();
        if (!history.isEmpty()) {
            return history.getLast().getNumber();
        }
        return wasAttempt ? command.getAttempt() : Math.max(0, command.getAttempt() - 1);
    }

    private static PostError error(PublishCommand command, String code, String message) {
        var last = lastOf(command.getHistory());
        return PostError.newBuilder()
                .setCode(code)
                .setOwner(codeOf(code).map(ErrorCode::owner).orElse(ErrorOwner.UNKNOWN))
                .setMessage(message)
                .setPlatformCode(last.flatMap(Attempt::getPlatformCode).orElse(null))
                .setHttpStatus(last.flatMap(Attempt::getHttpStatus).orElse(null))
                .build();
    }

    private static Optional<Attempt> lastOf(List<Attempt> history) {
        return history.isEmpty() ? Optional.empty() : Optional.of(history.getLast());
    }

    private static String sentenceOf(String code) {
        return codeOf(code).map(ErrorCode::sentence).orElse("A newer part of Broadside knows what this means.");
    }

    /** Codes may be added at any time, and a publisher may be newer than we are. */
    static Optional<ErrorCode> codeOf(String name) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(name))
                .findFirst();
    }

    private static String reasonOf(DelayCause cause) {
        return switch (cause) {
            case RATE_LIMITED -> "held back by the platform's rate limit";
            case UNAVAILABLE -> "held back by a fault of the platform";
            case UNCONFIRMED -> "being looked for";
            case SCHEDULED -> "scheduled";
            case PROCESSING -> "being processed by the platform";
            case TOKEN -> "waiting for a new token";
            case PERSON -> "waiting for somebody to reconnect the account";
            case BUDGET -> "waiting for the platform's budget of calls";
            case BREAKER_OPEN -> "held back while the platform fails";
            case ORDER -> "waiting for an earlier post of the account";
            case REDRIVEN -> "waiting for its turn among redriven posts";
            case UNKNOWN -> "waiting";
        };
    }
}
