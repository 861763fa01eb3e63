package io.broadside.publisher;

import io.broadside.events.ChangeAnswer;
import io.broadside.events.ChangeRequest;
import io.broadside.events.Checkpoint;
import io.broadside.events.Fault;
import io.broadside.events.PostError;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.PublishRequest;
import io.broadside.events.ResultStatus;
import io.broadside.events.Target;
import io.broadside.publisher.platform.Cause;
import io.broadside.schemas.ErrorCode;
import io.broadside.schemas.OutPost;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the results that senders read. */
final class Results {

    /** A result must fit a record, whatever the request was like. */
    private static final int MOST_FAULTS = 50;

    private Results() {}

    static PostResult accepted(PublishCommand command, Instant at) {
        return of(command, ResultStatus.ACCEPTED, at).build();
    }

    static PostResult publishing(PublishCommand command, Instant at) {
        return of(command, ResultStatus.PUBLISHING, at)
                .setAttempt(command.getAttempt())
                .build();
    }

    static PostResult published(PublishCommand command, String remoteId, Optional<URI> permalink, Instant at) {
        return of(command, ResultStatus.PUBLISHED, at)
                .setIsFinal(true)
                .setAttempt(command.getAttempt())
                .setRemoteId(remoteId)
                .setUrl(permalink.map(URI::toString).orElse(null))
                .build();
    }

    /** The post is out, and something that belongs to it is not. */
    static PostResult incomplete(PublishCommand command, Cause missing, Instant at) {
        return of(command, ResultStatus.PUBLISHED, at)
                .setIsFinal(true)
                .setAttempt(command.getAttempt())
                .setRemoteId(
                        command.getCheckpoint().flatMap(Checkpoint::getRemoteId).orElseThrow())
                .setError(PostError.newBuilder(error(missing))
                        .setCode(ErrorCode.INCOMPLETE.name())
                        .setMessage(ErrorCode.INCOMPLETE.sentence() + " " + missing.detail())
                        .build())
                .build();
    }

    static PostResult cancelled(PublishCommand command, Instant at) {
        var history = command.getHistory();
        return of(command, ResultStatus.CANCELLED, at)
                .setIsFinal(true)
                .setAttempt(
                        history.isEmpty()
                                ? Math.max(0, command.getAttempt() - 1)
                                : history.getLast().getNumber())
                .build();
    }

    static PostResult failed(PublishCommand command, Cause cause, Instant at) {
        return of(command, ResultStatus.FAILED, at)
                .setIsFinal(true)
                .setAttempt(command.getAttempt())
                .setError(error(cause))
                .build();
    }

    static PostResult unconfirmed(PublishCommand command, Cause cause, Instant at) {
        return of(command, ResultStatus.UNCONFIRMED, at)
                .setIsFinal(true)
                .setAttempt(command.getAttempt())
                .setError(error(cause))
                .build();
    }

    /** A request that does not hold together at all. */
    static PostResult refused(PublishRequest request, ErrorCode code, List<Fault> faults, Instant at) {
        return PostResult.newBuilder()
                .setRequestId(RequestRules.shortened(request.getRequestId()))
                .setTargetIndex(-1)
                .setStatus(ResultStatus.FAILED)
                .setIsFinal(true)
                .setAt(at)
                .setError(error(code, faults))
                .setLabels(RequestRules.areValid(request.getLabels()) ? request.getLabels() : Map.of())
                .build();
    }

    /** A target that cannot work, in a request whose other targets may. */
    static PostResult refused(
            PublishRequest request, int index, Target target, ErrorCode code, List<Fault> faults, Instant at) {
        return PostResult.newBuilder()
                .setRequestId(request.getRequestId())
                .setTargetIndex(index)
                .setPlatform(target.getPlatform().map(RequestRules::shortened).orElse(null))
                .setConnectionId(
                        target.getConnectionId().map(RequestRules::shortened).orElse(null))
                .setProfileId(target.getProfileId().map(RequestRules::shortened).orElse(null))
                .setStatus(ResultStatus.FAILED)
                .setIsFinal(true)
                .setAt(at)
                .setError(error(code, faults))
                .setLabels(request.getLabels())
                .build();
    }

    /** The answer to a change that is not made: where the target stands, and why. */
    static PostResult unchanged(PostResult stands, String changeId, ErrorCode code, List<Fault> faults, Instant at) {
        return PostResult.newBuilder(stands)
                .setIsRepeat(true)
                .setAt(at)
                .setChange(ChangeAnswer.newBuilder()
                        .setChangeId(RequestRules.shortened(changeId))
                        .setIsApplied(false)
                        .setCode(code.name())
                        .setMessage(
                                faults.isEmpty()
                                        ? code.sentence()
                                                + (stands.getStatus() == ResultStatus.UNKNOWN
                                                        ? ""
                                                        : " It is " + stands.getStatus() + ".")
                                        : faults.getFirst().getMessage())
                        .setFaults(faults.stream()
                                .limit(MOST_FAULTS)
                                .map(RequestRules::shortened)
                                .toList())
                        .build())
                .build();
    }

    /** The answer to a change of something that is not there. */
    static PostResult unchanged(
            ChangeRequest change, Optional<String> connectionId, ErrorCode code, List<Fault> faults, Instant at) {
        var nothing = PostResult.newBuilder()
                .setRequestId(RequestRules.shortened(change.getRequestId()))
                .setTargetIndex(-1)
                .setConnectionId(connectionId.map(RequestRules::shortened).orElse(null))
                .setStatus(ResultStatus.UNKNOWN)
                .setIsFinal(false)
                .setAt(at)
                .build();
        return unchanged(nothing, change.getChangeId(), code, faults, at);
    }

    private static PostResult.Builder of(PublishCommand command, ResultStatus status, Instant at) {
        return PostResult.newBuilder()
                .setRemoteId(OutPost.remoteId(command).orElse(null))
                .setUrl(OutPost.url(command).orElse(null))
                .setRequestId(command.getRequestId())
                .setTargetIndex(command.getTargetIndex())
                .setCommandId(command.getCommandId())
                .setPlatform(command.getPlatform())
                .setConnectionId(command.getConnectionId())
                .setProfileId(command.getProfileId())
                .setStatus(status)
                .setIsFinal(false)
                .setAt(at)
                .setAcceptedAt(command.getAcceptedAt())
                .setRedrives(command.getRedrives())
                .setLabels(command.getLabels());
    }

    private static PostError error(Cause cause) {
        return PostError.newBuilder()
                .setCode(cause.code().name())
                .setOwner(cause.code().owner())
                .setMessage(cause.detail())
                .setPlatformCode(cause.platformCode().orElse(null))
                .setHttpStatus(cause.httpStatus().orElse(null))
                .build();
    }

    private static PostError error(ErrorCode code, List<Fault> faults) {
        return PostError.newBuilder()
                .setCode(code.name())
                .setOwner(code.owner())
                .setMessage(
                        faults.isEmpty() ? code.sentence() : faults.getFirst().getMessage())
                .setFaults(faults.stream()
                        .limit(MOST_FAULTS)
                        .map(RequestRules::shortened)
                        .toList())
                .build();
    }
}
