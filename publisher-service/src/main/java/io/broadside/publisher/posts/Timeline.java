package io.broadside.publisher.posts;

import io.broadside.events.ApiCall;
import io.broadside.events.PostResult;
import io.broadside.schemas.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happened to one request, as far as it is known here.
 *
 * @param note the request itself; empty where it is no longer kept
 * @param results in the order of the topic, each once
 * @param calls in the order of the topic for each connection
 * @param isCutShort whether there is more than was taken
 */
record Timeline(Optional<RequestNote> note, List<PostResult> results, List<ApiCall> calls, boolean isCutShort) {

    /** Where the whole of a request stands. */
    enum State {
        /** It is durable, and has not been taken in yet. */
        RECEIVED,
        /** A target is not through yet. */
        IN_PROGRESS,
        /** Every target has had its last word. */
        FINAL
    }

    Timeline {
        results = List.copyOf(results);
        calls = List.copyOf(calls);
    }

    boolean isEmpty() {
        return note.isEmpty() && results.isEmpty() && calls.isEmpty();
    }

    /**
     * Why the whole request was refused, if it was. The misuse of its id by another request is not about this one, and where
     * targets have results, whatever was refused was not this one.
     */
    Optional<PostResult> refusal() {
        if (results.stream().anyMatch(result -> result.getTargetIndex() >= 0)) {
            return Optional.empty();
        }
        return results.stream()
                .filter(result -> result.getTargetIndex() < 0)
                .filter(result -> result.getError()
                        .map(error -> !error.getCode().equals(ErrorCode.REQUEST_ID_REUSED.name()))
                        .orElse(true))
                .findFirst();
    }

    /**
     * The last result of each target, by its position, in the order of the topic: clocks differ. A last word stays the last one,
     * unless the target was redriven since.
     */
    Map<Integer, PostResult> latest() {
        var latest = new HashMap<Integer, PostResult>();
        results.stream()
                .filter(result -> result.getTargetIndex() >= 0)
                .forEach(result -> latest.merge(result.getTargetIndex(), result, Timeline::later));
        return latest;
    }

    static PostResult later(PostResult before, PostResult after) {
        if (after.getRedrives() != before.getRedrives()) {
            return after.getRedrives() > before.getRedrives() ? after : before;
        }
        return before.getIsFinal() ? before : after;
    }

    /** Whether a target of this request may be of the connection: not if all are known, and none is. */
    boolean mayConcern(String connectionId) {
        var latest = latest();
        return latest.size() < targets()
                || latest.values().stream()
                        .anyMatch(result -> result.getConnectionId().equals(Optional.of(connectionId)));
    }

    /** How many targets it has, as far as is known. */
    int targets() {
        var named = note.map(known -> known.targets().size()).orElse(0);
        var seen = latest().keySet().stream().mapToInt(index -> index + 1).max().orElse(0);
        return Math.max(named, seen);
    }

    State state() {
        if (refusal().isPresent()) {
            return State.FINAL;
        }
        var latest = latest();
        if (latest.isEmpty()) {
            return State.RECEIVED;
        }
        var isThrough = latest.size() >= targets() && latest.values().stream().allMatch(PostResult::getIsFinal);
        return isThrough ? State.FINAL : State.IN_PROGRESS;
    }
}
