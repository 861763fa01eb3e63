package io.broadside.publisher.posts;

import io.broadside.events.PostResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** Of the results of a request the newest, and those that say where its targets stand, however many there are. For one thread. */
final class ToldResults {

    private final int most;
    private final Queue<PostResult> newest = new ArrayDeque<>();
    private final Map<Integer, PostResult> latest = new LinkedHashMap<>();
    private boolean isCutShort;

    /** @param most how many of the newest are kept */
    ToldResults(int most) {
        this.most = most;
    }

    /** Adds one, in the order of the topic. */
    void add(PostResult result) {
        latest.merge(result.getTargetIndex(), result, Timeline::later);
        newest.add(result);
        if (newest.size() > most) {
            newest.remove();
            isCutShort = true;
        }
    }

    /** Whether some are left out. */
    boolean isCutShort() {
        return isCutShort;
    }

    /** Each once, in the order of the topic. */
    List<PostResult> results() {
        var shown = new HashSet<>(newest);
        var results = new ArrayList<PostResult>();
        latest.values().stream().filter(result -> !shown.contains(result)).forEach(results::add);
        newest.stream().distinct().forEach(results::add);
        return results;
    }
}
