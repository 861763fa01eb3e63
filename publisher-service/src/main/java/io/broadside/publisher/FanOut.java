package io.broadside.publisher;

import io.broadside.events.Content;
import io.broadside.events.DelayCause;
import io.broadside.events.DelayedCommand;
import io.broadside.events.Fault;
import io.broadside.events.PostOrder;
import io.broadside.events.PostResult;
import io.broadside.events.PublishCommand;
import io.broadside.events.PublishRequest;
import io.broadside.events.Target;
import io.broadside.publisher.Connections.Account;
import io.broadside.publisher.Connections.Resolution;
import io.broadside.publisher.platform.Platforms;
import io.broadside.publisher.posts.Requests.TargetFault;
import io.broadside.schemas.CommandId;
import io.broadside.schemas.ErrorCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a request into one part for each of its targets: a command, or a result that says why there is none. Knows nothing
 * of Kafka.
 */
final class FanOut {

    private final Platforms platforms;
    private final Connections connections;

    FanOut(Platforms platforms, Connections connections) {
        this.platforms = platforms;
        this.connections = connections;
    }

    /** What becomes of one target, or of a request as a whole. */
    sealed interface Part {
        /** It runs now. */
        record Now(PublishCommand command) implements Part {}

        /** It runs when it is due. */
        record Later(DelayedCommand command) implements Part {}

        /** It cannot work. */
        record Refused(PostResult result) implements Part {}

        /** The rules failed at it: a bug of ours. */
        record Broken(PostResult result, Throwable cause) implements Part {}
    }

    /** Whether every target's connection is known. One that was made a moment ago may not have arrived here yet. */
    boolean knowsAll(PublishRequest request) {
        return request.getTargets().stream()
                .filter(target -> target.getPlatform().map(this::isPlatform).orElse(true))
                .noneMatch(target -> connections.resolve(target) instanceof Resolution.Unknown);
    }

    /** Divides a request. The parts are in the order of its targets; a request that is refused as a whole has one. */
    List<Part> divide(PublishRequest request, Instant now) {
        var faults = RequestRules.faults(request, now);
        if (!faults.isEmpty()) {
            // One that was in time when it was sent has nothing in it to mend.
            var code = RequestRules.isLate(faults) ? ErrorCode.DEADLINE_PASSED : ErrorCode.INVALID_REQUEST;
            return List.of(new Part.Refused(Results.refused(request, code, faults, now)));
        }
        var parts = new ArrayList<Part>();
        var seen = new HashSet<String>();
        for (int i = 0; i < request.getTargets().size(); i++) {
            parts.add(partWhateverComes(request, i, seen, now));
        }
        return parts;
    }

    /** A request at which rules fail would stop its partition for good if it were read again: it ends here instead. */
    private Part partWhateverComes(PublishRequest request, int index, Set<String> seen, Instant now) {
        try {
            return part(request, index, seen, now);
        } catch (RuntimeException | StackOverflowError e) {
            var target = request.getTargets().get(index);
            return new Part.Broken(Results.refused(request, index, target, ErrorCode.INTERNAL, List.of(), now), e);
        }
    }

    /** Everything that keeps a request, or a target of it, from being published: what dividing it would refuse, all at once. */
    List<TargetFault> faults(PublishRequest request, Instant now) {
        var faults = new ArrayList<TargetFault>();
        RequestRules.faults(request, now).forEach(fault -> faults.add(new TargetFault(Optional.empty(), fault)));
        var seen = new HashSet<String>();
        for (int i = 0; i < Math.min(request.getTargets().size(), RequestRules.MOST_TARGETS); i++) {
            if (part(request, i, seen, now) instanceof Part.Refused(var result)) {
                for (var fault : result.getError().orElseThrow().getFaults()) {
                    faults.add(new TargetFault(Optional.of(i), fault));
                }
            }
        }
        return faults;
    }

    private Part part(PublishRequest request, int index, Set<String> seen, Instant now) {
        var target = request.getTargets().get(index);
        var field = "targets[" + index + "]";
        var faults = RequestRules.faults(target, index);
        if (!faults.isEmpty()) {
            return refused(request, index, ErrorCode.INVALID_REQUEST, faults, now);
        }
        if (!target.getPlatform().map(this::isPlatform).orElse(true)) {
            return refused(request, index, ErrorCode.UNKNOWN_PLATFORM, unknownPlatform(field, target), now);
        }
        return switch (connections.resolve(target)) {
            case Resolution.Resolved(var account)
            when !seen.add(account.platform() + '\0' + account.accountId()) ->
                refused(request, index, ErrorCode.INVALID_REQUEST, twice(field), now);
            case Resolution.Resolved(var account) -> addressed(request, index, account, now);
            case Resolution.Unknown() ->
                refused(request, index, ErrorCode.UNKNOWN_CONNECTION, unknownConnection(field, target), now);
            case Resolution.Ambiguous(var count) ->
                refused(request, index, ErrorCode.AMBIGUOUS_PROFILE, ambiguous(field, count), now);
            case Resolution.Disconnected() ->
                refused(request, index, ErrorCode.CONNECTION_DISCONNECTED, disconnected(field), now);
        };
    }

