package io.broadside.runtime.dispatch;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How many calls may be under way, and whose turn it is to have one more. Half of the places are for whoever comes first; the
 * other half is kept in equal shares for the topics, so that platforms that do not answer leave room for those that do.
 *
 * <p>For the dispatcher's thread alone, except {@link #underWay()}.
 */
final class Room {

    private final int most;
    private final int mostPerTopic;
    private final int share;
    private final Map<String, Integer> underWayByTopic = new HashMap<>();
    private volatile int underWay;

    /**
     * @param most calls under way at once
     * @param mostPerTopic calls under way at once for one topic
     */
    Room(int most, int mostPerTopic, Set<String> topics) {
        this.most = most;
        this.mostPerTopic = mostPerTopic;
        this.share = Math.min(mostPerTopic, most / (2 * topics.size()));
        topics.forEach(topic -> underWayByTopic.put(topic, 0));
    }

    boolean isThereFor(String topic) {
        var own = underWayByTopic.getOrDefault(topic, 0);
        if (own >= mostPerTopic || underWay >= most) {
            return false;
        }
        return own < share || underWay + keptForOthers(topic) < most;
    }

    private int keptForOthers(String topic) {
        var kept = 0;
        for (var other : underWayByTopic.entrySet()) {
            if (!other.getKey().equals(topic)) {
                kept += Math.max(0, share - other.getValue());
            }
        }
        return kept;
    }

    /** Notes that a call of this topic is chosen to start. */
    void enter(String topic) {
        change(topic, 1);
    }

    /** Notes that a call of this topic has ended, or does not start after all. */
    void leave(String topic) {
        change(topic, -1);
    }

    private void change(String topic, int by) {
        underWayByTopic.merge(topic, by, Integer::sum);
        var changed = underWay + by;
        underWay = changed;
    }

    /** Calls under way, all topics together. For any thread. */
    int underWay() {
        return underWay;
    }
}
