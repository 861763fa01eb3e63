package io.broadside.local;

import io.broadside.events.DelayCause;
import io.broadside.events.PostResult;
import io.broadside.events.ResultStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where every target stands, from the results as they come. For one thread. */
final class Board {

    private static final Comparator<Place> IN_ORDER =
            Comparator.comparing(Place::requestId).thenComparingInt(Place::targetIndex);

    private final Map<Place, PostResult> latest = new TreeMap<>(IN_ORDER);
    private final Map<Place, Integer> finals = new TreeMap<>(IN_ORDER);

    /** A target of a request. */
    record Place(String requestId, int targetIndex) {}

    /** Takes a result in; gives it back if it changed anything. */
    Optional<PostResult> take(PostResult result) {
        if (result.getIsRepeat()) {
            return Optional.empty();
        }
        var place = new Place(result.getRequestId(), result.getTargetIndex());
        latest.put(place, result);
        if (result.getIsFinal()) {
            finals.merge(place, 1, Integer::sum);
        }
        return Optional.of(result);
    }

    Collection<PostResult> rows() {
        return latest.values();
    }

    /** Whether as many targets as were sent have had their last word. */
    boolean areAllFinal(int targets) {
        return latest.size() >= targets && latest.values().stream().allMatch(PostResult::getIsFinal);
    }

    /** How many targets have had their last word. */
    int finals() {
        return finals.size();
    }

    /** The newest result of a target. */
    Optional<PostResult> of(String requestId, int targetIndex) {
        return Optional.ofNullable(latest.get(new Place(requestId, targetIndex)));
    }

    Map<ResultStatus, Long> counts() {
        return latest.values().stream().collect(Collectors.groupingBy(PostResult::getStatus, Collectors.counting()));
    }

    /** Targets that had more than one last word: there must be none. */
    List<Place> withSeveralFinals() {
        return finals.entrySet().stream()
                .filter(entry -> entry.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Why a target waits and until when, or what came of it, in a few words. */
    static String note(PostResult result, Instant now) {
        return switch (result.getStatus()) {
            case WAITING, SCHEDULED ->
                result.getWaitingFor().map(Board::words).orElse("waiting")
                        + result.getWaitingUntil()
                                .map(until -> ", goes on in "
                                        + Math.max(
                                                0, Duration.between(now, until).toSeconds()) + " s")
                                .orElse("");
            case PUBLISHED ->
                result.getRemoteId().orElse("") + "  " + result.getUrl().orElse("");
            case FAILED, UNCONFIRMED ->
                result.getError()
                        .map(error -> error.getCode() + ": " + error.getMessage())
                        .orElse("");
            case ACCEPTED, PUBLISHING, CANCELLED, UNKNOWN -> "";
        };
    }

    private static String words(DelayCause cause) {
        return switch (cause) {
            case RATE_LIMITED -> "the platform's rate limit";
            case UNAVAILABLE -> "the platform has a fault";
            case UNCONFIRMED -> "was it posted? looking first";
            case SCHEDULED -> "its scheduled time";
            case PROCESSING -> "the platform is processing";
            case TOKEN -> "a fresh token";
            case PERSON -> "somebody to reconnect the account";
            case BUDGET -> "room in the rate budget";
            case BREAKER_OPEN -> "the platform to recover";
            case ORDER -> "an earlier post of the account";
            case REDRIVEN -> "its turn among redriven posts";
            case UNKNOWN -> "waiting";
        };
    }
}