    private Part addressed(PublishRequest request, int index, Account account, Instant now) {
        var platform = platforms.byId(account.platform());
        if (platform.isEmpty()) {
            return refused(
                    request,
                    index,
                    ErrorCode.UNKNOWN_PLATFORM,
                    unknownPlatform(
                            "targets[" + index + "]", request.getTargets().get(index)),
                    now);
        }
        var content = RequestRules.contentOf(request, request.getTargets().get(index));
        var faults = platform.get().faults(content, account.accountId(), account.accountKind());
        if (!faults.isEmpty()) {
            return refused(request, index, ErrorCode.INVALID_REQUEST, faults, now);
        }
        var command = PublishCommand.newBuilder()
                .setCommandId(CommandId.of(request.getRequestId(), account.connectionId()))
                .setRequestId(request.getRequestId())
                .setTargetIndex(index)
                .setConnectionId(account.connectionId())
                .setPlatform(account.platform())
                .setProfileId(account.profileId())
                .setAccountId(account.accountId())
                .setAccountKind(account.accountKind())
                .setContent(content)
                .setAcceptedAt(now)
                .setPublishAt(request.getPublishAt().orElse(null))
                .setDeadline(request.getDeadline().orElse(null))
                .setOrder(request.getOrder())
                .setLabels(request.getLabels())
                .build();
        return request.getPublishAt()
                .filter(now::isBefore)
                .<Part>map(due -> new Part.Later(DelayedCommand.newBuilder()
                        .setCommand(command)
                        .setCause(DelayCause.SCHEDULED)
                        .setNotBefore(due)
                        .setSince(now)
                        .build()))
                .orElseGet(() -> inOrder(command, now));
    }

    /** Posts that keep their order go by way of where commands wait: it knows which of an account's posts have not ended. */
    private static Part inOrder(PublishCommand command, Instant now) {
        return command.getOrder() == PostOrder.IN_ORDER
                ? new Part.Later(DelayedCommand.newBuilder()
                        .setCommand(command)
                        .setCause(DelayCause.ORDER)
                        .setSince(now)
                        .build())
                : new Part.Now(command);
    }

    /** What is wrong with content that is to go through this connection instead of what was accepted. */
    List<Fault> faults(String connectionId, Content content) {
        var target = Target.newBuilder().setConnectionId(connectionId).build();
        return switch (connections.resolve(target)) {
            case Resolution.Resolved(var account) ->
                platforms
                        .byId(account.platform())
                        .map(platform -> platform.faults(content, account.accountId(), account.accountKind()))
                        .orElseGet(() -> unknownPlatform("connectionId", target));
            case Resolution.Unknown() -> unknownConnection("connectionId", target);
            case Resolution.Ambiguous(var count) -> ambiguous("connectionId", count);
            case Resolution.Disconnected() -> disconnected("connectionId");
        };
    }

    private static Part refused(PublishRequest request, int index, ErrorCode code, List<Fault> faults, Instant now) {
        return new Part.Refused(
                Results.refused(request, index, request.getTargets().get(index), code, faults, now));
    }

    private List<Fault> unknownPlatform(String field, Target target) {
        return List.of(RequestRules.fault(
                field + ".platform",
                "knownPlatform",
                String.join(", ", platforms.ids()),
                target.getPlatform().orElse(null),
                "Name one of the platforms this installation has: " + String.join(", ", platforms.ids()) + "."));
    }

    private static List<Fault> unknownConnection(String field, Target target) {
        var message = target.getConnectionId().isPresent()
                ? "There is no connection of this id (or not of this profile and platform); connect the account first."
                : "This profile has no account connected on this platform; connect it first.";
        var actual = target.getConnectionId()
                .or(() -> target.getProfileId()
                        .map(id -> id + " on " + target.getPlatform().orElse("?")));
        return List.of(RequestRules.fault(field, "knownConnection", null, actual.orElse(null), message));
    }

    private static List<Fault> ambiguous(String field, int count) {
        return List.of(RequestRules.fault(
                field,
                "oneConnection",
                "1",
                Integer.toString(count),
                "The profile has " + count + " accounts on this platform; name the connectionId of one."));
    }

    private static List<Fault> disconnected(String field) {
        return List.of(RequestRules.fault(
                field,
                "connected",
                null,
                null,
                "The account was disconnected; connect it again, then send a new request."));
    }

    private static List<Fault> twice(String field) {
        return List.of(RequestRules.fault(
                field,
                "distinct",
                null,
                null,
                "An earlier target means the same account, perhaps by another profile; name each account once."));
    }

    private boolean isPlatform(String id) {
        return platforms.byId(id).isPresent();
    }
}
